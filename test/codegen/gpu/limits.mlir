// REQUIRES: opencl
// RUN: %testbin/run-kernels %s --target=cuda --emit=ptx | FileCheck %s
// RUN: %testbin/run-kernels %s --target=cuda --opencl --sizes=batch=70000 --sizes=batch=1

// The number of blocks along the second dimension of a grid would depend on the batch, and a GPU takes 65535: the grid is one
// row. A block has as many threads as the sums want, whatever the batch (see also limits.cpp).
// CHECK-LABEL: // kernel planes
// CHECK-NOT: %ctaid.y
// CHECK: %ctaid.x
// CHECK-NOT: %ctaid.y
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @planes(%x: tensor<3x?x2x5xf32, #nn.dims<3, batch, 2, 5>>) -> tensor<?x3x5x2xf32, #nn.dims<batch, 3, 5, 2>> {
    %0 = nn.kernel @planes(%x_ = %x : tensor<3x?x2x5xf32, #nn.dims<3, batch, 2, 5>>) -> tensor<?x3x5x2xf32, #nn.dims<batch, 3, 5, 2>> {
      %y = nn.transpose %x_ by [1, 0, 3, 2] : tensor<3x?x2x5xf32, #nn.dims<3, batch, 2, 5>>
      nn.yield %y : tensor<?x3x5x2xf32, #nn.dims<batch, 3, 5, 2>>
    }
    nn.return %0 : tensor<?x3x5x2xf32, #nn.dims<batch, 3, 5, 2>>
  }
  nn.func predict @row_sums(%x: tensor<?x20xf32, #nn.dims<batch, 20>>) -> tensor<?xf32, #nn.dims<batch>> {
    %0 = nn.kernel @row_sums(%x_ = %x : tensor<?x20xf32, #nn.dims<batch, 20>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x20xf32, #nn.dims<batch, 20>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
}
