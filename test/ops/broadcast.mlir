// RUN: %testbin/check-op %s --work=%t
// New axes before, behind and between; repeated axes of size one.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<3xf64> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [1] : tensor<3xf64> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @columns(%x: tensor<?xf64, #nn.dims<batch>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [0] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @scalar(%x: tensor<f64> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [] : tensor<f64> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @unit(%x: tensor<4x1x3xf64> {nn.name = "x"})
      -> (tensor<4x5x3xf64> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [0, 1, 2] : tensor<4x1x3xf64> -> tensor<4x5x3xf64>
    nn.return %y : tensor<4x5x3xf64>
  }

  nn.func predict @unit_and_new(%x: tensor<1x3xf64> {nn.name = "x"})
      -> (tensor<2x5x4x3xf64> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [1, 3] : tensor<1x3xf64> -> tensor<2x5x4x3xf64>
    nn.return %y : tensor<2x5x4x3xf64>
  }

  nn.func predict @between(%x: tensor<2x3xf64> {nn.name = "x"})
      -> (tensor<2x5x3xf64> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [0, 2] : tensor<2x3xf64> -> tensor<2x5x3xf64>
    nn.return %y : tensor<2x5x3xf64>
  }

  nn.func predict @one(%x: tensor<1xf64> {nn.name = "x"})
      -> (tensor<1xf64> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [0] : tensor<1xf64> -> tensor<1xf64>
    nn.return %y : tensor<1xf64>
  }

  nn.func predict @integers(%x: tensor<3xi32> {nn.name = "x"})
      -> (tensor<?x3xi32, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.broadcast %x dims [1] : tensor<3xi32> -> tensor<?x3xi32, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi32, #nn.dims<batch, 3>>
  }

  nn.func predict @computed(%x: tensor<3xf64> {nn.name = "x"},
                            %z: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "z"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %0 = nn.exp %x : tensor<3xf64>
    %1 = nn.broadcast %0 dims [1] : tensor<3xf64> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    %y = nn.mul %1, %z : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }
}
