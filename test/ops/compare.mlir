// RUN: %testbin/check-op %s --work=%t
// All six relations, on floats and on integers that are often equal.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @floats_eq(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare eq %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_eq(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare eq %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @floats_ne(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare ne %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_ne(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare ne %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @floats_lt(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare lt %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_lt(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare lt %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @floats_le(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare le %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_le(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare le %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @floats_gt(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare gt %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_gt(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare gt %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @floats_ge(%a: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "a"},
                             %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<?x3xi1, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.compare ge %a, %b : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xi1, #nn.dims<batch, 3>>
  }

  nn.func predict @integers_ge(%a: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "a"},
                               %b: tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "b"})
      -> (tensor<?x5xi1, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.compare ge %a, %b : tensor<?x5xi32, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xi1, #nn.dims<batch, 5>>
  }

  nn.func predict @unit(%a: tensor<1x1xf64> {nn.name = "a"},
                        %b: tensor<1x1xf64> {nn.name = "b"})
      -> (tensor<1x1xi1> {nn.name = "y"}) {
    %y = nn.compare lt %a, %b : tensor<1x1xf64>
    nn.return %y : tensor<1x1xi1>
  }
}
