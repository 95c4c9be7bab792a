// RUN: %testbin/check-op %s --work=%t
// The identity, whatever it waits for: a value in memory, one that only a kernel holds, a constant, an argument.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @after_argument(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"},
                                  %z: tensor<5xi32> {nn.name = "z"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %h = nn.hold %x until %z : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<5xi32>
    %y = nn.exp %h : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @after_inner(%x: tensor<2x3xf64> {nn.name = "x"}, %w: tensor<3x3xf64> {nn.name = "w"})
      -> (tensor<2x3xf64> {nn.name = "y"}) {
    %a = nn.matmul %x, %w : tensor<2x3xf64>, tensor<3x3xf64>
    %b = nn.sin %a : tensor<2x3xf64>
    %c = nn.exp %b : tensor<2x3xf64>
    %h = nn.hold %x until %b : tensor<2x3xf64>, tensor<2x3xf64>
    %d = nn.matmul %h, %w : tensor<2x3xf64>, tensor<3x3xf64>
    %y = nn.mul %c, %d : tensor<2x3xf64>
    nn.return %y : tensor<2x3xf64>
  }

  nn.func predict @after_constant(%x: tensor<1x4x1xf64> {nn.name = "x"}) -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %one = nn.fill 1.0 : tensor<f64>
    %wide = nn.broadcast %one dims [] : tensor<f64> -> tensor<7xf64>
    %h = nn.hold %x until %wide : tensor<1x4x1xf64>, tensor<7xf64>
    %y = nn.sin %h : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @returned(%x: tensor<7xi32> {nn.name = "x"}) -> (tensor<7xi32> {nn.name = "y"}) {
    %y = nn.hold %x until %x : tensor<7xi32>, tensor<7xi32>
    nn.return %y : tensor<7xi32>
  }
}
