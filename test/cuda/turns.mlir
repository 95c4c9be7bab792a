// RUN: nnc %s --target=x86-64-v3,cuda --emit=llvm -o %t
// RUN: FileCheck %s --input-file=%t

// A loop whose kernels read the turn: the CPU's body stores it on its stack; a device's, which only fills a queue, points
// into the frame's table of turns. How long that is, the description says: time + 5.

// CHECK-LABEL: llvm.func internal @loops.count_x86_64_v3(
// CHECK-NOT:   llvm.getelementptr inbounds %arg0[64]
// CHECK:       %[[PLACE:.*]] = llvm.alloca %{{.*}} x i32 : (i64) -> !llvm.ptr
// CHECK:       %[[TURN:.*]] = llvm.trunc %{{.*}} : i64 to i32
// CHECK-NEXT:  llvm.store %[[TURN]], %[[PLACE]] : i32, !llvm.ptr

// CHECK-LABEL: llvm.func internal @loops.count_cuda(
// CHECK:       %[[AT:.*]] = llvm.getelementptr inbounds %arg0[64]
// CHECK-NEXT:  %[[TURNS:.*]] = llvm.load %[[AT]]
// CHECK:       llvm.getelementptr inbounds %[[TURNS]][%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8

// The workspace has two terms, too, and comes first.
// CHECK:       llvm.mlir.global internal constant @loops.terms.{{[0-9]+}}() {{.*}}!llvm.array<2 x struct<(i64, ptr)>>
// CHECK:       llvm.mlir.global internal constant @loops.terms.{{[0-9]+}}() {{.*}}!llvm.array<2 x struct<(i64, ptr)>>
// CHECK:       llvm.mlir.constant(5 : i64)
// CHECK:       llvm.mlir.constant(1 : i64)
nn.model @loops attributes {source_name = "Loops", symbols = ["time"], bounds = array<i64: 0>} {
  nn.func predict @count(%x: tensor<f32> {nn.name = "x"}) -> (tensor<?xf32, #nn.dims<time>> {nn.name = "y"},
                                                              tensor<5xf32> {nn.name = "z"}) {
    %y, %last = nn.scan <time> turn(%t) carries(%h = %x : tensor<f32>) -> (tensor<?xf32, #nn.dims<time>>, tensor<f32>) {
      %1 = nn.cast %t : tensor<i32> -> tensor<f32>
      %2 = nn.add %h, %1 : tensor<f32>
      nn.yield %2, %2 : tensor<f32>, tensor<f32>
    }
    %z, %end = nn.scan <5> turn(%t) carries(%h = %last : tensor<f32>) -> (tensor<5xf32>, tensor<f32>) {
      %1 = nn.cast %t : tensor<i32> -> tensor<f32>
      %2 = nn.mul %h, %1 : tensor<f32>
      nn.yield %2, %2 : tensor<f32>, tensor<f32>
    }
    nn.return %y, %z : tensor<?xf32, #nn.dims<time>>, tensor<5xf32>
  }
}
