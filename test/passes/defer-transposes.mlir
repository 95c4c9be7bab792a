// RUN: nnc-opt %s --verify-meaning --nn-defer-transposes --canonicalize | FileCheck %s

nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  // Of 8 numbers a row, 3 remain: they are transposed.
  // CHECK-LABEL: @shorter
  // CHECK: %[[ROWS:.*]] = nn.reshape %{{.*}} : {{.*}} -> tensor<?x8xf64, #nn.dims<"batch*time", 8>>
  // CHECK: %[[PRODUCT:.*]] = nn.matmul %[[ROWS]], %{{.*}} : {{.*}}, tensor<8x3xf64>
  // CHECK: %[[TURNS:.*]] = nn.reshape %[[PRODUCT]] : {{.*}} -> tensor<?x?x3xf64, #nn.dims<time, batch, 3>>
  // CHECK: %[[BATCH:.*]] = nn.transpose %[[TURNS]] by [1, 0, 2]
  // CHECK: nn.return %[[BATCH]]
  nn.func predict @shorter(%x: tensor<?x?x8xf64, #nn.dims<time, batch, 8>> {nn.name = "x"}, %w: tensor<8x3xf64> {nn.name = "w"})
      -> (tensor<?x?x3xf64, #nn.dims<batch, time, 3>> {nn.name = "y"}) {
    %t = nn.transpose %x by [1, 0, 2] : tensor<?x?x8xf64, #nn.dims<time, batch, 8>>
    %r = nn.reshape %t : tensor<?x?x8xf64, #nn.dims<batch, time, 8>> -> tensor<?x8xf64, #nn.dims<"batch*time", 8>>
    %p = nn.matmul %r, %w : tensor<?x8xf64, #nn.dims<"batch*time", 8>>, tensor<8x3xf64>
    %y = nn.reshape %p : tensor<?x3xf64, #nn.dims<"batch*time", 3>> -> tensor<?x?x3xf64, #nn.dims<batch, time, 3>>
    nn.return %y : tensor<?x?x3xf64, #nn.dims<batch, time, 3>>
  }

  // More axes, another order of them, and a weight that is read transposed.
  // CHECK-LABEL: @more_axes
  // CHECK: %[[PRODUCT:.*]] = nn.matmul %{{.*}}, %{{.*}} rhs_transposed : tensor<24x5xf64>, tensor<4x5xf64>
  // CHECK: nn.transpose %{{.*}} by [2, 0, 1, 3] : tensor<2x3x4x4xf64>
  nn.func predict @more_axes(%x: tensor<2x3x4x5xf64> {nn.name = "x"}, %w: tensor<4x5xf64> {nn.name = "w"}) -> (tensor<24x4xf64> {nn.name = "y"}) {
    %t = nn.transpose %x by [2, 0, 1, 3] : tensor<2x3x4x5xf64>
    %r = nn.reshape %t : tensor<4x2x3x5xf64> -> tensor<24x5xf64>
    %y = nn.matmul %r, %w rhs_transposed : tensor<24x5xf64>, tensor<4x5xf64>
    nn.return %y : tensor<24x4xf64>
  }

  // Rows that do not get shorter, rows that are taken apart, and a transpose that is read elsewhere stay.
  // CHECK-LABEL: @longer
  // CHECK: nn.transpose %{{.*}} by
  // CHECK: nn.matmul
  // CHECK-NOT: nn.transpose
  nn.func predict @longer(%x: tensor<2x3x4xf64> {nn.name = "x"}, %w: tensor<4x4xf64> {nn.name = "w"}) -> (tensor<6x4xf64> {nn.name = "y"}) {
    %t = nn.transpose %x by [1, 0, 2] : tensor<2x3x4xf64>
    %r = nn.reshape %t : tensor<3x2x4xf64> -> tensor<6x4xf64>
    %y = nn.matmul %r, %w : tensor<6x4xf64>, tensor<4x4xf64>
    nn.return %y : tensor<6x4xf64>
  }
  // CHECK-LABEL: @taken_apart
  // CHECK: nn.transpose %{{.*}} by [0, 2, 1]
  // CHECK: nn.matmul
  // CHECK: nn.transpose %{{.*}} by [1, 0, 2]
  // CHECK: nn.matmul
  // CHECK-NOT: nn.transpose
  nn.func predict @taken_apart(%x: tensor<2x3x4xf64> {nn.name = "x"}, %w: tensor<4x2xf64> {nn.name = "w"},
                               %v: tensor<8x2xf64> {nn.name = "v"}) -> (tensor<6x2xf64> {nn.name = "y"}, tensor<3x2xf64> {nn.name = "z"}) {
    %t = nn.transpose %x by [0, 2, 1] : tensor<2x3x4xf64>
    %r = nn.reshape %t : tensor<2x4x3xf64> -> tensor<6x4xf64>
    %y = nn.matmul %r, %w : tensor<6x4xf64>, tensor<4x2xf64>
    %s = nn.transpose %x by [1, 0, 2] : tensor<2x3x4xf64>
    %q = nn.reshape %s : tensor<3x2x4xf64> -> tensor<3x8xf64>
    %z = nn.matmul %q, %v : tensor<3x8xf64>, tensor<8x2xf64>
    nn.return %y, %z : tensor<6x2xf64>, tensor<3x2xf64>
  }
  // CHECK-LABEL: @read_elsewhere
  // CHECK: nn.transpose %{{.*}} by
  // CHECK-NOT: nn.transpose
  nn.func predict @read_elsewhere(%x: tensor<2x3x4xf64> {nn.name = "x"}, %w: tensor<4x2xf64> {nn.name = "w"})
      -> (tensor<6x2xf64> {nn.name = "y"}, tensor<3x2x4xf64> {nn.name = "t"}) {
    %t = nn.transpose %x by [1, 0, 2] : tensor<2x3x4xf64>
    %r = nn.reshape %t : tensor<3x2x4xf64> -> tensor<6x4xf64>
    %y = nn.matmul %r, %w : tensor<6x4xf64>, tensor<4x2xf64>
    nn.return %y, %t : tensor<6x2xf64>, tensor<3x2x4xf64>
  }
}
