// RUN: nnc-opt %s --nn-fuse-kernels=explain --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @why(%x: tensor<512x64xf32>, %w: tensor<64x64xf32>) -> tensor<512x64xf32> {
    %p = nn.matmul %x, %w : tensor<512x64xf32>, tensor<64x64xf32>
    // expected-remark@below {{fused 'matmul' and 'relu': nothing else reads it}}
    %h = nn.relu %p : tensor<512x64xf32>
    // expected-remark@below {{not fused: 'relu' and 'mean', 'nn.mean' is a second anchor beside 'nn.matmul'}}
    %m = nn.mean %h over [0] : tensor<512x64xf32>
    %mb = nn.broadcast %m dims [1] : tensor<64xf32> -> tensor<512x64xf32>
    // expected-remark@below {{not fused: 'mean' and 'sub', the rows of the reduction are not contiguous}}
    // expected-remark@below {{not fused: 'relu' and 'sub', another kernel has to run between them}}
    %c = nn.sub %h, %mb : tensor<512x64xf32>
    nn.return %c : tensor<512x64xf32>
  }
}
