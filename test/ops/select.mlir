// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%c: tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "c"},
                         %a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                         %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.select %c, %a, %b : tensor<?x3xi1, #nn.dims<batch, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%c: tensor<7x5xi1> {nn.name = "c"},
                       %a: tensor<7x5xf64> {nn.name = "a"},
                       %b: tensor<7x5xf64> {nn.name = "b"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.select %c, %a, %b : tensor<7x5xi1>, tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @unit(%c: tensor<1x4x1xi1> {nn.name = "c"},
                        %a: tensor<1x4x1xf64> {nn.name = "a"},
                        %b: tensor<1x4x1xf64> {nn.name = "b"})
      -> (tensor<1x4x1xf64> {nn.name = "y"}) {
    %y = nn.select %c, %a, %b : tensor<1x4x1xi1>, tensor<1x4x1xf64>
    nn.return %y : tensor<1x4x1xf64>
  }

  nn.func predict @scalar(%c: tensor<i1> {nn.name = "c"},
                          %a: tensor<f64> {nn.name = "a"},
                          %b: tensor<f64> {nn.name = "b"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.select %c, %a, %b : tensor<i1>, tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @computed(%a: tensor<4x3xf64> {nn.name = "a"},
                            %b: tensor<4x3xf64> {nn.name = "b"})
      -> (tensor<4x3xf64> {nn.name = "y"}) {
    %c = nn.compare lt %a, %b : tensor<4x3xf64>
    %0 = nn.mul %a, %b : tensor<4x3xf64>
    %y = nn.select %c, %0, %b : tensor<4x3xi1>, tensor<4x3xf64>
    nn.return %y : tensor<4x3xf64>
  }

  nn.func predict @integers(%c: tensor<9xi1> {nn.name = "c"},
                            %a: tensor<9xi32> {nn.name = "a"},
                            %b: tensor<9xi32> {nn.name = "b"})
      -> (tensor<9xi32> {nn.name = "y"}) {
    %y = nn.select %c, %a, %b : tensor<9xi1>, tensor<9xi32>
    nn.return %y : tensor<9xi32>
  }
}
