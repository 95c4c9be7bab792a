// RUN: nnc-opt %s --split-input-file --nn-check-sizes --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 1048576>} {
  // Sizes at the limit, and those that only a call can tell, are fine.
  nn.func predict @fine(%x: tensor<2147483647xf32>, %y: tensor<?x1024xf32, #nn.dims<batch, 1024>>) {
    nn.return
  }
  nn.func predict @trillion(%x: tensor<1000000xf32>) -> tensor<f32> {
    // expected-error@below {{a tensor of sizes [1000000, 1000000] has 1000000000000 elements; the most that can be indexed are 2147483647}}
    %y = nn.broadcast %x dims [1] : tensor<1000000xf32> -> tensor<1000000x1000000xf32>
    %s = nn.sum %y over [0, 1] : tensor<1000000x1000000xf32>
    nn.return %s : tensor<f32>
  }
  nn.func predict @at_least() -> tensor<?x65536x65536xf32, #nn.dims<batch, 65536, 65536>> {
    // expected-error@below {{a tensor of sizes [batch, 65536, 65536] has at least 4294967296 elements}}
    %y = nn.fill 0.0 : tensor<?x65536x65536xf32, #nn.dims<batch, 65536, 65536>>
    nn.return %y : tensor<?x65536x65536xf32, #nn.dims<batch, 65536, 65536>>
  }
  // A bound is a promise about the largest size, so that size has to work.
  nn.func predict @bounded() -> tensor<?x4096xf32, #nn.dims<time, 4096>> {
    // expected-error@below {{a tensor of sizes [time, 4096] has at least 4294967296 elements}}
    %y = nn.fill 0.0 : tensor<?x4096xf32, #nn.dims<time, 4096>>
    nn.return %y : tensor<?x4096xf32, #nn.dims<time, 4096>>
  }
  nn.func predict @overflow() {
    // expected-error@below {{has more elements than 64 bits can count}}
    %y = nn.fill 0.0 : tensor<4000000000x4000000000x4000000000xf32>
    nn.return
  }
}
