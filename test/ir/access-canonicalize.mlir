// RUN: nnc-opt %s --split-input-file --verify-meaning --canonicalize | FileCheck %s

// An access that changes nothing, only permutes axes, or only repeats.
// CHECK-LABEL: @named
nn.model @m attributes {source_name = "M", symbols = ["n"], bounds = array<i64: 0>} {
  nn.func predict @named(%x: tensor<?x3xf32, #nn.dims<n, 3>>)
      -> (tensor<?x3xf32, #nn.dims<n, 3>>, tensor<3x?xf32, #nn.dims<3, n>>, tensor<2x?x3xf32, #nn.dims<2, n, 3>>) {
    %same = nn.access %x [d0, d1] else 1.0 : tensor<?x3xf32, #nn.dims<n, 3>> -> tensor<?x3xf32, #nn.dims<n, 3>>
    // CHECK: %[[T:.*]] = nn.transpose %[[X:.*]] by [1, 0]
    %turned = nn.access %same [d1, d0] else 1.0 : tensor<?x3xf32, #nn.dims<n, 3>> -> tensor<3x?xf32, #nn.dims<3, n>>
    // CHECK: %[[B:.*]] = nn.broadcast %[[X]] dims [1, 2]
    %repeated = nn.access %same [d1, d2] else 1.0 : tensor<?x3xf32, #nn.dims<n, 3>> -> tensor<2x?x3xf32, #nn.dims<2, n, 3>>
    // CHECK: nn.return %[[X]], %[[T]], %[[B]]
    nn.return %same, %turned, %repeated : tensor<?x3xf32, #nn.dims<n, 3>>, tensor<3x?xf32, #nn.dims<3, n>>, tensor<2x?x3xf32, #nn.dims<2, n, 3>>
  }
}

// -----

// Lowest terms; a filling that is never needed is 0, so that equal accesses are equal ops.
// CHECK-LABEL: @normal_form
nn.model @m attributes {source_name = "M", symbols = ["n"], bounds = array<i64: 0>} {
  nn.func predict @normal_form(%x: tensor<?xf32, #nn.dims<n>>)
      -> (tensor<?xf32, #nn.dims<"n-1">>, tensor<9xf32>) {
    // CHECK: nn.access %{{.*}} [d0 + 1] else 0.000000e+00
    %rest = nn.access %x [(2*d0 + 2) over 2] else 5.0 : tensor<?xf32, #nn.dims<n>> -> tensor<?xf32, #nn.dims<"n-1">>
    // CHECK: nn.access %{{.*}} [d0] else 5.000000e+00
    %nine = nn.access %x [d0] else 5.0 : tensor<?xf32, #nn.dims<n>> -> tensor<9xf32>
    nn.return %rest, %nine : tensor<?xf32, #nn.dims<"n-1">>, tensor<9xf32>
  }
}

// -----

// What is outside for all indices is a constant, and so are elements of a constant that are all inside.
// CHECK-LABEL: @constants
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @constants(%x: tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>) {
    %c = nn.fill 3.0 : tensor<4xf32>
    // CHECK-DAG: %[[TWO:.*]] = nn.fill 2.000000e+00 : tensor<2xf32>
    // CHECK-DAG: %[[THREE:.*]] = nn.fill 3.000000e+00 : tensor<2xf32>
    // CHECK-DAG: %[[C:.*]] = nn.fill 3.000000e+00 : tensor<4xf32>
    %above = nn.access %x [d0 + 4] else 2.0 : tensor<4xf32> -> tensor<2xf32>
    %below = nn.access %x [-1*d0 - 1] else 2.0 : tensor<4xf32> -> tensor<2xf32>
    %part = nn.access %c [d0 + 1] else 2.0 : tensor<4xf32> -> tensor<2xf32>
    // CHECK: %[[P:.*]] = nn.access %[[C]] [d0 - 1] else 2.0
    %padded = nn.access %c [d0 - 1] else 2.0 : tensor<4xf32> -> tensor<6xf32>
    // CHECK: nn.return %[[TWO]], %[[TWO]], %[[THREE]], %[[P]]
    nn.return %above, %below, %part, %padded : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>
  }
}

// -----

// Accesses of accesses, transposes and broadcasts are one, if what is outside for the second stays outside.
// CHECK-LABEL: @composed
nn.model @m attributes {source_name = "M", symbols = ["n"], bounds = array<i64: 0>} {
  nn.func predict @composed(%x: tensor<8xf32>, %z: tensor<?x3xf32, #nn.dims<n, 3>>)
      -> (tensor<2xf32>, tensor<12xf32>, tensor<8xf32>, tensor<17xf32>, tensor<2x?xf32, #nn.dims<2, n>>) {
    // Every second of every second, from 1.
    // CHECK: nn.access %[[X:.*]] [4*d0 + 3] else 0.0
    %a = nn.access %x [2*d0 + 1] else 0.0 : tensor<8xf32> -> tensor<4xf32>
    %b = nn.access %a [2*d0 + 1] else 0.0 : tensor<4xf32> -> tensor<2xf32>
    // Padding around padding with the same number.
    // CHECK: nn.access %[[X]] [d0 - 2] else 1.0
    %c = nn.access %x [d0 - 1] else 1.0 : tensor<8xf32> -> tensor<10xf32>
    %d = nn.access %c [d0 - 1] else 1.0 : tensor<10xf32> -> tensor<12xf32>
    // A slice of padding.
    // CHECK: nn.access %[[X]] [d0 + 1] else 1.0
    %e = nn.access %c [d0 + 2] else 0.0 : tensor<10xf32> -> tensor<8xf32>
    // Padding between and then around.
    // CHECK: nn.access %[[X]] [(d0 - 1) over 2] else 0.0
    %f = nn.access %x [(d0) over 2] else 0.0 : tensor<8xf32> -> tensor<15xf32>
    %g = nn.access %f [d0 - 1] else 0.0 : tensor<15xf32> -> tensor<17xf32>
    // CHECK: nn.access %[[Z:.*]] [d1, d0 + 1] else 0.0
    %h = nn.transpose %z by [1, 0] : tensor<?x3xf32, #nn.dims<n, 3>>
    %i = nn.access %h [d0 + 1, d1] else 0.0 : tensor<3x?xf32, #nn.dims<3, n>> -> tensor<2x?xf32, #nn.dims<2, n>>
    nn.return %b, %d, %e, %g, %i : tensor<2xf32>, tensor<12xf32>, tensor<8xf32>, tensor<17xf32>, tensor<2x?xf32, #nn.dims<2, n>>
  }
}

// -----

// Not one: padding of a slice has elements of the operand behind it; padding with another number.
// CHECK-LABEL: @apart
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @apart(%x: tensor<8xf32>) -> (tensor<6xf32>, tensor<12xf32>) {
    // CHECK: %[[S:.*]] = nn.access %{{.*}} [d0 + 2] else 0.0
    %s = nn.access %x [d0 + 2] else 0.0 : tensor<8xf32> -> tensor<4xf32>
    // CHECK: nn.access %[[S]] [d0 - 1] else 0.0
    %p = nn.access %s [d0 - 1] else 0.0 : tensor<4xf32> -> tensor<6xf32>
    // CHECK: %[[Q:.*]] = nn.access %{{.*}} [d0 - 1] else 1.0
    %q = nn.access %x [d0 - 1] else 1.0 : tensor<8xf32> -> tensor<10xf32>
    // CHECK: nn.access %[[Q]] [d0 - 1] else 2.0
    %r = nn.access %q [d0 - 1] else 2.0 : tensor<10xf32> -> tensor<12xf32>
    nn.return %p, %r : tensor<6xf32>, tensor<12xf32>
  }
}
