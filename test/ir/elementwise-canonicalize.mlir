// RUN: nnc-opt %s --canonicalize --split-input-file | FileCheck %s

// Elementwise ops are simplified where every result stays the same, NaN, infinities and signs of zero included.

!t = tensor<2x3xf32>

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // CHECK-LABEL: @neutral_elements
  // CHECK-NEXT: nn.return %x, %x, %x, %x, %x
  nn.func predict @neutral_elements(%x: !t {nn.name = "x"}) -> (!t, !t, !t, !t, !t) {
    %negative_zero = nn.fill -0.0 : !t
    %zero = nn.fill 0.0 : !t
    %one = nn.fill 1.0 : !t
    %0 = nn.add %x, %negative_zero : !t
    %1 = nn.add %negative_zero, %x : !t
    %2 = nn.sub %x, %zero : !t
    %3 = nn.mul %one, %x : !t
    %4 = nn.div %x, %one : !t
    nn.return %0, %1, %2, %3, %4 : !t, !t, !t, !t, !t
  }

  // x + 0 turns -0 into 0; x * 0 and x - x are NaN for some x.
  // CHECK-LABEL: @not_neutral
  // CHECK: nn.add
  // CHECK: nn.mul
  // CHECK: nn.sub
  // CHECK: nn.div
  nn.func predict @not_neutral(%x: !t {nn.name = "x"}) -> (!t, !t, !t, !t) {
    %zero = nn.fill 0.0 : !t
    %0 = nn.add %x, %zero : !t
    %1 = nn.mul %x, %zero : !t
    %2 = nn.sub %x, %x : !t
    %3 = nn.div %x, %x : !t
    nn.return %0, %1, %2, %3 : !t, !t, !t, !t
  }

  // CHECK-LABEL: @integers
  // CHECK-NEXT: nn.return %n
  nn.func predict @integers(%n: tensor<3xi32> {nn.name = "n"}) -> tensor<3xi32> {
    %zero = nn.fill 0.0 : tensor<3xi32>
    %0 = nn.add %n, %zero : tensor<3xi32>
    nn.return %0 : tensor<3xi32>
  }

  // CHECK-LABEL: @negated_twice
  // CHECK-NEXT: nn.return %x
  nn.func predict @negated_twice(%x: !t {nn.name = "x"}) -> !t {
    %0 = nn.neg %x : !t
    %1 = nn.neg %0 : !t
    nn.return %1 : !t
  }

  // CHECK-LABEL: @powers
  // CHECK-DAG: %[[ONE:.*]] = nn.fill 1.0
  // CHECK-DAG: %[[HALF:.*]] = nn.fill 5.0
  // CHECK-DAG: %[[SQUARE:.*]] = nn.mul %x, %x
  // CHECK-DAG: %[[CUBE:.*]] = nn.mul %{{mul.*}}, %x
  // CHECK-DAG: %[[INVERSE:.*]] = nn.div %[[ONE]], %x
  // CHECK-DAG: %[[ROOT:.*]] = nn.pow %x, %[[HALF]]
  // CHECK: nn.return %x, %[[SQUARE]], %[[CUBE]], %[[INVERSE]], %[[ROOT]]
  nn.func predict @powers(%x: !t {nn.name = "x"}) -> (!t, !t, !t, !t, !t) {
    %one = nn.fill 1.0 : !t
    %two = nn.fill 2.0 : !t
    %three = nn.fill 3.0 : !t
    %minus = nn.fill -1.0 : !t
    %half = nn.fill 0.5 : !t
    %0 = nn.pow %x, %one : !t
    %1 = nn.pow %x, %two : !t
    %2 = nn.pow %x, %three : !t
    %3 = nn.pow %x, %minus : !t
    %4 = nn.pow %x, %half : !t
    nn.return %0, %1, %2, %3, %4 : !t, !t, !t, !t, !t
  }

  // CHECK-LABEL: @choices
  // CHECK-NEXT: nn.return %x, %x, %y
  nn.func predict @choices(%c: tensor<2x3xi1> {nn.name = "c"}, %x: !t {nn.name = "x"}, %y: !t {nn.name = "y"})
      -> (!t, !t, !t) {
    %true = nn.fill 1.0 : tensor<2x3xi1>
    %false = nn.fill 0.0 : tensor<2x3xi1>
    %0 = nn.select %c, %x, %x : tensor<2x3xi1>, !t
    %1 = nn.select %true, %x, %y : tensor<2x3xi1>, !t
    %2 = nn.select %false, %x, %y : tensor<2x3xi1>, !t
    nn.return %0, %1, %2 : !t, !t, !t
  }

  // Constants are computed by the op's own meaning, and rounded to the type: sigmoid(0) + 2 ** 0.5 in f32.
  // CHECK-LABEL: @constants
  // CHECK-NEXT: %[[SUM:.*]] = nn.fill 1.914213{{.*}} : tensor<2x3xf32>
  // CHECK-NEXT: nn.return %[[SUM]]
  nn.func predict @constants() -> !t {
    %zero = nn.fill 0.0 : !t
    %two = nn.fill 2.0 : !t
    %half = nn.sigmoid %zero : !t
    %root = nn.pow %two, %half : !t
    %sum = nn.add %half, %root : !t
    nn.return %sum : !t
  }

  // CHECK-LABEL: @integer_constants
  // CHECK-NEXT: %[[Q:.*]] = nn.fill -3.0{{.*}} : tensor<2xi32>
  // CHECK-NEXT: nn.return %[[Q]]
  nn.func predict @integer_constants() -> tensor<2xi32> {
    %a = nn.fill -7.0 : tensor<2xi32>
    %b = nn.fill 2.0 : tensor<2xi32>
    %q = nn.div %a, %b : tensor<2xi32>
    nn.return %q : tensor<2xi32>
  }

  // CHECK-LABEL: @same_type
  // CHECK-NEXT: nn.return %x
  nn.func predict @same_type(%x: !t {nn.name = "x"}) -> !t {
    %0 = nn.cast %x : !t -> !t
    nn.return %0 : !t
  }

  // There and back loses digits: both conversions stay.
  // CHECK-LABEL: @narrowed
  // CHECK-COUNT-2: nn.cast
  nn.func predict @narrowed(%x: tensor<3xf64> {nn.name = "x"}) -> tensor<3xf64> {
    %0 = nn.cast %x : tensor<3xf64> -> tensor<3xf32>
    %1 = nn.cast %0 : tensor<3xf32> -> tensor<3xf64>
    nn.return %1 : tensor<3xf64>
  }

  // CHECK-LABEL: @unused
  // CHECK-NEXT: nn.return
  nn.func predict @unused(%x: !t {nn.name = "x"}) {
    %0 = nn.exp %x : !t
    nn.return
  }
}
