// RUN: nnc-opt %s --split-input-file --nn-check-provenance --verify-diagnostics

// What gradients and updates are made of says so; the forward pass need not.
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4xf32> = <constant, 0.0>
  nn.variable @mean state : tensor<4xf32> = <constant, 0.0>
  nn.func step @step(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.name = "loss", nn.role = "loss"}) {
    %w = nn.load @w : tensor<4xf32>
    %y = nn.mul %x, %w : tensor<4xf32>
    %m = nn.neg %x : tensor<4xf32>
    nn.store %m, @mean : tensor<4xf32>
    %d = nn.mul %x, %x : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "product rule", 1, "y">>["m.nn":2:3])
    %new = nn.sub %w, %d : tensor<4xf32> loc(fused<#nn.provenance<optimizer, "sgd", 0, "w">>["m.nn":3:3])
    nn.store %new, @w : tensor<4xf32> loc(fused<#nn.provenance<optimizer, "sgd", 0, "w">>["m.nn":3:3])
    nn.return %y : tensor<4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.variable @w parameter : tensor<4xf32> = <constant, 0.0>
  nn.func step @step(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.name = "loss", nn.role = "loss"}) {
    %w = nn.load @w : tensor<4xf32>
    %y = nn.mul %x, %w : tensor<4xf32>
    %g = nn.mul %x, %x : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "product rule", 1, "y">>["m.nn":2:3])
    // expected-error@below {{internal error: an op of the backward pass or the optimizer does not say why it is here}}
    %d = nn.mul %g, %x : tensor<4xf32>
    %new = nn.sub %w, %d : tensor<4xf32> loc(fused<#nn.provenance<optimizer, "sgd", 0, "w">>["m.nn":3:3])
    nn.store %new, @w : tensor<4xf32> loc(fused<#nn.provenance<optimizer, "sgd", 0, "w">>["m.nn":3:3])
    nn.return %y : tensor<4xf32>
  }
}

// -----

// In a kernel.
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func step @kernel(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.name = "y"}, tensor<4xf32> {nn.name = "d"}) {
    %y, %d = nn.kernel (%i = %x : tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %s = nn.sin %i : tensor<4xf32>
      %c = nn.cos %i : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "sine", 0, "y">>["m.nn":2:3])
      // expected-error@below {{internal error: an op of the backward pass or the optimizer does not say why it is here}}
      %t = nn.mul %c, %i : tensor<4xf32>
      %n = nn.neg %t : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "sine", 0, "y">>["m.nn":2:3])
      nn.yield %s, %n : tensor<4xf32>, tensor<4xf32>
    }
    nn.return %y, %d : tensor<4xf32>, tensor<4xf32>
  }
}
