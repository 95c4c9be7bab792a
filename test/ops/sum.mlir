// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.sum %x over [1] : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @batch(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<5xf64> {nn.name = "y"}) {
    %y = nn.sum %x over [0] : tensor<?x5xf64, #nn.dims<batch, 5>>
    nn.return %y : tensor<5xf64>
  }

  nn.func predict @all(%x: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.sum %x over [0, 1] : tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<f64>
  }

  nn.func predict @middle(%x: tensor<3x4x2xf64> {nn.name = "x"})
      -> (tensor<3x2xf64> {nn.name = "y"}) {
    %y = nn.sum %x over [1] : tensor<3x4x2xf64>
    nn.return %y : tensor<3x2xf64>
  }

  nn.func predict @ends(%x: tensor<3x4x2xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.sum %x over [0, 2] : tensor<3x4x2xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @first_of_run_time(%x: tensor<3x6x?xf64, #nn.dims<3, 6, batch>> {nn.name = "x"})
      -> (tensor<6x?xf64, #nn.dims<6, batch>> {nn.name = "y"}) {
    %y = nn.sum %x over [0] : tensor<3x6x?xf64, #nn.dims<3, 6, batch>>
    nn.return %y : tensor<6x?xf64, #nn.dims<6, batch>>
  }

  nn.func predict @unit(%x: tensor<4x1xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.sum %x over [1] : tensor<4x1xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @long(%x: tensor<37xf64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.sum %x over [0] : tensor<37xf64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @integers(%x: tensor<3x7xi32> {nn.name = "x"})
      -> (tensor<3xi32> {nn.name = "y"}) {
    %y = nn.sum %x over [1] : tensor<3x7xi32>
    nn.return %y : tensor<3xi32>
  }

  // Elements that are the same along what is summed.
  nn.func predict @same(%x: tensor<f64> {nn.name = "x"}, %row: tensor<3xf64> {nn.name = "row"})
      -> (tensor<3xf64> {nn.name = "columns"}, tensor<5xf64> {nn.name = "rows"}, tensor<f64> {nn.name = "all"},
          tensor<3xf64> {nn.name = "of_rows"}) {
    %wide = nn.broadcast %x dims [] : tensor<f64> -> tensor<5x3xf64>
    %columns = nn.sum %wide over [0] : tensor<5x3xf64>
    %long = nn.broadcast %x dims [] : tensor<f64> -> tensor<5x37xf64>
    %rows = nn.sum %long over [1] : tensor<5x37xf64>
    %all = nn.sum %long over [0, 1] : tensor<5x37xf64>
    %repeated = nn.broadcast %row dims [1] : tensor<3xf64> -> tensor<5x3xf64>
    %of_rows = nn.sum %repeated over [0] : tensor<5x3xf64>
    nn.return %columns, %rows, %all, %of_rows : tensor<3xf64>, tensor<5xf64>, tensor<f64>, tensor<3xf64>
  }
}
