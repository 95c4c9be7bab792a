// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// What is no kernel (ir/KernelRegion.h), by rule.

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @two_contractions(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    // expected-error@below {{is no kernel: 'nn.matmul' is a second anchor beside 'nn.matmul'}}
    %0 = nn.kernel (%a = %x : tensor<4x4xf32>) -> tensor<4x4xf32> {
      %b = nn.matmul %a, %a : tensor<4x4xf32>, tensor<4x4xf32>
      %c = nn.matmul %a, %a lhs_transposed : tensor<4x4xf32>, tensor<4x4xf32>
      %d = nn.add %b, %c : tensor<4x4xf32>
      nn.yield %d : tensor<4x4xf32>
    }
    nn.return %0 : tensor<4x4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @computed_operand(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    // expected-error@below {{is no kernel: 'nn.matmul' reads its operands from memory, and one is computed in the kernel}}
    %0 = nn.kernel (%a = %x : tensor<4x4xf32>) -> tensor<4x4xf32> {
      %b = nn.exp %a : tensor<4x4xf32>
      %c = nn.matmul %b, %a : tensor<4x4xf32>, tensor<4x4xf32>
      nn.yield %c : tensor<4x4xf32>
    }
    nn.return %0 : tensor<4x4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @other_axes(%x: tensor<4x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    // expected-error@below {{is no kernel: 'nn.max' folds other axes or another space than 'nn.sum'}}
    %0:2 = nn.kernel (%a = %x : tensor<4x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %b = nn.sum %a over [0] : tensor<4x4xf32>
      %c = nn.max %a over [1] : tensor<4x4xf32>
      nn.yield %b, %c : tensor<4xf32>, tensor<4xf32>
    }
    nn.return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @recomputed(%x: tensor<4xf32>) -> tensor<4x4xf32> {
    // expected-error@below {{is no kernel: 'nn.exp' has sizes [4], the loops have [4, 4]}}
    %0 = nn.kernel (%a = %x : tensor<4xf32>) -> tensor<4x4xf32> {
      %b = nn.exp %a : tensor<4xf32>
      %c = nn.broadcast %b dims [1] : tensor<4xf32> -> tensor<4x4xf32>
      nn.yield %c : tensor<4x4xf32>
    }
    nn.return %0 : tensor<4x4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @moved_result(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    // expected-error@below {{is no kernel: 'nn.transpose' would compute elements of its operand more than once}}
    %0 = nn.kernel (%a = %x : tensor<4x4xf32>) -> tensor<4x4xf32> {
      %b = nn.matmul %a, %a : tensor<4x4xf32>, tensor<4x4xf32>
      %c = nn.transpose %b by [1, 0] : tensor<4x4xf32>
      nn.yield %c : tensor<4x4xf32>
    }
    nn.return %0 : tensor<4x4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @reshape(%x: tensor<4x4xf32>) -> tensor<16xf32> {
    // expected-error@below {{is no kernel: 'nn.reshape' cannot be part of a kernel}}
    %0 = nn.kernel (%a = %x : tensor<4x4xf32>) -> tensor<16xf32> {
      %b = nn.reshape %a : tensor<4x4xf32> -> tensor<16xf32>
      nn.yield %b : tensor<16xf32>
    }
    nn.return %0 : tensor<16xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @other_result(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4xf32>) {
    // expected-error@below {{is no kernel: a result has sizes [4], the loops have [4, 4]}}
    %0:2 = nn.kernel (%a = %x : tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4xf32>) {
      %b = nn.exp %a : tensor<4x4xf32>
      %c = nn.fill 1.0 : tensor<4xf32>
      nn.yield %b, %c : tensor<4x4xf32>, tensor<4xf32>
    }
    nn.return %0#0, %0#1 : tensor<4x4xf32>, tensor<4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @after_update(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    // expected-error@below {{is no kernel: 'nn.cumsum' is a kernel of its own, and a result is not among its results}}
    %0 = nn.kernel (%a = %x : tensor<4x4xf32>) -> tensor<4x4xf32> {
      %b = nn.cumsum %a along 1 : tensor<4x4xf32>
      %c = nn.exp %b : tensor<4x4xf32>
      nn.yield %c : tensor<4x4xf32>
    }
    nn.return %0 : tensor<4x4xf32>
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @beside_update(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
    // expected-error@below {{is no kernel: 'nn.cumsum' is a kernel of its own, and a result is not among its results}}
    %0:2 = nn.kernel (%a = %x : tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
      %b = nn.cumsum %a along 1 : tensor<4x4xf32>
      %c = nn.transpose %a by [1, 0] : tensor<4x4xf32>
      nn.yield %b, %c : tensor<4x4xf32>, tensor<4x4xf32>
    }
    nn.return %0#0, %0#1 : tensor<4x4xf32>, tensor<4x4xf32>
  }
}
