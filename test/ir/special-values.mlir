// What ops are at NaN, infinities, signed zeros, ties and empty rows, as their descriptions say.
//
// RUN: nnc-interpret %s --function=unary --input=x=nan,inf,-inf,-0,0 | FileCheck %s --check-prefix=UNARY
// RUN: nnc-interpret %s --function=binary --input=a=nan,1,2,3 --input=b=1,nan,2,inf | FileCheck %s --check-prefix=BINARY
// RUN: nnc-interpret %s --function=remainder --input=a=7,-7,7,-7 --input=b=3,3,-3,-3 | FileCheck %s --check-prefix=SIGNS
// RUN: nnc-interpret %s --function=remainder --input=a=nan,inf,5,-5 --input=b=1,2,0,inf | FileCheck %s --check-prefix=EDGES
// RUN: nnc-interpret %s --function=remainder_integer --input=a=7,-7,7,5 --input=b=3,3,-3,0 | FileCheck %s --check-prefix=WHOLE
// RUN: nnc-interpret %s --function=compare --input=a=nan,1,2 --input=b=nan,nan,2 | FileCheck %s --check-prefix=COMPARE
// RUN: nnc-interpret %s --function=rows --input=x=-inf,-inf,1,nan,3,3 | FileCheck %s --check-prefix=ROWS
// RUN: nnc-interpret %s --function=empty --size=batch=0 | FileCheck %s --check-prefix=EMPTY
// RUN: nnc-interpret %s --function=cast --input=x=nan,-1.9,300,1e20 | FileCheck %s --check-prefix=CAST
// RUN: nnc-interpret %s --function=round --input=x=0.5,1.5,-0.5,-2.5 | FileCheck %s --check-prefix=ROUND
// RUN: nnc-interpret %s --function=far --input=x=-800,800 | FileCheck %s --check-prefix=FAR

