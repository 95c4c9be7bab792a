// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.expm1 %x : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%x: tensor<7x5xf64> {nn.name = "x"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.expm1 %x : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @unit(%x: tensor<1x4x1xf64> {nn.name = "x"})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.expm1 %x : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%x: tensor<f64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.expm1 %x : tensor<f64>
    nn.return %y : tensor<f64>
  }
}
