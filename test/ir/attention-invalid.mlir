// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @widths(%q: tensor<2x3xf32>, %k: tensor<4x5xf32>, %v: tensor<4x2xf32>) {
    // expected-error@below {{'nn.attention' op widths differ: queries have 3 numbers, keys 5}}
    %y, %s = nn.attention %q, %k, %v scale 1.0 : tensor<2x3xf32>, tensor<4x5xf32>, tensor<4x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @values(%q: tensor<2x3xf32>, %k: tensor<4x3xf32>, %v: tensor<5x2xf32>) {
    // expected-error@below {{'nn.attention' op there are 4 keys and 5 values}}
    %y, %s = nn.attention %q, %k, %v scale 1.0 : tensor<2x3xf32>, tensor<4x3xf32>, tensor<5x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @ranks(%q: tensor<1x2x3xf32>, %k: tensor<4x3xf32>, %v: tensor<4x2xf32>) {
    // expected-error@below {{'nn.attention' op expects operands of one rank, at least 2, found ranks 3, 2 and 2}}
    %y, %s = nn.attention %q, %k, %v scale 1.0 : tensor<1x2x3xf32>, tensor<4x3xf32>, tensor<4x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batches(%q: tensor<?x2x3xf32, #nn.dims<batch, 2, 3>>, %k: tensor<5x4x3xf32>, %v: tensor<5x4x2xf32>) {
    // expected-error@below {{'nn.attention' op leading dimension 0 differs: queries have batch, keys 5, values 5}}
    %y, %s = nn.attention %q, %k, %v scale 1.0 : tensor<?x2x3xf32, #nn.dims<batch, 2, 3>>, tensor<5x4x3xf32>, tensor<5x4x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["wide"], bounds = array<i64: 0>} {
  nn.func predict @open_width(%q: tensor<2x?xf32, #nn.dims<2, wide>>, %v: tensor<2x2xf32>) {
    // expected-error@below {{'nn.attention' op expects widths known while compiling}}
    %y, %s = nn.attention %q, %q, %v scale 1.0 : tensor<2x?xf32, #nn.dims<2, wide>>, tensor<2x?xf32, #nn.dims<2, wide>>, tensor<2x2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @mask(%q: tensor<2x3xf32>, %k: tensor<4x3xf32>, %m: tensor<2x3xi1>) {
    // expected-error@below {{'nn.attention' op the mask has sizes [2, 3], expected those of the scores, [2, 4], or 1}}
    %y, %s = nn.attention %q, %k, %k mask %m scale 1.0 : tensor<2x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<2x3xi1>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @elements(%q: tensor<2x3xf32>, %k: tensor<4x3xf64>, %v: tensor<4x3xf32>) {
    // expected-error@below {{'nn.attention' op element types of queries, keys and values differ}}
    %y, %s = nn.attention %q, %k, %v scale 1.0 : tensor<2x3xf32>, tensor<4x3xf64>, tensor<4x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @statistic(%q: tensor<2x3xf32>, %k: tensor<4x3xf32>, %r: tensor<4xf32>) {
    // expected-error@below {{expects one number per query in 'statistic' and 'correction', of type 'tensor<2xf32>'}}
    %a, %b, %c = nn.attention_gradient %q, %k, %k, %r, %q, %r scale 1.0
      : tensor<2x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4xf32>, tensor<2x3xf32>, tensor<4xf32>
    nn.return
  }
}
