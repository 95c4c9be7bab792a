// RUN: nnc-opt %s --nn-fuse-kernels --nn-order-kernels --nn-plan-memory --nn-name-kernels | FileCheck %s

// Two layers of the same sizes are one kernel, whatever their values, variables and run-time dimensions are called.
nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.variable @w parameter : tensor<8x8xf32> = <constant, 0.0>
  nn.variable @u parameter : tensor<8x8xf32> = <constant, 0.0>
  // CHECK-LABEL: @layers
  nn.func predict @layers(%x: tensor<?x8xf32, #nn.dims<batch, 8>>) -> tensor<?x8xf32, #nn.dims<batch, 8>> {
    // CHECK: nn.kernel @[[LAYER:matmul_[0-9a-f]+]](
    // CHECK: nn.kernel @[[LAYER]](
    // CHECK-NOT: @[[LAYER]](
    // CHECK: nn.kernel @matmul_{{[0-9a-f]+}}(
    %w = nn.load @w : tensor<8x8xf32>
    %u = nn.load @u : tensor<8x8xf32>
    %a = nn.matmul %x, %w : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x8xf32> loc("first")
    %b = nn.matmul %a, %u : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x8xf32> loc("second")
    %c = nn.matmul %b, %u rhs_transposed : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x8xf32>
    nn.return %c : tensor<?x8xf32, #nn.dims<batch, 8>>
  }
  // CHECK-LABEL: @other_dimension
  nn.func predict @other_dimension(%x: tensor<?x8xf32, #nn.dims<time, 8>>) -> tensor<?x8xf32, #nn.dims<time, 8>> {
    // CHECK: nn.kernel @[[LAYER]](
    %w = nn.load @w : tensor<8x8xf32>
    %a = nn.matmul %x, %w : tensor<?x8xf32, #nn.dims<time, 8>>, tensor<8x8xf32>
    nn.return %a : tensor<?x8xf32, #nn.dims<time, 8>>
  }
  // Other elements, other attributes and writing in place are other kernels.
  // CHECK-LABEL: @different
  nn.func predict @different(%x: tensor<8x8xf32>, %y: tensor<8x8xf64>)
      -> (tensor<8x8xf32>, tensor<8x8xf64>, tensor<8x8xf32>) {
    // CHECK: nn.kernel @leaky_relu_[[FIRST:[0-9a-f]+]](
    // CHECK-NOT: @leaky_relu_[[FIRST]](
    // CHECK: nn.return
    %a = nn.leaky_relu %x : tensor<8x8xf32>
    %b = nn.leaky_relu %y : tensor<8x8xf64>
    %t = nn.matmul %x, %x : tensor<8x8xf32>, tensor<8x8xf32>
    %c = nn.leaky_relu %t {slope = 2.0e-2 : f64} : tensor<8x8xf32>
    %w = nn.load @w : tensor<8x8xf32>
    %d = nn.leaky_relu %w : tensor<8x8xf32>
    nn.store %d, @w : tensor<8x8xf32>
    nn.return %a, %b, %c : tensor<8x8xf32>, tensor<8x8xf64>, tensor<8x8xf32>
  }
}
