// RUN: %testbin/check-op %s --work=%t
// The identity; in a product only the other factor has a gradient.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @identity(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.stop_gradient %x : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @product(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %0 = nn.stop_gradient %x : tensor<?x3xf64, #nn.dims<batch, 3>>
    %y = nn.mul %x, %0 : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @unit(%x: tensor<1x4x1xf64> {nn.name = "x"})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %0 = nn.stop_gradient %x : tensor<1x4x1xf64>
    %1 = nn.mul %0, %0 : tensor<1x4x1xf64>
    %y = nn.mul %1, %x : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @odd(%x: tensor<7x5xf64> {nn.name = "x"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %0 = nn.stop_gradient %x : tensor<7x5xf64>
    %y = nn.mul %x, %0 : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }
}
