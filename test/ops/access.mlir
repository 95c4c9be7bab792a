// RUN: %testbin/check-op %s --work=%t
// Slices, padding, gaps, windows and diagonals; coordinates that are bound to one another, and elements read more than
// once, whose adjoints are sums. Lengths below, at and above that of a vector.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @slice(%x: tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 + 2] else 0.0 : tensor<?x7xf64, #nn.dims<batch, 7>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @slice_first(%x: tensor<5x?xf64, #nn.dims<5, batch>> {nn.name = "x"})
      -> (tensor<3x?xf64, #nn.dims<3, batch>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1] else 0.0 : tensor<5x?xf64, #nn.dims<5, batch>> -> tensor<3x?xf64, #nn.dims<3, batch>>
    nn.return %y : tensor<3x?xf64, #nn.dims<3, batch>>
  }

  nn.func predict @every_second(%x: tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "x"})
      -> (tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "y"}) {
    %y = nn.access %x [d0, 2*d1] else 0.0 : tensor<?x7xf64, #nn.dims<batch, 7>> -> tensor<?x4xf64, #nn.dims<batch, 4>>
    nn.return %y : tensor<?x4xf64, #nn.dims<batch, 4>>
  }

  nn.func predict @backwards(%x: tensor<?x6xf64, #nn.dims<batch, 6>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0, 5 - 2*d1] else 0.0 : tensor<?x6xf64, #nn.dims<batch, 6>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @element(%x: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "x"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.access %x [d0, 3] else 0.0 : tensor<?x5xf64, #nn.dims<batch, 5>> -> tensor<?xf64, #nn.dims<batch>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @scalar(%x: tensor<3x4xf64> {nn.name = "x"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.access %x [1, 2] else 0.0 : tensor<3x4xf64> -> tensor<f64>
    nn.return %y : tensor<f64>
  }

  nn.func predict @last_of_time(%x: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "x"})
      -> (tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "y"}) {
    %y = nn.access %x [d0, "time-1", d1] else 0.0 : tensor<?x?x2xf64, #nn.dims<batch, time, 2>> -> tensor<?x2xf64, #nn.dims<batch, 2>>
    nn.return %y : tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  nn.func predict @reversed_time(%x: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "x"})
      -> (tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "y"}) {
    %y = nn.access %x [d0, -1*d1 + "time-1", d2] else 0.0 : tensor<?x?x2xf64, #nn.dims<batch, time, 2>> -> tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
    nn.return %y : tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
  }

  nn.func predict @previous(%x: tensor<?x?xf64, #nn.dims<batch, time>> {nn.name = "x"})
      -> (tensor<?x?xf64, #nn.dims<batch, time>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 - 1] else 0.5 : tensor<?x?xf64, #nn.dims<batch, time>> -> tensor<?x?xf64, #nn.dims<batch, time>>
    nn.return %y : tensor<?x?xf64, #nn.dims<batch, time>>
  }

  nn.func predict @all_but_first(%x: tensor<?x3xf64, #nn.dims<time, 3>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<"time-1", 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0 + 1, d1] else 0.0 : tensor<?x3xf64, #nn.dims<time, 3>> -> tensor<?x3xf64, #nn.dims<"time-1", 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<"time-1", 3>>
  }

  nn.func predict @pad(%x: tensor<?x3x1xf64, #nn.dims<batch, 3, 1>> {nn.name = "x"})
      -> (tensor<?x6x2xf64, #nn.dims<batch, 6, 2>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 - 2, d2 - 1] else 1.5 : tensor<?x3x1xf64, #nn.dims<batch, 3, 1>> -> tensor<?x6x2xf64, #nn.dims<batch, 6, 2>>
    nn.return %y : tensor<?x6x2xf64, #nn.dims<batch, 6, 2>>
  }

  nn.func predict @pad_long(%x: tensor<?x35xf64, #nn.dims<batch, 35>> {nn.name = "x"})
      -> (tensor<?x39xf64, #nn.dims<batch, 39>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 - 2] else -1.0 : tensor<?x35xf64, #nn.dims<batch, 35>> -> tensor<?x39xf64, #nn.dims<batch, 39>>
    nn.return %y : tensor<?x39xf64, #nn.dims<batch, 39>>
  }

  nn.func predict @crop(%x: tensor<5x37xf64> {nn.name = "x"})
      -> (tensor<3x33xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0 + 1, d1 + 2] else 0.0 : tensor<5x37xf64> -> tensor<3x33xf64>
    nn.return %y : tensor<3x33xf64>
  }

  nn.func predict @gaps(%x: tensor<?x4xf64, #nn.dims<batch, 4>> {nn.name = "x"})
      -> (tensor<?x9xf64, #nn.dims<batch, 9>> {nn.name = "y"}) {
    %y = nn.access %x [d0, (d1 - 1) over 2] else 0.0 : tensor<?x4xf64, #nn.dims<batch, 4>> -> tensor<?x9xf64, #nn.dims<batch, 9>>
    nn.return %y : tensor<?x9xf64, #nn.dims<batch, 9>>
  }

  nn.func predict @gaps_of_two(%x: tensor<3x2xf64> {nn.name = "x"})
      -> (tensor<7x5xf64> {nn.name = "y"}) {
    %y = nn.access %x [(d0) over 3, (d1 + 1) over 2] else 0.25 : tensor<3x2xf64> -> tensor<7x5xf64>
    nn.return %y : tensor<7x5xf64>
  }

  nn.func predict @windows(%x: tensor<?x8xf64, #nn.dims<batch, 8>> {nn.name = "x"})
      -> (tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0, 2*d1 + d2 - 1] else 0.0 : tensor<?x8xf64, #nn.dims<batch, 8>> -> tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
    nn.return %y : tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
  }

  nn.func predict @windows_2d(%x: tensor<1x5x4x3xf64> {nn.name = "x"})
      -> (tensor<1x3x2x3x3x2xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0, 2*d1 + d4 - 1, 2*d2 + d5, d3] else 0.75 : tensor<1x5x4x3xf64> -> tensor<1x3x2x3x3x2xf64>
    nn.return %y : tensor<1x3x2x3x3x2xf64>
  }

  nn.func predict @dilated(%x: tensor<?x9xf64, #nn.dims<batch, 9>> {nn.name = "x"})
      -> (tensor<?x5x3xf64, #nn.dims<batch, 5, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 + 2*d2] else 0.0 : tensor<?x9xf64, #nn.dims<batch, 9>> -> tensor<?x5x3xf64, #nn.dims<batch, 5, 3>>
    nn.return %y : tensor<?x5x3xf64, #nn.dims<batch, 5, 3>>
  }

  nn.func predict @skipping(%x: tensor<?x9xf64, #nn.dims<batch, 9>> {nn.name = "x"})
      -> (tensor<?x3x2xf64, #nn.dims<batch, 3, 2>> {nn.name = "y"}) {
    %y = nn.access %x [d0, 3*d1 + d2] else 0.0 : tensor<?x9xf64, #nn.dims<batch, 9>> -> tensor<?x3x2xf64, #nn.dims<batch, 3, 2>>
    nn.return %y : tensor<?x3x2xf64, #nn.dims<batch, 3, 2>>
  }

  nn.func predict @diagonal(%x: tensor<4x4xf64> {nn.name = "x"})
      -> (tensor<4xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0, d0] else 0.0 : tensor<4x4xf64> -> tensor<4xf64>
    nn.return %y : tensor<4xf64>
  }

  nn.func predict @batched_diagonal(%x: tensor<?x3x5xf64, #nn.dims<batch, 3, 5>> {nn.name = "x"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1, d1 + 1] else 0.0 : tensor<?x3x5xf64, #nn.dims<batch, 3, 5>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @antidiagonals(%x: tensor<3x4xf64> {nn.name = "x"})
      -> (tensor<6x3xf64> {nn.name = "y"}) {
    %y = nn.access %x [d1, d0 - 1*d1] else 0.0 : tensor<3x4xf64> -> tensor<6x3xf64>
    nn.return %y : tensor<6x3xf64>
  }

  nn.func predict @toeplitz(%x: tensor<7xf64> {nn.name = "x"})
      -> (tensor<4x4xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0 - 1*d1 + 3] else 0.0 : tensor<7xf64> -> tensor<4x4xf64>
    nn.return %y : tensor<4x4xf64>
  }

  nn.func predict @flattened(%x: tensor<12xf64> {nn.name = "x"})
      -> (tensor<3x4xf64> {nn.name = "y"}) {
    %y = nn.access %x [4*d0 + d1] else 0.0 : tensor<12xf64> -> tensor<3x4xf64>
    nn.return %y : tensor<3x4xf64>
  }

  nn.func predict @repeated(%x: tensor<3xf64> {nn.name = "x"})
      -> (tensor<2x?x3xf64, #nn.dims<2, batch, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d2] else 0.0 : tensor<3xf64> -> tensor<2x?x3xf64, #nn.dims<2, batch, 3>>
    nn.return %y : tensor<2x?x3xf64, #nn.dims<2, batch, 3>>
  }

  nn.func predict @tiled(%x: tensor<3x2xf64> {nn.name = "x"})
      -> (tensor<2x3x3x2xf64> {nn.name = "y"}) {
    %y = nn.access %x [d1, d3] else 0.0 : tensor<3x2xf64> -> tensor<2x3x3x2xf64>
    nn.return %y : tensor<2x3x3x2xf64>
  }

  nn.func predict @transposed_windows(%x: tensor<6x?xf64, #nn.dims<6, batch>> {nn.name = "x"})
      -> (tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "y"}) {
    %y = nn.access %x [d1 + d2, d0] else 0.0 : tensor<6x?xf64, #nn.dims<6, batch>> -> tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
    nn.return %y : tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
  }

  nn.func predict @nowhere(%x: tensor<3x2xf64> {nn.name = "x"})
      -> (tensor<2x2xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0 + 3, d1] else 2.0 : tensor<3x2xf64> -> tensor<2x2xf64>
    nn.return %y : tensor<2x2xf64>
  }

  nn.func predict @one(%x: tensor<1xf64> {nn.name = "x"})
      -> (tensor<1xf64> {nn.name = "y"}) {
    %y = nn.access %x [d0] else 0.0 : tensor<1xf64> -> tensor<1xf64>
    nn.return %y : tensor<1xf64>
  }

  nn.func predict @integers(%x: tensor<?x4xi32, #nn.dims<batch, 4>> {nn.name = "x"})
      -> (tensor<?x6xi32, #nn.dims<batch, 6>> {nn.name = "y"}) {
    %y = nn.access %x [d0, d1 - 1] else 7.0 : tensor<?x4xi32, #nn.dims<batch, 4>> -> tensor<?x6xi32, #nn.dims<batch, 6>>
    nn.return %y : tensor<?x6xi32, #nn.dims<batch, 6>>
  }

  nn.func predict @bools(%x: tensor<5xi1> {nn.name = "x"})
      -> (tensor<5xi1> {nn.name = "y"}) {
    %y = nn.access %x [4 - 1*d0] else 0.0 : tensor<5xi1> -> tensor<5xi1>
    nn.return %y : tensor<5xi1>
  }

  // The maximum over windows, which -infinity pads: one reduction over an access; its gradient compares two.
  nn.func predict @max_pool(%x: tensor<?x5x5x3xf64, #nn.dims<batch, 5, 5, 3>> {nn.name = "x"})
      -> (tensor<?x3x3x3xf64, #nn.dims<batch, 3, 3, 3>> {nn.name = "y"}) {
    %w = nn.access %x [d0, 2*d1 + d3 - 1, 2*d2 + d4 - 1, d5] else 0xFFF0000000000000 : tensor<?x5x5x3xf64, #nn.dims<batch, 5, 5, 3>> -> tensor<?x3x3x3x3x3xf64, #nn.dims<batch, 3, 3, 3, 3, 3>>
    %y = nn.max %w over [3, 4] : tensor<?x3x3x3x3x3xf64, #nn.dims<batch, 3, 3, 3, 3, 3>>
    nn.return %y : tensor<?x3x3x3xf64, #nn.dims<batch, 3, 3, 3>>
  }

  nn.func predict @of_computed(%x: tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "x"})
      -> (tensor<?x7xf64, #nn.dims<batch, 7>> {nn.name = "y"}) {
    %e = nn.exp %x : tensor<?x7xf64, #nn.dims<batch, 7>>
    %left = nn.access %e [d0, d1 - 1] else 0.0 : tensor<?x7xf64, #nn.dims<batch, 7>> -> tensor<?x7xf64, #nn.dims<batch, 7>>
    %right = nn.access %e [d0, d1 + 1] else 0.0 : tensor<?x7xf64, #nn.dims<batch, 7>> -> tensor<?x7xf64, #nn.dims<batch, 7>>
    %y = nn.mul %left, %right : tensor<?x7xf64, #nn.dims<batch, 7>>
    nn.return %y : tensor<?x7xf64, #nn.dims<batch, 7>>
  }
}
