// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @too_wide(%x: tensor<2x3x5x3xf32>) {
    // expected-error@below {{'nn.max_pool' op a window of 4 does not fit into spatial axis 0 of size 3 with padding 0 and 0}}
    %0 = nn.max_pool %x window [4, 2] strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x3x5x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @unpool_sizes(%v: tensor<2x3x2x3xf32>) {
    // expected-error@below {{'nn.avg_unpool' op expects values of sizes [2, 2, 2, 3], found [2, 3, 2, 3]}}
    %0 = nn.avg_unpool %v window [2, 2] strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x3x2x3xf32> -> tensor<2x4x5x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @unpool_index(%v: tensor<2x2x2x3xf32>, %i: tensor<2x2x2x1xi32>) {
    // expected-error@below {{'nn.max_unpool' op expects an index of sizes [2, 2, 2, 3], found [2, 2, 2, 1]}}
    %0 = nn.max_unpool %v, %i window [2, 2] strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x2x2x3xf32>, tensor<2x2x2x1xi32> -> tensor<2x4x5x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @gather_index(%x: tensor<2x4x5x3xf32>, %i: tensor<2x4x5x3xi32>) {
    // expected-error@below {{'nn.max_pool_gather' op expects an index of sizes [2, 2, 2, 3], found [2, 4, 5, 3]}}
    %0 = nn.max_pool_gather %x, %i window [2, 2] strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : tensor<2x4x5x3xf32>, tensor<2x4x5x3xi32>
    nn.return
  }
}
