// RUN: %testbin/check-op %s --work=%t
// The windows of max_pool.mlir: where the maxima are.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @side_by_side(%x: tensor<?x4x6x3xf64, #nn.dims<batch, 4, 6, 3>> {nn.name = "x"})
      -> (tensor<?x2x3x3xi32, #nn.dims<batch, 2, 3, 3>> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 2] strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : tensor<?x4x6x3xf64, #nn.dims<batch, 4, 6, 3>>
    nn.return %result : tensor<?x2x3x3xi32, #nn.dims<batch, 2, 3, 3>>
  }

  nn.func predict @odd(%x: tensor<2x5x7x2xf64> {nn.name = "x"})
      -> (tensor<2x2x2x2xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 3] strides [2, 3] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x5x7x2xf64>
    nn.return %result : tensor<2x2x2x2xi32>
  }

  nn.func predict @overlapping(%x: tensor<2x5x6x2xf64> {nn.name = "x"})
      -> (tensor<2x3x5x2xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [3, 3] strides [2, 1] dilations [1, 1] low [1, 1] high [1, 0] : tensor<2x5x6x2xf64>
    nn.return %result : tensor<2x3x5x2xi32>
  }

  nn.func predict @dilated(%x: tensor<1x6x7x2xf64> {nn.name = "x"})
      -> (tensor<1x3x3x2xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 3] strides [1, 2] dilations [3, 2] low [0, 1] high [0, 1] : tensor<1x6x7x2xf64>
    nn.return %result : tensor<1x3x3x2xi32>
  }

  nn.func predict @gaps(%x: tensor<2x7x5x1xf64> {nn.name = "x"})
      -> (tensor<2x3x3x1xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 1] strides [3, 2] dilations [1, 1] low [0, 0] high [1, 0] : tensor<2x7x5x1xf64>
    nn.return %result : tensor<2x3x3x1xi32>
  }

  nn.func predict @one(%x: tensor<1x1x1x1xf64> {nn.name = "x"})
      -> (tensor<1x1x1x1xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [1, 1] strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : tensor<1x1x1x1xf64>
    nn.return %result : tensor<1x1x1x1xi32>
  }

  nn.func predict @wide_window(%x: tensor<1x6x5x3xf64> {nn.name = "x"})
      -> (tensor<1x3x3x3xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [5, 4] strides [2, 2] dilations [1, 1] low [2, 1] high [2, 2] : tensor<1x6x5x3xf64>
    nn.return %result : tensor<1x3x3x3xi32>
  }

  nn.func predict @line(%x: tensor<?x?x2xf64, #nn.dims<batch, time, 2>> {nn.name = "x"})
      -> (tensor<?x?x2xi32, #nn.dims<batch, time, 2>> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [3] strides [1] dilations [1] low [1] high [1] : tensor<?x?x2xf64, #nn.dims<batch, time, 2>>
    nn.return %result : tensor<?x?x2xi32, #nn.dims<batch, time, 2>>
  }

  nn.func predict @volume(%x: tensor<1x3x4x3x2xf64> {nn.name = "x"})
      -> (tensor<1x3x2x3x2xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 2, 1] strides [1, 2, 1] dilations [1, 1, 1] low [1, 0, 0] high [0, 0, 0] : tensor<1x3x4x3x2xf64>
    nn.return %result : tensor<1x3x2x3x2xi32>
  }

  nn.func predict @padding_alone(%x: tensor<1x1x2x1xf64> {nn.name = "x"})
      -> (tensor<1x2x2x1xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [2, 1] strides [1, 1] dilations [3, 1] low [2, 0] high [2, 0] : tensor<1x1x2x1xf64>
    nn.return %result : tensor<1x2x2x1xi32>
  }
  nn.func predict @sixteen(%x: tensor<2x7x9x3xf64> {nn.name = "x"})
      -> (tensor<2x4x5x3xi32> {nn.name = "result"}) {
    %result = nn.max_pool_index %x window [4, 4] strides [2, 2] dilations [1, 1] low [1, 1] high [2, 2] : tensor<2x7x9x3xf64>
    nn.return %result : tensor<2x4x5x3xi32>
  }
}