!v = tensor<5xf64>
!p = tensor<4xf64>
!m = tensor<3x2xf64>

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // UNARY: relu [5] = nan inf 0 {{-?}}0 0
  // UNARY: sigmoid [5] = nan 1 0 0.5 0.5
  // UNARY: tanh [5] = nan 1 -1 -0 0
  // UNARY: exp [5] = nan inf 0 1 1
  // UNARY: log [5] = nan inf nan -inf -inf
  // UNARY: sign [5] = nan 1 -1 -0 0
  nn.func predict @unary(%x: !v {nn.name = "x"})
      -> (!v {nn.name = "relu"}, !v {nn.name = "sigmoid"}, !v {nn.name = "tanh"}, !v {nn.name = "exp"},
          !v {nn.name = "log"}, !v {nn.name = "sign"}) {
    %0 = nn.relu %x : !v
    %1 = nn.sigmoid %x : !v
    %2 = nn.tanh %x : !v
    %3 = nn.exp %x : !v
    %4 = nn.log %x : !v
    %5 = nn.sign %x : !v
    nn.return %0, %1, %2, %3, %4, %5 : !v, !v, !v, !v, !v, !v
  }

  // BINARY: maximum [4] = nan nan 2 inf
  // BINARY: minimum [4] = nan nan 2 3
  nn.func predict @binary(%a: !p {nn.name = "a"}, %b: !p {nn.name = "b"})
      -> (!p {nn.name = "maximum"}, !p {nn.name = "minimum"}) {
    %0 = nn.maximum %a, %b : !p
    %1 = nn.minimum %a, %b : !p
    nn.return %0, %1 : !p, !p
  }

  // SIGNS: y [4] = 1 2 -2 -1
  // EDGES: y [4] = nan nan nan inf
  nn.func predict @remainder(%a: !p {nn.name = "a"}, %b: !p {nn.name = "b"}) -> (!p {nn.name = "y"}) {
    %0 = nn.mod %a, %b : !p
    nn.return %0 : !p
  }

  // WHOLE: y [4] = 1 2 -2 0
  nn.func predict @remainder_integer(%a: tensor<4xi32> {nn.name = "a"}, %b: tensor<4xi32> {nn.name = "b"})
      -> (tensor<4xi32> {nn.name = "y"}) {
    %0 = nn.mod %a, %b : tensor<4xi32>
    nn.return %0 : tensor<4xi32>
  }

  // COMPARE: eq [3] = 0 0 1
  // COMPARE: ne [3] = 1 1 0
  // COMPARE: ge [3] = 0 0 1
  nn.func predict @compare(%a: tensor<3xf64> {nn.name = "a"}, %b: tensor<3xf64> {nn.name = "b"})
      -> (tensor<3xi1> {nn.name = "eq"}, tensor<3xi1> {nn.name = "ne"}, tensor<3xi1> {nn.name = "ge"}) {
    %0 = nn.compare eq %a, %b : tensor<3xf64>
    %1 = nn.compare ne %a, %b : tensor<3xf64>
    %2 = nn.compare ge %a, %b : tensor<3xf64>
    nn.return %0, %1, %2 : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>
  }

  // Rows of -infinities, with a NaN, and with a tie.
  // ROWS: softmax [3, 2] = nan nan nan nan 0.5 0.5
  // ROWS: logsumexp [3] = -inf nan 3.693147181
  // ROWS: max [3] = -inf nan 3
  // ROWS: argmax [3] = 0 1 0
  // ROWS: argmin [3] = 0 1 0
  nn.func predict @rows(%x: !m {nn.name = "x"})
      -> (!m {nn.name = "softmax"}, tensor<3xf64> {nn.name = "logsumexp"}, tensor<3xf64> {nn.name = "max"},
          tensor<3xi32> {nn.name = "argmax"}, tensor<3xi32> {nn.name = "argmin"}) {
    %0 = nn.softmax %x along 1 : !m
    %1 = nn.logsumexp %x along 1 : !m
    %2 = nn.max %x over [1] : !m
    %3 = nn.argmax %x over 1 : !m
    %4 = nn.argmin %x over 1 : !m
    nn.return %0, %1, %2, %3, %4 : !m, tensor<3xf64>, tensor<3xf64>, tensor<3xi32>, tensor<3xi32>
  }

  // EMPTY: sum [2] = 0 0
  // EMPTY: mean [2] = nan nan
  // EMPTY: max [2] = -inf -inf
  // EMPTY: min [2] = inf inf
  nn.func predict @empty(%x: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "x"})
      -> (tensor<2xf64> {nn.name = "sum"}, tensor<2xf64> {nn.name = "mean"}, tensor<2xf64> {nn.name = "max"},
          tensor<2xf64> {nn.name = "min"}) {
    %0 = nn.sum %x over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
    %1 = nn.mean %x over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
    %2 = nn.max %x over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
    %3 = nn.min %x over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
    nn.return %0, %1, %2, %3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }

  // Towards zero, saturating, NaN as 0; anything but zero is true.
  // CAST: i32 [4] = 0 -1 300 2147483647
  // CAST: ui8 [4] = 0 0 255 255
  // CAST: i1 [4] = 1 1 1 1
  nn.func predict @cast(%x: !p {nn.name = "x"})
      -> (tensor<4xi32> {nn.name = "i32"}, tensor<4xui8> {nn.name = "ui8"}, tensor<4xi1> {nn.name = "i1"}) {
    %0 = nn.cast %x : !p -> tensor<4xi32>
    %1 = nn.cast %x : !p -> tensor<4xui8>
    %2 = nn.cast %x : !p -> tensor<4xi1>
    nn.return %0, %1, %2 : tensor<4xi32>, tensor<4xui8>, tensor<4xi1>
  }

  // Halves to even.
  // ROUND: round [4] = 0 2 -0 -2
  nn.func predict @round(%x: !p {nn.name = "x"}) -> (!p {nn.name = "round"}) {
    %0 = nn.round %x : !p
    nn.return %0 : !p
  }

  // No overflow on either side.
  // FAR: sigmoid [2] = {{0|3.*e-348}} 1
  // FAR: softplus [2] = {{0|3.*e-348}} 800
  // FAR: log_sigmoid [2] = -800 {{-?}}0
  // FAR: silu [2] = {{-?}}{{0|2.*e-345}} 800
  nn.func predict @far(%x: tensor<2xf64> {nn.name = "x"})
      -> (tensor<2xf64> {nn.name = "sigmoid"}, tensor<2xf64> {nn.name = "softplus"},
          tensor<2xf64> {nn.name = "log_sigmoid"}, tensor<2xf64> {nn.name = "silu"}) {
    %0 = nn.sigmoid %x : tensor<2xf64>
    %1 = nn.softplus %x : tensor<2xf64>
    %2 = nn.log_sigmoid %x : tensor<2xf64>
    %3 = nn.silu %x : tensor<2xf64>
    nn.return %0, %1, %2, %3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
}
