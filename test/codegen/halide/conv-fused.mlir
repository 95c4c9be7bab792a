// RUN: %testbin/run-kernels %s --tolerance=5e-4 --sizes=batch=0 --sizes=batch=1 --sizes=batch=7
// RUN: %testbin/run-kernels %s --tolerance=5e-4 --sizes=batch=5 --target=x86-64

// What kernels add to convolutions: bias and activation behind the convolution, the mask of one behind the gradient of its
// input, an optimizer's update behind that of its filter, in slices and in parts of a large filter.
nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @bias_relu(%x: tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>> {nn.name = "x"}, %w: tensor<3x3x5x19xf32> {nn.name = "w"}, %bias: tensor<19xf32> {nn.name = "b"}) -> (tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>> {nn.name = "y"}) {
    %0 = nn.kernel @bias_relu_k(%a = %x : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, %b = %w : tensor<3x3x5x19xf32>, %c = %bias : tensor<19xf32>) -> tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>> {
      %y = nn.conv %a, %b strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x7x9x5xf32, #nn.dims<batch, 7, 9, 5>>, tensor<3x3x5x19xf32>
      %s = nn.broadcast %c dims [3] : tensor<19xf32> -> tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>>
      %t = nn.add %y, %s : tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>>
      %r = nn.relu %t : tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>>
      nn.yield %r : tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>>
    }
    nn.return %0 : tensor<?x7x9x19xf32, #nn.dims<batch, 7, 9, 19>>
  }

  // Two results of one convolution: it and its activation.
  nn.func predict @both(%x: tensor<?x6x8x4xf32, #nn.dims<batch, 6, 8, 4>> {nn.name = "x"}, %w: tensor<3x3x4x32xf32> {nn.name = "w"}) -> (tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>> {nn.name = "y"}, tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>> {nn.name = "z"}) {
    %0, %1 = nn.kernel @both_k(%a = %x : tensor<?x6x8x4xf32, #nn.dims<batch, 6, 8, 4>>, %b = %w : tensor<3x3x4x32xf32>) -> (tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>, tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>) {
      %y = nn.conv %a, %b strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x6x8x4xf32, #nn.dims<batch, 6, 8, 4>>, tensor<3x3x4x32xf32>
      %r = nn.tanh %y : tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>
      nn.yield %y, %r : tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>, tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>
    }
    nn.return %0, %1 : tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>, tensor<?x3x4x32xf32, #nn.dims<batch, 3, 4, 32>>
  }

  nn.func predict @masked(%dy: tensor<?x5x7x20xf32, #nn.dims<batch, 5, 7, 20>> {nn.name = "dy"}, %w: tensor<3x3x16x20xf32> {nn.name = "w"}, %h: tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>> {nn.name = "h"}) -> (tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>> {nn.name = "dx"}) {
    %0 = nn.kernel @masked_k(%a = %dy : tensor<?x5x7x20xf32, #nn.dims<batch, 5, 7, 20>>, %b = %w : tensor<3x3x16x20xf32>, %c = %h : tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>) -> tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>> {
      %zero = nn.fill 0.0 : tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
      %y = nn.conv_input_gradient %a, %b strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x5x7x20xf32, #nn.dims<batch, 5, 7, 20>>, tensor<3x3x16x20xf32> -> tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
      %m = nn.compare gt %c, %zero : tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
      %r = nn.select %m, %y, %zero : tensor<?x10x13x16xi1, #nn.dims<batch, 10, 13, 16>>, tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
      nn.yield %r : tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
    }
    nn.return %0 : tensor<?x10x13x16xf32, #nn.dims<batch, 10, 13, 16>>
  }

  nn.func predict @momentum(%x: tensor<?x7x6x6xf32, #nn.dims<batch, 7, 6, 6>> {nn.name = "x"}, %dy: tensor<?x7x6x24xf32, #nn.dims<batch, 7, 6, 24>> {nn.name = "dy"}, %v: tensor<3x3x6x24xf32> {nn.name = "v"}, %w: tensor<3x3x6x24xf32> {nn.name = "w"}) -> (tensor<3x3x6x24xf32> {nn.name = "v1"}, tensor<3x3x6x24xf32> {nn.name = "w1"}) {
    %0, %1 = nn.kernel @momentum_k(%a = %x : tensor<?x7x6x6xf32, #nn.dims<batch, 7, 6, 6>>, %b = %dy : tensor<?x7x6x24xf32, #nn.dims<batch, 7, 6, 24>>, %c = %v : tensor<3x3x6x24xf32>, %d = %w : tensor<3x3x6x24xf32>) -> (tensor<3x3x6x24xf32>, tensor<3x3x6x24xf32>) {
      %g = nn.conv_filter_gradient %a, %b strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x7x6x6xf32, #nn.dims<batch, 7, 6, 6>>, tensor<?x7x6x24xf32, #nn.dims<batch, 7, 6, 24>> -> tensor<3x3x6x24xf32>
      %s = nn.add %c, %g : tensor<3x3x6x24xf32>
      %t = nn.sub %d, %s : tensor<3x3x6x24xf32>
      nn.yield %s, %t : tensor<3x3x6x24xf32>, tensor<3x3x6x24xf32>
    }
    nn.return %0, %1 : tensor<3x3x6x24xf32>, tensor<3x3x6x24xf32>
  }

  nn.func predict @momentum_large(%x: tensor<?x3x4x72xf32, #nn.dims<batch, 3, 4, 72>> {nn.name = "x"}, %dy: tensor<?x3x4x136xf32, #nn.dims<batch, 3, 4, 136>> {nn.name = "dy"}, %v: tensor<3x3x72x136xf32> {nn.name = "v"}, %w: tensor<3x3x72x136xf32> {nn.name = "w"}) -> (tensor<3x3x72x136xf32> {nn.name = "v1"}, tensor<3x3x72x136xf32> {nn.name = "w1"}) {
    %0, %1 = nn.kernel @momentum_large_k(%a = %x : tensor<?x3x4x72xf32, #nn.dims<batch, 3, 4, 72>>, %b = %dy : tensor<?x3x4x136xf32, #nn.dims<batch, 3, 4, 136>>, %c = %v : tensor<3x3x72x136xf32>, %d = %w : tensor<3x3x72x136xf32>) -> (tensor<3x3x72x136xf32>, tensor<3x3x72x136xf32>) {
      %g = nn.conv_filter_gradient %a, %b strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<?x3x4x72xf32, #nn.dims<batch, 3, 4, 72>>, tensor<?x3x4x136xf32, #nn.dims<batch, 3, 4, 136>> -> tensor<3x3x72x136xf32>
      %s = nn.add %c, %g : tensor<3x3x72x136xf32>
      %t = nn.sub %d, %s : tensor<3x3x72x136xf32>
      nn.yield %s, %t : tensor<3x3x72x136xf32>, tensor<3x3x72x136xf32>
    }
    nn.return %0, %1 : tensor<3x3x72x136xf32>, tensor<3x3x72x136xf32>
  }
}
