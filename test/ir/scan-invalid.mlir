// RUN: nnc-opt %s --split-input-file --verify-diagnostics

nn.model @m attributes {source_name = "M", symbols = ["time"], bounds = array<i64: 0>} {
  nn.func predict @length(%x: tensor<3x2xf32>) {
    // expected-error@below {{sequence 0 has sizes [3, 2], expected time along the first axis}}
    %y = nn.scan <time> turn(%t) sequences(%a = %x : tensor<3x2xf32>) -> tensor<?x2xf32, #nn.dims<time, 2>> {
      nn.yield %a : tensor<2xf32>
    }
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @carry(%x: tensor<2xf32>) {
    // expected-error@below {{carried value 0 begins as 'tensor<2xf32>', found 'tensor<f32>'}}
    %y = nn.scan <3> turn(%t) carries(%h = %x : tensor<2xf32>) -> tensor<2xf32> {
      %0 = nn.sum %h over [0] : tensor<2xf32>
      nn.yield %0 : tensor<f32>
    }
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @stacked(%x: tensor<3x2xf32>) {
    // expected-error@below {{result 0 stacks 'tensor<2xf32>' and is 'tensor<4x2xf32>'}}
    %y = nn.scan <3> turn(%t) sequences(%a = %x : tensor<3x2xf32>) -> tensor<4x2xf32> {
      nn.yield %a : tensor<2xf32>
    }
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @yields(%x: tensor<3x2xf32>) {
    // expected-error@below {{expects its region to yield 1 values}}
    %y = nn.scan <3> turn(%t) sequences(%a = %x : tensor<3x2xf32>) -> tensor<3x2xf32> {
      nn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
    }
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @too_few_results(%x: tensor<2xf32>) {
    // expected-error@below {{expects a result for each of its 2 carried values, found 1 results}}
    %y = nn.scan <3> turn(%t) carries(%h = %x : tensor<2xf32>, %g = %x : tensor<2xf32>) -> tensor<2xf32> {
      nn.yield %h : tensor<2xf32>
    }
    nn.return
  }
}

// -----

nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @scalar_sequence(%x: tensor<f32>) {
    // expected-error@below {{expected a tensor with an axis}}
    %y = nn.scan <3> turn(%t) sequences(%a = %x : tensor<f32>) -> tensor<3xf32> {
      nn.yield %a : tensor<f32>
    }
    nn.return
  }
}
