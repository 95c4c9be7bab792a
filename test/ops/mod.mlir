// RUN: %testbin/check-op %s --work=%t
// Quotients stay between two whole numbers, where the remainder has a derivative.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a", nn.range = array<f64: 1.1, 1.3>},
                         %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b", nn.range = array<f64: 0.45, 0.54>})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.mod %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @below_zero(%a: tensor<7x5xf64> {nn.name = "a", nn.range = array<f64: -1.3, -1.1>},
                              %b: tensor<7x5xf64> {nn.name = "b", nn.range = array<f64: 0.45, 0.54>})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.mod %a, %b : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @by_negative(%a: tensor<1x4x1xf64> {nn.name = "a", nn.range = array<f64: 1.1, 1.3>},
                               %b: tensor<1x4x1xf64> {nn.name = "b", nn.range = array<f64: -0.54, -0.45>})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.mod %a, %b : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%a: tensor<f64> {nn.name = "a", nn.range = array<f64: -0.3, -0.1>},
                          %b: tensor<f64> {nn.name = "b", nn.range = array<f64: -0.54, -0.45>})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.mod %a, %b : tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @integers(%a: tensor<19xi32> {nn.name = "a"}, %b: tensor<19xi32> {nn.name = "b"})
      -> (tensor<19xi32> {nn.name = "y"}) {
    %y = nn.mod %a, %b : tensor<19xi32>
    nn.return %y : tensor<19xi32>
  }

  nn.func predict @bytes(%a: tensor<9xui8> {nn.name = "a"}) -> (tensor<9xui8> {nn.name = "y"}) {
    %three = nn.fill 3.0 : tensor<9xui8>
    %y = nn.mod %a, %three : tensor<9xui8>
    nn.return %y : tensor<9xui8>
  }
}
