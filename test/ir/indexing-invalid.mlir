// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @gather_axis(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{'nn.gather' op axis 2 is outside of rank 2}}
    %0 = nn.gather %x, %i axis 2 : tensor<3x4xf32>, tensor<5xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @gather_index(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{operand #1 must be tensor of i32, i64 or ui8 whose run-time sizes are named by #nn.dims, but got 'tensor<3x4xf32>'}}
    %0 = nn.gather %x, %x axis 0 : tensor<3x4xf32>, tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @scatter_axis(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{'nn.scatter_add' op axis -1 is outside of rank 2}}
    %0 = nn.scatter_add %x, %i axis -1 : tensor<3x4xf32>, tensor<5xi32> -> tensor<3x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @scatter_sizes(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{'nn.scatter_add' op operand sizes [3, 4] are not the result's with the index in place of axis 0, [5, 4]}}
    %0 = nn.scatter_add %x, %i axis 0 : tensor<3x4xf32>, tensor<5xi32> -> tensor<2x4xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @scatter_elements(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{'nn.scatter_add' op element types differ: 'f32' and 'f64'}}
    %0 = nn.scatter_add %x, %i axis 0 : tensor<3x4xf32>, tensor<5xi32> -> tensor<2x4xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @cumsum_axis(%x: tensor<3x4xf32>, %i: tensor<5xi32>) {
    // expected-error@below {{'nn.cumsum' op axis 2 is outside of rank 2}}
    %0 = nn.cumsum %x along 2 : tensor<3x4xf32>
    nn.return
  }
}
