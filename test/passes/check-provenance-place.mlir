// RUN: not nnc-opt %s --nn-check-provenance 2>&1 | FileCheck %s

// A constant needs no place, for several ops may read it; the kernel that computes one is a call, which listings show with
// its place.
// CHECK-NOT: error:
// CHECK: error: loc("unplaced"): internal error: an op of the backward pass or the optimizer does not say why it is here
// CHECK-NOT: error:
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func step @step(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.name = "y"}, tensor<4xf32> {nn.name = "d"}) {
    %y = nn.sin %x : tensor<4xf32>
    %one = nn.kernel () -> (tensor<4xf32>) {
      %f = nn.fill 1.0 : tensor<4xf32> loc("constant")
      nn.yield %f : tensor<4xf32>
    } loc("placed"("m.nn":1:3))
    %two = nn.kernel () -> (tensor<4xf32>) {
      %f = nn.fill 2.0 : tensor<4xf32> loc("constant")
      nn.yield %f : tensor<4xf32>
    } loc("unplaced")
    %p = nn.mul %one, %x : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "product rule", 1, "y">>["m.nn":2:3])
    %d = nn.mul %two, %p : tensor<4xf32> loc(fused<#nn.provenance<adjoint, "product rule", 1, "y">>["m.nn":2:3])
    nn.return %y, %d : tensor<4xf32>, tensor<4xf32>
  }
}
