// RUN: nnc %S/../codegen/llvm/Inputs/planned.mlir --from=kernels --target=x86-64-v3,cuda --emit=llvm -o %t
// RUN: FileCheck %s --input-file=%t

// The body of a variant on a device differs from the CPU's in the field of the buffer that takes an address (0 and not
// 16 of HalideBuffer), and in who copies; each variant names what runs it.

// CHECK-LABEL: llvm.func internal @planned.predict_x86_64_v3(
// CHECK:       %[[BUFFERS:.*]] = llvm.alloca %{{.*}} x !llvm.array<7 x i64>
// CHECK:       %[[HOST:.*]] = llvm.getelementptr inbounds %[[BUFFERS]][16]
// CHECK-NEXT:  llvm.store %{{.*}}, %[[HOST]] : !llvm.ptr, !llvm.ptr
// CHECK:       llvm.call @scale_rows_x86_64_v3(
// CHECK:       "llvm.intr.memcpy"

// CHECK-LABEL: llvm.func internal @planned.predict_cuda(
// CHECK:       %[[BUFFERS:.*]] = llvm.alloca %{{.*}} x !llvm.array<7 x i64>
// CHECK-NOT:   llvm.getelementptr inbounds %[[BUFFERS]][16]
// CHECK:       llvm.store %{{.*}}, %[[BUFFERS]] : !llvm.ptr, !llvm.ptr
// CHECK:       llvm.call @scale_rows_cuda(%[[CONTEXT:[^,]*]], %[[BUFFERS]],
// CHECK-NOT:   memcpy
// CHECK:       %[[STATUS:.*]] = llvm.call @nnc_cuda_copy(%[[CONTEXT]], %{{.*}}, %{{.*}}, %{{.*}}) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> i32
// CHECK-NEXT:  %[[FAILED:.*]] = llvm.icmp "ne" %[[STATUS]],
// CHECK-NEXT:  llvm.cond_br %[[FAILED]], ^[[EXIT:.*]](%[[STATUS]] : i32), ^

// CHECK:       llvm.mlir.global external hidden constant @nnc_cuda()
// CHECK-LABEL: llvm.mlir.global internal constant @planned.variants(
// CHECK:       llvm.mlir.zero
// CHECK:       llvm.mlir.addressof @nnc_cuda :
