// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @softmax_axis(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.softmax' op axis 2 is outside of rank 2}}
    %0 = nn.softmax %x along 2 : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @log_softmax_axis(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.log_softmax' op axis -1 is outside of rank 2}}
    %0 = nn.log_softmax %x along -1 : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @softmax_integers(%x: tensor<3xi32>) {
    // expected-error@below {{'nn.softmax' op operand #0 must be tensor of f32 or f64}}
    %0 = nn.softmax %x along 0 : tensor<3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @logsumexp_axis(%x: tensor<2x3xf32>) {
    // expected-error@below {{'nn.logsumexp' op expects sorted, distinct axes in [0, 2), found 2}}
    %0 = nn.logsumexp %x along 2 : tensor<2x3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @labels_of_other_rows(%z: tensor<2x3xf32>, %label: tensor<3xi32>) {
    // expected-error@below {{'nn.softmax_cross_entropy' op labels have sizes [3], the rows of the logits [2]}}
    %0 = nn.softmax_cross_entropy %z, %label : tensor<2x3xf32>, tensor<3xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @labels_of_other_batch(%z: tensor<?x3xf32, #nn.dims<batch, 3>>, %label: tensor<2xi32>) {
    // expected-error@below {{'nn.softmax_cross_entropy' op labels have sizes [2], the rows of the logits [batch]}}
    %0 = nn.softmax_cross_entropy %z, %label : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<2xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @labels_as_floats(%z: tensor<2x3xf32>, %label: tensor<2xf32>) {
    // expected-error@below {{'nn.softmax_cross_entropy' op operand #1 must be tensor of i32, i64 or ui8}}
    %0 = nn.softmax_cross_entropy %z, %label : tensor<2x3xf32>, tensor<2xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @run_time_classes(%z: tensor<2x?xf32, #nn.dims<2, batch>>, %label: tensor<2xi32>) {
    // expected-error@below {{'nn.softmax_cross_entropy' op expects logits whose last axis, the classes, has a size known while compiling}}
    %0 = nn.softmax_cross_entropy %z, %label : tensor<2x?xf32, #nn.dims<2, batch>>, tensor<2xi32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @scalar_logits(%z: tensor<f32>, %label: tensor<i32>) {
    // expected-error@below {{'nn.softmax_cross_entropy' op expects logits whose last axis, the classes, has a size known while compiling}}
    %0 = nn.softmax_cross_entropy %z, %label : tensor<f32>, tensor<i32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @one_hot_sizes(%i: tensor<3xi32>) {
    // expected-error@below {{'nn.one_hot' op result sizes [2, 5] are not those of the index, [3], with the classes behind}}
    %0 = nn.one_hot %i : tensor<3xi32> -> tensor<2x5xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @one_hot_rank(%i: tensor<3xi32>) {
    // expected-error@below {{'nn.one_hot' op result sizes [3] are not those of the index, [3], with the classes behind}}
    %0 = nn.one_hot %i : tensor<3xi32> -> tensor<3xf32>
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @one_hot_of_floats(%i: tensor<3xf32>) {
    // expected-error@below {{'nn.one_hot' op operand #0 must be tensor of i32, i64 or ui8}}
    %0 = nn.one_hot %i : tensor<3xf32> -> tensor<3x4xf32>
    nn.return
  }
}
