// RUN: nnc-opt %s --split-input-file --verify-diagnostics
// Elementwise ops convert and repeat nothing by themselves.

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @operand_sizes(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) {
    // expected-note@-1 {{prior use here}}
    // expected-error@below {{use of value '%b' expects different type than prior uses: 'tensor<2x3xf32>' vs 'tensor<3x2xf32>'}}
    %0 = nn.add %a, %b : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @operand_types(%a: tensor<2xf32>, %b: tensor<2xf64>) {
    // expected-error@below {{'nn.mul' op requires the same type for all operands and results}}
    %0 = "nn.mul"(%a, %b) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @float_function(%x: tensor<3xi32>) {
    // expected-error@below {{'nn.exp' op operand #0 must be tensor of f32 or f64 whose run-time sizes are named by #nn.dims, but got 'tensor<3xi32>'}}
    %0 = nn.exp %x : tensor<3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @no_arithmetic_on_truth(%x: tensor<3xi1>) {
    // expected-error@below {{'nn.add' op operand #0 must be tensor of f32, f64, i32, i64 or ui8}}
    %0 = nn.add %x, %x : tensor<3xi1>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @other_elements(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.cast' op result #0 must be tensor of f32, f64, i32, i64, ui8 or i1}}
    %0 = nn.cast %x : tensor<3xf32> -> tensor<3xbf16>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @not_ranked(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.cast' op result #0 must be tensor of}}
    %0 = "nn.cast"(%x) : (tensor<3xf32>) -> tensor<*xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @logic_needs_truth(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.and' op operand #0 must be tensor of i1}}
    %0 = nn.and %x, %x : tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @not_needs_truth(%x: tensor<3xi32>) {
    // expected-error@below {{'nn.not' op operand #0 must be tensor of i1}}
    %0 = nn.not %x : tensor<3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @stepwise_on_integers(%x: tensor<3xi32>) {
    // expected-error@below {{'nn.floor' op operand #0 must be tensor of f32 or f64}}
    %0 = nn.floor %x : tensor<3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @select_condition_sizes(%c: tensor<3xi1>, %x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.select' op sizes differ: the condition has [3], the values have [2, 3]}}
    %0 = nn.select %c, %x, %x : tensor<3xi1>, tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @select_condition_type(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.select' op operand #0 must be tensor of i1}}
    %0 = nn.select %x, %x, %x : tensor<3xf32>, tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @compare_types(%a: tensor<2xf32>, %b: tensor<2xi32>) {
    // expected-error@below {{'nn.compare' op requires all operands to have the same type}}
    %0 = "nn.compare"(%a, %b) <{predicate = #nn<predicate lt>}> : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xi1>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @compare_predicate(%a: tensor<2xf32>) {
    // expected-error@+2 {{expected ::nnc::ComparePredicate to be one of: eq, ne, lt, le, gt, ge}}
    // expected-error@+1 {{failed to parse NN_ComparePredicateAttr parameter 'value'}}
    %0 = nn.compare less %a, %a : tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @cast_sizes(%x: tensor<?x3xf32, #nn.dims<batch, 3>>) {
    // expected-error@below {{'nn.cast' op sizes differ: [batch, 3] and [2, 3]}}
    %0 = nn.cast %x : tensor<?x3xf32, #nn.dims<batch, 3>> -> tensor<2x3xf64>
    nn.return
  }
}
