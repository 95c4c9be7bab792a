// RUN: nnc-opt %s --split-input-file --nn-fuse-kernels --verify-meaning | FileCheck %s
// RUN: nnc-opt %s --split-input-file --nn-fuse-kernels=level=0 --verify-meaning | FileCheck %s --check-prefix=ONE

// A contraction with its bias and activation is one kernel, which reads the bias as it is.
// CHECK-LABEL: @dense
// ONE-LABEL: @dense
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<8x4xf32> = <constant, 0.5>
  nn.variable @b parameter : tensor<4xf32> = <constant, 0.5>
  nn.func predict @dense(%x: tensor<?x8xf32, #nn.dims<batch, 8>>) -> tensor<?x4xf32, #nn.dims<batch, 4>> {
    // CHECK: %[[W:.*]] = nn.load @w
    // CHECK: %[[B:.*]] = nn.load @b
    // CHECK: %[[Y:.*]] = nn.kernel (%[[KX:.*]] = %{{.*}} : {{.*}}, %[[KW:.*]] = %[[W]] : tensor<8x4xf32>, %[[KB:.*]] = %[[B]] : tensor<4xf32>)
    // CHECK-NEXT: %[[P:.*]] = nn.matmul %[[KX]], %[[KW]]
    // CHECK-NEXT: %[[R:.*]] = nn.broadcast %[[KB]] dims [1]
    // CHECK-NEXT: %[[S:.*]] = nn.add %[[P]], %[[R]]
    // CHECK-NEXT: %[[A:.*]] = nn.relu %[[S]]
    // CHECK-NEXT: nn.yield %[[A]]
    // CHECK: nn.return %[[Y]]
    // ONE-COUNT-4: nn.kernel
    %w = nn.load @w : tensor<8x4xf32>
    %b = nn.load @b : tensor<4xf32>
    %p = nn.matmul %x, %w : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x4xf32>
    %r = nn.broadcast %b dims [1] : tensor<4xf32> -> tensor<?x4xf32, #nn.dims<batch, 4>>
    %s = nn.add %p, %r : tensor<?x4xf32, #nn.dims<batch, 4>>
    %a = nn.relu %s : tensor<?x4xf32, #nn.dims<batch, 4>>
    nn.return %a : tensor<?x4xf32, #nn.dims<batch, 4>>
  }
}

// -----

// The activation's mask goes to the product behind it, not to the forward kernel whose result it reads.
// CHECK-LABEL: @mask
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @mask(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.matmul
    // CHECK-NEXT: nn.relu
    // CHECK-NEXT: nn.yield
    // CHECK: nn.kernel
    // CHECK-DAG: nn.matmul %{{.*}}, %{{.*}} rhs_transposed
    // CHECK-DAG: nn.compare
    // CHECK: nn.select
    // CHECK-NEXT: nn.yield
    // CHECK-NOT: nn.kernel
    %p = nn.matmul %x, %w : tensor<8x4xf32>, tensor<4x4xf32>
    %h = nn.relu %p : tensor<8x4xf32>
    %zero = nn.fill 0.0 : tensor<8x4xf32>
    %c = nn.compare gt %h, %zero : tensor<8x4xf32>
    %d = nn.matmul %h, %w rhs_transposed : tensor<8x4xf32>, tensor<4x4xf32>
    %m = nn.select %c, %d, %zero : tensor<8x4xi1>, tensor<8x4xf32>
    nn.return %h, %m : tensor<8x4xf32>, tensor<8x4xf32>
  }
}

// -----

