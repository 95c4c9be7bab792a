// RUN: nnc %S/Inputs/planned.mlir --from=kernels --emit=llvm --target=x86-64-v3 | FileCheck %s
// RUN: nnc %S/Inputs/planned.mlir --from=kernels --emit=llvm --target=x86-64,x86-64-v3 | FileCheck %s --check-prefix=TWO

// What nnc_describe() shows.

// Sizes: 64*batch*time + 64 is two terms; powers are one byte per run-time dimension.
// CHECK-DAG: llvm.mlir.global internal constant @planned.powers.{{[0-9]+}}(dense<1> : tensor<2xi8>)
// CHECK-DAG: llvm.mlir.global internal constant @planned.powers.{{[0-9]+}}(dense<0> : tensor<2xi8>)
// CHECK-DAG: llvm.mlir.global internal constant @planned.powers.{{[0-9]+}}(dense<[1, 0]> : tensor<2xi8>)
// CHECK-DAG: llvm.mlir.global internal constant @planned.shape.0(dense<3> : tensor<1xi64>)
// CHECK-DAG: llvm.mlir.global internal constant @planned.values.2(dense<5.000000e-01> : tensor<1xf64>)
// CHECK-DAG: llvm.mlir.global private unnamed_addr constant @{{.*}}("what to scale\00")
// CHECK-DAG: llvm.mlir.global private unnamed_addr constant @{{.*}}("x86-64-v3\00")
// CHECK-DAG: llvm.mlir.global internal constant @planned.predict.bodies() {{.*}} : !llvm.array<1 x ptr>
// CHECK-DAG: llvm.mlir.global internal constant @planned.predict.inputs() {{.*}} : !llvm.array<1 x struct<(ptr, i32, i32, i32, ptr, f64, i32, i64, i64, i32, ptr, ptr)>>
// CHECK-DAG: llvm.mlir.global internal constant @planned.train_step.inputs() {{.*}} : !llvm.array<3 x struct
// CHECK-DAG: llvm.mlir.global internal constant @planned.variables() {{.*}} : !llvm.array<4 x struct<(ptr, i32, i32, i32, ptr, i64, i64, struct<(i32, f64, f64, ptr)>)>>
// CHECK-DAG: llvm.mlir.global internal constant @planned.kernel_calls() {{.*}} : !llvm.array<5 x struct<(ptr, ptr, ptr, ptr, ptr, ptr, ptr, i32, i32, i32, struct<(ptr, i32)>, struct<(ptr, i32)>)>>
// CHECK-DAG: llvm.mlir.global internal constant @planned.predict.index_spaces() {{.*}} : !llvm.array<1 x struct<(ptr, i32)>>
// CHECK-DAG: llvm.mlir.addressof @nnc_rt_create
// CHECK-DAG: llvm.mlir.addressof @nnc_rt_metadata
// CHECK:     llvm.func @nnc_describe() -> !llvm.ptr {
// CHECK-NEXT: %[[LIBRARY:.*]] = llvm.mlir.addressof @library
// CHECK-NEXT: llvm.return %[[LIBRARY]]

// Two processors: two bodies with kernels of their own, the better one first.
// TWO-DAG: llvm.func internal @planned.predict_x86_64(
// TWO-DAG: llvm.func internal @planned.predict_x86_64_v3(
// TWO-DAG: llvm.call @scale_rows_x86_64(
// TWO-DAG: llvm.call @scale_rows_x86_64_v3(
// TWO:     llvm.mlir.global internal constant @planned.predict.bodies() {{.*}} : !llvm.array<2 x ptr>
// TWO:     llvm.mlir.addressof @planned.predict_x86_64_v3
// TWO:     llvm.mlir.addressof @planned.predict_x86_64 :
// TWO:     ("x86-64-v3,x86-64\00")
