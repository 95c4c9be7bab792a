// Of constants alone.
nn.model @op attributes {source_name = "Op", symbols = [], bounds = array<i64>} {
  nn.func predict @a() -> (tensor<3xf64> {nn.name = "y"}) {
    %x = nn.fill 0.5 : tensor<3xf64>
    %y = nn.cos %x : tensor<3xf64>
    nn.return %y : tensor<3xf64>
  }
  nn.func predict @b() -> (tensor<1xf64> {nn.name = "y"}) {
    %x = nn.fill 0.5 : tensor<1xf64>
    %y = nn.cos %x : tensor<1xf64>
    nn.return %y : tensor<1xf64>
  }
  nn.func predict @c() -> (tensor<2xf64> {nn.name = "y"}) {
    %x = nn.fill 0.5 : tensor<2xf64>
    %y = nn.cos %x : tensor<2xf64>
    nn.return %y : tensor<2xf64>
  }
}
