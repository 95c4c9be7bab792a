// RUN: %testbin/check-op %s --work=%t
// The last case: one value on both sides, whose gradients add up.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                         %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.add %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%a: tensor<7x5xf64> {nn.name = "a"},
                       %b: tensor<7x5xf64> {nn.name = "b"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.add %a, %b : tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @unit(%a: tensor<1x4x1xf64> {nn.name = "a"},
                        %b: tensor<1x4x1xf64> {nn.name = "b"})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.add %a, %b : tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%a: tensor<f64> {nn.name = "a"},
                          %b: tensor<f64> {nn.name = "b"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.add %a, %b : tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @same(%a: tensor<3x5xf64> {nn.name = "a"})
      -> (tensor<3x5xf64> {nn.name = "y"}) {
    %y = nn.add %a, %a : tensor<3x5xf64>
    nn.return %y : tensor<3x5xf64>
  }

  nn.func predict @integers(%a: tensor<9xi32> {nn.name = "a"},
                            %b: tensor<9xi32> {nn.name = "b"})
      -> (tensor<9xi32> {nn.name = "y"}) {
    %y = nn.add %a, %b : tensor<9xi32>
    nn.return %y : tensor<9xi32>
  }
}
