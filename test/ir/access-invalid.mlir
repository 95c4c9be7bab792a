// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @elements(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op element types differ: 'f32' and 'f64'}}
    %0 = nn.access %x [d0, d1] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @coordinates(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op expects one coordinate per axis of the operand, found 1 for rank 2}}
    %0 = nn.access %x [d0] else 0.0 : tensor<3x4xf32> -> tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @coefficients(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op expects one coefficient per axis of the operand and of the result, 4 in all, found 1}}
    %0 = "nn.access"(%x) {coefficients = array<i64: 1>, constants = [#nn.dim<0>, #nn.dim<0>], divisors = array<i64: 1, 1>, fill = 0.0 : f64} : (tensor<3x4xf32>) -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @divisor(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op divides a coordinate by 0; a divisor is positive and below 2^31}}
    %0 = nn.access %x [(d0) over 0, d1] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @large(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op has the coefficient -2147483648, expected an absolute value below 2^31}}
    %0 = nn.access %x [-2147483648*d0, d1] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @index(%x: tensor<3x4xf32>) {
    // expected-error@below {{index d2 is outside of rank 2}}
    %0 = nn.access %x [d0, d2] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @term(%x: tensor<3x4xf32>) {
    // expected-error@below {{expected an index as 'd0', a number or a size in quotes}}
    %0 = nn.access %x [d0, i] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @size(%x: tensor<3x4xf32>) {
    // expected-error@below {{'n-/2' is not a size}}
    %0 = nn.access %x [d0, "n-/2"] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

// expected-note@below {{its run-time dimensions are ["batch"]}}
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @undeclared(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.access' op has the run-time dimension 'time', which the model does not declare}}
    %0 = nn.access %x [d0, d1 + "time-1"] else 0.0 : tensor<3x4xf32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @axis(%x: tensor<3x4xf32>) {
    // expected-error@below {{'nn.iota' op axis 2 is outside of rank 2}}
    %0 = nn.iota along 2 : tensor<3x4xi32>
    nn.return
  }
}
