// Even sizes.
nn.model @op attributes {source_name = "Op", symbols = [], bounds = array<i64>} {
  nn.func predict @a(%x: tensor<4x1xf64> {nn.name = "x"}) -> (tensor<4x1xf64> {nn.name = "y"}) {
    %y = nn.exp %x : tensor<4x1xf64>
    nn.return %y : tensor<4x1xf64>
  }
  nn.func predict @b(%x: tensor<2xf64> {nn.name = "x"}) -> (tensor<2xf64> {nn.name = "y"}) {
    %y = nn.exp %x : tensor<2xf64>
    nn.return %y : tensor<2xf64>
  }
  nn.func predict @c(%x: tensor<6x2xf64> {nn.name = "x"}) -> (tensor<6x2xf64> {nn.name = "y"}) {
    %y = nn.exp %x : tensor<6x2xf64>
    nn.return %y : tensor<6x2xf64>
  }
}
