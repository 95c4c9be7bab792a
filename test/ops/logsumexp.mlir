// RUN: %testbin/check-op %s --work=%t
// The case of large numbers overflows unless the maximum is taken away first.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 1 : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @first(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 0 : tensor<5x3xf64>
    nn.return %y : tensor<3xf64>
  }

  nn.func predict @middle(%x: tensor<2x3x4xf64> {nn.name = "x"})
      -> (tensor<2x4xf64> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 1 : tensor<2x3x4xf64>
    nn.return %y : tensor<2x4xf64>
  }

  nn.func predict @unit(%x: tensor<4x1xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 1 : tensor<4x1xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @long(%x: tensor<37xf64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 0 : tensor<37xf64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @large(%x: tensor<3x4xf64> {nn.name = "x", nn.range = array<f64: 798.0, 802.0>})
      -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.logsumexp %x along 1 : tensor<3x4xf64>
    nn.return %y : tensor<3xf64>
  }
}
