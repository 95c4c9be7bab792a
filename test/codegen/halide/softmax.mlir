// RUN: %testbin/run-kernels %s --sizes=batch=1 --sizes=batch=3 --sizes=batch=64 --sizes=batch=201
// RUN: %testbin/run-kernels %s --sizes=batch=5 --target=x86-64
// RUN: %testbin/run-kernels %s --sizes=batch=5 --checks
// RUN: nnc %s --from=kernels --target=x86-64-v4 --emit=stmt | FileCheck %s

// The partial sums of rows that are no whole vectors are stored whole: what a row has no number for keeps what it had.
// Memory that is not the kernel's own is read under the mask.
// CHECK-LABEL: // softmax_10_f32
// CHECK: allocate row_sum1_lanes[float32 * 16] in Register
// CHECK-NOT: predicate
// CHECK: in0[ramp({{.*}}, 1, 16){{.*}}] if
// CHECK-NOT: predicate
// CHECK: allocate row_sum1_by8

// Softmax and its relatives, along either axis, alone and fused.
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @softmax_1_f32(%x: tensor<?x1xf32, #nn.dims<batch, 1>>) -> (tensor<?x1xf32, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @softmax_1_f32(%x_ = %x : tensor<?x1xf32, #nn.dims<batch, 1>>) -> tensor<?x1xf32, #nn.dims<batch, 1>> {
      %y = nn.softmax %x_ along 1 : tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %y : tensor<?x1xf32, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf32, #nn.dims<batch, 1>>
  }
  nn.func predict @softmax_10_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_10_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %y = nn.softmax %x_ along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @softmax_65_f32(%x: tensor<?x65xf32, #nn.dims<batch, 65>>) -> (tensor<?x65xf32, #nn.dims<batch, 65>>) {
    %0 = nn.kernel @softmax_65_f32(%x_ = %x : tensor<?x65xf32, #nn.dims<batch, 65>>) -> tensor<?x65xf32, #nn.dims<batch, 65>> {
      %y = nn.softmax %x_ along 1 : tensor<?x65xf32, #nn.dims<batch, 65>>
      nn.yield %y : tensor<?x65xf32, #nn.dims<batch, 65>>
    }
    nn.return %0 : tensor<?x65xf32, #nn.dims<batch, 65>>
  }
  nn.func predict @softmax_300_f32(%x: tensor<?x300xf32, #nn.dims<batch, 300>>) -> (tensor<?x300xf32, #nn.dims<batch, 300>>) {
    %0 = nn.kernel @softmax_300_f32(%x_ = %x : tensor<?x300xf32, #nn.dims<batch, 300>>) -> tensor<?x300xf32, #nn.dims<batch, 300>> {
      %y = nn.softmax %x_ along 1 : tensor<?x300xf32, #nn.dims<batch, 300>>
      nn.yield %y : tensor<?x300xf32, #nn.dims<batch, 300>>
    }
    nn.return %0 : tensor<?x300xf32, #nn.dims<batch, 300>>
  }
  nn.func predict @log_softmax_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @log_softmax_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %y = nn.log_softmax %x_ along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @logsumexp_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @logsumexp_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.logsumexp %x_ along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @softmax_down_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_down_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %y = nn.softmax %x_ along 0 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @xent_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @xent_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.softmax_cross_entropy %x_, %label_ : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @xent_gradient_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>, %dy: tensor<?xf32, #nn.dims<batch>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @xent_gradient_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>, %dy_ = %dy : tensor<?xf32, #nn.dims<batch>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %p = nn.softmax %x_ along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      %t = nn.one_hot %label_ : tensor<?xi32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %d = nn.sub %p, %t : tensor<?x10xf32, #nn.dims<batch, 10>>
      %b = nn.broadcast %dy_ dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %y = nn.mul %b, %d : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @softmax_gradient_f32(%p: tensor<?x10xf32, #nn.dims<batch, 10>>, %dy: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_gradient_f32(%p_ = %p : tensor<?x10xf32, #nn.dims<batch, 10>>, %dy_ = %dy : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %q = nn.mul %dy_, %p_ : tensor<?x10xf32, #nn.dims<batch, 10>>
      %s = nn.sum %q over [1] : tensor<?x10xf32, #nn.dims<batch, 10>>
      %b = nn.broadcast %s dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %d = nn.sub %dy_, %b : tensor<?x10xf32, #nn.dims<batch, 10>>
      %y = nn.mul %p_, %d : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @softmax_1_f64(%x: tensor<?x1xf64, #nn.dims<batch, 1>>) -> (tensor<?x1xf64, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @softmax_1_f64(%x_ = %x : tensor<?x1xf64, #nn.dims<batch, 1>>) -> tensor<?x1xf64, #nn.dims<batch, 1>> {
      %y = nn.softmax %x_ along 1 : tensor<?x1xf64, #nn.dims<batch, 1>>
      nn.yield %y : tensor<?x1xf64, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf64, #nn.dims<batch, 1>>
  }
  nn.func predict @softmax_10_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_10_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?x10xf64, #nn.dims<batch, 10>> {
      %y = nn.softmax %x_ along 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf64, #nn.dims<batch, 10>>
  }
  nn.func predict @softmax_65_f64(%x: tensor<?x65xf64, #nn.dims<batch, 65>>) -> (tensor<?x65xf64, #nn.dims<batch, 65>>) {
    %0 = nn.kernel @softmax_65_f64(%x_ = %x : tensor<?x65xf64, #nn.dims<batch, 65>>) -> tensor<?x65xf64, #nn.dims<batch, 65>> {
      %y = nn.softmax %x_ along 1 : tensor<?x65xf64, #nn.dims<batch, 65>>
      nn.yield %y : tensor<?x65xf64, #nn.dims<batch, 65>>
    }
    nn.return %0 : tensor<?x65xf64, #nn.dims<batch, 65>>
  }
  nn.func predict @softmax_300_f64(%x: tensor<?x300xf64, #nn.dims<batch, 300>>) -> (tensor<?x300xf64, #nn.dims<batch, 300>>) {
    %0 = nn.kernel @softmax_300_f64(%x_ = %x : tensor<?x300xf64, #nn.dims<batch, 300>>) -> tensor<?x300xf64, #nn.dims<batch, 300>> {
      %y = nn.softmax %x_ along 1 : tensor<?x300xf64, #nn.dims<batch, 300>>
      nn.yield %y : tensor<?x300xf64, #nn.dims<batch, 300>>
    }
    nn.return %0 : tensor<?x300xf64, #nn.dims<batch, 300>>
  }
  nn.func predict @log_softmax_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @log_softmax_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?x10xf64, #nn.dims<batch, 10>> {
      %y = nn.log_softmax %x_ along 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf64, #nn.dims<batch, 10>>
  }
  nn.func predict @logsumexp_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?xf64, #nn.dims<batch>>) {
    %0 = nn.kernel @logsumexp_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?xf64, #nn.dims<batch>> {
      %y = nn.logsumexp %x_ along 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?xf64, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf64, #nn.dims<batch>>
  }
  nn.func predict @softmax_down_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_down_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?x10xf64, #nn.dims<batch, 10>> {
      %y = nn.softmax %x_ along 0 : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf64, #nn.dims<batch, 10>>
  }
  nn.func predict @xent_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf64, #nn.dims<batch>>) {
    %0 = nn.kernel @xent_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>) -> tensor<?xf64, #nn.dims<batch>> {
      %y = nn.softmax_cross_entropy %x_, %label_ : tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
      nn.yield %y : tensor<?xf64, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf64, #nn.dims<batch>>
  }
  nn.func predict @xent_gradient_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>, %dy: tensor<?xf64, #nn.dims<batch>>) -> (tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @xent_gradient_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>, %dy_ = %dy : tensor<?xf64, #nn.dims<batch>>) -> tensor<?x10xf64, #nn.dims<batch, 10>> {
      %p = nn.softmax %x_ along 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      %t = nn.one_hot %label_ : tensor<?xi32, #nn.dims<batch>> -> tensor<?x10xf64, #nn.dims<batch, 10>>
      %d = nn.sub %p, %t : tensor<?x10xf64, #nn.dims<batch, 10>>
      %b = nn.broadcast %dy_ dims [0] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x10xf64, #nn.dims<batch, 10>>
      %y = nn.mul %b, %d : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf64, #nn.dims<batch, 10>>
  }
  nn.func predict @softmax_gradient_f64(%p: tensor<?x10xf64, #nn.dims<batch, 10>>, %dy: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @softmax_gradient_f64(%p_ = %p : tensor<?x10xf64, #nn.dims<batch, 10>>, %dy_ = %dy : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?x10xf64, #nn.dims<batch, 10>> {
      %q = nn.mul %dy_, %p_ : tensor<?x10xf64, #nn.dims<batch, 10>>
      %s = nn.sum %q over [1] : tensor<?x10xf64, #nn.dims<batch, 10>>
      %b = nn.broadcast %s dims [0] : tensor<?xf64, #nn.dims<batch>> -> tensor<?x10xf64, #nn.dims<batch, 10>>
      %d = nn.sub %dy_, %b : tensor<?x10xf64, #nn.dims<batch, 10>>
      %y = nn.mul %p_, %d : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf64, #nn.dims<batch, 10>>
  }
  nn.func predict @rows_and_space_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0:4 = nn.kernel @rows_and_space_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>) {
      %loss = nn.softmax_cross_entropy %x_, %label_ : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
      %p = nn.softmax %x_ along 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      %t = nn.one_hot %label_ : tensor<?xi32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %d = nn.sub %p, %t : tensor<?x10xf32, #nn.dims<batch, 10>>
      %best = nn.argmax %x_ over 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      %hit = nn.compare eq %best, %label_ : tensor<?xi32, #nn.dims<batch>>
      nn.yield %loss, %d, %hit, %p : tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0#0, %0#1, %0#2, %0#3 : tensor<?xf32, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @rows_and_space_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf64, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>) {
    %0:4 = nn.kernel @rows_and_space_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>, %label_ = %label : tensor<?xi32, #nn.dims<batch>>) -> (tensor<?xf64, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>) {
      %loss = nn.softmax_cross_entropy %x_, %label_ : tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
      %p = nn.softmax %x_ along 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      %t = nn.one_hot %label_ : tensor<?xi32, #nn.dims<batch>> -> tensor<?x10xf64, #nn.dims<batch, 10>>
      %d = nn.sub %p, %t : tensor<?x10xf64, #nn.dims<batch, 10>>
      %best = nn.argmax %x_ over 1 : tensor<?x10xf64, #nn.dims<batch, 10>>
      %hit = nn.compare eq %best, %label_ : tensor<?xi32, #nn.dims<batch>>
      nn.yield %loss, %d, %hit, %p : tensor<?xf64, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>
    }
    nn.return %0#0, %0#1, %0#2, %0#3 : tensor<?xf64, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>, tensor<?xi1, #nn.dims<batch>>, tensor<?x10xf64, #nn.dims<batch, 10>>
  }
}
