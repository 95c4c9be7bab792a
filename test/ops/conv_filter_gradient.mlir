// RUN: %testbin/check-op %s --work=%t
// The convolutions of conv.mlir, from the two tensors to the filter.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @plain(%x: tensor<?x5x7x3xf64, #nn.dims<batch, 5, 7, 3>> {nn.name = "x"},
      %dy: tensor<?x3x5x4xf64, #nn.dims<batch, 3, 5, 4>> {nn.name = "dy"}) -> (tensor<3x3x3x4xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1
        : tensor<?x5x7x3xf64, #nn.dims<batch, 5, 7, 3>>, tensor<?x3x5x4xf64, #nn.dims<batch, 3, 5, 4>> -> tensor<3x3x3x4xf64>
    nn.return %y : tensor<3x3x3x4xf64>
  }

  nn.func predict @same(%x: tensor<?x4x5x2xf64, #nn.dims<batch, 4, 5, 2>> {nn.name = "x"},
      %dy: tensor<?x4x5x3xf64, #nn.dims<batch, 4, 5, 3>> {nn.name = "dy"}) -> (tensor<3x3x2x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1
        : tensor<?x4x5x2xf64, #nn.dims<batch, 4, 5, 2>>, tensor<?x4x5x3xf64, #nn.dims<batch, 4, 5, 3>> -> tensor<3x3x2x3xf64>
    nn.return %y : tensor<3x3x2x3xf64>
  }

  nn.func predict @stride(%x: tensor<2x7x5x2xf64> {nn.name = "x"},
      %dy: tensor<2x4x2x3xf64> {nn.name = "dy"}) -> (tensor<3x3x2x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [2, 2] dilations [1, 1] low [1, 0] high [1, 1] groups 1
        : tensor<2x7x5x2xf64>, tensor<2x4x2x3xf64> -> tensor<3x3x2x3xf64>
    nn.return %y : tensor<3x3x2x3xf64>
  }

  nn.func predict @stride_beyond_kernel(%x: tensor<2x8x7x2xf64> {nn.name = "x"},
      %dy: tensor<2x3x4x3xf64> {nn.name = "dy"}) -> (tensor<2x1x2x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [3, 2] dilations [1, 1] low [0, 0] high [0, 0] groups 1
        : tensor<2x8x7x2xf64>, tensor<2x3x4x3xf64> -> tensor<2x1x2x3xf64>
    nn.return %y : tensor<2x1x2x3xf64>
  }

  nn.func predict @dilated(%x: tensor<1x9x8x1xf64> {nn.name = "x"},
      %dy: tensor<1x8x3x2xf64> {nn.name = "dy"}) -> (tensor<3x2x1x2xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 2] dilations [2, 3] low [2, 1] high [1, 0] groups 1
        : tensor<1x9x8x1xf64>, tensor<1x8x3x2xf64> -> tensor<3x2x1x2xf64>
    nn.return %y : tensor<3x2x1x2xf64>
  }

  nn.func predict @dilated_strided(%x: tensor<2x9x7x1xf64> {nn.name = "x"},
      %dy: tensor<2x3x4x2xf64> {nn.name = "dy"}) -> (tensor<3x3x1x2xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [3, 2] dilations [2, 2] low [2, 2] high [2, 2] groups 1
        : tensor<2x9x7x1xf64>, tensor<2x3x4x2xf64> -> tensor<3x3x1x2xf64>
    nn.return %y : tensor<3x3x1x2xf64>
  }

  nn.func predict @groups(%x: tensor<2x4x4x4xf64> {nn.name = "x"},
      %dy: tensor<2x4x4x6xf64> {nn.name = "dy"}) -> (tensor<3x2x2x6xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [1, 0] high [1, 1] groups 2
        : tensor<2x4x4x4xf64>, tensor<2x4x4x6xf64> -> tensor<3x2x2x6xf64>
    nn.return %y : tensor<3x2x2x6xf64>
  }

  nn.func predict @depthwise(%x: tensor<2x5x4x3xf64> {nn.name = "x"},
      %dy: tensor<2x5x4x3xf64> {nn.name = "dy"}) -> (tensor<3x3x1x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 3
        : tensor<2x5x4x3xf64>, tensor<2x5x4x3xf64> -> tensor<3x3x1x3xf64>
    nn.return %y : tensor<3x3x1x3xf64>
  }

  nn.func predict @depthwise_multiplied(%x: tensor<1x5x4x3xf64> {nn.name = "x"},
      %dy: tensor<1x3x4x6xf64> {nn.name = "dy"}) -> (tensor<3x3x1x6xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [2, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 3
        : tensor<1x5x4x3xf64>, tensor<1x3x4x6xf64> -> tensor<3x3x1x6xf64>
    nn.return %y : tensor<3x3x1x6xf64>
  }

  nn.func predict @pointwise(%x: tensor<?x3x2x5xf64, #nn.dims<batch, 3, 2, 5>> {nn.name = "x"},
      %dy: tensor<?x3x2x4xf64, #nn.dims<batch, 3, 2, 4>> {nn.name = "dy"}) -> (tensor<1x1x5x4xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1
        : tensor<?x3x2x5xf64, #nn.dims<batch, 3, 2, 5>>, tensor<?x3x2x4xf64, #nn.dims<batch, 3, 2, 4>> -> tensor<1x1x5x4xf64>
    nn.return %y : tensor<1x1x5x4xf64>
  }

  nn.func predict @one(%x: tensor<1x1x1x1xf64> {nn.name = "x"},
      %dy: tensor<1x1x1x1xf64> {nn.name = "dy"}) -> (tensor<1x1x1x1xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1
        : tensor<1x1x1x1xf64>, tensor<1x1x1x1xf64> -> tensor<1x1x1x1xf64>
    nn.return %y : tensor<1x1x1x1xf64>
  }

  nn.func predict @only_padding_beside(%x: tensor<2x1x1x2xf64> {nn.name = "x"},
      %dy: tensor<2x1x1x2xf64> {nn.name = "dy"}) -> (tensor<3x3x2x2xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1
        : tensor<2x1x1x2xf64>, tensor<2x1x1x2xf64> -> tensor<3x3x2x2xf64>
    nn.return %y : tensor<3x3x2x2xf64>
  }

  nn.func predict @wide(%x: tensor<1x3x17x3xf64> {nn.name = "x"},
      %dy: tensor<1x3x17x17xf64> {nn.name = "dy"}) -> (tensor<2x3x3x17xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [0, 1] high [1, 1] groups 1
        : tensor<1x3x17x3xf64>, tensor<1x3x17x17xf64> -> tensor<2x3x3x17xf64>
    nn.return %y : tensor<2x3x3x17xf64>
  }

  nn.func predict @line(%x: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "x"},
      %dy: tensor<?x?x3xf64, #nn.dims<batch, time, 3>> {nn.name = "dy"}) -> (tensor<3x2x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1] dilations [1] low [1] high [1] groups 1
        : tensor<?x?x2xf64, #nn.dims<batch, time, 2>>, tensor<?x?x3xf64, #nn.dims<batch, time, 3>> -> tensor<3x2x3xf64>
    nn.return %y : tensor<3x2x3xf64>
  }

  nn.func predict @line_causal(%x: tensor<2x7x3xf64> {nn.name = "x"},
      %dy: tensor<2x7x2xf64> {nn.name = "dy"}) -> (tensor<3x3x2xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1] dilations [2] low [4] high [0] groups 1
        : tensor<2x7x3xf64>, tensor<2x7x2xf64> -> tensor<3x3x2xf64>
    nn.return %y : tensor<3x3x2xf64>
  }

  nn.func predict @volume(%x: tensor<1x3x4x3x2xf64> {nn.name = "x"},
      %dy: tensor<1x3x2x3x3xf64> {nn.name = "dy"}) -> (tensor<2x3x2x2x3xf64> {nn.name = "dw"}) {
    %y = nn.conv_filter_gradient %x, %dy strides [1, 2, 1] dilations [1, 1, 1] low [0, 1, 1] high [1, 1, 0] groups 1
        : tensor<1x3x4x3x2xf64>, tensor<1x3x2x3x3xf64> -> tensor<2x3x2x2x3xf64>
    nn.return %y : tensor<2x3x2x2x3xf64>
  }
}
