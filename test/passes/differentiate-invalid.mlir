// RUN: nnc-opt %s --split-input-file --nn-differentiate --verify-diagnostics

// The path ends at an op without a derivative.
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @piecewise_constant(%image: tensor<4x10xf32> {nn.name = "image"}) -> tensor<4x10xf32> {
    // expected-note@below {{'argmax' is piecewise constant}}
    %guess = nn.argmax %image over 1 : tensor<4x10xf32>
    %number = nn.cast %guess : tensor<4xi32> -> tensor<4xf32>
    %score = nn.sum %number over [0] : tensor<4xf32> loc("score")
    // expected-error@below {{'score' has no differentiable path from 'image'}}
    %d = nn.grad %score wrt %image : (tensor<f32>, tensor<4x10xf32>) -> tensor<4x10xf32>
    nn.return %d : tensor<4x10xf32>
  }
}

// -----

// All of them are reported, each with its reason; a later grad on top is looked at too.
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @several(%x: tensor<f32> {nn.name = "x"}, %y: tensor<f32> {nn.name = "y"},
                           %z: tensor<f32> {nn.name = "z"}) -> (tensor<f32>, tensor<f32>) {
    // expected-note@below {{'stop_gradient' ends it here}}
    %a = nn.stop_gradient %x : tensor<f32>
    // expected-note@below {{is not computed from 'y'}}
    %s = nn.mul %a, %z : tensor<f32>
    // expected-error@below {{has no differentiable path from 'x'}}
    // expected-error@below {{has no differentiable path from 'y'}}
    %dx, %dy, %dz = nn.grad %s wrt %x, %y, %z
        : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>)
    nn.return %dx, %dz : tensor<f32>, tensor<f32>
  }
}

// -----

// A rule that passes nothing to one of its operands.
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @condition(%x: tensor<f32> {nn.name = "x"}, %w: tensor<f32> {nn.name = "w"}) -> tensor<f32> {
    // expected-note@below {{'compare' is piecewise constant}}
    %c = nn.compare gt %x, %w : tensor<f32>
    // expected-note@below {{is not computed from}}
    %s = nn.select %c, %w, %w : tensor<i1>, tensor<f32>
    // expected-error@below {{has no differentiable path from 'x'}}
    %d = nn.grad %s wrt %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %u = nn.exp %x : tensor<f32>
    // expected-error@below {{has no differentiable path from a value of 'wrt'}}
    %e = nn.grad %s wrt %u : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %sum = nn.add %d, %e : tensor<f32>
    nn.return %sum : tensor<f32>
  }
}
