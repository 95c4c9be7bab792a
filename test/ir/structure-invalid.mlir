// RUN: nnc-opt %s --split-input-file --verify-diagnostics
// Models, variables, functions, derivatives.

// expected-error@below {{'nn.model' op expects one bound per symbol, found 2 for 1}}
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0, 1>} {
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.variable' op has the run-time size [batch]; sizes of variables are fixed}}
  nn.variable @w parameter : tensor<?xf32, #nn.dims<batch>> = <constant, 0.0>
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.variable' op expects 3 initial values}}
  nn.variable @w parameter : tensor<3xf32> = <values, dense<[1.0, 2.0]> : tensor<2xf64>>
}

// -----

// expected-error@below {{'nn.variable' op expects parent op 'nn.model'}}
nn.variable @w parameter : tensor<3xf32> = <constant, 0.0>

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  // expected-note@-1 {{see existing symbol definition here}}
  // expected-error@below {{redefinition of symbol named 'w'}}
  nn.variable @w slot : tensor<2xf32> = <constant, 0.0>
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @no_variable() {
    // expected-error@below {{'nn.load' op names @v, which is no variable of the model}}
    %0 = nn.load @v : tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @load_function() {
    // expected-error@below {{'nn.load' op names @load_function, which is no variable of the model}}
    %0 = nn.load @load_function : tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @load_type() {
    // expected-error@below {{'nn.load' op has type 'tensor<3xf32>', variable @w has 'tensor<2xf32>'}}
    %0 = nn.load @w : tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func step @store_type(%x: tensor<2xf64>) {
    // expected-error@below {{'nn.store' op has type 'tensor<2xf64>', variable @w has 'tensor<2xf32>'}}
    nn.store %x, @w : tensor<2xf64>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func step @store_twice(%x: tensor<2xf32>) {
    nn.store %x, @w : tensor<2xf32>
    // expected-error@below {{'nn.store' op stores @w a second time in this function}}
    nn.store %x, @w : tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @result_types(%x: tensor<2xf32>) -> tensor<3xf32> {
    // expected-error@below {{'nn.return' op types of values differ from the function's results}}
    nn.return %x : tensor<2xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @result_count(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
    // expected-error@below {{'nn.return' op types of values differ from the function's results}}
    nn.return %x : tensor<2xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.func' op argument 0 has role 'data', expected input, seed or hyper}}
  nn.func predict @argument_role(%x: tensor<2xf32> {nn.role = "data"}) {
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{'nn.func' op result 0 has role 'input', expected output, loss, metric or metric_count}}
  nn.func predict @result_role(%x: tensor<2xf32>) -> (tensor<2xf32> {nn.role = "input"}) {
    nn.return %x : tensor<2xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  // expected-error@below {{expected predict, evaluate, step, defaults, gradients or update, found 'train'}}
  nn.func train @kind() {
    nn.return
  }
}

// -----

// expected-error@below {{'nn.func' op expects parent op 'nn.model'}}
nn.func predict @outside() {
  nn.return
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @grad_type(%x: tensor<2xf32>) {
    %s = nn.sum %x over [0] : tensor<2xf32>
    // expected-error@below {{'nn.grad' op expects one result of the same type per value of 'wrt'}}
    %0 = nn.grad %s wrt %x : (tensor<f32>, tensor<2xf32>) -> tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @grad_of_vector(%x: tensor<2xf32>) {
    // expected-error@below {{'nn.grad' op operand #0 must be 0D tensor of 32-bit float or 64-bit float values, but got 'tensor<2xf32>'}}
    %0 = nn.grad %x wrt %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<2xf32> = <constant, 0.0>
  nn.func predict @grad_of_integers(%x: tensor<2xf32>, %n: tensor<2xi32>) {
    %s = nn.sum %x over [0] : tensor<2xf32>
    // expected-error@below {{'nn.grad' op operand #1 must be variadic of tensor of f32 or f64}}
    %0 = nn.grad %s wrt %n : (tensor<f32>, tensor<2xi32>) -> tensor<2xi32>
    nn.return
  }
}
