// RUN: %testbin/check-op %s --work=%t
// Indices repeat; those of run-time size are drawn from -5 to 5, and what is outside is left out.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<?xi32, #nn.dims<batch>> -> tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @wide(%x: tensor<6x71xf64> {nn.name = "x"}, %index: tensor<6xi64> {nn.name = "index"})
      -> (tensor<4x71xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<6x71xf64>, tensor<6xi64> -> tensor<4x71xf64>
    nn.return %y : tensor<4x71xf64>
  }

  nn.func predict @grid(%x: tensor<2x3x5xf64> {nn.name = "x"}, %index: tensor<2x3xi32> {nn.name = "index"})
      -> (tensor<4x5xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<2x3x5xf64>, tensor<2x3xi32> -> tensor<4x5xf64>
    nn.return %y : tensor<4x5xf64>
  }

  nn.func predict @columns(%x: tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "x"}, %index: tensor<4xi32> {nn.name = "index"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 1 : tensor<?x4xf64, #nn.dims<batch, 4>>, tensor<4xi32> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @middle(%x: tensor<2x?x?x3xf64, #nn.dims<2, batch, time, 3>> {nn.name = "x"}, %index: tensor<?x?xi32, #nn.dims<batch, time>> {nn.name = "index"})
      -> (tensor<2x5x3xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 1 : tensor<2x?x?x3xf64, #nn.dims<2, batch, time, 3>>, tensor<?x?xi32, #nn.dims<batch, time>> -> tensor<2x5x3xf64>
    nn.return %y : tensor<2x5x3xf64>
  }

  nn.func predict @deep(%x: tensor<2x?x3x2x5xf64, #nn.dims<2, batch, 3, 2, 5>> {nn.name = "x"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<2x4x3x2x5xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 1 : tensor<2x?x3x2x5xf64, #nn.dims<2, batch, 3, 2, 5>>, tensor<?xi32, #nn.dims<batch>> -> tensor<2x4x3x2x5xf64>
    nn.return %y : tensor<2x4x3x2x5xf64>
  }

  nn.func predict @second(%x: tensor<?x3x2x7xf64, #nn.dims<batch, 3, 2, 7>> {nn.name = "x"}, %index: tensor<2xui8> {nn.name = "index"})
      -> (tensor<?x3x4x7xf64, #nn.dims<batch, 3, 4, 7>> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 2 : tensor<?x3x2x7xf64, #nn.dims<batch, 3, 2, 7>>, tensor<2xui8> -> tensor<?x3x4x7xf64, #nn.dims<batch, 3, 4, 7>>
    nn.return %y : tensor<?x3x4x7xf64, #nn.dims<batch, 3, 4, 7>>
  }

  nn.func predict @scalar_index(%x: tensor<?xf64, #nn.dims<batch>> {nn.name = "x"}, %index: tensor<i32> {nn.name = "index"})
      -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 1 : tensor<?xf64, #nn.dims<batch>>, tensor<i32> -> tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @numbers(%x: tensor<?xf64, #nn.dims<batch>> {nn.name = "x"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<5xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<?xf64, #nn.dims<batch>>, tensor<?xi32, #nn.dims<batch>> -> tensor<5xf64>
    nn.return %y : tensor<5xf64>
  }

  nn.func predict @one(%x: tensor<1x1xf64> {nn.name = "x"}, %index: tensor<1xi32> {nn.name = "index"})
      -> (tensor<1x1xf64> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<1x1xf64>, tensor<1xi32> -> tensor<1x1xf64>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @perhaps_outside(%x: tensor<17x3xf64> {nn.name = "x"}, %index: tensor<17xi32> {nn.name = "index"})
      -> (tensor<?x3xf64, #nn.dims<time, 3>> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<17x3xf64>, tensor<17xi32> -> tensor<?x3xf64, #nn.dims<time, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<time, 3>>
  }

  nn.func predict @integers(%x: tensor<?x2xi32, #nn.dims<batch, 2>> {nn.name = "x"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<3x2xi32> {nn.name = "y"}) {
    %y = nn.scatter_add %x, %index axis 0 : tensor<?x2xi32, #nn.dims<batch, 2>>, tensor<?xi32, #nn.dims<batch>> -> tensor<3x2xi32>
    nn.return %y : tensor<3x2xi32>
  }
}