// The update of all its slots joins the product that makes the gradient; the products that read the old weight stay
// before it (@order, order-kernels.mlir).
// CHECK-LABEL: @update
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<8x4xf32> = <constant, 0.5>
  nn.variable @m slot : tensor<8x4xf32> = <constant, 0.0>
  nn.func step @update(%x: tensor<?x8xf32, #nn.dims<batch, 8>>, %dy: tensor<?x4xf32, #nn.dims<batch, 4>>,
                       %lr: tensor<f32> {nn.role = "hyper"}) {
    // CHECK: nn.kernel {{.*}} -> (tensor<8x4xf32>, tensor<8x4xf32>)
    // CHECK: nn.matmul %{{.*}}, %{{.*}} lhs_transposed
    // CHECK: nn.sub
    // CHECK-NOT: nn.kernel
    %w = nn.load @w : tensor<8x4xf32>
    %m = nn.load @m : tensor<8x4xf32>
    %g = nn.matmul %x, %dy lhs_transposed : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<?x4xf32, #nn.dims<batch, 4>>
    %mn = nn.add %m, %g : tensor<8x4xf32>
    %rate = nn.broadcast %lr dims [] : tensor<f32> -> tensor<8x4xf32>
    %u = nn.mul %rate, %mn : tensor<8x4xf32>
    %wn = nn.sub %w, %u : tensor<8x4xf32>
    nn.store %wn, @w : tensor<8x4xf32>
    nn.store %mn, @m : tensor<8x4xf32>
    nn.return
  }
}

// -----

// Not with a norm over the whole gradient: it has to be known before the update.
// CHECK-LABEL: @global_norm
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<8x4xf32> = <constant, 0.5>
  nn.func step @global_norm(%x: tensor<?x8xf32, #nn.dims<batch, 8>>, %dy: tensor<?x4xf32, #nn.dims<batch, 4>>) {
    // CHECK: nn.kernel
    // CHECK: nn.matmul
    // CHECK-NEXT: nn.yield
    // CHECK: nn.kernel
    // CHECK: nn.sum
    // CHECK: nn.rsqrt
    // CHECK: nn.kernel
    // CHECK: nn.sub
    // CHECK-NOT: nn.kernel
    %w = nn.load @w : tensor<8x4xf32>
    %g = nn.matmul %x, %dy lhs_transposed : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<?x4xf32, #nn.dims<batch, 4>>
    %square = nn.mul %g, %g : tensor<8x4xf32>
    %norm = nn.sum %square over [0, 1] : tensor<8x4xf32>
    %scale = nn.rsqrt %norm : tensor<f32>
    %rate = nn.broadcast %scale dims [] : tensor<f32> -> tensor<8x4xf32>
    %u = nn.mul %rate, %g : tensor<8x4xf32>
    %wn = nn.sub %w, %u : tensor<8x4xf32>
    nn.store %wn, @w : tensor<8x4xf32>
    nn.return
  }
}

// -----

// Not into a kernel that multiplies by the old weight: it would read elements that are written already.
// CHECK-LABEL: @reads_old_weight
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4x4xf32> = <constant, 0.5>
  nn.func step @reads_old_weight(%x: tensor<4x4xf32>) {
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.matmul
    // CHECK-NEXT: nn.yield
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.sub
    // CHECK-NOT: nn.kernel
    %w = nn.load @w : tensor<4x4xf32>
    %g = nn.matmul %x, %w : tensor<4x4xf32>, tensor<4x4xf32>
    %wn = nn.sub %w, %g : tensor<4x4xf32>
    nn.store %wn, @w : tensor<4x4xf32>
    nn.return
  }
}

// -----

// Nor into one that the readers of the old weight wait for: the update would no longer be in place.
// CHECK-LABEL: @reader_after
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4x4xf32> = <constant, 0.5>
  nn.func step @reader_after(%x: tensor<4x4xf32>) -> (tensor<4x4xf32> {nn.name = "y", nn.role = "output"}) {
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.matmul
    // CHECK-NEXT: nn.yield
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.sub
    // CHECK: nn.kernel
    // CHECK-NEXT: nn.matmul
    // CHECK-NOT: nn.kernel
    %w = nn.load @w : tensor<4x4xf32>
    %g = nn.matmul %x, %x : tensor<4x4xf32>, tensor<4x4xf32>
    %wn = nn.sub %w, %g : tensor<4x4xf32>
    %y = nn.matmul %g, %w : tensor<4x4xf32>, tensor<4x4xf32>
    nn.store %wn, @w : tensor<4x4xf32>
    nn.return %y : tensor<4x4xf32>
  }
}

// -----

