// RUN: %testbin/check-op %s --work=%t
// Indices are inside the table, but for those of run-time size, which are drawn from -5 to 5.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @rows(%table: tensor<7x5xf64> {nn.name = "table"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<7x5xf64>, tensor<?xi32, #nn.dims<batch>>
    nn.return %y : tensor<?x5xf64, #nn.dims<batch, 5>>
  }

  nn.func predict @grid(%table: tensor<7x33xf64> {nn.name = "table"}, %index: tensor<2x3xi64> {nn.name = "index"})
      -> (tensor<2x3x33xf64> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<7x33xf64>, tensor<2x3xi64>
    nn.return %y : tensor<2x3x33xf64>
  }

  nn.func predict @columns(%table: tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "table"}, %index: tensor<4xi32> {nn.name = "index"})
      -> (tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 1 : tensor<?x6xf64, #nn.dims<batch, 6>>, tensor<4xi32>
    nn.return %y : tensor<?x4xf64, #nn.dims<batch, 4>>
  }

  nn.func predict @middle(%table: tensor<2x5x3xf64> {nn.name = "table"}, %index: tensor<?x?xi32, #nn.dims<batch, time>> {nn.name = "index"})
      -> (tensor<2x?x?x3xf64, #nn.dims<2, batch, time, 3>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 1 : tensor<2x5x3xf64>, tensor<?x?xi32, #nn.dims<batch, time>>
    nn.return %y : tensor<2x?x?x3xf64, #nn.dims<2, batch, time, 3>>
  }

  nn.func predict @scalar_index(%table: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "table"}, %index: tensor<i32> {nn.name = "index"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 1 : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<i32>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @bytes(%table: tensor<9x2xf64> {nn.name = "table"}, %index: tensor<5xui8> {nn.name = "index"})
      -> (tensor<5x2xf64> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<9x2xf64>, tensor<5xui8>
    nn.return %y : tensor<5x2xf64>
  }

  nn.func predict @numbers(%table: tensor<11xf64> {nn.name = "table"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<11xf64>, tensor<?xi32, #nn.dims<batch>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @one(%table: tensor<1x1xf64> {nn.name = "table"}, %index: tensor<1xi32> {nn.name = "index"})
      -> (tensor<1x1xf64> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<1x1xf64>, tensor<1xi32>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @perhaps_outside(%table: tensor<?x3xf64, #nn.dims<time, 3>> {nn.name = "table"}, %index: tensor<17xi32> {nn.name = "index"})
      -> (tensor<17x3xf64> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<?x3xf64, #nn.dims<time, 3>>, tensor<17xi32>
    nn.return %y : tensor<17x3xf64>
  }

  nn.func predict @integers(%table: tensor<5x2xi32> {nn.name = "table"}, %index: tensor<?xi32, #nn.dims<batch>> {nn.name = "index"})
      -> (tensor<?x2xi32, #nn.dims<batch, 2>> {nn.name = "y"}) {
    %y = nn.gather %table, %index axis 0 : tensor<5x2xi32>, tensor<?xi32, #nn.dims<batch>>
    nn.return %y : tensor<?x2xi32, #nn.dims<batch, 2>>
  }

  nn.func predict @computed(%table: tensor<5x4xf64> {nn.name = "table"}, %x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "y"}) {
    %i = nn.argmax %x over 1 : tensor<?x5xf64, #nn.dims<batch, 5>>
    %y = nn.gather %table, %i axis 0 : tensor<5x4xf64>, tensor<?xi32, #nn.dims<batch>>
    nn.return %y : tensor<?x4xf64, #nn.dims<batch, 4>>
  }
}
