// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "a"},
                         %b: tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.or %a, %b : tensor<?x3xi1, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @odd(%a: tensor<7x5xi1> {nn.name = "a"},
                       %b: tensor<7x5xi1> {nn.name = "b"})
      -> (tensor<7x5xi1> {nn.name = "y"}) {
    %y = nn.or %a, %b : tensor<7x5xi1>
    nn.return %y : tensor<7x5xi1>
  }

  nn.func predict @unit(%a: tensor<1x4x1xi1> {nn.name = "a"},
                        %b: tensor<1x4x1xi1> {nn.name = "b"})
      -> (tensor<1x4x1xi1> {nn.name = "y"}) {
    %y = nn.or %a, %b : tensor<1x4x1xi1>
    nn.return %y : tensor<1x4x1xi1>
  }

  nn.func predict @scalar(%a: tensor<i1> {nn.name = "a"},
                          %b: tensor<i1> {nn.name = "b"})
      -> (tensor<i1> {nn.name = "y"}) {
    %y = nn.or %a, %b : tensor<i1>
    nn.return %y : tensor<i1>
  }
}
