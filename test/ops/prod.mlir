// RUN: %testbin/check-op %s --work=%t
// Zeros among the factors have a test of their own: test/torch/moves.nn.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.prod %x over [1] : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @batch(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<5xf64> {nn.name = "y"}) {
    %y = nn.prod %x over [0] : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<5xf64>
  }

  nn.func predict @all(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.prod %x over [0, 1] : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<f64>
  }

  nn.func predict @middle(%x: tensor<3x4x2xf64> {nn.name = "x"})
      -> (tensor<3x2xf64> {nn.name = "y"}) {
    %y = nn.prod %x over [1] : tensor<3x4x2xf64>
    nn.return %y : tensor<3x2xf64>
  }

  nn.func predict @ends(%x: tensor<3x4x2xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.prod %x over [0, 2] : tensor<3x4x2xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @unit(%x: tensor<4x1xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.prod %x over [1] : tensor<4x1xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @long(%x: tensor<17xf64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.prod %x over [0] : tensor<17xf64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @integers(%x: tensor<3x7xi32> {nn.name = "x"})
      -> (tensor<3xi32> {nn.name = "y"}) {
    %y = nn.prod %x over [1] : tensor<3x7xi32>
    nn.return %y : tensor<3xi32>
  }
}
