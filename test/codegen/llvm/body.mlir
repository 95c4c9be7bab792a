// RUN: nnc %S/Inputs/planned.mlir --from=kernels --emit=llvm | FileCheck %s

// Bodies: buffers on the stack, kernels in order, an early return of a status, results copied where they belong.

// CHECK-LABEL: llvm.func internal @planned.predict(
// CHECK-SAME:    %[[FRAME:.*]]: !llvm.ptr) -> i32
// CHECK-DAG:   %[[ZERO:.*]] = llvm.mlir.constant(0 : i32) : i32
// CHECK-DAG:   %[[TWELVE:.*]] = llvm.mlir.constant(12 : i64) : i64
// CHECK:       %[[VARIABLES:.*]] = llvm.load %[[FRAME]]
// CHECK:       llvm.getelementptr inbounds %[[FRAME]][8]
// CHECK-NEXT:  %[[WORKSPACE:.*]] = llvm.load
// CHECK:       llvm.getelementptr inbounds %[[FRAME]][16]
// CHECK-NEXT:  %[[SIZES:.*]] = llvm.load
// CHECK:       llvm.getelementptr inbounds %[[FRAME]][24]
// CHECK-NEXT:  %[[INPUTS:.*]] = llvm.load
// CHECK:       llvm.getelementptr inbounds %[[FRAME]][32]
// CHECK-NEXT:  %[[OUTPUTS:.*]] = llvm.load
// CHECK:       llvm.getelementptr inbounds %[[FRAME]][40]
// CHECK-NEXT:  %[[CONTEXT:.*]] = llvm.load
// CHECK:       %[[BATCH:.*]] = llvm.load %[[SIZES]]
// CHECK:       llvm.getelementptr inbounds %[[SIZES]][8]
// CHECK-NEXT:  %[[TIME:.*]] = llvm.load

// One buffer per operand of the largest kernel (3 * 56 bytes), zeroed once.
// CHECK:       %[[BUFFERS:.*]] = llvm.alloca
// CHECK-NEXT:  "llvm.intr.memset"(%[[BUFFERS]],
// CHECK-NEXT:  %[[SECOND:.*]] = llvm.getelementptr inbounds %[[BUFFERS]][56]
// CHECK-NEXT:  %[[THIRD:.*]] = llvm.getelementptr inbounds %[[BUFFERS]][112]

// Bytes of y, for the copy.
// CHECK:       %[[PRODUCT:.*]] = llvm.mul %[[TWELVE]], %[[BATCH]] : i64
// CHECK:       %[[BYTES:.*]] = llvm.mul %[[PRODUCT]], %[[TIME]] : i64

// x: the caller's pointer; scale: a variable with a constant shape; the result: byte 64 of the workspace.
// CHECK:       %[[X:.*]] = llvm.load %[[INPUTS]]
// CHECK:       llvm.store %[[X]], %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK:       %[[SHAPE:.*]] = llvm.mlir.addressof @shape.3
// CHECK:       llvm.store %[[VARIABLES]],
// CHECK:       llvm.store %[[SHAPE]],
// CHECK:       llvm.getelementptr inbounds %[[WORKSPACE]][64]
// CHECK:       %[[STATUS:.*]] = llvm.call @scale_rows(%[[CONTEXT]], %[[BUFFERS]], %[[SECOND]], %{{.*}}, %{{.*}}, %[[THIRD]]) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i32, i32, !llvm.ptr) -> i32
// CHECK-NEXT:  %[[FAILED:.*]] = llvm.icmp "ne" %[[STATUS]], %[[ZERO]]
// CHECK-NEXT:  llvm.cond_br %[[FAILED]], ^[[EXIT:.*]](%[[STATUS]] : i32), ^

// The reshape is only another shape over the same bytes; z goes where the caller wants it.
// CHECK:       llvm.getelementptr inbounds %[[WORKSPACE]][64]
// CHECK:       llvm.getelementptr inbounds %[[OUTPUTS]][8]
// CHECK:       llvm.call @negate_rows(

// y was computed elsewhere, so it is copied.
// CHECK:       %[[Y:.*]] = llvm.load %[[OUTPUTS]]
// CHECK:       "llvm.intr.memcpy"(%[[Y]], %{{.*}}, %[[BYTES]])
// CHECK:       llvm.br ^[[EXIT]](%[[ZERO]] : i32)
// CHECK:       ^[[EXIT]](%[[RESULT:.*]]: i32):
// CHECK-NEXT:  llvm.return %[[RESULT]]

// The shape of scale, with Halide's strides.
// CHECK:       llvm.mlir.global internal constant @shape.3()

// CHECK-LABEL: llvm.func internal @planned.train_step(
// CHECK:       %[[FLAG:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i32
// CHECK:       %[[REPORT:.*]] = llvm.icmp "ne" %[[FLAG]], %{{.*}} : i32
// CHECK:       llvm.call @accumulate(
// CHECK:       llvm.cond_br %[[REPORT]], ^[[WANTED:.*]], ^[[SKIPPED:.*]]
// CHECK:       ^[[WANTED]]:
// CHECK:       llvm.call @only_report(
// CHECK:       llvm.br ^[[SKIPPED]]
// CHECK:       ^[[SKIPPED]]:
// CHECK:       llvm.call @next(
// CHECK:       llvm.cond_br %[[REPORT]], ^[[COPY:.*]], ^[[STORES:.*]]
// CHECK:       ^[[COPY]]:
// CHECK-COUNT-2: "llvm.intr.memcpy"
// CHECK:       llvm.br ^[[STORES]]

// Of the three stores only `last` was not computed in its place, and it comes after `before` was read.
// CHECK:       ^[[STORES]]:
// CHECK-COUNT-1: "llvm.intr.memcpy"
// CHECK-NOT:   memcpy
// CHECK:       llvm.return
