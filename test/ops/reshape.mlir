// RUN: %testbin/check-op %s --work=%t
// Alone it is another view of the same bytes; between two computations it must keep their order.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @flatten(%x: tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> {nn.name = "x"})
      -> (tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "y"}) {
    %y = nn.reshape %x : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> -> tensor<?x6xf64, #nn.dims<batch, 6>>
    nn.return %y : tensor<?x6xf64, #nn.dims<batch, 6>>
  }

  nn.func predict @merge(%x: tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<"2*batch", 3>> {nn.name = "y"}) {
    %y = nn.reshape %x : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> -> tensor<?x3xf64, #nn.dims<"2*batch", 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<"2*batch", 3>>
  }

  nn.func predict @unit(%x: tensor<4x1x3xf64> {nn.name = "x"})
      -> (tensor<4x3xf64> {nn.name = "y"}) {
    %y = nn.reshape %x : tensor<4x1x3xf64> -> tensor<4x3xf64>
    nn.return %y : tensor<4x3xf64>
  }

  nn.func predict @scalar(%x: tensor<1x1xf64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.reshape %x : tensor<1x1xf64> -> tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @between(%x: tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> {nn.name = "x"})
      -> (tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "y"}) {
    %0 = nn.mul %x, %x : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>>
    %1 = nn.reshape %0 : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> -> tensor<?x6xf64, #nn.dims<batch, 6>>
    %y = nn.sin %1 : tensor<?x6xf64, #nn.dims<batch, 6>>
    nn.return %y : tensor<?x6xf64, #nn.dims<batch, 6>>
  }

  nn.func predict @fold(%x: tensor<3x10xf64> {nn.name = "x"})
      -> (tensor<5x6xf64> {nn.name = "y"}) {
    %0 = nn.mul %x, %x : tensor<3x10xf64>
    %1 = nn.reshape %0 : tensor<3x10xf64> -> tensor<5x6xf64>
    %y = nn.sin %1 : tensor<5x6xf64>
    nn.return %y : tensor<5x6xf64>
  }
}
