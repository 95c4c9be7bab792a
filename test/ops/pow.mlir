// RUN: %testbin/check-op %s --work=%t
// Powers of positive bases, and of negative ones with whole exponents.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a", nn.range = array<f64: 0.3, 2.0>},
                         %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.pow %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%a: tensor<7x5xf64> {nn.name = "a", nn.range = array<f64: 0.3, 2.0>},
                       %b: tensor<7x5xf64> {nn.name = "b"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.pow %a, %b : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @unit(%a: tensor<1x4x1xf64> {nn.name = "a", nn.range = array<f64: 0.3, 2.0>},
                        %b: tensor<1x4x1xf64> {nn.name = "b"})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.pow %a, %b : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%a: tensor<f64> {nn.name = "a", nn.range = array<f64: 0.3, 2.0>},
                          %b: tensor<f64> {nn.name = "b"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.pow %a, %b : tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @square(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 2.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @cube(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 3.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @fourth(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 4.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @inverse(%x: tensor<5x3xf64> {nn.name = "x", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill -1.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @root(%x: tensor<5x3xf64> {nn.name = "x", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 0.5 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @zeroth(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 0.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @first(%x: tensor<5x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %n = nn.fill 1.0 : tensor<5x3xf64>
    %y = nn.pow %x, %n : tensor<5x3xf64>
    nn.return %y : tensor<5x3xf64>
  }
}
