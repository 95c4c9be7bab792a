// RUN: %testbin/check-op %s --work=%t
// All four forms, along the last axis and others.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @last(%x: tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "x"}) -> (tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 : tensor<?x7xf64, #nn.dims<batch, 7>>
    nn.return %y : tensor<?x7xf64, #nn.dims<batch, 7>>
  }

  nn.func predict @last_reverse(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"}) -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 reverse : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @exclusive(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"}) -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 exclusive : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @reverse_exclusive(%x: tensor<3x?x2xf64, #nn.dims<3, time, 2>> {nn.name = "x"}) -> (tensor<3x?x2xf64, #nn.dims<3, time, 2>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 reverse exclusive : tensor<3x?x2xf64, #nn.dims<3, time, 2>>
    nn.return %y : tensor<3x?x2xf64, #nn.dims<3, time, 2>>
  }

  nn.func predict @first(%x: tensor<?x19xf64, #nn.dims<time, 19>> {nn.name = "x"}) -> (tensor<?x19xf64, #nn.dims<time, 19>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 0 : tensor<?x19xf64, #nn.dims<time, 19>>
    nn.return %y : tensor<?x19xf64, #nn.dims<time, 19>>
  }

  nn.func predict @middle(%x: tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "x"}) -> (tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 : tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
    nn.return %y : tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
  }

  nn.func predict @first_exclusive(%x: tensor<6x5xf64> {nn.name = "x"}) -> (tensor<6x5xf64> {nn.name = "y"}) {
    %y = nn.cumsum %x along 0 exclusive : tensor<6x5xf64>
    nn.return %y : tensor<6x5xf64>
  }

  nn.func predict @long(%x: tensor<37xf64> {nn.name = "x"}) -> (tensor<37xf64> {nn.name = "y"}) {
    %y = nn.cumsum %x along 0 : tensor<37xf64>
    nn.return %y : tensor<37xf64>
  }

  nn.func predict @unit(%x: tensor<1xf64> {nn.name = "x"}) -> (tensor<1xf64> {nn.name = "y"}) {
    %y = nn.cumsum %x along 0 : tensor<1xf64>
    nn.return %y : tensor<1xf64>
  }

  nn.func predict @one_step(%x: tensor<3x1x2xf64> {nn.name = "x"}) -> (tensor<3x1x2xf64> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 exclusive : tensor<3x1x2xf64>
    nn.return %y : tensor<3x1x2xf64>
  }

  nn.func predict @deep(%x: tensor<2x3x4x5x2xf64> {nn.name = "x"}) -> (tensor<2x3x4x5x2xf64> {nn.name = "y"}) {
    %y = nn.cumsum %x along 2 reverse : tensor<2x3x4x5x2xf64>
    nn.return %y : tensor<2x3x4x5x2xf64>
  }

  nn.func predict @integers(%x: tensor<3x5xi32> {nn.name = "x"}) -> (tensor<3x5xi32> {nn.name = "y"}) {
    %y = nn.cumsum %x along 1 : tensor<3x5xi32>
    nn.return %y : tensor<3x5xi32>
  }
}
