// Of another op.
nn.model @op attributes {source_name = "Op", symbols = [], bounds = array<i64>} {
  nn.func predict @a(%x: tensor<3xf64> {nn.name = "x"}) -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.neg %x : tensor<3xf64>
    nn.return %y : tensor<3xf64>
  }
}
