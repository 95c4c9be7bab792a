// RUN: nnc-opt %s --split-input-file --verify-diagnostics
// The names of run-time sizes: each dynamic axis has one, in canonical form, and the model declares it.

// expected-note@below {{its run-time dimensions are ["batch"]}}
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @undeclared() {
    // expected-error@below {{'nn.fill' op has the run-time dimension 'time', which the model does not declare}}
    %0 = nn.fill 1.0 : tensor<?xf32, #nn.dims<time>>
    nn.return
  }
}

// -----

// expected-note@below {{its run-time dimensions are ["batch"]}}
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @undeclared_size() {
    // expected-error@below {{'nn.size' op has the run-time dimension 'time', which the model does not declare}}
    %0 = nn.size <"2*time"> : tensor<f32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @unnamed_result() {
    // expected-error@below {{'nn.fill' op result #0 must be tensor of f32, f64, i32, i64, ui8 or i1 whose run-time sizes are named by #nn.dims, but got 'tensor<?xf32>'}}
    %0 = nn.fill 1.0 : tensor<?xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.func' op argument 0 has type 'tensor<?xf32>', expected a tensor whose run-time sizes are named by #nn.dims}}
  nn.func predict @unnamed_argument(%x: tensor<?xf32>) {
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.func' op argument 1 has type 'i32', expected a tensor}}
  nn.func predict @no_tensor(%x: tensor<f32>, %n: i32) {
    nn.return
  }
}

// -----

// expected-note@below {{its run-time dimensions are ["batch"]}}
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.func' op has the run-time dimension 'time', which the model does not declare}}
  nn.func predict @undeclared_argument(%x: tensor<?xf32, #nn.dims<time>>) {
    nn.return
  }
}

// -----

// expected-error@below {{#nn.dims names 1 sizes of a tensor with 2 axes}}
"nn.unknown"() {type = tensor<?x3xf32, #nn.dims<batch>>} : () -> ()

// -----

// expected-error@below {{#nn.dims stands on a tensor without run-time sizes}}
"nn.unknown"() {type = tensor<2x3xf32, #nn.dims<2, 3>>} : () -> ()

// -----

// expected-error@below {{#nn.dims says '4' of axis 1, its size is 3}}
"nn.unknown"() {type = tensor<?x3xf32, #nn.dims<batch, 4>>} : () -> ()

// -----

// expected-error@below {{#nn.dims says '7' of axis 0, its size is ?}}
"nn.unknown"() {type = tensor<?x3xf32, #nn.dims<7, 3>>} : () -> ()

// -----

// expected-error@below {{#nn.dims says 'batch' of axis 1, its size is 3}}
"nn.unknown"() {type = tensor<?x3xf32, #nn.dims<batch, batch>>} : () -> ()

// -----

// expected-error@below {{'2*(batch+1)' is not a polynomial over dimension names}}
"nn.unknown"() {type = #nn.dim<"2*(batch+1)">} : () -> ()

// -----

// expected-error@below {{'batch*' is not a polynomial over dimension names}}
"nn.unknown"() {type = #nn.dim<"batch*">} : () -> ()

// -----

// expected-error@below {{'9223372036854775807*batch*2' is not a polynomial over dimension names}}
"nn.unknown"() {type = #nn.dim<"9223372036854775807*batch*2">} : () -> ()

// -----

// expected-error@below {{expected a size: a number, a name or a quoted polynomial}}
"nn.unknown"() {type = #nn.dim<[3]>} : () -> ()

// -----

// expected-error@below {{expected a size: a number, a name or a quoted polynomial}}
"nn.unknown"() {type = #nn.arena<*>} : () -> ()
