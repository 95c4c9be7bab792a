// RUN: nnc-opt %s --verify-meaning --canonicalize | FileCheck %s

// Moves of elements compose, and vanish where they move nothing.

!row = tensor<?x3xf64, #nn.dims<batch, 3>>

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // CHECK-LABEL: @nothing_moves
  // CHECK-NEXT: nn.return %x, %x, %x
  nn.func predict @nothing_moves(%x: !row {nn.name = "x"}) -> (!row, !row, !row) {
    %0 = nn.broadcast %x dims [0, 1] : !row -> !row
    %1 = nn.reshape %x : !row -> !row
    %2 = nn.transpose %x by [0, 1] : !row
    nn.return %0, %1, %2 : !row, !row, !row
  }

  // CHECK-LABEL: @broadcasts
  // CHECK-NEXT: %[[Y:.*]] = nn.broadcast %x dims [2] : tensor<3xf64> -> tensor<2x?x3xf64, #nn.dims<2, batch, 3>>
  // CHECK-NEXT: nn.return %[[Y]]
  nn.func predict @broadcasts(%x: tensor<3xf64> {nn.name = "x"}) -> tensor<2x?x3xf64, #nn.dims<2, batch, 3>> {
    %0 = nn.broadcast %x dims [1] : tensor<3xf64> -> !row
    %1 = nn.broadcast %0 dims [1, 2] : !row -> tensor<2x?x3xf64, #nn.dims<2, batch, 3>>
    nn.return %1 : tensor<2x?x3xf64, #nn.dims<2, batch, 3>>
  }

  // CHECK-LABEL: @repeated_twice
  // CHECK-NEXT: %[[Y:.*]] = nn.broadcast %x dims [0, 1] : tensor<1x1xf64> -> tensor<4x3xf64>
  // CHECK-NEXT: nn.return %[[Y]]
  nn.func predict @repeated_twice(%x: tensor<1x1xf64> {nn.name = "x"}) -> tensor<4x3xf64> {
    %0 = nn.broadcast %x dims [0, 1] : tensor<1x1xf64> -> tensor<4x1xf64>
    %1 = nn.broadcast %0 dims [0, 1] : tensor<4x1xf64> -> tensor<4x3xf64>
    nn.return %1 : tensor<4x3xf64>
  }

  // CHECK-LABEL: @reshapes
  // CHECK-NEXT: %[[Y:.*]] = nn.reshape %x : tensor<?x3xf64, #nn.dims<batch, 3>> -> tensor<?xf64, #nn.dims<"3*batch">>
  // CHECK-NEXT: nn.return %[[Y]]
  nn.func predict @reshapes(%x: !row {nn.name = "x"}) -> tensor<?xf64, #nn.dims<"3*batch">> {
    %0 = nn.reshape %x : !row -> tensor<?x3x1xf64, #nn.dims<batch, 3, 1>>
    %1 = nn.reshape %0 : tensor<?x3x1xf64, #nn.dims<batch, 3, 1>> -> tensor<?xf64, #nn.dims<"3*batch">>
    nn.return %1 : tensor<?xf64, #nn.dims<"3*batch">>
  }

  // CHECK-LABEL: @transposes
  // CHECK-NEXT: %[[Y:.*]] = nn.transpose %x by [2, 1, 0] : tensor<2x3x5xf64>
  // CHECK-NEXT: nn.return %[[Y]], %x
  nn.func predict @transposes(%x: tensor<2x3x5xf64> {nn.name = "x"}) -> (tensor<5x3x2xf64>, tensor<2x3x5xf64>) {
    %0 = nn.transpose %x by [2, 0, 1] : tensor<2x3x5xf64>
    %1 = nn.transpose %0 by [0, 2, 1] : tensor<5x2x3xf64>
    %2 = nn.transpose %0 by [1, 2, 0] : tensor<5x2x3xf64>
    nn.return %1, %2 : tensor<5x3x2xf64>, tensor<2x3x5xf64>
  }

  // CHECK-LABEL: @of_constants
  // CHECK-NEXT: %[[A:.*]] = nn.fill 2.5{{.*}} : tensor<?x3xf64, #nn.dims<batch, 3>>
  // CHECK-NEXT: %[[B:.*]] = nn.fill 1.2{{.*}} : tensor<f64>
  // CHECK-NEXT: nn.return %[[A]], %[[B]]
  nn.func predict @of_constants(%x: !row {nn.name = "x"}) -> (!row, tensor<f64>) {
    %c = nn.fill 2.5 : tensor<3xf64>
    %0 = nn.broadcast %c dims [1] : tensor<3xf64> -> !row
    %1 = nn.reshape %0 : !row -> !row
    %2 = nn.size <12> : tensor<f64>
    nn.return %1, %2 : !row, tensor<f64>
  }

  // A size that only the call knows stays.
  // CHECK-LABEL: @run_time_size
  // CHECK: nn.size <batch> : tensor<f64>
  nn.func predict @run_time_size(%x: !row {nn.name = "x"}) -> tensor<f64> {
    %0 = nn.size <batch> : tensor<f64>
    nn.return %0 : tensor<f64>
  }

  // Written numbers are never folded into larger tensors.
  // CHECK-LABEL: @data
  // CHECK: nn.constant dense<[1.0{{.*}}, 2.0{{.*}}, 3.0{{.*}}]> : tensor<3xf64>
  // CHECK: nn.broadcast
  nn.func predict @data(%x: !row {nn.name = "x"}) -> !row {
    %c = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf64>
    %0 = nn.broadcast %c dims [1] : tensor<3xf64> -> !row
    nn.return %0 : !row
  }
}
