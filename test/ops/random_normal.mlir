// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"}, %seed: tensor<i64> {nn.name = "seed"})
      -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %n = nn.fill 2.0 : tensor<i64>
    %key = nn.random_key %seed, %n stream 11 : tensor<i64>, tensor<i64>
    %u = nn.random_normal %key : tensor<i64> -> tensor<?x5xf64, #nn.dims<batch, 5>>
    %y = nn.mul %u, %x : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @alone(%seed: tensor<i64> {nn.name = "seed"}) -> (tensor<3x1x37xf64> {nn.name = "y"}) {
    %y = nn.random_normal %seed : tensor<i64> -> tensor<3x1x37xf64>
    nn.return %y : tensor<3x1x37xf64>
  }

  nn.func predict @scalar(%seed: tensor<i64> {nn.name = "seed"}) -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.random_normal %seed : tensor<i64> -> tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @reduced(%x: tensor<?x9xf64, #nn.dims<batch, 9>> {nn.name = "x"}, %seed: tensor<i64> {nn.name = "seed"})
      -> (tensor<9xf64> {nn.name = "y"}) {
    %u = nn.random_normal %seed : tensor<i64> -> tensor<?x9xf64, #nn.dims<batch, 9>>
    %p = nn.mul %u, %x : tensor<?x9xf64, #nn.dims<batch, 9>>
    %y = nn.sum %p over [0] : tensor<?x9xf64, #nn.dims<batch, 9>>
    nn.return %y : tensor<9xf64>
  }
}
