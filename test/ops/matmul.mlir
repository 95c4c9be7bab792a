// RUN: %testbin/check-op %s --work=%t
// All transposed forms, odd sizes, one row, one column, an inner size of one, batches of matrices.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @batch(%a: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "a"},
                         %b: tensor<5x3xf64> {nn.name = "b"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<5x3xf64>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @nt(%a: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "a"},
                      %b: tensor<3x5xf64> {nn.name = "b"})
      -> (tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "y"}) {
    %y = nn.matmul %a, %b rhs_transposed : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<3x5xf64>
    nn.return %y : tensor<?x3xf64, #nn.dims<batch, 3>>
  }

  nn.func predict @tn(%a: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "a"},
                      %b: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "b"})
      -> (tensor<5x3xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b lhs_transposed : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %y : tensor<5x3xf64>
  }

  nn.func predict @tt(%a: tensor<5x7xf64> {nn.name = "a"},
                      %b: tensor<3x5xf64> {nn.name = "b"})
      -> (tensor<7x3xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b lhs_transposed rhs_transposed : tensor<5x7xf64>, tensor<3x5xf64>
    nn.return %y : tensor<7x3xf64>
  }

  nn.func predict @row(%a: tensor<1x5xf64> {nn.name = "a"},
                       %b: tensor<5x3xf64> {nn.name = "b"})
      -> (tensor<1x3xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<1x5xf64>, tensor<5x3xf64>
    nn.return %y : tensor<1x3xf64>
  }

  nn.func predict @column(%a: tensor<7x5xf64> {nn.name = "a"},
                          %b: tensor<5x1xf64> {nn.name = "b"})
      -> (tensor<7x1xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<7x5xf64>, tensor<5x1xf64>
    nn.return %y : tensor<7x1xf64>
  }

  nn.func predict @inner_one(%a: tensor<4x1xf64> {nn.name = "a"},
                             %b: tensor<1x3xf64> {nn.name = "b"})
      -> (tensor<4x3xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<4x1xf64>, tensor<1x3xf64>
    nn.return %y : tensor<4x3xf64>
  }

  nn.func predict @one(%a: tensor<1x1xf64> {nn.name = "a"},
                       %b: tensor<1x1xf64> {nn.name = "b"})
      -> (tensor<1x1xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<1x1xf64>, tensor<1x1xf64>
    nn.return %y : tensor<1x1xf64>
  }

  nn.func predict @wide(%a: tensor<3x17xf64> {nn.name = "a"},
                        %b: tensor<17x9xf64> {nn.name = "b"})
      -> (tensor<3x9xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<3x17xf64>, tensor<17x9xf64>
    nn.return %y : tensor<3x9xf64>
  }

  nn.func predict @stack(%a: tensor<2x3x4xf64> {nn.name = "a"},
                         %b: tensor<2x4x3xf64> {nn.name = "b"})
      -> (tensor<2x3x3xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b : tensor<2x3x4xf64>, tensor<2x4x3xf64>
    nn.return %y : tensor<2x3x3xf64>
  }

  nn.func predict @stack_nt(%a: tensor<?x2x3xf64, #nn.dims<batch, 2, 3>> {nn.name = "a"},
                            %b: tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "b"})
      -> (tensor<?x2x4xf64, #nn.dims<batch, 2, 4>> {nn.name = "y"}) {
    %y = nn.matmul %a, %b rhs_transposed : tensor<?x2x3xf64, #nn.dims<batch, 2, 3>>, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
    nn.return %y : tensor<?x2x4xf64, #nn.dims<batch, 2, 4>>
  }

  nn.func predict @stack_tn(%a: tensor<2x4x3xf64> {nn.name = "a"},
                            %b: tensor<2x4x2xf64> {nn.name = "b"})
      -> (tensor<2x3x2xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %b lhs_transposed : tensor<2x4x3xf64>, tensor<2x4x2xf64>
    nn.return %y : tensor<2x3x2xf64>
  }

  nn.func predict @square(%a: tensor<4x4xf64> {nn.name = "a"})
      -> (tensor<4x4xf64> {nn.name = "y"}) {
    %y = nn.matmul %a, %a : tensor<4x4xf64>, tensor<4x4xf64>
    nn.return %y : tensor<4x4xf64>
  }
}
