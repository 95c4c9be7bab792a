// RUN: nnc-opt %s --split-input-file --nn-fuse-kernels --nn-order-kernels --verify-meaning | FileCheck %s

// Readers of the old weight come before the kernel that writes over it, wherever they stand in the program.
// CHECK-LABEL: @order
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4x4xf32> = <constant, 0.5>
  nn.func step @order(%x: tensor<4x4xf32>, %dy: tensor<4x4xf32>) -> (tensor<4x4xf32> {nn.role = "output"}) {
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.matmul %{{.*}}, %{{.*}} rhs_transposed
    // CHECK: nn.kernel
    // CHECK: nn.matmul %{{.*}}, %{{.*}} lhs_transposed
    // CHECK: nn.store
    // CHECK-NOT: nn.kernel
    %w = nn.load @w : tensor<4x4xf32>
    %g = nn.matmul %x, %dy lhs_transposed : tensor<4x4xf32>, tensor<4x4xf32>
    %wn = nn.sub %w, %g : tensor<4x4xf32>
    nn.store %wn, @w : tensor<4x4xf32>
    %dx = nn.matmul %dy, %w rhs_transposed : tensor<4x4xf32>, tensor<4x4xf32>
    nn.return %dx : tensor<4x4xf32>
  }
}

// -----

// A reader that waits for the writer gets the old value nevertheless: the new one is copied over it at the end.
// CHECK-LABEL: @copied
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4x4xf32> = <constant, 0.5>
  nn.func step @copied(%x: tensor<4x4xf32>) -> (tensor<4x4xf32> {nn.role = "output"}) {
    // CHECK: %[[NEW:.*]] = nn.kernel
    // CHECK: nn.exp
    // CHECK: nn.kernel
    // CHECK: nn.matmul
    // CHECK: %[[COPY:.*]] = nn.kernel (%[[A:.*]] = %[[NEW]] : tensor<4x4xf32>)
    // CHECK-NEXT: nn.yield %[[A]]
    // CHECK: nn.store %[[COPY]], @w
    %w = nn.load @w : tensor<4x4xf32>
    %wn = nn.exp %w : tensor<4x4xf32>
    nn.store %wn, @w : tensor<4x4xf32>
    %y = nn.matmul %wn, %w : tensor<4x4xf32>, tensor<4x4xf32>
    nn.return %y : tensor<4x4xf32>
  }
}

// -----

// Two variables change places: one of the old values is taken aside.
// CHECK-LABEL: @swap
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @a parameter : tensor<4xf32> = <constant, 1.0>
  nn.variable @b parameter : tensor<4xf32> = <constant, 2.0>
  nn.func step @swap() {
    // CHECK-COUNT-4: nn.kernel
    %a = nn.load @a : tensor<4xf32>
    %b = nn.load @b : tensor<4xf32>
    nn.store %a, @b : tensor<4xf32>
    nn.store %b, @a : tensor<4xf32>
    nn.return
  }
}

// -----

// A value stored where it is already, two results of one value, an argument returned, a value stored and returned.
// CHECK-LABEL: @places
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @a state : tensor<4xf32> = <constant, 1.0>
  nn.variable @b state : tensor<4xf32> = <constant, 1.0>
  nn.func predict @places(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    // CHECK: %[[K0:[^ ,]*]], %[[K1:[^ ,]*]] = nn.kernel
    // CHECK: nn.exp
    // CHECK: nn.tanh
    // CHECK: nn.store %[[K1]], @b
    // CHECK-NOT: nn.store
    // CHECK: %[[SECOND:.*]] = nn.kernel (%{{.*}} = %[[K0]] : tensor<4xf32>)
    // CHECK: %[[ARGUMENT:.*]] = nn.kernel (%{{.*}} = %{{.*}} : tensor<4xf32>)
    // CHECK: %[[STORED:.*]] = nn.kernel (%{{.*}} = %[[K1]] : tensor<4xf32>)
    // CHECK: nn.return %[[K0]], %[[SECOND]], %[[ARGUMENT]], %[[STORED]]
    %a = nn.load @a : tensor<4xf32>
    nn.store %a, @a : tensor<4xf32>
    %y = nn.exp %x : tensor<4xf32>
    %z = nn.tanh %y : tensor<4xf32>
    nn.store %z, @b : tensor<4xf32>
    nn.return %y, %y, %x, %z : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
}

// -----

// What only losses and metrics need is marked; a loss that others need is copied by a kernel that is.
// CHECK-LABEL: @report
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<f32> = <constant, 0.5>
  nn.func step @report(%x: tensor<4x64xf32>) -> (tensor<f32> {nn.name = "loss", nn.role = "loss"},
      tensor<f32> {nn.name = "m", nn.role = "metric"}, tensor<f32> {nn.name = "y", nn.role = "output"}) {
    // CHECK: %[[NEEDED0:[^ ,]*]], %[[NEEDED1:[^ ,]*]], %[[NEEDED2:[^ ,]*]] = nn.kernel {{.*}} -> (tensor<f32>, tensor<f32>, tensor<f32>) {
    // CHECK: nn.sum
    // CHECK: nn.kernel {{.*}} attributes {report_only}
    // CHECK: nn.max
    // CHECK: nn.kernel {{.*}} attributes {report_only}
    // CHECK: nn.sum
    // CHECK: nn.kernel (%{{.*}} = %[[NEEDED0]] : tensor<f32>) -> tensor<f32> attributes {report_only}
    %loss = nn.sum %x over [0, 1] : tensor<4x64xf32>
    %rows = nn.max %x over [1] : tensor<4x64xf32>
    %m = nn.sum %rows over [0] : tensor<4xf32>
    %w = nn.load @w : tensor<f32>
    %e = nn.exp %w : tensor<f32>
    %wn = nn.sub %w, %loss : tensor<f32>
    nn.store %wn, @w : tensor<f32>
    nn.return %loss, %m, %e : tensor<f32>, tensor<f32>, tensor<f32>
  }
}