// Softmax, loss and accuracy of the same logits read each row once.
// CHECK-LABEL: @rows
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%z: tensor<?x10xf32, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>)
      -> (tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>) {
    // CHECK: %[[K0:[^ ,]*]], %[[K1:[^ ,]*]], %[[K2:[^ ,]*]] = nn.kernel
    // CHECK: nn.softmax_cross_entropy
    // CHECK: nn.softmax
    // CHECK: nn.one_hot
    // CHECK: nn.argmax
    // CHECK-NOT: nn.kernel
    %loss = nn.softmax_cross_entropy %z, %label : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
    %p = nn.softmax %z along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
    %t = nn.one_hot %label : tensor<?xi32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
    %dz = nn.sub %p, %t : tensor<?x10xf32, #nn.dims<batch, 10>>
    %guess = nn.argmax %z over 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
    %right = nn.compare eq %guess, %label : tensor<?xi32, #nn.dims<batch>>
    nn.return %loss, %dz, %right : tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>
  }
}

// -----

// Reductions one after another over the same rows, and back: layer normalization is one kernel.
// CHECK-LABEL: @layer_norm
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @layer_norm(%x: tensor<?x64xf32, #nn.dims<batch, 64>>) -> tensor<?x64xf32, #nn.dims<batch, 64>> {
    // CHECK-COUNT-1: nn.kernel
    // CHECK-NOT: nn.kernel
    %m = nn.mean %x over [1] : tensor<?x64xf32, #nn.dims<batch, 64>>
    %mb = nn.broadcast %m dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x64xf32, #nn.dims<batch, 64>>
    %c = nn.sub %x, %mb : tensor<?x64xf32, #nn.dims<batch, 64>>
    %c2 = nn.mul %c, %c : tensor<?x64xf32, #nn.dims<batch, 64>>
    %v = nn.mean %c2 over [1] : tensor<?x64xf32, #nn.dims<batch, 64>>
    %r = nn.rsqrt %v : tensor<?xf32, #nn.dims<batch>>
    %rb = nn.broadcast %r dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x64xf32, #nn.dims<batch, 64>>
    %y = nn.mul %c, %rb : tensor<?x64xf32, #nn.dims<batch, 64>>
    nn.return %y : tensor<?x64xf32, #nn.dims<batch, 64>>
  }
}

// -----

// Over the batch, columns are not contiguous: the sums stay apart from the large elementwise work.
// CHECK-LABEL: @columns
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @columns(%x: tensor<512x64xf32>) -> tensor<512x64xf32> {
    // CHECK-COUNT-2: nn.kernel
    // CHECK-NOT: nn.kernel
    %m = nn.mean %x over [0] : tensor<512x64xf32>
    %mb = nn.broadcast %m dims [1] : tensor<64xf32> -> tensor<512x64xf32>
    %c = nn.sub %x, %mb : tensor<512x64xf32>
    nn.return %c : tensor<512x64xf32>
  }
}

// -----

// Scalars are computed once, in one kernel, not per element where they are used.
// CHECK-LABEL: @scalars
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @scalars(%b1: tensor<f32>, %b2: tensor<f32>, %x: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
    // CHECK: nn.kernel {{.*}} -> (tensor<f32>, tensor<f32>)
    // CHECK: nn.pow
    // CHECK: nn.pow
    // CHECK: nn.kernel {{.*}} -> (tensor<64xf32>, tensor<64xf32>)
    // CHECK-NOT: nn.kernel
    %p = nn.pow %b1, %b2 : tensor<f32>
    %q = nn.pow %b2, %b1 : tensor<f32>
    %pb = nn.broadcast %p dims [] : tensor<f32> -> tensor<64xf32>
    %qb = nn.broadcast %q dims [] : tensor<f32> -> tensor<64xf32>
    %u = nn.mul %x, %pb : tensor<64xf32>
    %v = nn.mul %x, %qb : tensor<64xf32>
    nn.return %u, %v : tensor<64xf32>, tensor<64xf32>
  }
}

// -----

