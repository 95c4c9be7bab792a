// RUN: nnc %s --emit=stmt --target=x86-64-v3 -o - | FileCheck %s

// A task of a flat kernel ends with the tensor: it does not run through vectors that are not there.
// CHECK: let [[LEFT:t[0-9]+]] = min(
// CHECK: for ({{.*}}within, 0, [[LEFT]]) {
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @relu(%x: tensor<?xf32, #nn.dims<batch>> {nn.name = "x"}) -> (tensor<?xf32, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.relu %x : tensor<?xf32, #nn.dims<batch>>
    nn.return %y : tensor<?xf32, #nn.dims<batch>>
  }
}
