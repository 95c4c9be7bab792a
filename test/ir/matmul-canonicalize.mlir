// RUN: nnc-opt %s --verify-meaning --canonicalize | FileCheck %s

// A matrix product reads its operands transposed instead of having them transposed in memory.

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // CHECK-LABEL: @left
  // CHECK-NEXT: nn.matmul %x, %w lhs_transposed : tensor<4x3xf64>, tensor<4x5xf64>
  nn.func predict @left(%x: tensor<4x3xf64> {nn.name = "x"}, %w: tensor<4x5xf64> {nn.name = "w"})
      -> (tensor<3x5xf64> {nn.name = "y"}) {
    %t = nn.transpose %x by [1, 0] : tensor<4x3xf64>
    %y = nn.matmul %t, %w : tensor<3x4xf64>, tensor<4x5xf64>
    nn.return %y : tensor<3x5xf64>
  }

  // CHECK-LABEL: @right
  // CHECK-NEXT: nn.matmul %x, %w rhs_transposed
  nn.func predict @right(%x: tensor<3x4xf64> {nn.name = "x"}, %w: tensor<5x4xf64> {nn.name = "w"})
      -> (tensor<3x5xf64> {nn.name = "y"}) {
    %t = nn.transpose %w by [1, 0] : tensor<5x4xf64>
    %y = nn.matmul %x, %t : tensor<3x4xf64>, tensor<4x5xf64>
    nn.return %y : tensor<3x5xf64>
  }

  // Two transpositions cancel.
  // CHECK-LABEL: @cancelled
  // CHECK-NEXT: nn.matmul %x, %w : tensor<3x4xf64>, tensor<4x5xf64>
  nn.func predict @cancelled(%x: tensor<3x4xf64> {nn.name = "x"}, %w: tensor<4x5xf64> {nn.name = "w"})
      -> (tensor<3x5xf64> {nn.name = "y"}) {
    %t = nn.transpose %x by [1, 0] : tensor<3x4xf64>
    %y = nn.matmul %t, %w lhs_transposed : tensor<4x3xf64>, tensor<4x5xf64>
    nn.return %y : tensor<3x5xf64>
  }

  // CHECK-LABEL: @stacks
  // CHECK-NEXT: nn.matmul %x, %w rhs_transposed
  nn.func predict @stacks(%x: tensor<2x3x4xf64> {nn.name = "x"}, %w: tensor<2x5x4xf64> {nn.name = "w"})
      -> (tensor<2x3x5xf64> {nn.name = "y"}) {
    %t = nn.transpose %w by [0, 2, 1] : tensor<2x5x4xf64>
    %y = nn.matmul %x, %t : tensor<2x3x4xf64>, tensor<2x4x5xf64>
    nn.return %y : tensor<2x3x5xf64>
  }

  // Another permutation of axes is no matter of the product.
  // CHECK-LABEL: @other_axes
  // CHECK: nn.transpose
  // CHECK: nn.matmul %{{.*}}, %w : tensor<2x3x4xf64>, tensor<2x4x5xf64>
  nn.func predict @other_axes(%x: tensor<3x2x4xf64> {nn.name = "x"}, %w: tensor<2x4x5xf64> {nn.name = "w"})
      -> (tensor<2x3x5xf64> {nn.name = "y"}) {
    %t = nn.transpose %x by [1, 0, 2] : tensor<3x2x4xf64>
    %y = nn.matmul %t, %w : tensor<2x3x4xf64>, tensor<2x4x5xf64>
    nn.return %y : tensor<2x3x5xf64>
  }
}
