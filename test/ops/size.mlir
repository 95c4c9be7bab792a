// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %0 = nn.size <batch> : tensor<f64>
    %1 = nn.broadcast %0 dims [] : tensor<f64> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    %y = nn.div %x, %1 : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @polynomial(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<i64> {nn.name = "y"}) {
    %y = nn.size <"2*batch*batch+3"> : tensor<i64>
    nn.return %y : tensor<i64>
  }

  nn.func predict @static(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.size <12> : tensor<f64>
    nn.return %y : tensor<f64>
  }
}
