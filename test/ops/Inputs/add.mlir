// Two shapes.
nn.model @op attributes {source_name = "Op", symbols = [], bounds = array<i64>} {
  nn.func predict @a(%x: tensor<3x1xf64> {nn.name = "x"}) -> (tensor<3x1xf64> {nn.name = "y"}) {
    %y = nn.add %x, %x : tensor<3x1xf64>
    nn.return %y : tensor<3x1xf64>
  }
  nn.func predict @b(%x: tensor<3x2xf64> {nn.name = "x"}) -> (tensor<3x2xf64> {nn.name = "y"}) {
    %y = nn.add %x, %x : tensor<3x2xf64>
    nn.return %y : tensor<3x2xf64>
  }
}
