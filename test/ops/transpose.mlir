// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @matrix(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<3x?xf64, #nn.dims<3, batch>> {nn.name = "y"}) {
    %y = nn.transpose %x by [1, 0] : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<3x?xf64, #nn.dims<3, batch>>
  }

  nn.func predict @heads(%x: tensor<?x2x3x4xf64, #nn.dims<batch, 2, 3, 4>> {nn.name = "x"})
      -> (tensor<?x3x2x4xf64, #nn.dims<batch, 3, 2, 4>> {nn.name = "y"}) {
    %y = nn.transpose %x by [0, 2, 1, 3] : tensor<?x2x3x4xf64, #nn.dims<batch, 2, 3, 4>>
    nn.return %y : tensor<?x3x2x4xf64, #nn.dims<batch, 3, 2, 4>>
  }

  nn.func predict @rotate(%x: tensor<2x3x5xf64> {nn.name = "x"})
      -> (tensor<5x2x3xf64> {nn.name = "y"}) {
    %y = nn.transpose %x by [2, 0, 1] : tensor<2x3x5xf64>
    nn.return %y : tensor<5x2x3xf64>
  }

  nn.func predict @unit(%x: tensor<1x4xf64> {nn.name = "x"})
      -> (tensor<4x1xf64> {nn.name = "y"}) {
    %y = nn.transpose %x by [1, 0] : tensor<1x4xf64>
    nn.return %y : tensor<4x1xf64>
  }

  nn.func predict @identity(%x: tensor<2x3xf64> {nn.name = "x"})
      -> (tensor<2x3xf64> {nn.name = "y"}) {
    %y = nn.transpose %x by [0, 1] : tensor<2x3xf64>
    nn.return %y : tensor<2x3xf64>
  }

  nn.func predict @between(%x: tensor<3x4xf64> {nn.name = "x"},
                           %z: tensor<4x3xf64> {nn.name = "z"})
      -> (tensor<4x3xf64> {nn.name = "y"}) {
    %0 = nn.exp %x : tensor<3x4xf64>
    %1 = nn.transpose %0 by [1, 0] : tensor<3x4xf64>
    %y = nn.mul %1, %z : tensor<4x3xf64>
    nn.return %y : tensor<4x3xf64>
  }
}
