// RUN: nnc-opt %s --verify-meaning --nn-hoist-scans --canonicalize | FileCheck %s

nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  // The product of a sequence and a weight is one product before the loop, that of two weights none of the loop's.
  // CHECK-LABEL: @before
  // CHECK: %[[ROWS:.*]] = nn.reshape %x {{.*}} -> tensor<?x3xf64, #nn.dims<"batch*time", 3>>
  // CHECK: nn.matmul %[[ROWS]], %w
  // CHECK: nn.matmul %v, %v
  // CHECK: nn.scan
  // CHECK: nn.matmul %{{.*}}, %{{.*}} : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<2x2xf64>
  // CHECK-NOT: nn.matmul
  nn.func predict @before(%x: tensor<?x?x3xf64, #nn.dims<time, batch, 3>> {nn.name = "x"}, %w: tensor<3x2xf64> {nn.name = "w"},
                          %v: tensor<2x2xf64> {nn.name = "v"}, %h0: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "h0"})
      -> (tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "end"}) {
    %end = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x?x3xf64, #nn.dims<time, batch, 3>>)
        carries(%h = %h0 : tensor<?x2xf64, #nn.dims<batch, 2>>) invariants(%a = %w : tensor<3x2xf64>, %b = %v : tensor<2x2xf64>)
        -> tensor<?x2xf64, #nn.dims<batch, 2>> {
      %0 = nn.matmul %xt, %a : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<3x2xf64>
      %1 = nn.matmul %b, %b : tensor<2x2xf64>, tensor<2x2xf64>
      %2 = nn.matmul %h, %1 : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<2x2xf64>
      %3 = nn.add %0, %2 : tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %3 : tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %end : tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  // Carried sums of a product and of rows leave the loop; what is no such sum stays.
  // CHECK-LABEL: @after
  // CHECK: %[[LOOP0:[^ ,]*]], %[[LOOP1:[^ ,]*]] = nn.scan
  // CHECK-NOT: nn.matmul
  // CHECK: nn.yield
  // CHECK: nn.matmul %{{.*}}, %{{.*}} lhs_transposed : tensor<?x3xf64, #nn.dims<"batch*time", 3>>, tensor<?x2xf64, #nn.dims<"batch*time", 2>>
  // CHECK: nn.sum %[[LOOP0]] over [0, 1]
  nn.func predict @after(%x: tensor<?x?x3xf64, #nn.dims<time, batch, 3>> {nn.name = "x"},
                         %d: tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "d"})
      -> (tensor<3x2xf64> {nn.name = "dw"}, tensor<2xf64> {nn.name = "db"}, tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "s"}) {
    %zw = nn.fill 0.0 : tensor<3x2xf64>
    %zb = nn.fill 0.0 : tensor<2xf64>
    %zs = nn.fill 0.0 : tensor<?x2xf64, #nn.dims<batch, 2>>
    %dw, %db, %s = nn.scan <time> reverse turn(%t)
        sequences(%xt = %x : tensor<?x?x3xf64, #nn.dims<time, batch, 3>>, %dt = %d : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>)
        carries(%sw = %zw : tensor<3x2xf64>, %sb = %zb : tensor<2xf64>, %ss = %zs : tensor<?x2xf64, #nn.dims<batch, 2>>)
        -> (tensor<3x2xf64>, tensor<2xf64>, tensor<?x2xf64, #nn.dims<batch, 2>>) {
      %0 = nn.tanh %dt : tensor<?x2xf64, #nn.dims<batch, 2>>
      %1 = nn.matmul %xt, %0 lhs_transposed : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x2xf64, #nn.dims<batch, 2>>
      %2 = nn.add %sw, %1 : tensor<3x2xf64>
      %3 = nn.sum %0 over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
      %4 = nn.add %3, %sb : tensor<2xf64>
      %5 = nn.add %ss, %0 : tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %2, %4, %5 : tensor<3x2xf64>, tensor<2xf64>, tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %dw, %db, %s : tensor<3x2xf64>, tensor<2xf64>, tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  // What a checkpoint computes again is not stacked, so its sums stay in the turns.
  // CHECK-LABEL: @computed_again
  // CHECK: %[[LOOP0:[^ ,]*]], %[[LOOP1:[^ ,]*]] = nn.scan {{.*}} -> (tensor<3x2xf64>, tensor<2xf64>)
  // CHECK: nn.hold
  // CHECK: nn.matmul
  // CHECK: nn.sum
  // CHECK: nn.yield
  // CHECK-NOT: nn.matmul
  // CHECK: nn.return %[[LOOP0]], %[[LOOP1]]
  nn.func predict @computed_again(%x: tensor<?x?x3xf64, #nn.dims<time, batch, 3>> {nn.name = "x"},
                                  %d: tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "d"})
      -> (tensor<3x2xf64> {nn.name = "dw"}, tensor<2xf64> {nn.name = "db"}) {
    %zw = nn.fill 0.0 : tensor<3x2xf64>
    %zb = nn.fill 0.0 : tensor<2xf64>
    %dw, %db = nn.scan <time> reverse turn(%t)
        sequences(%xt = %x : tensor<?x?x3xf64, #nn.dims<time, batch, 3>>, %dt = %d : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>)
        carries(%sw = %zw : tensor<3x2xf64>, %sb = %zb : tensor<2xf64>)
        -> (tensor<3x2xf64>, tensor<2xf64>) {
      %held = nn.hold %xt until %dt : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x2xf64, #nn.dims<batch, 2>>
      %again = nn.tanh %held : tensor<?x3xf64, #nn.dims<batch, 3>>
      %1 = nn.matmul %again, %dt lhs_transposed : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x2xf64, #nn.dims<batch, 2>>
      %2 = nn.add %sw, %1 : tensor<3x2xf64>
      %part = nn.access %again [d0, d1 + 1] else 0.0 : tensor<?x3xf64, #nn.dims<batch, 3>> -> tensor<?x2xf64, #nn.dims<batch, 2>>
      %3 = nn.sum %part over [0] : tensor<?x2xf64, #nn.dims<batch, 2>>
      %4 = nn.add %3, %sb : tensor<2xf64>
      nn.yield %2, %4 : tensor<3x2xf64>, tensor<2xf64>
    }
    nn.return %dw, %db : tensor<3x2xf64>, tensor<2xf64>
  }

  // A weight that turns read transposed is transposed once before them; what they read as it lies, and what is no weight,
  // stays.
  // CHECK-LABEL: @laid_out
  // CHECK: %[[ACROSS:.*]] = nn.transpose %w by [1, 0]
  // CHECK-NOT: nn.transpose
  // CHECK: nn.scan {{.*}} invariants(%[[B:[^ ]*]] = %v : tensor<2x2xf64>, %[[A:[^ ]*]] = %[[ACROSS]] : tensor<3x2xf64>)
  // CHECK-DAG: nn.matmul %{{.*}}, %[[A]] : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<3x2xf64>
  // CHECK-DAG: nn.matmul %{{.*}}, %[[B]] : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<2x2xf64>
  // CHECK-DAG: nn.matmul %{{.*}}, %{{.*}} rhs_transposed : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
  nn.func predict @laid_out(%x: tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "x"}, %w: tensor<2x3xf64> {nn.name = "w"},
                            %v: tensor<2x2xf64> {nn.name = "v"}, %h0: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "h0"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "end"}) {
    %end = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>)
        carries(%h = %h0 : tensor<?x3xf64, #nn.dims<batch, 3>>) invariants(%a = %w : tensor<2x3xf64>, %b = %v : tensor<2x2xf64>)
        -> tensor<?x3xf64, #nn.dims<batch, 3>> {
      %0 = nn.matmul %h, %a rhs_transposed : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<2x3xf64>
      %1 = nn.matmul %0, %b : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<2x2xf64>
      %2 = nn.matmul %1, %xt rhs_transposed : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
      %3 = nn.sum %2 over [1] : tensor<?x?xf64, #nn.dims<batch, batch>>
      %4 = nn.broadcast %3 dims [0] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
      nn.yield %4 : tensor<?x3xf64, #nn.dims<batch, 3>>
    }
    nn.return %end : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  // What repeats numbers for the turns alone is done in them: of the rows of all turns as one axis, and of turns by themselves.
  // CHECK-LABEL: @sunk
  // CHECK: %[[ROWS:[a-z_0-9]+]] = nn.reshape %v : {{.*}} -> tensor<?x?xf64, #nn.dims<time, batch>>
  // CHECK: nn.scan <time> turn(%t) sequences(%[[S:[a-z_0-9]+]] = %s : tensor<?xf64, #nn.dims<time>>, %[[V:[a-z_0-9]+]] = %[[ROWS]] : tensor<?x?xf64, #nn.dims<time, batch>>)
  // CHECK-SAME: invariants(%[[W:[a-z_0-9]+]] = %w : tensor<2xf64>)
  // CHECK-DAG: nn.broadcast %[[V]] dims [0] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x2xf64, #nn.dims<batch, 2>>
  // CHECK-DAG: nn.broadcast %[[W]] dims [1] : tensor<2xf64> -> tensor<?x2xf64, #nn.dims<batch, 2>>
  // CHECK-DAG: nn.broadcast %[[S]] dims [] : tensor<f64> -> tensor<?x2xf64, #nn.dims<batch, 2>>
  // CHECK: nn.yield
  nn.func predict @sunk(%v: tensor<?xf64, #nn.dims<"batch*time">> {nn.name = "v"}, %w: tensor<2xf64> {nn.name = "w"},
                        %s: tensor<?xf64, #nn.dims<time>> {nn.name = "s"}, %h0: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "h0"})
      -> (tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "end"}) {
    %0 = nn.broadcast %v dims [0] : tensor<?xf64, #nn.dims<"batch*time">> -> tensor<?x2xf64, #nn.dims<"batch*time", 2>>
    %1 = nn.broadcast %w dims [1] : tensor<2xf64> -> tensor<?x2xf64, #nn.dims<"batch*time", 2>>
    %2 = nn.mul %0, %1 : tensor<?x2xf64, #nn.dims<"batch*time", 2>>
    %3 = nn.reshape %2 : tensor<?x2xf64, #nn.dims<"batch*time", 2>> -> tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %4 = nn.broadcast %s dims [0] : tensor<?xf64, #nn.dims<time>> -> tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %5 = nn.tanh %4 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %end = nn.scan <time> turn(%t) sequences(%a = %3 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>, %b = %5 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>)
        carries(%h = %h0 : tensor<?x2xf64, #nn.dims<batch, 2>>) -> tensor<?x2xf64, #nn.dims<batch, 2>> {
      %6 = nn.add %a, %b : tensor<?x2xf64, #nn.dims<batch, 2>>
      %7 = nn.mul %h, %6 : tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %7 : tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %end : tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  // What is read elsewhere too, and an axis of one element that is repeated over the turns, stay outside.
  // CHECK-LABEL: @not_sunk
  // CHECK: nn.mul
  // CHECK: nn.exp
  // CHECK: nn.scan
  // CHECK-NOT: nn.exp
  nn.func predict @not_sunk(%v: tensor<?xf64, #nn.dims<batch>> {nn.name = "v"}, %u: tensor<1x2xf64> {nn.name = "u"}, %x: tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "x"},
                            %h0: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "h0"})
      -> (tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "end"}, tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "read"}) {
    %0 = nn.broadcast %v dims [1] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %1 = nn.mul %0, %0 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %2 = nn.broadcast %u dims [0, 2] : tensor<1x2xf64> -> tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %3 = nn.exp %2 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
    %end = nn.scan <time> turn(%t) sequences(%a = %1 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>, %b = %3 : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>)
        carries(%h = %h0 : tensor<?x2xf64, #nn.dims<batch, 2>>) -> tensor<?x2xf64, #nn.dims<batch, 2>> {
      %6 = nn.add %a, %b : tensor<?x2xf64, #nn.dims<batch, 2>>
      %7 = nn.mul %h, %6 : tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %7 : tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %end, %1 : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<?x?x2xf64, #nn.dims<time, batch, 2>>
  }
}
