// RUN: nnc-opt %s --canonicalize --split-input-file | FileCheck %s

// A mask that is always true costs nothing in the loop, and the loop keeps nothing that is there already.
// CHECK-LABEL: nn.func predict @mask(
// CHECK-SAME: %[[X:arg[0-9]+]]:
nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  nn.func predict @mask(%x: tensor<?x?xf32, #nn.dims<time, batch>>)
      -> (tensor<?x?xf32, #nn.dims<time, batch>>, tensor<?x?x1xf32, #nn.dims<time, batch, 1>>) {
    // CHECK: %[[KEPT:.*]] = nn.reshape %[[X]]
    // CHECK: %[[LOOP0:[^ ,]*]], %[[LOOP1:[^ ,]*]] = nn.scan <time> turn({{.*}}) sequences(%[[XT:[a-z0-9_]+]] = %[[X]] : {{[^)]*}}) carries(%[[H:[a-z0-9_]+]] = %{{[^)]*}}) -> (tensor<?x?xf32, #nn.dims<time, batch>>, tensor<?xf32, #nn.dims<batch>>) {
    // CHECK-NEXT: %[[NEXT:.*]] = nn.add %[[H]], %[[XT]]
    // CHECK-NEXT: nn.yield %[[NEXT]], %[[NEXT]]
    %true = nn.fill 1.0 : tensor<?x?xi1, #nn.dims<time, batch>>
    %zero = nn.fill 0.0 : tensor<?xf32, #nn.dims<batch>>
    %y, %kept, %last = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x?xf32, #nn.dims<time, batch>>, %valid = %true : tensor<?x?xi1, #nn.dims<time, batch>>)
        carries(%h = %zero : tensor<?xf32, #nn.dims<batch>>)
        -> (tensor<?x?xf32, #nn.dims<time, batch>>, tensor<?x?x1xf32, #nn.dims<time, batch, 1>>, tensor<?xf32, #nn.dims<batch>>) {
      %0 = nn.add %h, %xt : tensor<?xf32, #nn.dims<batch>>
      %1 = nn.select %valid, %0, %h : tensor<?xi1, #nn.dims<batch>>, tensor<?xf32, #nn.dims<batch>>
      %2 = nn.reshape %xt : tensor<?xf32, #nn.dims<batch>> -> tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %1, %2, %1 : tensor<?xf32, #nn.dims<batch>>, tensor<?x1xf32, #nn.dims<batch, 1>>, tensor<?xf32, #nn.dims<batch>>
    }
    // CHECK: nn.return %[[LOOP0]], %[[KEPT]]
    nn.return %y, %kept : tensor<?x?xf32, #nn.dims<time, batch>>, tensor<?x?x1xf32, #nn.dims<time, batch, 1>>
  }
}

// -----

// A stacked invariant is repeated outside, and a sequence that repeats one element is an invariant.
// CHECK-LABEL: nn.func predict @repeated(
// CHECK-SAME: %[[X:arg[0-9]+]]: {{.*}}, %[[W:arg[0-9]+]]:
nn.model @m attributes {source_name = "M", symbols = ["time"], bounds = array<i64: 0>} {
  nn.func predict @repeated(%x: tensor<?x3xf32, #nn.dims<time, 3>>, %w: tensor<3xf32>)
      -> (tensor<3xf32>, tensor<?x3xf32, #nn.dims<time, 3>>) {
    %zero = nn.fill 0.0 : tensor<3xf32>
    %ws = nn.broadcast %w dims [1] : tensor<3xf32> -> tensor<?x3xf32, #nn.dims<time, 3>>
    // CHECK: %[[KEPT:.*]] = nn.broadcast %[[W]] dims [1]
    // CHECK: nn.scan <time> turn({{.*}}) sequences(%[[XT:[a-z0-9_]+]] = %[[X]] : {{[^)]*}}) carries(%{{[^)]*}}) invariants(%[[WT:[a-z0-9_]+]] = %[[W]] : tensor<3xf32>) -> tensor<3xf32>
    // CHECK-NEXT: nn.mul %[[XT]], %[[WT]]
    // CHECK: nn.return %{{.*}}, %[[KEPT]]
    %kept, %last = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x3xf32, #nn.dims<time, 3>>, %wt = %ws : tensor<?x3xf32, #nn.dims<time, 3>>)
        carries(%h = %zero : tensor<3xf32>) invariants(%v = %w : tensor<3xf32>)
        -> (tensor<?x3xf32, #nn.dims<time, 3>>, tensor<3xf32>) {
      %0 = nn.mul %xt, %wt : tensor<3xf32>
      %1 = nn.add %h, %0 : tensor<3xf32>
      nn.yield %v, %1 : tensor<3xf32>, tensor<3xf32>
    }
    nn.return %last, %kept : tensor<3xf32>, tensor<?x3xf32, #nn.dims<time, 3>>
  }
}
