// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %0 = nn.fill 1.25 : tensor<?x3xf64, #nn.dims<batch, 3>>
    %y = nn.mul %x, %0 : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @alone(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.fill -3.0 : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi32, #nn.dims<batch, 5>>
  }

  nn.func predict @unit(%x: tensor<1x1xf64> {nn.name = "x"})
      -> (tensor<1x1xf64> {nn.name = "y"}) {
    %0 = nn.fill 0.1 : tensor<1x1xf64>
    %y = nn.sub %x, %0 : tensor<1x1xf64>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @truth(%x: tensor<3xf64> {nn.name = "x"})
      -> (tensor<3xi1> {nn.name = "y"}) {
    %y = nn.fill 1.0 : tensor<3xi1>
    nn.return %y : tensor<3xi1>
  }
}
