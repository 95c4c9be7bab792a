// RUN: nnc-opt %s --split-input-file --verify-diagnostics
// Axes are sorted, distinct and inside the rank.

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @axis_too_large(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.sum' op expects sorted, distinct axes in [0, 2), found 2}}
    %0 = nn.sum %x over [2] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @axis_negative(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.sum' op expects sorted, distinct axes in [0, 2), found -1}}
    %0 = nn.sum %x over [-1] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @axes_unsorted(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.mean' op expects sorted, distinct axes in [0, 2), found 0 after 1}}
    %0 = nn.mean %x over [1, 0] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @axis_twice(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.max' op expects sorted, distinct axes in [0, 2), found 1 after 1}}
    %0 = nn.max %x over [1, 1] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @scalar(%x: tensor<f32>) {
    // expected-error@below {{'nn.min' op expects sorted, distinct axes in [0, 0), found 0}}
    %0 = nn.min %x over [0] : tensor<f32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @position_axis(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.argmax' op expects sorted, distinct axes in [0, 2), found 2}}
    %0 = nn.argmax %x over 2 : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @position_axis_negative(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.argmin' op expects sorted, distinct axes in [0, 2), found -1}}
    %0 = nn.argmin %x over -1 : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @truth(%x: tensor<3xi1>) {
    // expected-error@below {{'nn.sum' op operand #0 must be tensor of f32, f64, i32, i64 or ui8}}
    %0 = nn.sum %x over [0] : tensor<3xi1>
    nn.return
  }
}
