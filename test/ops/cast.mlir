// RUN: %testbin/check-op %s --work=%t
// Between float types a gradient flows; to and from integers and truth values none does.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @there_and_back(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %0 = nn.mul %x, %x : tensor<?x3xf64, #nn.dims<batch, 3>>
    %1 = nn.cast %0 : tensor<?x3xf64, #nn.dims<batch, 3>> -> tensor<?x3xf32, #nn.dims<batch, 3>>
    %y = nn.cast %1 : tensor<?x3xf32, #nn.dims<batch, 3>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @to_i32(%x: tensor<7x5xf64> {nn.name = "x", nn.range = array<f64: -9.9, 9.9>})
      -> (tensor<7x5xi32> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7x5xf64> -> tensor<7x5xi32>
    nn.return %y : tensor<7x5xi32>
  }

  nn.func predict @to_i64(%x: tensor<7xf64> {nn.name = "x", nn.range = array<f64: -9.9, 9.9>})
      -> (tensor<7xi64> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xf64> -> tensor<7xi64>
    nn.return %y : tensor<7xi64>
  }

  nn.func predict @to_ui8(%x: tensor<7xf64> {nn.name = "x", nn.range = array<f64: 0.1, 99.0>})
      -> (tensor<7xui8> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xf64> -> tensor<7xui8>
    nn.return %y : tensor<7xui8>
  }

  nn.func predict @to_bool(%x: tensor<1x4x1xf64> {nn.name = "x"})
      -> (tensor<1x4x1xi1> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<1x4x1xf64> -> tensor<1x4x1xi1>
    nn.return %y : tensor<1x4x1xi1>
  }

  nn.func predict @from_i32(%x: tensor<?x3xi32, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<?x3xi32, #nn.dims<batch, 3>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @from_i64(%x: tensor<7xi64> {nn.name = "x"})
      -> (tensor<7xf64> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xi64> -> tensor<7xf64>
    nn.return %y : tensor<7xf64>
  }

  nn.func predict @from_ui8(%x: tensor<7xui8> {nn.name = "x"})
      -> (tensor<7xf64> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xui8> -> tensor<7xf64>
    nn.return %y : tensor<7xf64>
  }

  nn.func predict @from_bool(%x: tensor<i1> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<i1> -> tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @bool_to_i32(%x: tensor<7xi1> {nn.name = "x"})
      -> (tensor<7xi32> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xi1> -> tensor<7xi32>
    nn.return %y : tensor<7xi32>
  }

  nn.func predict @i32_to_i64(%x: tensor<7xi32> {nn.name = "x"})
      -> (tensor<7xi64> {nn.name = "y"}) {
    %y = nn.cast %x : tensor<7xi32> -> tensor<7xi64>
    nn.return %y : tensor<7xi64>
  }
}
