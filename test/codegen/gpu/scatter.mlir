// RUN: %testbin/run-kernels %s --emit=halide --target=cuda | FileCheck %s

// A scatter's steps are made by groups of rows beside one another, each in order: what is added to a row is one thread's, whatever
// the number of groups. numbers.test compares the numbers.
// CHECK-LABEL: // rows
// CHECK: gpu_block step0{{.*}} in [0, {{[0-9]+}}]
// CHECK: gpu_block axis1.block
// CHECK: gpu_thread axis1.thread
// CHECK: for step0
// CHECK-LABEL: // inner
// CHECK: gpu_block step0
// CHECK-LABEL: // line
// CHECK: gpu_block step0{{.*}}group_block
// CHECK: gpu_thread step0{{.*}}group_thread
nn.model @m attributes {source_name = "M", symbols = ["n"], bounds = array<i64: -1>} {
  nn.func predict @rows(%x: tensor<300x48xf32>, %i: tensor<300xi32>) -> tensor<70x48xf32> {
    %0 = nn.kernel @rows(%x_ = %x : tensor<300x48xf32>, %i_ = %i : tensor<300xi32>) -> tensor<70x48xf32> {
      %y = nn.scatter_add %x_, %i_ axis 0 : tensor<300x48xf32>, tensor<300xi32> -> tensor<70x48xf32>
      nn.yield %y : tensor<70x48xf32>
    }
    nn.return %0 : tensor<70x48xf32>
  }
  nn.func predict @inner(%x: tensor<3x?x5xf32, #nn.dims<3, n, 5>>, %i: tensor<?xi32, #nn.dims<n>>) -> tensor<3x9x5xf32> {
    %0 = nn.kernel @inner(%x_ = %x : tensor<3x?x5xf32, #nn.dims<3, n, 5>>, %i_ = %i : tensor<?xi32, #nn.dims<n>>) -> tensor<3x9x5xf32> {
      %y = nn.scatter_add %x_, %i_ axis 1 : tensor<3x?x5xf32, #nn.dims<3, n, 5>>, tensor<?xi32, #nn.dims<n>> -> tensor<3x9x5xf32>
      nn.yield %y : tensor<3x9x5xf32>
    }
    nn.return %0 : tensor<3x9x5xf32>
  }
  nn.func predict @line(%x: tensor<20x10xf32>, %i: tensor<20x10xi32>) -> tensor<40xf32> {
    %0 = nn.kernel @line(%x_ = %x : tensor<20x10xf32>, %i_ = %i : tensor<20x10xi32>) -> tensor<40xf32> {
      %y = nn.scatter_add %x_, %i_ axis 0 : tensor<20x10xf32>, tensor<20x10xi32> -> tensor<40xf32>
      nn.yield %y : tensor<40xf32>
    }
    nn.return %0 : tensor<40xf32>
  }
}
