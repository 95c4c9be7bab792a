// RUN: nnc-opt %s --split-input-file --nn-fuse-kernels --nn-order-kernels --nn-plan-memory --verify-diagnostics

nn.model @variables attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @small parameter : tensor<8xf32> = <constant, 0.0>
  // expected-error@below {{'large' of sizes [1048576, 1048576, 256] makes the model's variables larger than 2^48 bytes}}
  nn.variable @large parameter : tensor<1048576x1048576x256xf32> = <constant, 0.0>
}

// -----

nn.model @workspace attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @large(%x: tensor<?x1048576x1048576x256xf32, #nn.dims<batch, 1048576, 1048576, 256>>) -> tensor<f32> {
    // expected-error@below {{a tensor of sizes [batch, 1048576, 1048576, 256] makes the workspace of this function larger than 2^48 bytes}}
    %e = nn.softmax %x along 1 : tensor<?x1048576x1048576x256xf32, #nn.dims<batch, 1048576, 1048576, 256>>
    %s = nn.sum %e over [0, 1, 2, 3] : tensor<?x1048576x1048576x256xf32, #nn.dims<batch, 1048576, 1048576, 256>>
    nn.return %s : tensor<f32>
  }
}
