// RUN: nnc-opt %s --split-input-file --nn-differentiate --canonicalize | FileCheck %s
// RUN: nnc-opt %s --split-input-file --nn-differentiate --canonicalize --mlir-print-debuginfo --mlir-print-local-scope \
// RUN:   | FileCheck %s --check-prefix=LOC

// A chain: each op's rule, last to first; the adjoints are named after the values.
// CHECK-LABEL: @chain
// LOC-LABEL: @chain
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @chain(%x: tensor<4xf32> {nn.name = "x"}) -> tensor<4xf32> {
    // CHECK: %[[Y:.*]] = nn.tanh %x
    // CHECK: %[[SQUARE:.*]] = nn.mul %[[Y]], %[[Y]]
    // CHECK: %[[SLOPE:.*]] = nn.sub %{{.*}}, %[[SQUARE]]
    // CHECK: nn.return %[[SLOPE]]
    // LOC: nn.sub {{.*}} loc(fused<#nn.provenance<adjoint, "hyperbolic tangent", 0, "y">>["source.nn":2:5])
    %y = nn.tanh %x : tensor<4xf32> loc("y"("source.nn":2:5))
    %s = nn.sum %y over [0] : tensor<4xf32> loc("s"("source.nn":3:5))
    %d = nn.grad %s wrt %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    nn.return %d : tensor<4xf32>
  }
}

// -----

// A value with two uses sums their adjoints, and says so.
// CHECK-LABEL: @fan_out
// LOC-LABEL: @fan_out
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @fan_out(%x: tensor<f32> {nn.name = "x"}) -> tensor<f32> {
    // CHECK: %[[A:.*]] = nn.exp
    // CHECK: %[[COS:.*]] = nn.cos
    // CHECK: %d_x{{.*}} = nn.add
    // LOC: nn.add {{.*}} loc(fused<#nn.provenance<accumulate, "exponential", 0, "a">>["d_x"("source.nn":2:5)])
    %a = nn.exp %x : tensor<f32> loc("a"("source.nn":2:5))
    %b = nn.sin %x : tensor<f32> loc("b"("source.nn":3:5))
    %s = nn.add %a, %b : tensor<f32> loc("s"("source.nn":4:5))
    %d = nn.grad %s wrt %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
    nn.return %d : tensor<f32>
  }
}

// -----

// Nothing is built for operands that are not asked for: of the product's two adjoints only the weight's.
// CHECK-LABEL: @inactive
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @inactive(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<3x4xf32> {
    // CHECK: nn.matmul %{{.*}}, %{{.*}} lhs_transposed
    // CHECK-NOT: nn.matmul
    %y = nn.matmul %x, %w : tensor<2x3xf32>, tensor<3x4xf32>
    %s = nn.sum %y over [0, 1] : tensor<2x4xf32>
    %d = nn.grad %s wrt %w : (tensor<f32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    nn.return %d : tensor<3x4xf32>
  }
}

// -----

// The gradient of a value computed on the way, and of one that it depends on.
// CHECK-LABEL: @intermediate
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @intermediate(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    // CHECK: %[[H:.*]] = nn.exp
    // CHECK: %[[DH:.*]] = nn.add %[[H]], %[[H]]
    // CHECK: %[[DX:.*]] = nn.mul %[[DH]], %[[H]]
    // CHECK: nn.return %[[DH]], %[[DX]]
    %h = nn.exp %x : tensor<f32>
    %s = nn.mul %h, %h : tensor<f32>
    %dh, %dx = nn.grad %s wrt %h, %x : (tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
    nn.return %dh, %dx : tensor<f32>, tensor<f32>
  }
}

// -----

// Derivatives of derivatives: d2/dx2 of x**3 by two nested grads is 6 x.
// CHECK-LABEL: @second_order
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @second_order(%x: tensor<f32> {nn.name = "x"}) -> tensor<f32> {
    // CHECK-NOT: nn.grad
    %square = nn.mul %x, %x : tensor<f32>
    %cube = nn.mul %square, %x : tensor<f32>
    %first = nn.grad %cube wrt %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %second = nn.grad %first wrt %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
    nn.return %second : tensor<f32>
  }
}

