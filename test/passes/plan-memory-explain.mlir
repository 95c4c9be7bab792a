// RUN: nnc-opt %s --nn-fuse-kernels --nn-order-kernels --nn-plan-memory=explain --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @lifetimes(%x: tensor<?x10xf32, #nn.dims<batch, 10>>, %w: tensor<10x10xf32>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
    // expected-remark@below {{a value: 40*batch bytes at 0, kernels 0 to 1}}
    %a = nn.matmul %x, %w : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<10x10xf32>
    // expected-remark@below {{a value: 40*batch bytes at 64*batch, kernels 1 to 2}}
    %b = nn.matmul %a, %w : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<10x10xf32>
    %c = nn.matmul %b, %w : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<10x10xf32>
    nn.return %c : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
}
