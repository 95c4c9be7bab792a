// RUN: %testbin/check-op %s --work=%t
// With one value on both sides the gradients add up. Integers divide towards zero.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                         %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.div %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%a: tensor<7x5xf64> {nn.name = "a"},
                       %b: tensor<7x5xf64> {nn.name = "b", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.div %a, %b : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @unit(%a: tensor<1x4x1xf64> {nn.name = "a"},
                        %b: tensor<1x4x1xf64> {nn.name = "b", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.div %a, %b : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%a: tensor<f64> {nn.name = "a"},
                          %b: tensor<f64> {nn.name = "b", nn.range = array<f64: 0.4, 2.5>})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.div %a, %b : tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @same(%a: tensor<3x5xf64> {nn.name = "a"})
      -> (tensor<3x5xf64> {nn.name = "y"}) {
    %y = nn.div %a, %a : tensor<3x5xf64>
    nn.return %y : tensor<3x5xf64>
  }

  nn.func predict @negative(%a: tensor<7xf64> {nn.name = "a"},
                            %b: tensor<7xf64> {nn.name = "b", nn.range = array<f64: -2.5, -0.4>})
      -> (tensor<7xf64> {nn.name = "y"}) {
    %y = nn.div %a, %b : tensor<7xf64>
    nn.return %y : tensor<7xf64>
  }

  nn.func predict @integers(%a: tensor<9xi32> {nn.name = "a"})
      -> (tensor<9xi32> {nn.name = "y"}) {
    %two = nn.fill 2.0 : tensor<9xi32>
    %y = nn.div %a, %two : tensor<9xi32>
    nn.return %y : tensor<9xi32>
  }
}
