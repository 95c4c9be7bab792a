// RUN: %testbin/check-op %s --work=%t
// As bytes, positions beyond 255 saturate.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows() -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.iota along 0 : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @columns() -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.iota along 1 : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @long() -> (tensor<37xf64> {nn.name = "y"}) {
    %y = nn.iota along 0 : tensor<37xf64>
    nn.return %y : tensor<37xf64>
  }

  nn.func predict @unit() -> (tensor<1x1xf64> {nn.name = "y"}) {
    %y = nn.iota along 1 : tensor<1x1xf64>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @integers() -> (tensor<3x?xi32, #nn.dims<3, batch>> {nn.name = "y"}) {
    %y = nn.iota along 1 : tensor<3x?xi32, #nn.dims<3, batch>>
    nn.return %y : tensor<3x?xi32, #nn.dims<3, batch>>
  }

  nn.func predict @bytes() -> (tensor<300xui8> {nn.name = "y"}) {
    %y = nn.iota along 0 : tensor<300xui8>
    nn.return %y : tensor<300xui8>
  }

  nn.func predict @used(%x: tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "x"}) -> (tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "y"}) {
    %i = nn.iota along 1 : tensor<?x6xf64, #nn.dims<batch, 6>>
    %y = nn.mul %i, %x : tensor<?x6xf64, #nn.dims<batch, 6>>
    nn.return %y : tensor<?x6xf64, #nn.dims<batch, 6>>
  }
}
