// RUN: nnc-opt %s --split-input-file --nn-fuse-kernels --nn-order-kernels --nn-plan-memory --nn-check-plan | FileCheck %s

// Variables: parameters first, then state, slots, counters, averages; each on a boundary of 64 bytes.
// CHECK-LABEL: nn.model @variables
nn.model @variables attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  // CHECK-DAG: @average {{.*}} {offset = 576 : i64}
  // CHECK-DAG: @slot {{.*}} {offset = 448 : i64}
  // CHECK-DAG: @step {{.*}} {offset = 512 : i64}
  // CHECK-DAG: @first {{.*}} {offset = 0 : i64}
  // CHECK-DAG: @state {{.*}} {offset = 384 : i64}
  // CHECK-DAG: @second {{.*}} {offset = 320 : i64}
  nn.variable @average average : tensor<3xf32> = <constant, 0.0>
  nn.variable @slot slot : tensor<3xf32> = <constant, 0.0>
  nn.variable @step step_counter : tensor<i64> = <constant, 0.0>
  nn.variable @first parameter : tensor<65xf32> = <constant, 0.0>
  nn.variable @state state : tensor<16xf32> = <constant, 0.0>
  nn.variable @second parameter : tensor<1xf32> = <constant, 0.0>
}

// -----

// Places: fixed bytes first, then those that grow with the batch; results straight to the caller, new values straight
// into variables.
// CHECK-LABEL: @places
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<8x8xf32> = <constant, 0.0>
  // CHECK: workspace = #nn.dim<"64*batch+256">
  nn.func predict @places(%x: tensor<?x8xf32, #nn.dims<batch, 8>>) -> tensor<?x8xf32, #nn.dims<batch, 8>> {
    // CHECK: nn.kernel {{.*}} attributes {places = [#nn.arena<256>]}
    // CHECK-NEXT: nn.matmul
    // CHECK: nn.kernel {{.*}} attributes {places = [#nn.memory<@w>]}
    // CHECK-NEXT: nn.matmul
    // CHECK: nn.kernel {{.*}} attributes {places = [#nn.output<0>]}
    // CHECK-NEXT: nn.matmul
    %w = nn.load @w : tensor<8x8xf32>
    %h = nn.matmul %x, %w : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x8xf32>
    %s = nn.matmul %w, %w : tensor<8x8xf32>, tensor<8x8xf32>
    %n = nn.matmul %s, %s : tensor<8x8xf32>, tensor<8x8xf32>
    nn.store %n, @w : tensor<8x8xf32>
    %y = nn.matmul %h, %n : tensor<?x8xf32, #nn.dims<batch, 8>>, tensor<8x8xf32>
    nn.return %y : tensor<?x8xf32, #nn.dims<batch, 8>>
  }
}

// -----

// Lifetimes: of a chain only two links are alive at a time, and the third takes the bytes of the first; a small value
// goes into the smallest gap.
// CHECK-LABEL: @chain
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  // CHECK: workspace = #nn.dim<512>
  nn.func predict @chain(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
    // CHECK: places = [#nn.arena<0>]
    // CHECK: places = [#nn.arena<256>]
    // CHECK: places = [#nn.arena<0>]
    // CHECK: places = [#nn.output<0>]
    %a = nn.matmul %x, %x : tensor<8x8xf32>, tensor<8x8xf32>
    %b = nn.matmul %a, %a : tensor<8x8xf32>, tensor<8x8xf32>
    %c = nn.matmul %b, %b : tensor<8x8xf32>, tensor<8x8xf32>
    %d = nn.matmul %c, %c : tensor<8x8xf32>, tensor<8x8xf32>
    nn.return %d : tensor<8x8xf32>
  }
}

// -----

// In place: the result of elementwise work takes the bytes of an input that dies, also through a reshape; the operand of
// a product is not written over.
// CHECK-LABEL: @in_place
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  // CHECK: workspace = #nn.dim<512>
  nn.func predict @in_place(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
    // CHECK: places = [#nn.arena<0>]
    // CHECK: nn.matmul
    // CHECK: places = [#nn.arena<0>]
    // CHECK: nn.exp
    // CHECK: places = [#nn.arena<256>]
    // CHECK: nn.matmul
    // CHECK: places = [#nn.output<0>]
    %a = nn.matmul %x, %x : tensor<8x8xf32>, tensor<8x8xf32>
    %flat = nn.reshape %a : tensor<8x8xf32> -> tensor<64xf32>
    %e = nn.exp %flat : tensor<64xf32>
    %square = nn.reshape %e : tensor<64xf32> -> tensor<8x8xf32>
    %c = nn.matmul %square, %square : tensor<8x8xf32>, tensor<8x8xf32>
    %d = nn.matmul %c, %c : tensor<8x8xf32>, tensor<8x8xf32>
    nn.return %d : tensor<8x8xf32>
  }
}

// -----

// One class per polynomial: batch and batch*time share nothing, multiples of one of them do.
// CHECK-LABEL: @classes
nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  // CHECK: workspace = #nn.dim<"64*batch*time+128*batch">
  nn.func predict @classes(%x: tensor<?x16xf32, #nn.dims<batch, 16>>, %w: tensor<16x16xf32>,
                           %s: tensor<?x?x16xf32, #nn.dims<batch, time, 16>>)
      -> (tensor<?x16xf32, #nn.dims<batch, 16>>, tensor<?x16xf32, #nn.dims<batch, 16>>) {
    // CHECK: places = [#nn.arena<0>]
    // CHECK: places = [#nn.arena<"64*batch">]
    // CHECK: places = [#nn.output<0>]
    // CHECK: places = [#nn.arena<"128*batch">]
    // CHECK: places = [#nn.output<1>]
    %a = nn.matmul %x, %w : tensor<?x16xf32, #nn.dims<batch, 16>>, tensor<16x16xf32>
    %b = nn.matmul %a, %w : tensor<?x16xf32, #nn.dims<batch, 16>>, tensor<16x16xf32>
    %c = nn.matmul %b, %w : tensor<?x16xf32, #nn.dims<batch, 16>>, tensor<16x16xf32>
    %e = nn.softmax %s along 2 : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>
    %f = nn.sum %e over [1] : tensor<?x?x16xf32, #nn.dims<batch, time, 16>>
    nn.return %c, %f : tensor<?x16xf32, #nn.dims<batch, 16>>, tensor<?x16xf32, #nn.dims<batch, 16>>
  }
}

// -----

// Nothing to keep: no workspace.
// CHECK-LABEL: @nothing
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  // CHECK: workspace = #nn.dim<0>
  nn.func predict @nothing(%x: tensor<8xf32>) -> tensor<8xf32> {
    %y = nn.exp %x : tensor<8xf32>
    nn.return %y : tensor<8xf32>
  }
}
