// RUN: %testbin/check-op %s --work=%t
// Integers from -5 to 5: those outside of the range give rows of zeros.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "y"}) {
    %y = nn.one_hot %index : tensor<?xi32, #nn.dims<batch>> -> tensor<?x4xf64, #nn.dims<batch, 4>>
    nn.return %y : tensor<?x4xf64, #nn.dims<batch, 4>>
  }

  nn.func predict @grid(%index: tensor<3x2xi64> {nn.name = "index"})
      -> (tensor<3x2x3xf64> {nn.name = "y"}) {
    %y = nn.one_hot %index : tensor<3x2xi64> -> tensor<3x2x3xf64>
    nn.return %y : tensor<3x2x3xf64>
  }

  nn.func predict @scalar(%index: tensor<ui8> {nn.name = "index"})
      -> (tensor<5xf64> {nn.name = "y"}) {
    %y = nn.one_hot %index : tensor<ui8> -> tensor<5xf64>
    nn.return %y : tensor<5xf64>
  }

  nn.func predict @one(%index: tensor<7xi32> {nn.name = "index"})
      -> (tensor<7x1xf64> {nn.name = "y"}) {
    %y = nn.one_hot %index : tensor<7xi32> -> tensor<7x1xf64>
    nn.return %y : tensor<7x1xf64>
  }

  nn.func predict @bools(%index: tensor<7xi32> {nn.name = "index"})
      -> (tensor<7x3xi1> {nn.name = "y"}) {
    %y = nn.one_hot %index : tensor<7xi32> -> tensor<7x3xi1>
    nn.return %y : tensor<7x3xi1>
  }
}
