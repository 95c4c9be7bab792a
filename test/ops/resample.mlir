// RUN: %testbin/check-op %s --work=%t
// All modes: up, down, by fractions, from one element and to one, each axis.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @doubled_nearest(%x: tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> {nn.name = "x"})
      -> (tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> -> tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
    nn.return %result : tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
  }

  nn.func predict @halved_nearest(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x3x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x6x3xf64> -> tensor<2x3x3xf64>
    nn.return %result : tensor<2x3x3xf64>
  }

  nn.func predict @odd_up_nearest(%x: tensor<1x3x5x2xf64> {nn.name = "x"})
      -> (tensor<1x3x7x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 2 by "nearest" : tensor<1x3x5x2xf64> -> tensor<1x3x7x2xf64>
    nn.return %result : tensor<1x3x7x2xf64>
  }

  nn.func predict @odd_down_nearest(%x: tensor<2x7x2xf64> {nn.name = "x"})
      -> (tensor<2x3x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x7x2xf64> -> tensor<2x3x2xf64>
    nn.return %result : tensor<2x3x2xf64>
  }

  nn.func predict @from_one_nearest(%x: tensor<2x1x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x1x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @to_one_nearest(%x: tensor<2x5x1xf64> {nn.name = "x"})
      -> (tensor<2x1x1xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x5x1xf64> -> tensor<2x1x1xf64>
    nn.return %result : tensor<2x1x1xf64>
  }

  nn.func predict @far_down_nearest(%x: tensor<1x19x2xf64> {nn.name = "x"})
      -> (tensor<1x2x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<1x19x2xf64> -> tensor<1x2x2xf64>
    nn.return %result : tensor<1x2x2xf64>
  }

  nn.func predict @doubled_linear(%x: tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> {nn.name = "x"})
      -> (tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> -> tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
    nn.return %result : tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
  }

  nn.func predict @halved_linear(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x3x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x6x3xf64> -> tensor<2x3x3xf64>
    nn.return %result : tensor<2x3x3xf64>
  }

  nn.func predict @odd_up_linear(%x: tensor<1x3x5x2xf64> {nn.name = "x"})
      -> (tensor<1x3x7x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 2 by "linear" : tensor<1x3x5x2xf64> -> tensor<1x3x7x2xf64>
    nn.return %result : tensor<1x3x7x2xf64>
  }

  nn.func predict @odd_down_linear(%x: tensor<2x7x2xf64> {nn.name = "x"})
      -> (tensor<2x3x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x7x2xf64> -> tensor<2x3x2xf64>
    nn.return %result : tensor<2x3x2xf64>
  }

  nn.func predict @same_linear(%x: tensor<2x5xf64> {nn.name = "x"})
      -> (tensor<2x5xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x5xf64> -> tensor<2x5xf64>
    nn.return %result : tensor<2x5xf64>
  }

  nn.func predict @from_one_linear(%x: tensor<2x1x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x1x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @to_one_linear(%x: tensor<2x5x1xf64> {nn.name = "x"})
      -> (tensor<2x1x1xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x5x1xf64> -> tensor<2x1x1xf64>
    nn.return %result : tensor<2x1x1xf64>
  }

  nn.func predict @last_axis_linear(%x: tensor<3x4xf64> {nn.name = "x"})
      -> (tensor<3x9xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<3x4xf64> -> tensor<3x9xf64>
    nn.return %result : tensor<3x9xf64>
  }

  nn.func predict @first_axis_linear(%x: tensor<2x3xf64> {nn.name = "x"})
      -> (tensor<5x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 0 by "linear" : tensor<2x3xf64> -> tensor<5x3xf64>
    nn.return %result : tensor<5x3xf64>
  }

  nn.func predict @far_down_linear(%x: tensor<1x19x2xf64> {nn.name = "x"})
      -> (tensor<1x2x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<1x19x2xf64> -> tensor<1x2x2xf64>
    nn.return %result : tensor<1x2x2xf64>
  }

  nn.func predict @doubled_average(%x: tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> {nn.name = "x"})
      -> (tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<?x3x4x2xf64, #nn.dims<batch, 3, 4, 2>> -> tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
    nn.return %result : tensor<?x6x4x2xf64, #nn.dims<batch, 6, 4, 2>>
  }

  nn.func predict @halved_average(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x3x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x6x3xf64> -> tensor<2x3x3xf64>
    nn.return %result : tensor<2x3x3xf64>
  }

  nn.func predict @odd_up_average(%x: tensor<1x3x5x2xf64> {nn.name = "x"})
      -> (tensor<1x3x7x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 2 by "average" : tensor<1x3x5x2xf64> -> tensor<1x3x7x2xf64>
    nn.return %result : tensor<1x3x7x2xf64>
  }

  nn.func predict @odd_down_average(%x: tensor<2x7x2xf64> {nn.name = "x"})
      -> (tensor<2x3x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x7x2xf64> -> tensor<2x3x2xf64>
    nn.return %result : tensor<2x3x2xf64>
  }

  nn.func predict @from_one_average(%x: tensor<2x1x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x1x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @to_one_average(%x: tensor<2x5x1xf64> {nn.name = "x"})
      -> (tensor<2x1x1xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x5x1xf64> -> tensor<2x1x1xf64>
    nn.return %result : tensor<2x1x1xf64>
  }

  nn.func predict @far_down_average(%x: tensor<1x19x2xf64> {nn.name = "x"})
      -> (tensor<1x2x2xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<1x19x2xf64> -> tensor<1x2x2xf64>
    nn.return %result : tensor<1x2x2xf64>
  }

  nn.func predict @two_thirds_nearest(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x6x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @three_halves_nearest(%x: tensor<2x4x3xf64> {nn.name = "x"})
      -> (tensor<2x6x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "nearest" : tensor<2x4x3xf64> -> tensor<2x6x3xf64>
    nn.return %result : tensor<2x6x3xf64>
  }

  nn.func predict @two_thirds_linear(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x6x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @three_halves_linear(%x: tensor<2x4x3xf64> {nn.name = "x"})
      -> (tensor<2x6x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "linear" : tensor<2x4x3xf64> -> tensor<2x6x3xf64>
    nn.return %result : tensor<2x6x3xf64>
  }

  nn.func predict @two_thirds_average(%x: tensor<2x6x3xf64> {nn.name = "x"})
      -> (tensor<2x4x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x6x3xf64> -> tensor<2x4x3xf64>
    nn.return %result : tensor<2x4x3xf64>
  }

  nn.func predict @three_halves_average(%x: tensor<2x4x3xf64> {nn.name = "x"})
      -> (tensor<2x6x3xf64> {nn.name = "result"}) {
    %result = nn.resample %x along 1 by "average" : tensor<2x4x3xf64> -> tensor<2x6x3xf64>
    nn.return %result : tensor<2x6x3xf64>
  }
}
