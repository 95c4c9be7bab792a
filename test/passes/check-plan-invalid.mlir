// RUN: nnc-opt %s --nn-check-plan --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4xf32> = <constant, 0.0> {offset = 0}
  // Two values alive at the same time in the same bytes.
  nn.func predict @overlap(%x: tensor<4xf32>) -> tensor<4xf32> attributes {workspace = #nn.dim<64>} {
    %a = nn.kernel (%i = %x : tensor<4xf32>) -> tensor<4xf32> attributes {places = [#nn.arena<0>]} {
      nn.yield %i : tensor<4xf32>
    }
    %b = nn.kernel (%i = %x : tensor<4xf32>) -> tensor<4xf32> attributes {places = [#nn.arena<0>]} {
      nn.yield %i : tensor<4xf32>
    }
    // expected-error@below {{internal error: input 0 is overwritten before it is read}}
    %c = nn.kernel (%i = %a : tensor<4xf32>, %j = %b : tensor<4xf32>) -> tensor<4xf32> attributes {places = [#nn.output<0>]} {
      %s = nn.add %i, %j : tensor<4xf32>
      nn.yield %s : tensor<4xf32>
    }
    nn.return %c : tensor<4xf32>
  }
}
