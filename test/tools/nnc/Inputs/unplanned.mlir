nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @predict(%x: tensor<2x2xf32> {nn.name = "x"}) -> (tensor<2x2xf32> {nn.name = "y"}) {
    %0 = nn.matmul %x, %x : tensor<2x2xf32>, tensor<2x2xf32>
    nn.return %0 : tensor<2x2xf32>
  }
}
