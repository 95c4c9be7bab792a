// RUN: %testbin/run-kernels %s --tolerance=5e-4 --sizes=batch=3,time=7 --sizes=batch=0,time=3 --sizes=batch=2,time=0
// RUN: %testbin/run-kernels %s --tolerance=5e-4 --sizes=batch=9,time=70 --target=host
// RUN: %testbin/run-kernels %s --tolerance=5e-4 --sizes=batch=2,time=5 --target=x86-64

// Convolutions and both gradients: tiles whole and partial, padding, strides with their phases, dilation, groups, one to
// three axes, sizes known and unknown, blocks of large images, filters too large for slices.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @odd(%a: tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>> {nn.name = "a"}, %b: tensor<3x3x5x19xf32> {nn.name = "b"}) -> (tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>> {nn.name = "y"}) {
    %y = nn.kernel @odd_k(%p = %a : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, %q = %b : tensor<3x3x5x19xf32>) -> tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, tensor<3x3x5x19xf32>
      nn.yield %z : tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>>
    }
    nn.return %y : tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>>
  }
  nn.func predict @odd_input(%a: tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>> {nn.name = "a"}, %b: tensor<3x3x5x19xf32> {nn.name = "b"}) -> (tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>> {nn.name = "y"}) {
    %y = nn.kernel @odd_input_k(%p = %a : tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>>, %q = %b : tensor<3x3x5x19xf32>) -> tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>>, tensor<3x3x5x19xf32> -> tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>
      nn.yield %z : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>
    }
    nn.return %y : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>
  }
  nn.func predict @odd_filter(%a: tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>> {nn.name = "a"}, %b: tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>> {nn.name = "b"}) -> (tensor<3x3x5x19xf32> {nn.name = "y"}) {
    %y = nn.kernel @odd_filter_k(%p = %a : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, %q = %b : tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>>) -> tensor<3x3x5x19xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, tensor<?x5x7x19xf32, #nn.dims<batch, 5, 7, 19>> -> tensor<3x3x5x19xf32>
      nn.yield %z : tensor<3x3x5x19xf32>
    }
    nn.return %y : tensor<3x3x5x19xf32>
  }
  nn.func predict @whole_tiles(%a: tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>> {nn.name = "a"}, %b: tensor<3x3x16x64xf32> {nn.name = "b"}) -> (tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>> {nn.name = "y"}) {
    %y = nn.kernel @whole_tiles_k(%p = %a : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>, %q = %b : tensor<3x3x16x64xf32>) -> tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>, tensor<3x3x16x64xf32>
      nn.yield %z : tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>>
    }
    nn.return %y : tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>>
  }
  nn.func predict @whole_tiles_input(%a: tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>> {nn.name = "a"}, %b: tensor<3x3x16x64xf32> {nn.name = "b"}) -> (tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>> {nn.name = "y"}) {
    %y = nn.kernel @whole_tiles_input_k(%p = %a : tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>>, %q = %b : tensor<3x3x16x64xf32>) -> tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>>, tensor<3x3x16x64xf32> -> tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>
      nn.yield %z : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>
    }
    nn.return %y : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>
  }
  nn.func predict @whole_tiles_filter(%a: tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>> {nn.name = "a"}, %b: tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>> {nn.name = "b"}) -> (tensor<3x3x16x64xf32> {nn.name = "y"}) {
    %y = nn.kernel @whole_tiles_filter_k(%p = %a : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>, %q = %b : tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>>) -> tensor<3x3x16x64xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x6x13x16xf32, #nn.dims<batch, 6, 13, 16>>, tensor<?x4x11x64xf32, #nn.dims<batch, 4, 11, 64>> -> tensor<3x3x16x64xf32>
      nn.yield %z : tensor<3x3x16x64xf32>
    }
    nn.return %y : tensor<3x3x16x64xf32>
  }
  nn.func predict @same(%a: tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>> {nn.name = "a"}, %b: tensor<3x3x16x32xf32> {nn.name = "b"}) -> (tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>> {nn.name = "y"}) {
    %y = nn.kernel @same_k(%p = %a : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>, %q = %b : tensor<3x3x16x32xf32>) -> tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>, tensor<3x3x16x32xf32>
      nn.yield %z : tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>>
    }
    nn.return %y : tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>>
  }
  nn.func predict @same_input(%a: tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>> {nn.name = "a"}, %b: tensor<3x3x16x32xf32> {nn.name = "b"}) -> (tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>> {nn.name = "y"}) {
    %y = nn.kernel @same_input_k(%p = %a : tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>>, %q = %b : tensor<3x3x16x32xf32>) -> tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>>, tensor<3x3x16x32xf32> -> tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>
      nn.yield %z : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>
    }
    nn.return %y : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>
  }
  nn.func predict @same_filter(%a: tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>> {nn.name = "a"}, %b: tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>> {nn.name = "b"}) -> (tensor<3x3x16x32xf32> {nn.name = "y"}) {
    %y = nn.kernel @same_filter_k(%p = %a : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>, %q = %b : tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>>) -> tensor<3x3x16x32xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x9x7x16xf32, #nn.dims<batch, 9, 7, 16>>, tensor<?x9x7x32xf32, #nn.dims<batch, 9, 7, 32>> -> tensor<3x3x16x32xf32>
      nn.yield %z : tensor<3x3x16x32xf32>
    }
    nn.return %y : tensor<3x3x16x32xf32>
  }
  nn.func predict @one_channel(%a: tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>> {nn.name = "a"}, %b: tensor<3x3x1x32xf32> {nn.name = "b"}) -> (tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>> {nn.name = "y"}) {
    %y = nn.kernel @one_channel_k(%p = %a : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>, %q = %b : tensor<3x3x1x32xf32>) -> tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>, tensor<3x3x1x32xf32>
      nn.yield %z : tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>>
    }
    nn.return %y : tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>>
  }
  nn.func predict @one_channel_input(%a: tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>> {nn.name = "a"}, %b: tensor<3x3x1x32xf32> {nn.name = "b"}) -> (tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>> {nn.name = "y"}) {
    %y = nn.kernel @one_channel_input_k(%p = %a : tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>>, %q = %b : tensor<3x3x1x32xf32>) -> tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>>, tensor<3x3x1x32xf32> -> tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>
      nn.yield %z : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>
    }
    nn.return %y : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>
  }
  nn.func predict @one_channel_filter(%a: tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>> {nn.name = "a"}, %b: tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>> {nn.name = "b"}) -> (tensor<3x3x1x32xf32> {nn.name = "y"}) {
    %y = nn.kernel @one_channel_filter_k(%p = %a : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>, %q = %b : tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>>) -> tensor<3x3x1x32xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x12x14x1xf32, #nn.dims<batch, 12, 14, 1>>, tensor<?x10x12x32xf32, #nn.dims<batch, 10, 12, 32>> -> tensor<3x3x1x32xf32>
      nn.yield %z : tensor<3x3x1x32xf32>
    }
    nn.return %y : tensor<3x3x1x32xf32>
  }
  nn.func predict @three_channels(%a: tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>> {nn.name = "a"}, %b: tensor<3x5x3x16xf32> {nn.name = "b"}) -> (tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>> {nn.name = "y"}) {
    %y = nn.kernel @three_channels_k(%p = %a : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>, %q = %b : tensor<3x5x3x16xf32>) -> tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 2] high [1, 2] groups 1 : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>, tensor<3x5x3x16xf32>
      nn.yield %z : tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>>
    }
    nn.return %y : tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>>
  }
  nn.func predict @three_channels_input(%a: tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>> {nn.name = "a"}, %b: tensor<3x5x3x16xf32> {nn.name = "b"}) -> (tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>> {nn.name = "y"}) {
    %y = nn.kernel @three_channels_input_k(%p = %a : tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>>, %q = %b : tensor<3x5x3x16xf32>) -> tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 2] high [1, 2] groups 1 : tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>>, tensor<3x5x3x16xf32> -> tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>
      nn.yield %z : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>
    }
    nn.return %y : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>
  }
  nn.func predict @three_channels_filter(%a: tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>> {nn.name = "a"}, %b: tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>> {nn.name = "b"}) -> (tensor<3x5x3x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @three_channels_filter_k(%p = %a : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>, %q = %b : tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>>) -> tensor<3x5x3x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 2] high [1, 2] groups 1 : tensor<?x9x8x3xf32, #nn.dims<batch, 9, 8, 3>>, tensor<?x9x8x16xf32, #nn.dims<batch, 9, 8, 16>> -> tensor<3x5x3x16xf32>
      nn.yield %z : tensor<3x5x3x16xf32>
    }
    nn.return %y : tensor<3x5x3x16xf32>
  }
  nn.func predict @to_one_channel(%a: tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>> {nn.name = "a"}, %b: tensor<3x3x8x1xf32> {nn.name = "b"}) -> (tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>> {nn.name = "y"}) {
    %y = nn.kernel @to_one_channel_k(%p = %a : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>, %q = %b : tensor<3x3x8x1xf32>) -> tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>, tensor<3x3x8x1xf32>
      nn.yield %z : tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>>
    }
    nn.return %y : tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>>
  }
  nn.func predict @to_one_channel_input(%a: tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>> {nn.name = "a"}, %b: tensor<3x3x8x1xf32> {nn.name = "b"}) -> (tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>> {nn.name = "y"}) {
    %y = nn.kernel @to_one_channel_input_k(%p = %a : tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>>, %q = %b : tensor<3x3x8x1xf32>) -> tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>>, tensor<3x3x8x1xf32> -> tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>
      nn.yield %z : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>
    }
    nn.return %y : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>
  }
  nn.func predict @to_one_channel_filter(%a: tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>> {nn.name = "a"}, %b: tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>> {nn.name = "b"}) -> (tensor<3x3x8x1xf32> {nn.name = "y"}) {
    %y = nn.kernel @to_one_channel_filter_k(%p = %a : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>, %q = %b : tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>>) -> tensor<3x3x8x1xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x5x6x8xf32, #nn.dims<batch, 5, 6, 8>>, tensor<?x5x6x1xf32, #nn.dims<batch, 5, 6, 1>> -> tensor<3x3x8x1xf32>
      nn.yield %z : tensor<3x3x8x1xf32>
    }
    nn.return %y : tensor<3x3x8x1xf32>
  }
  nn.func predict @pointwise(%a: tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>> {nn.name = "a"}, %b: tensor<1x1x24x48xf32> {nn.name = "b"}) -> (tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>> {nn.name = "y"}) {
    %y = nn.kernel @pointwise_k(%p = %a : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>, %q = %b : tensor<1x1x24x48xf32>) -> tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>, tensor<1x1x24x48xf32>
      nn.yield %z : tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>>
    }
    nn.return %y : tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>>
  }
  nn.func predict @pointwise_input(%a: tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>> {nn.name = "a"}, %b: tensor<1x1x24x48xf32> {nn.name = "b"}) -> (tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>> {nn.name = "y"}) {
    %y = nn.kernel @pointwise_input_k(%p = %a : tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>>, %q = %b : tensor<1x1x24x48xf32>) -> tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>>, tensor<1x1x24x48xf32> -> tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>
      nn.yield %z : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>
    }
    nn.return %y : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>
  }
  nn.func predict @pointwise_filter(%a: tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>> {nn.name = "a"}, %b: tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>> {nn.name = "b"}) -> (tensor<1x1x24x48xf32> {nn.name = "y"}) {
    %y = nn.kernel @pointwise_filter_k(%p = %a : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>, %q = %b : tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>>) -> tensor<1x1x24x48xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<?x5x6x24xf32, #nn.dims<batch, 5, 6, 24>>, tensor<?x5x6x48xf32, #nn.dims<batch, 5, 6, 48>> -> tensor<1x1x24x48xf32>
      nn.yield %z : tensor<1x1x24x48xf32>
    }
    nn.return %y : tensor<1x1x24x48xf32>
  }
  nn.func predict @stride_two(%a: tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>> {nn.name = "a"}, %b: tensor<3x3x8x16xf32> {nn.name = "b"}) -> (tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>> {nn.name = "y"}) {
    %y = nn.kernel @stride_two_k(%p = %a : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>, %q = %b : tensor<3x3x8x16xf32>) -> tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>> {
      %z = nn.conv %p, %q strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>, tensor<3x3x8x16xf32>
      nn.yield %z : tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>>
    }
    nn.return %y : tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>>
  }
  nn.func predict @stride_two_input(%a: tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>> {nn.name = "a"}, %b: tensor<3x3x8x16xf32> {nn.name = "b"}) -> (tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>> {nn.name = "y"}) {
    %y = nn.kernel @stride_two_input_k(%p = %a : tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>>, %q = %b : tensor<3x3x8x16xf32>) -> tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>> {
      %z = nn.conv_input_gradient %p, %q strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>>, tensor<3x3x8x16xf32> -> tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>
      nn.yield %z : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>
    }
    nn.return %y : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>
  }
  nn.func predict @stride_two_filter(%a: tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>> {nn.name = "a"}, %b: tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>> {nn.name = "b"}) -> (tensor<3x3x8x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_two_filter_k(%p = %a : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>, %q = %b : tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>>) -> tensor<3x3x8x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x9x12x8xf32, #nn.dims<batch, 9, 12, 8>>, tensor<?x5x6x16xf32, #nn.dims<batch, 5, 6, 16>> -> tensor<3x3x8x16xf32>
      nn.yield %z : tensor<3x3x8x16xf32>
    }
    nn.return %y : tensor<3x3x8x16xf32>
  }
  nn.func predict @stride_unlike(%a: tensor<2x11x10x3xf32> {nn.name = "a"}, %b: tensor<2x4x3x17xf32> {nn.name = "b"}) -> (tensor<2x4x4x17xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_unlike_k(%p = %a : tensor<2x11x10x3xf32>, %q = %b : tensor<2x4x3x17xf32>) -> tensor<2x4x4x17xf32> {
      %z = nn.conv %p, %q strides [3, 2] dilations [1, 1] low [0, 1] high [2, 0] groups 1 : tensor<2x11x10x3xf32>, tensor<2x4x3x17xf32>
      nn.yield %z : tensor<2x4x4x17xf32>
    }
    nn.return %y : tensor<2x4x4x17xf32>
  }
  nn.func predict @stride_unlike_input(%a: tensor<2x4x4x17xf32> {nn.name = "a"}, %b: tensor<2x4x3x17xf32> {nn.name = "b"}) -> (tensor<2x11x10x3xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_unlike_input_k(%p = %a : tensor<2x4x4x17xf32>, %q = %b : tensor<2x4x3x17xf32>) -> tensor<2x11x10x3xf32> {
      %z = nn.conv_input_gradient %p, %q strides [3, 2] dilations [1, 1] low [0, 1] high [2, 0] groups 1 : tensor<2x4x4x17xf32>, tensor<2x4x3x17xf32> -> tensor<2x11x10x3xf32>
      nn.yield %z : tensor<2x11x10x3xf32>
    }
    nn.return %y : tensor<2x11x10x3xf32>
  }
  nn.func predict @stride_unlike_filter(%a: tensor<2x11x10x3xf32> {nn.name = "a"}, %b: tensor<2x4x4x17xf32> {nn.name = "b"}) -> (tensor<2x4x3x17xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_unlike_filter_k(%p = %a : tensor<2x11x10x3xf32>, %q = %b : tensor<2x4x4x17xf32>) -> tensor<2x4x3x17xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [3, 2] dilations [1, 1] low [0, 1] high [2, 0] groups 1 : tensor<2x11x10x3xf32>, tensor<2x4x4x17xf32> -> tensor<2x4x3x17xf32>
      nn.yield %z : tensor<2x4x3x17xf32>
    }
    nn.return %y : tensor<2x4x3x17xf32>
  }
  nn.func predict @stride_beyond_kernel(%a: tensor<2x9x8x4xf32> {nn.name = "a"}, %b: tensor<1x1x4x16xf32> {nn.name = "b"}) -> (tensor<2x5x3x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_beyond_kernel_k(%p = %a : tensor<2x9x8x4xf32>, %q = %b : tensor<1x1x4x16xf32>) -> tensor<2x5x3x16xf32> {
      %z = nn.conv %p, %q strides [2, 3] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x9x8x4xf32>, tensor<1x1x4x16xf32>
      nn.yield %z : tensor<2x5x3x16xf32>
    }
    nn.return %y : tensor<2x5x3x16xf32>
  }
  nn.func predict @stride_beyond_kernel_input(%a: tensor<2x5x3x16xf32> {nn.name = "a"}, %b: tensor<1x1x4x16xf32> {nn.name = "b"}) -> (tensor<2x9x8x4xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_beyond_kernel_input_k(%p = %a : tensor<2x5x3x16xf32>, %q = %b : tensor<1x1x4x16xf32>) -> tensor<2x9x8x4xf32> {
      %z = nn.conv_input_gradient %p, %q strides [2, 3] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x5x3x16xf32>, tensor<1x1x4x16xf32> -> tensor<2x9x8x4xf32>
      nn.yield %z : tensor<2x9x8x4xf32>
    }
    nn.return %y : tensor<2x9x8x4xf32>
  }
  nn.func predict @stride_beyond_kernel_filter(%a: tensor<2x9x8x4xf32> {nn.name = "a"}, %b: tensor<2x5x3x16xf32> {nn.name = "b"}) -> (tensor<1x1x4x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_beyond_kernel_filter_k(%p = %a : tensor<2x9x8x4xf32>, %q = %b : tensor<2x5x3x16xf32>) -> tensor<1x1x4x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [2, 3] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x9x8x4xf32>, tensor<2x5x3x16xf32> -> tensor<1x1x4x16xf32>
      nn.yield %z : tensor<1x1x4x16xf32>
    }
    nn.return %y : tensor<1x1x4x16xf32>
  }
  nn.func predict @stride_four(%a: tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>> {nn.name = "a"}, %b: tensor<1x11x2x16xf32> {nn.name = "b"}) -> (tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>> {nn.name = "y"}) {
    %y = nn.kernel @stride_four_k(%p = %a : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>, %q = %b : tensor<1x11x2x16xf32>) -> tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>> {
      %z = nn.conv %p, %q strides [1, 4] dilations [1, 1] low [0, 3] high [0, 3] groups 1 : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>, tensor<1x11x2x16xf32>
      nn.yield %z : tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>>
    }
    nn.return %y : tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>>
  }
  nn.func predict @stride_four_input(%a: tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>> {nn.name = "a"}, %b: tensor<1x11x2x16xf32> {nn.name = "b"}) -> (tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>> {nn.name = "y"}) {
    %y = nn.kernel @stride_four_input_k(%p = %a : tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>>, %q = %b : tensor<1x11x2x16xf32>) -> tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 4] dilations [1, 1] low [0, 3] high [0, 3] groups 1 : tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>>, tensor<1x11x2x16xf32> -> tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>
      nn.yield %z : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>
    }
    nn.return %y : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>
  }
  nn.func predict @stride_four_filter(%a: tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>> {nn.name = "a"}, %b: tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>> {nn.name = "b"}) -> (tensor<1x11x2x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @stride_four_filter_k(%p = %a : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>, %q = %b : tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>>) -> tensor<1x11x2x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 4] dilations [1, 1] low [0, 3] high [0, 3] groups 1 : tensor<?x3x37x2xf32, #nn.dims<batch, 3, 37, 2>>, tensor<?x3x9x16xf32, #nn.dims<batch, 3, 9, 16>> -> tensor<1x11x2x16xf32>
      nn.yield %z : tensor<1x11x2x16xf32>
    }
    nn.return %y : tensor<1x11x2x16xf32>
  }
  nn.func predict @dilated(%a: tensor<2x11x9x4xf32> {nn.name = "a"}, %b: tensor<3x3x4x16xf32> {nn.name = "b"}) -> (tensor<2x10x9x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_k(%p = %a : tensor<2x11x9x4xf32>, %q = %b : tensor<3x3x4x16xf32>) -> tensor<2x10x9x16xf32> {
      %z = nn.conv %p, %q strides [1, 1] dilations [2, 3] low [2, 3] high [1, 3] groups 1 : tensor<2x11x9x4xf32>, tensor<3x3x4x16xf32>
      nn.yield %z : tensor<2x10x9x16xf32>
    }
    nn.return %y : tensor<2x10x9x16xf32>
  }
  nn.func predict @dilated_input(%a: tensor<2x10x9x16xf32> {nn.name = "a"}, %b: tensor<3x3x4x16xf32> {nn.name = "b"}) -> (tensor<2x11x9x4xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_input_k(%p = %a : tensor<2x10x9x16xf32>, %q = %b : tensor<3x3x4x16xf32>) -> tensor<2x11x9x4xf32> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [2, 3] low [2, 3] high [1, 3] groups 1 : tensor<2x10x9x16xf32>, tensor<3x3x4x16xf32> -> tensor<2x11x9x4xf32>
      nn.yield %z : tensor<2x11x9x4xf32>
    }
    nn.return %y : tensor<2x11x9x4xf32>
  }
  nn.func predict @dilated_filter(%a: tensor<2x11x9x4xf32> {nn.name = "a"}, %b: tensor<2x10x9x16xf32> {nn.name = "b"}) -> (tensor<3x3x4x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_filter_k(%p = %a : tensor<2x11x9x4xf32>, %q = %b : tensor<2x10x9x16xf32>) -> tensor<3x3x4x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [2, 3] low [2, 3] high [1, 3] groups 1 : tensor<2x11x9x4xf32>, tensor<2x10x9x16xf32> -> tensor<3x3x4x16xf32>
      nn.yield %z : tensor<3x3x4x16xf32>
    }
    nn.return %y : tensor<3x3x4x16xf32>
  }
  nn.func predict @dilated_strided(%a: tensor<2x13x15x4xf32> {nn.name = "a"}, %b: tensor<3x3x4x16xf32> {nn.name = "b"}) -> (tensor<2x7x4x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_strided_k(%p = %a : tensor<2x13x15x4xf32>, %q = %b : tensor<3x3x4x16xf32>) -> tensor<2x7x4x16xf32> {
      %z = nn.conv %p, %q strides [2, 4] dilations [2, 2] low [2, 2] high [2, 2] groups 1 : tensor<2x13x15x4xf32>, tensor<3x3x4x16xf32>
      nn.yield %z : tensor<2x7x4x16xf32>
    }
    nn.return %y : tensor<2x7x4x16xf32>
  }
  nn.func predict @dilated_strided_input(%a: tensor<2x7x4x16xf32> {nn.name = "a"}, %b: tensor<3x3x4x16xf32> {nn.name = "b"}) -> (tensor<2x13x15x4xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_strided_input_k(%p = %a : tensor<2x7x4x16xf32>, %q = %b : tensor<3x3x4x16xf32>) -> tensor<2x13x15x4xf32> {
      %z = nn.conv_input_gradient %p, %q strides [2, 4] dilations [2, 2] low [2, 2] high [2, 2] groups 1 : tensor<2x7x4x16xf32>, tensor<3x3x4x16xf32> -> tensor<2x13x15x4xf32>
      nn.yield %z : tensor<2x13x15x4xf32>
    }
    nn.return %y : tensor<2x13x15x4xf32>
  }
  nn.func predict @dilated_strided_filter(%a: tensor<2x13x15x4xf32> {nn.name = "a"}, %b: tensor<2x7x4x16xf32> {nn.name = "b"}) -> (tensor<3x3x4x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @dilated_strided_filter_k(%p = %a : tensor<2x13x15x4xf32>, %q = %b : tensor<2x7x4x16xf32>) -> tensor<3x3x4x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [2, 4] dilations [2, 2] low [2, 2] high [2, 2] groups 1 : tensor<2x13x15x4xf32>, tensor<2x7x4x16xf32> -> tensor<3x3x4x16xf32>
      nn.yield %z : tensor<3x3x4x16xf32>
    }
    nn.return %y : tensor<3x3x4x16xf32>
  }
  nn.func predict @size_one(%a: tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>> {nn.name = "a"}, %b: tensor<3x3x3x5xf32> {nn.name = "b"}) -> (tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>> {nn.name = "y"}) {
    %y = nn.kernel @size_one_k(%p = %a : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>, %q = %b : tensor<3x3x3x5xf32>) -> tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>, tensor<3x3x3x5xf32>
      nn.yield %z : tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>>
    }
    nn.return %y : tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>>
  }
  nn.func predict @size_one_input(%a: tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>> {nn.name = "a"}, %b: tensor<3x3x3x5xf32> {nn.name = "b"}) -> (tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>> {nn.name = "y"}) {
    %y = nn.kernel @size_one_input_k(%p = %a : tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>>, %q = %b : tensor<3x3x3x5xf32>) -> tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>>, tensor<3x3x3x5xf32> -> tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>
      nn.yield %z : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>
    }
    nn.return %y : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>
  }
  nn.func predict @size_one_filter(%a: tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>> {nn.name = "a"}, %b: tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>> {nn.name = "b"}) -> (tensor<3x3x3x5xf32> {nn.name = "y"}) {
    %y = nn.kernel @size_one_filter_k(%p = %a : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>, %q = %b : tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>>) -> tensor<3x3x3x5xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x1x1x3xf32, #nn.dims<batch, 1, 1, 3>>, tensor<?x1x1x5xf32, #nn.dims<batch, 1, 1, 5>> -> tensor<3x3x3x5xf32>
      nn.yield %z : tensor<3x3x3x5xf32>
    }
    nn.return %y : tensor<3x3x3x5xf32>
  }
  nn.func predict @groups(%a: tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>> {nn.name = "a"}, %b: tensor<3x3x16x64xf32> {nn.name = "b"}) -> (tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>> {nn.name = "y"}) {
    %y = nn.kernel @groups_k(%p = %a : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>, %q = %b : tensor<3x3x16x64xf32>) -> tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 2 : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>, tensor<3x3x16x64xf32>
      nn.yield %z : tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>>
    }
    nn.return %y : tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>>
  }
  nn.func predict @groups_input(%a: tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>> {nn.name = "a"}, %b: tensor<3x3x16x64xf32> {nn.name = "b"}) -> (tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>> {nn.name = "y"}) {
    %y = nn.kernel @groups_input_k(%p = %a : tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>>, %q = %b : tensor<3x3x16x64xf32>) -> tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 2 : tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>>, tensor<3x3x16x64xf32> -> tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>
      nn.yield %z : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>
    }
    nn.return %y : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>
  }
  nn.func predict @groups_filter(%a: tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>> {nn.name = "a"}, %b: tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>> {nn.name = "b"}) -> (tensor<3x3x16x64xf32> {nn.name = "y"}) {
    %y = nn.kernel @groups_filter_k(%p = %a : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>, %q = %b : tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>>) -> tensor<3x3x16x64xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 2 : tensor<?x6x7x32xf32, #nn.dims<batch, 6, 7, 32>>, tensor<?x6x7x64xf32, #nn.dims<batch, 6, 7, 64>> -> tensor<3x3x16x64xf32>
      nn.yield %z : tensor<3x3x16x64xf32>
    }
    nn.return %y : tensor<3x3x16x64xf32>
  }
  nn.func predict @groups_ragged(%a: tensor<2x5x4x6xf32> {nn.name = "a"}, %b: tensor<3x3x2x9xf32> {nn.name = "b"}) -> (tensor<2x5x4x9xf32> {nn.name = "y"}) {
    %y = nn.kernel @groups_ragged_k(%p = %a : tensor<2x5x4x6xf32>, %q = %b : tensor<3x3x2x9xf32>) -> tensor<2x5x4x9xf32> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 3 : tensor<2x5x4x6xf32>, tensor<3x3x2x9xf32>
      nn.yield %z : tensor<2x5x4x9xf32>
    }
    nn.return %y : tensor<2x5x4x9xf32>
  }
  nn.func predict @groups_ragged_input(%a: tensor<2x5x4x9xf32> {nn.name = "a"}, %b: tensor<3x3x2x9xf32> {nn.name = "b"}) -> (tensor<2x5x4x6xf32> {nn.name = "y"}) {
    %y = nn.kernel @groups_ragged_input_k(%p = %a : tensor<2x5x4x9xf32>, %q = %b : tensor<3x3x2x9xf32>) -> tensor<2x5x4x6xf32> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 3 : tensor<2x5x4x9xf32>, tensor<3x3x2x9xf32> -> tensor<2x5x4x6xf32>
      nn.yield %z : tensor<2x5x4x6xf32>
    }
    nn.return %y : tensor<2x5x4x6xf32>
  }
  nn.func predict @groups_ragged_filter(%a: tensor<2x5x4x6xf32> {nn.name = "a"}, %b: tensor<2x5x4x9xf32> {nn.name = "b"}) -> (tensor<3x3x2x9xf32> {nn.name = "y"}) {
    %y = nn.kernel @groups_ragged_filter_k(%p = %a : tensor<2x5x4x6xf32>, %q = %b : tensor<2x5x4x9xf32>) -> tensor<3x3x2x9xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 3 : tensor<2x5x4x6xf32>, tensor<2x5x4x9xf32> -> tensor<3x3x2x9xf32>
      nn.yield %z : tensor<3x3x2x9xf32>
    }
    nn.return %y : tensor<3x3x2x9xf32>
  }
  nn.func predict @depthwise(%a: tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "a"}, %b: tensor<3x3x1x37xf32> {nn.name = "b"}) -> (tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_k(%p = %a : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, %q = %b : tensor<3x3x1x37xf32>) -> tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 37 : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, tensor<3x3x1x37xf32>
      nn.yield %z : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>
    }
    nn.return %y : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>
  }
  nn.func predict @depthwise_input(%a: tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "a"}, %b: tensor<3x3x1x37xf32> {nn.name = "b"}) -> (tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_input_k(%p = %a : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, %q = %b : tensor<3x3x1x37xf32>) -> tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 37 : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, tensor<3x3x1x37xf32> -> tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>
      nn.yield %z : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>
    }
    nn.return %y : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>
  }
  nn.func predict @depthwise_filter(%a: tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "a"}, %b: tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> {nn.name = "b"}) -> (tensor<3x3x1x37xf32> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_filter_k(%p = %a : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, %q = %b : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>) -> tensor<3x3x1x37xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 37 : tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>>, tensor<?x7x6x37xf32, #nn.dims<batch, 7, 6, 37>> -> tensor<3x3x1x37xf32>
      nn.yield %z : tensor<3x3x1x37xf32>
    }
    nn.return %y : tensor<3x3x1x37xf32>
  }
  nn.func predict @depthwise_strided(%a: tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>> {nn.name = "a"}, %b: tensor<3x3x1x16xf32> {nn.name = "b"}) -> (tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_strided_k(%p = %a : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>, %q = %b : tensor<3x3x1x16xf32>) -> tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>> {
      %z = nn.conv %p, %q strides [2, 2] dilations [1, 1] low [0, 1] high [1, 1] groups 16 : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>, tensor<3x3x1x16xf32>
      nn.yield %z : tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>>
    }
    nn.return %y : tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>>
  }
  nn.func predict @depthwise_strided_input(%a: tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>> {nn.name = "a"}, %b: tensor<3x3x1x16xf32> {nn.name = "b"}) -> (tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_strided_input_k(%p = %a : tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>>, %q = %b : tensor<3x3x1x16xf32>) -> tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>> {
      %z = nn.conv_input_gradient %p, %q strides [2, 2] dilations [1, 1] low [0, 1] high [1, 1] groups 16 : tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>>, tensor<3x3x1x16xf32> -> tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>
      nn.yield %z : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>
    }
    nn.return %y : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>
  }
  nn.func predict @depthwise_strided_filter(%a: tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>> {nn.name = "a"}, %b: tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>> {nn.name = "b"}) -> (tensor<3x3x1x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_strided_filter_k(%p = %a : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>, %q = %b : tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>>) -> tensor<3x3x1x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [2, 2] dilations [1, 1] low [0, 1] high [1, 1] groups 16 : tensor<?x8x7x16xf32, #nn.dims<batch, 8, 7, 16>>, tensor<?x4x4x16xf32, #nn.dims<batch, 4, 4, 16>> -> tensor<3x3x1x16xf32>
      nn.yield %z : tensor<3x3x1x16xf32>
    }
    nn.return %y : tensor<3x3x1x16xf32>
  }
  nn.func predict @depthwise_multiplied(%a: tensor<2x5x5x4xf32> {nn.name = "a"}, %b: tensor<3x3x1x8xf32> {nn.name = "b"}) -> (tensor<2x5x5x8xf32> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_multiplied_k(%p = %a : tensor<2x5x5x4xf32>, %q = %b : tensor<3x3x1x8xf32>) -> tensor<2x5x5x8xf32> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 4 : tensor<2x5x5x4xf32>, tensor<3x3x1x8xf32>
      nn.yield %z : tensor<2x5x5x8xf32>
    }
    nn.return %y : tensor<2x5x5x8xf32>
  }
  nn.func predict @depthwise_multiplied_input(%a: tensor<2x5x5x8xf32> {nn.name = "a"}, %b: tensor<3x3x1x8xf32> {nn.name = "b"}) -> (tensor<2x5x5x4xf32> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_multiplied_input_k(%p = %a : tensor<2x5x5x8xf32>, %q = %b : tensor<3x3x1x8xf32>) -> tensor<2x5x5x4xf32> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 4 : tensor<2x5x5x8xf32>, tensor<3x3x1x8xf32> -> tensor<2x5x5x4xf32>
      nn.yield %z : tensor<2x5x5x4xf32>
    }
    nn.return %y : tensor<2x5x5x4xf32>
  }
  nn.func predict @depthwise_multiplied_filter(%a: tensor<2x5x5x4xf32> {nn.name = "a"}, %b: tensor<2x5x5x8xf32> {nn.name = "b"}) -> (tensor<3x3x1x8xf32> {nn.name = "y"}) {
    %y = nn.kernel @depthwise_multiplied_filter_k(%p = %a : tensor<2x5x5x4xf32>, %q = %b : tensor<2x5x5x8xf32>) -> tensor<3x3x1x8xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 4 : tensor<2x5x5x4xf32>, tensor<2x5x5x8xf32> -> tensor<3x3x1x8xf32>
      nn.yield %z : tensor<3x3x1x8xf32>
    }
    nn.return %y : tensor<3x3x1x8xf32>
  }
  nn.func predict @line(%a: tensor<?x?x7xf32, #nn.dims<batch, time, 7>> {nn.name = "a"}, %b: tensor<5x7x20xf32> {nn.name = "b"}) -> (tensor<?x?x20xf32, #nn.dims<batch, time, 20>> {nn.name = "y"}) {
    %y = nn.kernel @line_k(%p = %a : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>, %q = %b : tensor<5x7x20xf32>) -> tensor<?x?x20xf32, #nn.dims<batch, time, 20>> {
      %z = nn.conv %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>, tensor<5x7x20xf32>
      nn.yield %z : tensor<?x?x20xf32, #nn.dims<batch, time, 20>>
    }
    nn.return %y : tensor<?x?x20xf32, #nn.dims<batch, time, 20>>
  }
  nn.func predict @line_input(%a: tensor<?x?x20xf32, #nn.dims<batch, time, 20>> {nn.name = "a"}, %b: tensor<5x7x20xf32> {nn.name = "b"}) -> (tensor<?x?x7xf32, #nn.dims<batch, time, 7>> {nn.name = "y"}) {
    %y = nn.kernel @line_input_k(%p = %a : tensor<?x?x20xf32, #nn.dims<batch, time, 20>>, %q = %b : tensor<5x7x20xf32>) -> tensor<?x?x7xf32, #nn.dims<batch, time, 7>> {
      %z = nn.conv_input_gradient %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x20xf32, #nn.dims<batch, time, 20>>, tensor<5x7x20xf32> -> tensor<?x?x7xf32, #nn.dims<batch, time, 7>>
      nn.yield %z : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>
    }
    nn.return %y : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>
  }
  nn.func predict @line_filter(%a: tensor<?x?x7xf32, #nn.dims<batch, time, 7>> {nn.name = "a"}, %b: tensor<?x?x20xf32, #nn.dims<batch, time, 20>> {nn.name = "b"}) -> (tensor<5x7x20xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_filter_k(%p = %a : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>, %q = %b : tensor<?x?x20xf32, #nn.dims<batch, time, 20>>) -> tensor<5x7x20xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x7xf32, #nn.dims<batch, time, 7>>, tensor<?x?x20xf32, #nn.dims<batch, time, 20>> -> tensor<5x7x20xf32>
      nn.yield %z : tensor<5x7x20xf32>
    }
    nn.return %y : tensor<5x7x20xf32>
  }
  nn.func predict @line_causal(%a: tensor<?x?x4xf32, #nn.dims<batch, time, 4>> {nn.name = "a"}, %b: tensor<3x4x16xf32> {nn.name = "b"}) -> (tensor<?x?x16xf32, #nn.dims<batch, time, 16>> {nn.name = "y"}) {
    %y = nn.kernel @line_causal_k(%p = %a : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>, %q = %b : tensor<3x4x16xf32>) -> tensor<?x?x16xf32, #nn.dims<batch, time, 16>> {
      %z = nn.conv %p, %q strides [1] dilations [2] low [4] high [0] groups 1 : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>, tensor<3x4x16xf32>
      nn.yield %z : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>
    }
    nn.return %y : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>
  }
  nn.func predict @line_causal_input(%a: tensor<?x?x16xf32, #nn.dims<batch, time, 16>> {nn.name = "a"}, %b: tensor<3x4x16xf32> {nn.name = "b"}) -> (tensor<?x?x4xf32, #nn.dims<batch, time, 4>> {nn.name = "y"}) {
    %y = nn.kernel @line_causal_input_k(%p = %a : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>, %q = %b : tensor<3x4x16xf32>) -> tensor<?x?x4xf32, #nn.dims<batch, time, 4>> {
      %z = nn.conv_input_gradient %p, %q strides [1] dilations [2] low [4] high [0] groups 1 : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>, tensor<3x4x16xf32> -> tensor<?x?x4xf32, #nn.dims<batch, time, 4>>
      nn.yield %z : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>
    }
    nn.return %y : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>
  }
  nn.func predict @line_causal_filter(%a: tensor<?x?x4xf32, #nn.dims<batch, time, 4>> {nn.name = "a"}, %b: tensor<?x?x16xf32, #nn.dims<batch, time, 16>> {nn.name = "b"}) -> (tensor<3x4x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_causal_filter_k(%p = %a : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>, %q = %b : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>) -> tensor<3x4x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1] dilations [2] low [4] high [0] groups 1 : tensor<?x?x4xf32, #nn.dims<batch, time, 4>>, tensor<?x?x16xf32, #nn.dims<batch, time, 16>> -> tensor<3x4x16xf32>
      nn.yield %z : tensor<3x4x16xf32>
    }
    nn.return %y : tensor<3x4x16xf32>
  }
  nn.func predict @line_wider(%a: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "a"}, %b: tensor<3x3x16xf32> {nn.name = "b"}) -> (tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>> {nn.name = "y"}) {
    %y = nn.kernel @line_wider_k(%p = %a : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, %q = %b : tensor<3x3x16xf32>) -> tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>> {
      %z = nn.conv %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, tensor<3x3x16xf32>
      nn.yield %z : tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>>
    }
    nn.return %y : tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>>
  }
  nn.func predict @line_wider_input(%a: tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>> {nn.name = "a"}, %b: tensor<3x3x16xf32> {nn.name = "b"}) -> (tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "y"}) {
    %y = nn.kernel @line_wider_input_k(%p = %a : tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>>, %q = %b : tensor<3x3x16xf32>) -> tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {
      %z = nn.conv_input_gradient %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>>, tensor<3x3x16xf32> -> tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
      nn.yield %z : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
    }
    nn.return %y : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
  }
  nn.func predict @line_wider_filter(%a: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "a"}, %b: tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>> {nn.name = "b"}) -> (tensor<3x3x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_wider_filter_k(%p = %a : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, %q = %b : tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>>) -> tensor<3x3x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, tensor<?x?x16xf32, #nn.dims<batch, "time+2", 16>> -> tensor<3x3x16xf32>
      nn.yield %z : tensor<3x3x16xf32>
    }
    nn.return %y : tensor<3x3x16xf32>
  }
  nn.func predict @line_long(%a: tensor<2x301x2xf32> {nn.name = "a"}, %b: tensor<4x2x16xf32> {nn.name = "b"}) -> (tensor<2x100x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_long_k(%p = %a : tensor<2x301x2xf32>, %q = %b : tensor<4x2x16xf32>) -> tensor<2x100x16xf32> {
      %z = nn.conv %p, %q strides [3] dilations [1] low [0] high [0] groups 1 : tensor<2x301x2xf32>, tensor<4x2x16xf32>
      nn.yield %z : tensor<2x100x16xf32>
    }
    nn.return %y : tensor<2x100x16xf32>
  }
  nn.func predict @line_long_input(%a: tensor<2x100x16xf32> {nn.name = "a"}, %b: tensor<4x2x16xf32> {nn.name = "b"}) -> (tensor<2x301x2xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_long_input_k(%p = %a : tensor<2x100x16xf32>, %q = %b : tensor<4x2x16xf32>) -> tensor<2x301x2xf32> {
      %z = nn.conv_input_gradient %p, %q strides [3] dilations [1] low [0] high [0] groups 1 : tensor<2x100x16xf32>, tensor<4x2x16xf32> -> tensor<2x301x2xf32>
      nn.yield %z : tensor<2x301x2xf32>
    }
    nn.return %y : tensor<2x301x2xf32>
  }
  nn.func predict @line_long_filter(%a: tensor<2x301x2xf32> {nn.name = "a"}, %b: tensor<2x100x16xf32> {nn.name = "b"}) -> (tensor<4x2x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @line_long_filter_k(%p = %a : tensor<2x301x2xf32>, %q = %b : tensor<2x100x16xf32>) -> tensor<4x2x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [3] dilations [1] low [0] high [0] groups 1 : tensor<2x301x2xf32>, tensor<2x100x16xf32> -> tensor<4x2x16xf32>
      nn.yield %z : tensor<4x2x16xf32>
    }
    nn.return %y : tensor<4x2x16xf32>
  }
  nn.func predict @volume(%a: tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>> {nn.name = "a"}, %b: tensor<2x3x3x3x16xf32> {nn.name = "b"}) -> (tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>> {nn.name = "y"}) {
    %y = nn.kernel @volume_k(%p = %a : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>, %q = %b : tensor<2x3x3x3x16xf32>) -> tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>> {
      %z = nn.conv %p, %q strides [1, 2, 1] dilations [1, 1, 1] low [0, 1, 1] high [1, 1, 1] groups 1 : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>, tensor<2x3x3x3x16xf32>
      nn.yield %z : tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>>
    }
    nn.return %y : tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>>
  }
  nn.func predict @volume_input(%a: tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>> {nn.name = "a"}, %b: tensor<2x3x3x3x16xf32> {nn.name = "b"}) -> (tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>> {nn.name = "y"}) {
    %y = nn.kernel @volume_input_k(%p = %a : tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>>, %q = %b : tensor<2x3x3x3x16xf32>) -> tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 2, 1] dilations [1, 1, 1] low [0, 1, 1] high [1, 1, 1] groups 1 : tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>>, tensor<2x3x3x3x16xf32> -> tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>
      nn.yield %z : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>
    }
    nn.return %y : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>
  }
  nn.func predict @volume_filter(%a: tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>> {nn.name = "a"}, %b: tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>> {nn.name = "b"}) -> (tensor<2x3x3x3x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @volume_filter_k(%p = %a : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>, %q = %b : tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>>) -> tensor<2x3x3x3x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 2, 1] dilations [1, 1, 1] low [0, 1, 1] high [1, 1, 1] groups 1 : tensor<?x4x3x5x3xf32, #nn.dims<batch, 4, 3, 5, 3>>, tensor<?x4x2x5x16xf32, #nn.dims<batch, 4, 2, 5, 16>> -> tensor<2x3x3x3x16xf32>
      nn.yield %z : tensor<2x3x3x3x16xf32>
    }
    nn.return %y : tensor<2x3x3x3x16xf32>
  }
  nn.func predict @large_image(%a: tensor<1x70x66x9xf32> {nn.name = "a"}, %b: tensor<3x3x9x16xf32> {nn.name = "b"}) -> (tensor<1x70x66x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_image_k(%p = %a : tensor<1x70x66x9xf32>, %q = %b : tensor<3x3x9x16xf32>) -> tensor<1x70x66x16xf32> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<1x70x66x9xf32>, tensor<3x3x9x16xf32>
      nn.yield %z : tensor<1x70x66x16xf32>
    }
    nn.return %y : tensor<1x70x66x16xf32>
  }
  nn.func predict @large_image_input(%a: tensor<1x70x66x16xf32> {nn.name = "a"}, %b: tensor<3x3x9x16xf32> {nn.name = "b"}) -> (tensor<1x70x66x9xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_image_input_k(%p = %a : tensor<1x70x66x16xf32>, %q = %b : tensor<3x3x9x16xf32>) -> tensor<1x70x66x9xf32> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<1x70x66x16xf32>, tensor<3x3x9x16xf32> -> tensor<1x70x66x9xf32>
      nn.yield %z : tensor<1x70x66x9xf32>
    }
    nn.return %y : tensor<1x70x66x9xf32>
  }
  nn.func predict @large_image_filter(%a: tensor<1x70x66x9xf32> {nn.name = "a"}, %b: tensor<1x70x66x16xf32> {nn.name = "b"}) -> (tensor<3x3x9x16xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_image_filter_k(%p = %a : tensor<1x70x66x9xf32>, %q = %b : tensor<1x70x66x16xf32>) -> tensor<3x3x9x16xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<1x70x66x9xf32>, tensor<1x70x66x16xf32> -> tensor<3x3x9x16xf32>
      nn.yield %z : tensor<3x3x9x16xf32>
    }
    nn.return %y : tensor<3x3x9x16xf32>
  }
  nn.func predict @large_filter(%a: tensor<2x4x3x70xf32> {nn.name = "a"}, %b: tensor<3x3x70x160xf32> {nn.name = "b"}) -> (tensor<2x4x3x160xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_filter_k(%p = %a : tensor<2x4x3x70xf32>, %q = %b : tensor<3x3x70x160xf32>) -> tensor<2x4x3x160xf32> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<2x4x3x70xf32>, tensor<3x3x70x160xf32>
      nn.yield %z : tensor<2x4x3x160xf32>
    }
    nn.return %y : tensor<2x4x3x160xf32>
  }
  nn.func predict @large_filter_input(%a: tensor<2x4x3x160xf32> {nn.name = "a"}, %b: tensor<3x3x70x160xf32> {nn.name = "b"}) -> (tensor<2x4x3x70xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_filter_input_k(%p = %a : tensor<2x4x3x160xf32>, %q = %b : tensor<3x3x70x160xf32>) -> tensor<2x4x3x70xf32> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<2x4x3x160xf32>, tensor<3x3x70x160xf32> -> tensor<2x4x3x70xf32>
      nn.yield %z : tensor<2x4x3x70xf32>
    }
    nn.return %y : tensor<2x4x3x70xf32>
  }
  nn.func predict @large_filter_filter(%a: tensor<2x4x3x70xf32> {nn.name = "a"}, %b: tensor<2x4x3x160xf32> {nn.name = "b"}) -> (tensor<3x3x70x160xf32> {nn.name = "y"}) {
    %y = nn.kernel @large_filter_filter_k(%p = %a : tensor<2x4x3x70xf32>, %q = %b : tensor<2x4x3x160xf32>) -> tensor<3x3x70x160xf32> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<2x4x3x70xf32>, tensor<2x4x3x160xf32> -> tensor<3x3x70x160xf32>
      nn.yield %z : tensor<3x3x70x160xf32>
    }
    nn.return %y : tensor<3x3x70x160xf32>
  }
  nn.func predict @exact(%a: tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>> {nn.name = "a"}, %b: tensor<3x3x4x10xf64> {nn.name = "b"}) -> (tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>> {nn.name = "y"}) {
    %y = nn.kernel @exact_k(%p = %a : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>, %q = %b : tensor<3x3x4x10xf64>) -> tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>> {
      %z = nn.conv %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>, tensor<3x3x4x10xf64>
      nn.yield %z : tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>>
    }
    nn.return %y : tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>>
  }
  nn.func predict @exact_input(%a: tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>> {nn.name = "a"}, %b: tensor<3x3x4x10xf64> {nn.name = "b"}) -> (tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>> {nn.name = "y"}) {
    %y = nn.kernel @exact_input_k(%p = %a : tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>>, %q = %b : tensor<3x3x4x10xf64>) -> tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>> {
      %z = nn.conv_input_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>>, tensor<3x3x4x10xf64> -> tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>
      nn.yield %z : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>
    }
    nn.return %y : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>
  }
  nn.func predict @exact_filter(%a: tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>> {nn.name = "a"}, %b: tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>> {nn.name = "b"}) -> (tensor<3x3x4x10xf64> {nn.name = "y"}) {
    %y = nn.kernel @exact_filter_k(%p = %a : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>, %q = %b : tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>>) -> tensor<3x3x4x10xf64> {
      %z = nn.conv_filter_gradient %p, %q strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x6x5x4xf64, #nn.dims<batch, 6, 5, 4>>, tensor<?x6x5x10xf64, #nn.dims<batch, 6, 5, 10>> -> tensor<3x3x4x10xf64>
      nn.yield %z : tensor<3x3x4x10xf64>
    }
    nn.return %y : tensor<3x3x4x10xf64>
  }
}
