// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @matrix(%x: tensor<2x3xf64> {nn.name = "x"})
      -> (tensor<2x3xf64> {nn.name = "y"}) {
    %0 = nn.constant dense<[[0.1, -2.0, 3.0], [4.0, 5.0, 0.25]]> : tensor<2x3xf64>
    %y = nn.mul %x, %0 : tensor<2x3xf64>
    nn.return %y : tensor<2x3xf64>
  }

  nn.func predict @integers(%x: tensor<3xi32> {nn.name = "x"})
      -> (tensor<3xi32> {nn.name = "y"}) {
    %0 = nn.constant dense<[-1, 0, 7]> : tensor<3xi32>
    %y = nn.add %x, %0 : tensor<3xi32>
    nn.return %y : tensor<3xi32>
  }

  nn.func predict @unit(%x: tensor<1x1xf64> {nn.name = "x"})
      -> (tensor<1x1xf64> {nn.name = "y"}) {
    %0 = nn.constant dense<[[2.5]]> : tensor<1x1xf64>
    %y = nn.add %x, %0 : tensor<1x1xf64>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @truth(%x: tensor<3xf64> {nn.name = "x"})
      -> (tensor<3xi1> {nn.name = "y"}) {
    %y = nn.constant dense<[true, false, true]> : tensor<3xi1>
    nn.return %y : tensor<3xi1>
  }
}
