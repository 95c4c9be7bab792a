// The reference interpreter on numbers that a person can check.
//
// RUN: nnc-interpret %s --function=line --size=batch=2 --input=x=1,2,3,4 --variable=w=10,1 --variable=b=0.5 \
// RUN:   | FileCheck %s --check-prefix=LINE
// RUN: nnc-interpret %s --function=slope --input=x=3,-2 | FileCheck %s --check-prefix=SLOPE
// RUN: nnc-interpret %s --function=update --variable=w=1,2 | FileCheck %s --check-prefix=UPDATE
// RUN: nnc-interpret %s --function=integers --input=n=7,-7,1 | FileCheck %s --check-prefix=INTEGERS
// RUN: nnc-interpret %s --function=precision --input=x=0.1 | FileCheck %s --check-prefix=EXACT
// RUN: nnc-interpret %s --function=precision --input=x=0.1 --as-typed | FileCheck %s --check-prefix=TYPED
// RUN: nnc-interpret %s --function=loss --input=z=0,0,0,0,0,1.0986122886681098 --input=label=0,3 | FileCheck %s --check-prefix=LABEL
// RUN: not nnc-interpret %s --function=line --input=x=1 2>&1 | FileCheck %s --check-prefix=COUNT

// COUNT: error: '--input=x=1' names no argument, or another number of elements than it has

!rows = tensor<?x2xf64, #nn.dims<batch, 2>>
!row = tensor<?x1xf64, #nn.dims<batch, 1>>

nn.model @numbers attributes {source_name = "Numbers", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2x1xf64> = <constant, 0.0>
  nn.variable @b parameter : tensor<1xf64> = <constant, 0.0>

  // LINE: y [2, 1] = 12.5 34.5
  nn.func predict @line(%x: !rows {nn.name = "x"}) -> (!row {nn.name = "y"}) {
    %w = nn.load @w : tensor<2x1xf64>
    %b = nn.load @b : tensor<1xf64>
    %0 = nn.matmul %x, %w : !rows, tensor<2x1xf64>
    %1 = nn.broadcast %b dims [1] : tensor<1xf64> -> !row
    %y = nn.add %0, %1 : !row
    nn.return %y : !row
  }

  // nn.grad means differences: d (x0**2 + x1**3) = 2 x0, 3 x1**2.
  // SLOPE: dx [2] = 6 12
  nn.func predict @slope(%x: tensor<2xf64> {nn.name = "x"}) -> (tensor<2xf64> {nn.name = "dx"}) {
    %n = nn.constant dense<[2.0, 3.0]> : tensor<2xf64>
    %p = nn.pow %x, %n : tensor<2xf64>
    %s = nn.sum %p over [0] : tensor<2xf64>
    %dx = nn.grad %s wrt %x : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>
    nn.return %dx : tensor<2xf64>
  }

  // A load reads what the variable was at the start of the call, wherever it stands.
  // UPDATE: old [2, 1] = 1 2
  // UPDATE: @w [2, 1] = 2 4
  nn.func step @update() -> (tensor<2x1xf64> {nn.name = "old"}) {
    %w = nn.load @w : tensor<2x1xf64>
    %new = nn.add %w, %w : tensor<2x1xf64>
    nn.store %new, @w : tensor<2x1xf64>
    %again = nn.load @w : tensor<2x1xf64>
    nn.return %again : tensor<2x1xf64>
  }

  // Integers divide towards zero.
  // INTEGERS: half [3] = 3 -3 0
  nn.func predict @integers(%n: tensor<3xi32> {nn.name = "n"}) -> (tensor<3xi32> {nn.name = "half"}) {
    %two = nn.fill 2.0 : tensor<3xi32>
    %half = nn.div %n, %two : tensor<3xi32>
    nn.return %half : tensor<3xi32>
  }

  // EXACT: y [] = 0.1
  // TYPED: y [] = 0.1000000015
  nn.func predict @precision(%x: tensor<f64> {nn.name = "x"}) -> (tensor<f64> {nn.name = "y"}) {
    %0 = nn.cast %x : tensor<f64> -> tensor<f32>
    %y = nn.cast %0 : tensor<f32> -> tensor<f64>
    nn.return %y : tensor<f64>
  }

  // Of equal logits each class has a third: ln 3. Label 3 names no class: ln(1 + 1 + 3) alone.
  // LABEL: loss [2] = 1.098612289 1.609437912
  nn.func predict @loss(%z: tensor<2x3xf64> {nn.name = "z"}, %label: tensor<2xi32> {nn.name = "label"})
      -> (tensor<2xf64> {nn.name = "loss"}) {
    %loss = nn.softmax_cross_entropy %z, %label : tensor<2x3xf64>, tensor<2xi32>
    nn.return %loss : tensor<2xf64>
  }
}
