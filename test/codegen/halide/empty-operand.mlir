// RUN: %testbin/run-kernels %s --sizes=batch=2,time=0 --sizes=batch=2,time=1

// Results with elements of operands without any: windows in the padding around nothing. Buffers end at pages that may
// not be touched, so a read under a false guard would be seen.
nn.model @op attributes {source_name = "Op", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @max_pool(%x: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "x"}) -> (tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>> {nn.name = "y"}) {
    %0 = nn.kernel @max_pool_k(%a = %x : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>) -> tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>> {
      %b = nn.max_pool %a window [3] strides [1] dilations [1] low [2] high [2] : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
      nn.yield %b : tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>>
    }
    nn.return %0 : tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>>
  }
  nn.func predict @avg_pool(%x: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "x"}) -> (tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>> {nn.name = "y"}) {
    %0 = nn.kernel @avg_pool_k(%a = %x : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>) -> tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>> {
      %b = nn.avg_pool %a window [3] strides [1] dilations [1] low [2] high [2] : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
      nn.yield %b : tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>>
    }
    nn.return %0 : tensor<?x?x3xf32, #nn.dims<batch, "time+2", 3>>
  }
  nn.func predict @conv(%x: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "x"}, %w: tensor<3x3x5xf32> {nn.name = "w"}) -> (tensor<?x?x5xf32, #nn.dims<batch, "time+2", 5>> {nn.name = "y"}) {
    %0 = nn.kernel @conv_k(%a = %x : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, %b = %w : tensor<3x3x5xf32>) -> tensor<?x?x5xf32, #nn.dims<batch, "time+2", 5>> {
      %c = nn.conv %a, %b strides [1] dilations [1] low [2] high [2] groups 1 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, tensor<3x3x5xf32>
      nn.yield %c : tensor<?x?x5xf32, #nn.dims<batch, "time+2", 5>>
    }
    nn.return %0 : tensor<?x?x5xf32, #nn.dims<batch, "time+2", 5>>
  }
}