// -----

// Without nn.grad nothing happens.
// CHECK-LABEL: @nothing
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @nothing(%x: tensor<f32>) -> tensor<f32> {
    // CHECK-NEXT: %[[Y:.*]] = nn.exp %{{.*}} : tensor<f32>
    // CHECK-NEXT: nn.return %[[Y]]
    %y = nn.exp %x : tensor<f32>
    nn.return %y : tensor<f32>
  }
}

// -----

// Two loads of a variable are one value.
// CHECK-LABEL: @loads
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<f32> = <constant, 2.0>
  nn.func predict @loads() -> tensor<f32> {
    // CHECK: %[[W:.*]] = nn.load @w
    // CHECK: %[[D:.*]] = nn.add %[[W]], %[[W]]
    // CHECK: nn.return %[[D]]
    %a = nn.load @w : tensor<f32>
    %b = nn.load @w : tensor<f32>
    %s = nn.mul %a, %b : tensor<f32>
    %c = nn.load @w : tensor<f32>
    %d = nn.grad %s wrt %c : (tensor<f32>, tensor<f32>) -> tensor<f32>
    nn.return %d : tensor<f32>
  }
}

// -----

// Of a checkpoint only the input is kept: the rules read a second computation, which waits for the adjoint of its result.
// CHECK-LABEL: @checkpoint
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @checkpoint(%x: tensor<4xf32> {nn.name = "x"}) -> (tensor<4xf32>, tensor<4xf32>) {
    // CHECK: %[[A:.*]] = nn.exp %x
    // CHECK-NEXT: %[[Y:.*]] = nn.tanh %[[A]] :
    // CHECK-NEXT: %[[Z:.*]] = nn.sin %[[Y]]
    // CHECK-NOT: nn.exp
    // CHECK: %[[DY:.*]] = nn.cos %[[Y]]
    // CHECK: %[[HELD:.*]] = nn.hold %x until %[[DY]]
    // CHECK: %[[AGAIN:.*]] = nn.exp %[[HELD]] :
    // CHECK: %[[TANH:.*]] = nn.tanh %[[AGAIN]]
    // CHECK: nn.mul %[[TANH]], %[[TANH]]
    // CHECK-NOT: nn.checkpoint
    // CHECK: nn.return %[[Z]]
    %a = nn.exp %x {nn.checkpoint = array<i64: 0>} : tensor<4xf32>
    %y = nn.tanh %a {nn.checkpoint = array<i64: 0>} : tensor<4xf32>
    %z = nn.sin %y : tensor<4xf32>
    %s = nn.sum %z over [0] : tensor<4xf32>
    %d = nn.grad %s wrt %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    nn.return %z, %d : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

// A checkpoint in a checkpoint: when the walk gets there, the copies of the inner one are copied again.
// CHECK-LABEL: @nested
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @nested(%x: tensor<4xf32> {nn.name = "x"}) -> tensor<4xf32> {
    // CHECK: %[[OUTER:.*]] = nn.hold %x until
    // CHECK: %[[A:.*]] = nn.exp %[[OUTER]]
    // CHECK: nn.tanh %[[A]]
    // CHECK: %[[INNER:.*]] = nn.hold %[[OUTER]] until
    // CHECK: nn.exp %[[INNER]]
    // CHECK-NOT: nn.hold
    // CHECK: nn.return
    %a = nn.exp %x {nn.checkpoint = array<i64: 1, 0>} : tensor<4xf32>
    %y = nn.tanh %a {nn.checkpoint = array<i64: 1>} : tensor<4xf32>
    %s = nn.sum %y over [0] : tensor<4xf32>
    %d = nn.grad %s wrt %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    nn.return %d : tensor<4xf32>
  }
}
