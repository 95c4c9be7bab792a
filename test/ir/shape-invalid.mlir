// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_elements(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.broadcast' op element types differ: 'f32' and 'f64'}}
    %0 = nn.broadcast %x dims [1] : tensor<3xf32> -> tensor<2x3xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_entries(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.broadcast' op expects one entry of dims per axis of the operand, found 2 for rank 1}}
    %0 = nn.broadcast %x dims [0, 1] : tensor<3xf32> -> tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_place(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.broadcast' op expects strictly increasing dims below rank 2, found 2}}
    %0 = nn.broadcast %x dims [2] : tensor<3xf32> -> tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_order(%x: tensor<3x2xf32>) {
    // expected-error@below {{'nn.broadcast' op expects strictly increasing dims below rank 2, found 0}}
    %0 = nn.broadcast %x dims [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_sizes(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.broadcast' op axis 0 has size 3, result axis 1 has size 4}}
    %0 = nn.broadcast %x dims [1] : tensor<3xf32> -> tensor<2x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @broadcast_run_time_size(%x: tensor<3xf32>) {
    // expected-error@below {{'nn.broadcast' op axis 0 has size 3, result axis 0 has size batch}}
    %0 = nn.broadcast %x dims [0] : tensor<3xf32> -> tensor<?x4xf32, #nn.dims<batch, 4>>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @reshape_elements(%x: tensor<6xf32>) {
    // expected-error@below {{'nn.reshape' op element types differ: 'f32' and 'i32'}}
    %0 = nn.reshape %x : tensor<6xf32> -> tensor<2x3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @reshape_count(%x: tensor<6xf32>) {
    // expected-error@below {{'nn.reshape' op numbers of elements differ: [6] has 6, [2, 4] has 8}}
    %0 = nn.reshape %x : tensor<6xf32> -> tensor<2x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @reshape_run_time_count(%x: tensor<?x3xf32, #nn.dims<batch, 3>>) {
    // expected-error@below {{'nn.reshape' op numbers of elements differ: [batch, 3] has 3*batch, [batch] has batch}}
    %0 = nn.reshape %x : tensor<?x3xf32, #nn.dims<batch, 3>> -> tensor<?xf32, #nn.dims<batch>>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @reshape_overflow(%x: tensor<4294967296x4294967296xf32>) {
    // expected-error@below {{'nn.reshape' op the number of elements exceeds 64 bits}}
    %0 = nn.reshape %x : tensor<4294967296x4294967296xf32> -> tensor<4294967296x2147483648x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @transpose_axes(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.transpose' op expects a permutation of 2 axes, found 3}}
    %0 = nn.transpose %x by [0, 1, 2] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @transpose_outside(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.transpose' op axis 2 is outside of rank 2 or named twice}}
    %0 = nn.transpose %x by [0, 2] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @transpose_twice(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.transpose' op axis 0 is outside of rank 2 or named twice}}
    %0 = nn.transpose %x by [0, 0] : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @size_of_rank() {
    // expected-error@below {{'nn.size' op result #0 must be 0D tensor of 32-bit float or 64-bit float or 32-bit signless integer}}
    %0 = nn.size <batch> : tensor<1xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @constant_type() {
    // expected-error@below {{'nn.constant' op failed to verify that all of {value, y} have same type}}
    %0 = "nn.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<3xf32>
    nn.return
  }
}