// Constants and broadcasts become kernels only where memory has to hold them.
// CHECK-LABEL: @materialized
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @materialized(%x: tensor<4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4xf32>) {
    // CHECK: %[[WIDE:.*]] = nn.kernel (%[[A:.*]] = %{{.*}} : tensor<4xf32>) -> tensor<4x4xf32>
    // CHECK-NEXT: nn.broadcast %[[A]]
    // CHECK-NEXT: nn.yield
    // CHECK: nn.kernel ({{.*}} = %[[WIDE]] : tensor<4x4xf32>
    // CHECK: nn.matmul
    // CHECK: nn.kernel () -> tensor<4xf32>
    // CHECK-NEXT: nn.fill
    %wide = nn.broadcast %x dims [1] : tensor<4xf32> -> tensor<4x4xf32>
    %p = nn.matmul %wide, %w : tensor<4x4xf32>, tensor<4x4xf32>
    %one = nn.fill 1.0 : tensor<4xf32>
    nn.return %p, %one : tensor<4x4xf32>, tensor<4xf32>
  }
}

// -----

// A reshape names the same bytes and is in no kernel.
// CHECK-LABEL: @reshape
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @reshape(%x: tensor<4x6xf32>) -> tensor<24xf32> {
    // CHECK: %[[A:.*]] = nn.kernel
    // CHECK: %[[R:.*]] = nn.reshape %[[A]]
    // CHECK: nn.kernel ({{.*}} = %[[R]] : tensor<24xf32>)
    %a = nn.exp %x : tensor<4x6xf32>
    %r = nn.reshape %a : tensor<4x6xf32> -> tensor<24xf32>
    %y = nn.tanh %r : tensor<24xf32>
    nn.return %y : tensor<24xf32>
  }
}

// -----

// Nothing to compute: nothing changes.
// CHECK-LABEL: @nothing
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @nothing(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
    // CHECK-NEXT: nn.return
    nn.return %x : tensor<4x6xf32>
  }
}

// -----

// Pooling: windows are read where they are folded, forwards and backwards; nothing is laid out in memory, and the
// gradient is one reduction over the windows that an element is in.
// CHECK-LABEL: @pool
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @pool(%x: tensor<?x9x5xf32, #nn.dims<batch, 9, 5>>, %dy: tensor<?x4x5xf32, #nn.dims<batch, 4, 5>>)
      -> (tensor<?x4x5xf32, #nn.dims<batch, 4, 5>>, tensor<?x9x5xf32, #nn.dims<batch, 9, 5>>) {
    // CHECK: %[[Y:.*]] = nn.kernel
    // CHECK-NEXT: nn.access {{.*}} [d0, 2*d1 + d2, d3]
    // CHECK-NEXT: nn.max
    // CHECK-NEXT: nn.yield
    // CHECK: %[[D:.*]] = nn.kernel
    // CHECK-NEXT: nn.access {{.*}} [d1, (-1*d0 + d2) over 2, d3]
    // CHECK: nn.sum
    // CHECK-NEXT: nn.yield
    // CHECK-NOT: nn.kernel
    // CHECK: nn.return %[[Y]], %[[D]]
    %w = nn.access %x [d0, 2*d1 + d2, d3] else 0.0 : tensor<?x9x5xf32, #nn.dims<batch, 9, 5>> -> tensor<?x4x3x5xf32, #nn.dims<batch, 4, 3, 5>>
    %y = nn.max %w over [2] : tensor<?x4x3x5xf32, #nn.dims<batch, 4, 3, 5>>
    %g = nn.access %dy [d1, (-1*d0 + d2) over 2, d3] else 0.0 : tensor<?x4x5xf32, #nn.dims<batch, 4, 5>> -> tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %m = nn.access %y [d1, (-1*d0 + d2) over 2, d3] else 0.0 : tensor<?x4x5xf32, #nn.dims<batch, 4, 5>> -> tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %b = nn.broadcast %x dims [1, 2, 3] : tensor<?x9x5xf32, #nn.dims<batch, 9, 5>> -> tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %c = nn.compare eq %b, %m : tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %f = nn.cast %c : tensor<3x?x9x5xi1, #nn.dims<3, batch, 9, 5>> -> tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %p = nn.mul %f, %g : tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    %d = nn.sum %p over [0] : tensor<3x?x9x5xf32, #nn.dims<3, batch, 9, 5>>
    nn.return %y, %d : tensor<?x4x5xf32, #nn.dims<batch, 4, 5>>, tensor<?x9x5xf32, #nn.dims<batch, 9, 5>>
  }
}
