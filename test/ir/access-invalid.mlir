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

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @concat_axis(%x: tensor<3x4xf32>, %z: tensor<3x4xf64>, %s: tensor<3x5x1xf32>, %w: tensor<2x5xf32>) {
    // expected-error@below {{'nn.concat' op axis 2 is outside of rank 2}}
    %0 = nn.concat %x, %x along 2 : tensor<3x4xf32>, tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @concat_elements(%x: tensor<3x4xf32>, %z: tensor<3x4xf64>, %s: tensor<3x5x1xf32>, %w: tensor<2x5xf32>) {
    // expected-error@below {{'nn.concat' op element types differ: 'f32' and 'f64'}}
    %0 = nn.concat %x, %z along 1 : tensor<3x4xf32>, tensor<3x4xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @concat_rank(%x: tensor<3x4xf32>, %z: tensor<3x4xf64>, %s: tensor<3x5x1xf32>, %w: tensor<2x5xf32>) {
    // expected-error@below {{'nn.concat' op operands of sizes [3, 4] and [3, 5, 1] differ in more than axis 1}}
    %0 = nn.concat %x, %s along 1 : tensor<3x4xf32>, tensor<3x5x1xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @concat_sizes(%x: tensor<3x4xf32>, %z: tensor<3x4xf64>, %s: tensor<3x5x1xf32>, %w: tensor<2x5xf32>) {
    // expected-error@below {{'nn.concat' op operands of sizes [3, 4] and [2, 5] differ in more than axis 1}}
    %0 = nn.concat %x, %w along 1 : tensor<3x4xf32>, tensor<2x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @concat_nothing(%x: tensor<3x4xf32>, %z: tensor<3x4xf64>, %s: tensor<3x5x1xf32>, %w: tensor<2x5xf32>) {
    // expected-error@below {{'nn.concat' op expects at least one operand}}
    // expected-error@below {{'nn.concat' op failed to infer returned types}}
    %0 = "nn.concat"() {axis = 0 : i64} : () -> tensor<3xf32>
    nn.return
  }
}
