// RUN: %testbin/check-op %s --work=%t
// Integers have ties: the first of equals.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?xi32, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.argmax %x over 1 : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?xi32, #nn.dims<batch>>
  }

  nn.func predict @batch(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<5xi32> {nn.name = "y"}) {
    %y = nn.argmax %x over 0 : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<5xi32>
  }

  nn.func predict @middle(%x: tensor<3x4x2xf64> {nn.name = "x"})
      -> (tensor<3x2xi32> {nn.name = "y"}) {
    %y = nn.argmax %x over 1 : tensor<3x4x2xf64>
    nn.return %y : tensor<3x2xi32>
  }

  nn.func predict @unit(%x: tensor<4x1xf64> {nn.name = "x"})
      -> (tensor<4xi32> {nn.name = "y"}) {
    %y = nn.argmax %x over 1 : tensor<4x1xf64>
    nn.return %y : tensor<4xi32>
  }

  nn.func predict @long(%x: tensor<37xf64> {nn.name = "x"})
      -> (tensor<i32> {nn.name = "y"}) {
    %y = nn.argmax %x over 0 : tensor<37xf64>
    nn.return %y : tensor<i32>
  }

  nn.func predict @ties(%x: tensor<5x9xi32> {nn.name = "x"})
      -> (tensor<5xi32> {nn.name = "y"}) {
    %y = nn.argmax %x over 1 : tensor<5x9xi32>
    nn.return %y : tensor<5xi32>
  }
}
