// RUN: nnc-opt %s --verify-meaning --canonicalize --cse | FileCheck %s

// CHECK-LABEL: @simplified
// CHECK-NOT: nn.transpose
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @simplified(%x: tensor<4x3xf64> {nn.name = "x"}, %y: tensor<4x5xf64> {nn.name = "y"})
      -> (tensor<3x5xf64> {nn.name = "z"}) {
    %t = nn.transpose %x by [1, 0] : tensor<4x3xf64>
    %one = nn.fill 1.0 : tensor<3x5xf64>
    %p = nn.matmul %t, %y : tensor<3x4xf64>, tensor<4x5xf64>
    %z = nn.mul %p, %one : tensor<3x5xf64>
    nn.return %z : tensor<3x5xf64>
  }
}
