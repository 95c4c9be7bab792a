// RUN: nnc-opt %s --nn-simplify --verify-meaning | FileCheck %s

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // What is done to a repeated value is done before it is repeated.
  // CHECK-LABEL: @before_broadcast
  nn.func predict @before_broadcast(%a: tensor<f32>, %b: tensor<f32>) -> tensor<64x10xf32> {
    // CHECK: %[[SUM:.*]] = nn.add %{{.*}}, %{{.*}} : tensor<f32>
    // CHECK: %[[TWICE:.*]] = nn.mul %[[SUM]], %{{.*}} : tensor<f32>
    // CHECK: nn.broadcast %[[TWICE]] dims [] : tensor<f32> -> tensor<64x10xf32>
    %x = nn.broadcast %a dims [] : tensor<f32> -> tensor<64x10xf32>
    %y = nn.broadcast %b dims [] : tensor<f32> -> tensor<64x10xf32>
    %s = nn.add %x, %y : tensor<64x10xf32>
    %c = nn.fill 3.0 : tensor<64x10xf32>
    %t = nn.mul %s, %c : tensor<64x10xf32>
    nn.return %t : tensor<64x10xf32>
  }
  // Values repeated along different axes stay.
  // CHECK-LABEL: @other_axes
  nn.func predict @other_axes(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4x4xf32> {
    // CHECK: nn.add %{{.*}}, %{{.*}} : tensor<4x4xf32>
    %x = nn.broadcast %a dims [0] : tensor<4xf32> -> tensor<4x4xf32>
    %y = nn.broadcast %b dims [1] : tensor<4xf32> -> tensor<4x4xf32>
    %s = nn.add %x, %y : tensor<4x4xf32>
    nn.return %s : tensor<4x4xf32>
  }
  // A mean that keeps its axis, and what is computed of it, stays in the sizes of rows.
  // CHECK-LABEL: @kept_axis
  nn.func predict @kept_axis(%x: tensor<?x8xf32, #nn.dims<batch, 8>>) -> tensor<?x8xf32, #nn.dims<batch, 8>> {
    // CHECK-NOT: nn.reshape
    // CHECK: %[[ROOT:.*]] = nn.rsqrt %{{.*}} : tensor<?xf32, #nn.dims<batch>>
    // CHECK: nn.broadcast %[[ROOT]] dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x8xf32, #nn.dims<batch, 8>>
    %m = nn.mean %x over [1] : tensor<?x8xf32, #nn.dims<batch, 8>>
    %k = nn.reshape %m : tensor<?xf32, #nn.dims<batch>> -> tensor<?x1xf32, #nn.dims<batch, 1>>
    %r = nn.rsqrt %k : tensor<?x1xf32, #nn.dims<batch, 1>>
    %b = nn.broadcast %r dims [0, 1] : tensor<?x1xf32, #nn.dims<batch, 1>> -> tensor<?x8xf32, #nn.dims<batch, 8>>
    %y = nn.mul %x, %b : tensor<?x8xf32, #nn.dims<batch, 8>>
    nn.return %y : tensor<?x8xf32, #nn.dims<batch, 8>>
  }
  // CHECK-LABEL: @unit_axis
  nn.func predict @unit_axis(%x: tensor<4x1xf32>) -> tensor<4xf32> {
    // CHECK: nn.reshape %{{.*}} : tensor<4x1xf32> -> tensor<4xf32>
    %y = nn.max %x over [1] : tensor<4x1xf32>
    nn.return %y : tensor<4xf32>
  }
  // A matrix product whose sums have one term, in each of its forms.
  // CHECK-LABEL: @outer_product
  nn.func predict @outer_product(%a: tensor<?x1xf32, #nn.dims<batch, 1>>, %b: tensor<1x4xf32>, %c: tensor<4x1xf32>,
                                 %d: tensor<1x3xf32>, %e: tensor<2x1x3xf32>, %f: tensor<2x1x4xf32>)
      -> (tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<3x4xf32>, tensor<2x3x4xf32>) {
    // CHECK: %[[A:.*]] = nn.reshape %{{.*}} : {{.*}} -> tensor<?xf32, #nn.dims<batch>>
    // CHECK: %[[ROWS:.*]] = nn.broadcast %[[A]] dims [0]
    // CHECK: %[[B:.*]] = nn.reshape %{{.*}} : tensor<1x4xf32> -> tensor<4xf32>
    // CHECK: %[[COLUMNS:.*]] = nn.broadcast %[[B]] dims [1]
    // CHECK: nn.mul %[[ROWS]], %[[COLUMNS]]
    // CHECK-NOT: nn.matmul
    %y = nn.matmul %a, %b : tensor<?x1xf32, #nn.dims<batch, 1>>, tensor<1x4xf32>
    %z = nn.matmul %a, %c rhs_transposed : tensor<?x1xf32, #nn.dims<batch, 1>>, tensor<4x1xf32>
    %v = nn.matmul %d, %b lhs_transposed : tensor<1x3xf32>, tensor<1x4xf32>
    %w = nn.matmul %e, %f lhs_transposed : tensor<2x1x3xf32>, tensor<2x1x4xf32>
    nn.return %y, %z, %v, %w : tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<3x4xf32>, tensor<2x3x4xf32>
  }
  // A sum over examples has as many terms as there are, which may be one.
  // CHECK-LABEL: @sum_over_examples
  nn.func predict @sum_over_examples(%a: tensor<?x1xf32, #nn.dims<batch, 1>>, %b: tensor<?x4xf32, #nn.dims<batch, 4>>) -> tensor<1x4xf32> {
    // CHECK: nn.matmul
    %y = nn.matmul %a, %b lhs_transposed : tensor<?x1xf32, #nn.dims<batch, 1>>, tensor<?x4xf32, #nn.dims<batch, 4>>
    nn.return %y : tensor<1x4xf32>
  }
  // NaN and infinities: x * 0 and x - x are not 0.
  // CHECK-LABEL: @not_numbers
  nn.func predict @not_numbers(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    // CHECK: nn.mul
    // CHECK: nn.sub
    %zero = nn.fill 0.0 : tensor<4xf32>
    %a = nn.mul %x, %zero : tensor<4xf32>
    %b = nn.sub %x, %x : tensor<4xf32>
    nn.return %a, %b : tensor<4xf32>, tensor<4xf32>
  }
}
