// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @inner_dims(%x: tensor<2x3xf32>, %w: tensor<4x5xf32>) {
    // expected-error@below {{'nn.matmul' op inner dimensions differ: lhs has 3 columns, rhs has 4 rows}}
    %0 = nn.matmul %x, %w : tensor<2x3xf32>, tensor<4x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @inner_dims_of_transposed(%x: tensor<2x3xf32>, %w: tensor<3x5xf32>) {
    // expected-error@below {{'nn.matmul' op inner dimensions differ: lhs has 3 columns, rhs has 5 rows}}
    %0 = nn.matmul %x, %w rhs_transposed : tensor<2x3xf32>, tensor<3x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @inner_dims_run_time(%x: tensor<3x?xf32, #nn.dims<3, batch>>, %w: tensor<4x5xf32>) {
    // expected-error@below {{'nn.matmul' op inner dimensions differ: lhs has batch columns, rhs has 4 rows}}
    %0 = nn.matmul %x, %w : tensor<3x?xf32, #nn.dims<3, batch>>, tensor<4x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch_dims(%x: tensor<6x2x3xf32>, %w: tensor<7x3x5xf32>) {
    // expected-error@below {{'nn.matmul' op batch dimension 0 differs: lhs has 6, rhs has 7}}
    %0 = nn.matmul %x, %w : tensor<6x2x3xf32>, tensor<7x3x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @ranks(%x: tensor<2x3xf32>, %w: tensor<1x3x5xf32>) {
    // expected-error@below {{'nn.matmul' op expects operands of one rank, at least 2, found ranks 2 and 3}}
    %0 = nn.matmul %x, %w : tensor<2x3xf32>, tensor<1x3x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @vectors(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.matmul' op expects operands of one rank, at least 2, found ranks 1 and 1}}
    %0 = nn.matmul %x, %x : tensor<3xf32>, tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @element_types(%x: tensor<2x3xf32>, %w: tensor<3x5xf64>) {
    // expected-error@below {{'nn.matmul' op element types differ: 'f32' and 'f64'}}
    %0 = nn.matmul %x, %w : tensor<2x3xf32>, tensor<3x5xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @integers(%x: tensor<3x3xi32>) {
    // expected-error@below {{'nn.matmul' op operand #0 must be tensor of f32 or f64}}
    %0 = nn.matmul %x, %x : tensor<3x3xi32>, tensor<3x3xi32>
    nn.return
  }
}
