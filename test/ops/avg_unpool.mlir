// RUN: %testbin/check-op %s --work=%t
// The windows of avg_pool.mlir, back from the means.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @side_by_side(%values: tensor<?x2x3x3xf64, #nn.dims<batch, 2, 3, 3>> {nn.name = "values"})
      -> (tensor<?x4x6x3xf64, #nn.dims<batch, 4, 6, 3>> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 2] strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : tensor<?x2x3x3xf64, #nn.dims<batch, 2, 3, 3>> -> tensor<?x4x6x3xf64, #nn.dims<batch, 4, 6, 3>>
    nn.return %result : tensor<?x4x6x3xf64, #nn.dims<batch, 4, 6, 3>>
  }

  nn.func predict @odd(%values: tensor<2x2x2x2xf64> {nn.name = "values"})
      -> (tensor<2x5x7x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 3] strides [2, 3] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x2x2x2xf64> -> tensor<2x5x7x2xf64>
    nn.return %result : tensor<2x5x7x2xf64>
  }

  nn.func predict @overlapping(%values: tensor<2x3x5x2xf64> {nn.name = "values"})
      -> (tensor<2x5x6x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [3, 3] strides [2, 1] dilations [1, 1] low [1, 1] high [1, 0] : tensor<2x3x5x2xf64> -> tensor<2x5x6x2xf64>
    nn.return %result : tensor<2x5x6x2xf64>
  }

  nn.func predict @overlapping_counted(%values: tensor<2x3x5x2xf64> {nn.name = "values"})
      -> (tensor<2x5x6x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [3, 3] strides [2, 1] dilations [1, 1] low [1, 1] high [1, 0] count_padding : tensor<2x3x5x2xf64> -> tensor<2x5x6x2xf64>
    nn.return %result : tensor<2x5x6x2xf64>
  }

  nn.func predict @dilated(%values: tensor<1x3x3x2xf64> {nn.name = "values"})
      -> (tensor<1x6x7x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 3] strides [1, 2] dilations [3, 2] low [0, 1] high [0, 1] : tensor<1x3x3x2xf64> -> tensor<1x6x7x2xf64>
    nn.return %result : tensor<1x6x7x2xf64>
  }

  nn.func predict @dilated_counted(%values: tensor<1x3x3x2xf64> {nn.name = "values"})
      -> (tensor<1x6x7x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 3] strides [1, 2] dilations [3, 2] low [0, 1] high [0, 1] count_padding : tensor<1x3x3x2xf64> -> tensor<1x6x7x2xf64>
    nn.return %result : tensor<1x6x7x2xf64>
  }

  nn.func predict @gaps(%values: tensor<2x3x3x1xf64> {nn.name = "values"})
      -> (tensor<2x7x5x1xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 1] strides [3, 2] dilations [1, 1] low [0, 0] high [1, 0] : tensor<2x3x3x1xf64> -> tensor<2x7x5x1xf64>
    nn.return %result : tensor<2x7x5x1xf64>
  }

  nn.func predict @gaps_counted(%values: tensor<2x3x3x1xf64> {nn.name = "values"})
      -> (tensor<2x7x5x1xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 1] strides [3, 2] dilations [1, 1] low [0, 0] high [1, 0] count_padding : tensor<2x3x3x1xf64> -> tensor<2x7x5x1xf64>
    nn.return %result : tensor<2x7x5x1xf64>
  }

  nn.func predict @one(%values: tensor<1x1x1x1xf64> {nn.name = "values"})
      -> (tensor<1x1x1x1xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [1, 1] strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : tensor<1x1x1x1xf64> -> tensor<1x1x1x1xf64>
    nn.return %result : tensor<1x1x1x1xf64>
  }

  nn.func predict @wide_window(%values: tensor<1x3x3x3xf64> {nn.name = "values"})
      -> (tensor<1x6x5x3xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [5, 4] strides [2, 2] dilations [1, 1] low [2, 1] high [2, 2] : tensor<1x3x3x3xf64> -> tensor<1x6x5x3xf64>
    nn.return %result : tensor<1x6x5x3xf64>
  }

  nn.func predict @wide_window_counted(%values: tensor<1x3x3x3xf64> {nn.name = "values"})
      -> (tensor<1x6x5x3xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [5, 4] strides [2, 2] dilations [1, 1] low [2, 1] high [2, 2] count_padding : tensor<1x3x3x3xf64> -> tensor<1x6x5x3xf64>
    nn.return %result : tensor<1x6x5x3xf64>
  }

  nn.func predict @line(%values: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "values"})
      -> (tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [3] strides [1] dilations [1] low [1] high [1] : tensor<?x?x2xf64, #nn.dims<batch, time, 2>> -> tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
    nn.return %result : tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
  }

  nn.func predict @line_counted(%values: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "values"})
      -> (tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [3] strides [1] dilations [1] low [1] high [1] count_padding : tensor<?x?x2xf64, #nn.dims<batch, time, 2>> -> tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
    nn.return %result : tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
  }

  nn.func predict @volume(%values: tensor<1x3x2x3x2xf64> {nn.name = "values"})
      -> (tensor<1x3x4x3x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 2, 1] strides [1, 2, 1] dilations [1, 1, 1] low [1, 0, 0] high [0, 0, 0] : tensor<1x3x2x3x2xf64> -> tensor<1x3x4x3x2xf64>
    nn.return %result : tensor<1x3x4x3x2xf64>
  }

  nn.func predict @volume_counted(%values: tensor<1x3x2x3x2xf64> {nn.name = "values"})
      -> (tensor<1x3x4x3x2xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 2, 1] strides [1, 2, 1] dilations [1, 1, 1] low [1, 0, 0] high [0, 0, 0] count_padding : tensor<1x3x2x3x2xf64> -> tensor<1x3x4x3x2xf64>
    nn.return %result : tensor<1x3x4x3x2xf64>
  }

  nn.func predict @padding_alone(%values: tensor<1x2x2x1xf64> {nn.name = "values"})
      -> (tensor<1x1x2x1xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 1] strides [1, 1] dilations [3, 1] low [2, 0] high [2, 0] : tensor<1x2x2x1xf64> -> tensor<1x1x2x1xf64>
    nn.return %result : tensor<1x1x2x1xf64>
  }

  nn.func predict @padding_alone_counted(%values: tensor<1x2x2x1xf64> {nn.name = "values"})
      -> (tensor<1x1x2x1xf64> {nn.name = "result"}) {
    %result = nn.avg_unpool %values window [2, 1] strides [1, 1] dilations [3, 1] low [2, 0] high [2, 0] count_padding : tensor<1x2x2x1xf64> -> tensor<1x1x2x1xf64>
    nn.return %result : tensor<1x1x2x1xf64>
  }
}
