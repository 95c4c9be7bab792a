// RUN: %testbin/check-op %s --work=%t
// Two and more parts, along each axis, with sizes known now and at run time.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @rows(%x0: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x0"}, %x1: tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "x1"})
      -> (tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 1 : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x4xf64, #nn.dims<batch, 4>>
    nn.return %y : tensor<?x7xf64, #nn.dims<batch, 7>>
  }

  nn.func predict @long(%x0: tensor<?x35xf64, #nn.dims<batch, 35>> {nn.name = "x0"}, %x1: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x1"}, %x2: tensor<?x20xf64, #nn.dims<batch, 20>> {nn.name = "x2"})
      -> (tensor<?x58xf64, #nn.dims<batch, 58>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1, %x2 along 1 : tensor<?x35xf64, #nn.dims<batch, 35>>, tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x20xf64, #nn.dims<batch, 20>>
    nn.return %y : tensor<?x58xf64, #nn.dims<batch, 58>>
  }

  nn.func predict @batch(%x0: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x0"}, %x1: tensor<2x3xf64> {nn.name = "x1"})
      -> (tensor<?x3xf64, #nn.dims<"batch+2", 3>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 0 : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<2x3xf64>
    nn.return %y : tensor<?x3xf64, #nn.dims<"batch+2", 3>>
  }

  nn.func predict @times(%x0: tensor<2x?x3xf64, #nn.dims<2, time, 3>> {nn.name = "x0"}, %x1: tensor<2x?x3xf64, #nn.dims<2, batch, 3>> {nn.name = "x1"}, %x2: tensor<2x?x3xf64, #nn.dims<2, time, 3>> {nn.name = "x2"})
      -> (tensor<2x?x3xf64, #nn.dims<2, "batch+2*time", 3>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1, %x2 along 1 : tensor<2x?x3xf64, #nn.dims<2, time, 3>>, tensor<2x?x3xf64, #nn.dims<2, batch, 3>>, tensor<2x?x3xf64, #nn.dims<2, time, 3>>
    nn.return %y : tensor<2x?x3xf64, #nn.dims<2, "batch+2*time", 3>>
  }

  nn.func predict @first(%x0: tensor<2x5xf64> {nn.name = "x0"}, %x1: tensor<1x5xf64> {nn.name = "x1"}, %x2: tensor<4x5xf64> {nn.name = "x2"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1, %x2 along 0 : tensor<2x5xf64>, tensor<1x5xf64>, tensor<4x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @middle(%x0: tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> {nn.name = "x0"}, %x1: tensor<?x1x3xf64, #nn.dims<batch, 1, 3>> {nn.name = "x1"})
      -> (tensor<?x3x3xf64, #nn.dims<batch, 3, 3>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 1 : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>>, tensor<?x1x3xf64, #nn.dims<batch, 1, 3>>
    nn.return %y : tensor<?x3x3xf64, #nn.dims<batch, 3, 3>>
  }

  nn.func predict @single(%x0: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x0"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.concat %x0 along 1 : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @twice(%x0: tensor<1xf64> {nn.name = "x0"}, %x1: tensor<1xf64> {nn.name = "x1"})
      -> (tensor<2xf64> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 0 : tensor<1xf64>, tensor<1xf64>
    nn.return %y : tensor<2xf64>
  }

  nn.func predict @integers(%x0: tensor<?x3xi32, #nn.dims<batch, 3>> {nn.name = "x0"}, %x1: tensor<?x2xi32, #nn.dims<batch, 2>> {nn.name = "x1"})
      -> (tensor<?x5xi32, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 1 : tensor<?x3xi32, #nn.dims<batch, 3>>, tensor<?x2xi32, #nn.dims<batch, 2>>
    nn.return %y : tensor<?x5xi32, #nn.dims<batch, 5>>
  }

  nn.func predict @bools(%x0: tensor<3xi1> {nn.name = "x0"}, %x1: tensor<2xi1> {nn.name = "x1"})
      -> (tensor<5xi1> {nn.name = "y"}) {
    %y = nn.concat %x0, %x1 along 0 : tensor<3xi1>, tensor<2xi1>
    nn.return %y : tensor<5xi1>
  }

  nn.func predict @of_computed(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"}) -> (tensor<?x8xf64, #nn.dims<batch, 8>> {nn.name = "y"}) {
    %e = nn.exp %x : tensor<?x5xf64, #nn.dims<batch, 5>>
    %s = nn.access %x [d0, d1 + 2] else 0.0 : tensor<?x5xf64, #nn.dims<batch, 5>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    %c = nn.concat %e, %s along 1 : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<?x3xf64, #nn.dims<batch, 3>>
    %y = nn.tanh %c : tensor<?x8xf64, #nn.dims<batch, 8>>
    nn.return %y : tensor<?x8xf64, #nn.dims<batch, 8>>
  }
}
