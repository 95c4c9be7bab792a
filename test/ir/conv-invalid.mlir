// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @channels(%x: tensor<2x5x5x3xf32>, %w: tensor<3x3x4x8xf32>) {
    // expected-error@below {{'nn.conv' op x has 3 channels, the filter reads 4 in 1 group}}
    %0 = nn.conv %x, %w strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x5x5x3xf32>, tensor<3x3x4x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @groups(%x: tensor<2x5x5x6xf32>, %w: tensor<3x3x2x8xf32>) {
    // expected-error@below {{'nn.conv' op expects groups that divide the 8 filters, found 3}}
    %0 = nn.conv %x, %w strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 3 : tensor<2x5x5x6xf32>, tensor<3x3x2x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @too_wide(%x: tensor<2x5x5x3xf32>, %w: tensor<3x3x3x8xf32>) {
    // expected-error@below {{'nn.conv' op a window of 7 does not fit into spatial axis 1 of size 5 with padding 0 and 1}}
    %0 = nn.conv %x, %w strides [1, 1] dilations [1, 3] low [0, 0] high [0, 1] groups 1 : tensor<2x5x5x3xf32>, tensor<3x3x3x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @stride(%x: tensor<2x5x5x3xf32>, %w: tensor<3x3x3x8xf32>) {
    // expected-error@below {{'nn.conv' op expects a stride of at least 1, found 0}}
    %0 = nn.conv %x, %w strides [1, 0] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x5x5x3xf32>, tensor<3x3x3x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @count(%x: tensor<2x5x5x3xf32>, %w: tensor<3x3x3x8xf32>) {
    // expected-error@below {{'nn.conv' op expects padding for each of 2 spatial axes, found 1}}
    %0 = nn.conv %x, %w strides [1, 1] dilations [1, 1] low [0] high [0, 0] groups 1 : tensor<2x5x5x3xf32>, tensor<3x3x3x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["time"], bounds = array<i64: 0>} {
  nn.func predict @run_time_stride(%x: tensor<2x?x3xf32, #nn.dims<2, time, 3>>, %w: tensor<3x3x8xf32>) {
    // expected-error@below {{'nn.conv' op a stride of 2 does not divide the run-time size 'time'}}
    %0 = nn.conv %x, %w strides [2] dilations [1] low [0] high [0] groups 1 : tensor<2x?x3xf32, #nn.dims<2, time, 3>>, tensor<3x3x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rank(%x: tensor<2x5x3xf32>, %w: tensor<3x3x3x8xf32>) {
    // expected-error@below {{'nn.conv' op expects a tensor [n, spatial..., channels] of rank 4, found rank 3}}
    %0 = nn.conv %x, %w strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x5x3xf32>, tensor<3x3x3x8xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @input_gradient(%dy: tensor<2x3x3x8xf32>, %w: tensor<3x3x3x8xf32>) {
    // expected-error@below {{'nn.conv_input_gradient' op expects dy of sizes [2, 4, 4, 8], found [2, 3, 3, 8]}}
    %0 = nn.conv_input_gradient %dy, %w strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x3x3x8xf32>, tensor<3x3x3x8xf32> -> tensor<2x6x6x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @filter_gradient(%x: tensor<2x5x5x3xf32>, %dy: tensor<2x3x3x8xf32>) {
    // expected-error@below {{'nn.conv_filter_gradient' op expects dy of sizes [2, 4, 4, 8], found [2, 3, 3, 8]}}
    %0 = nn.conv_filter_gradient %x, %dy strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] groups 1 : tensor<2x5x5x3xf32>, tensor<2x3x3x8xf32> -> tensor<2x2x3x8xf32>
    nn.return
  }
}
