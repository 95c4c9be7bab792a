// RUN: %testbin/check-op %s --work=%t
nn.model @scan attributes {source_name = "Scan", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {

  // An Elman network: sequence, carried value, invariants with a product.
  nn.func predict @elman(%x: tensor<?x?x3xf64, #nn.dims<time, batch, 3>> {nn.name = "x"},
                         %h0: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "h0"},
                         %w: tensor<3x2xf64> {nn.name = "w"}, %u: tensor<2x2xf64> {nn.name = "u"},
                         %b: tensor<2xf64> {nn.name = "b"})
      -> (tensor<?x?x2xf64, #nn.dims<time, batch, 2>> {nn.name = "y"},
          tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "end"}) {
    %y, %end = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x?x3xf64, #nn.dims<time, batch, 3>>)
        carries(%h = %h0 : tensor<?x2xf64, #nn.dims<batch, 2>>)
        invariants(%w_ = %w : tensor<3x2xf64>, %u_ = %u : tensor<2x2xf64>, %b_ = %b : tensor<2xf64>)
        -> (tensor<?x?x2xf64, #nn.dims<time, batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>) {
      %0 = nn.matmul %xt, %w_ : tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<3x2xf64>
      %1 = nn.matmul %h, %u_ : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<2x2xf64>
      %2 = nn.add %0, %1 : tensor<?x2xf64, #nn.dims<batch, 2>>
      %3 = nn.broadcast %b_ dims [1] : tensor<2xf64> -> tensor<?x2xf64, #nn.dims<batch, 2>>
      %4 = nn.add %2, %3 : tensor<?x2xf64, #nn.dims<batch, 2>>
      %hn = nn.tanh %4 : tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %hn, %hn : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %y, %end : tensor<?x?x2xf64, #nn.dims<time, batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  // Backwards, with two carried values, one of which is read before and after it is set.
  nn.func predict @backwards(%x: tensor<4x3xf64> {nn.name = "x"}, %a0: tensor<3xf64> {nn.name = "a0"},
                             %b0: tensor<3xf64> {nn.name = "b0"})
      -> (tensor<4x3xf64> {nn.name = "y"}, tensor<3xf64> {nn.name = "a"}, tensor<3xf64> {nn.name = "b"}) {
    %y, %a_end, %b_end = nn.scan <4> reverse turn(%t) sequences(%xt = %x : tensor<4x3xf64>)
        carries(%a = %a0 : tensor<3xf64>, %b = %b0 : tensor<3xf64>)
        -> (tensor<4x3xf64>, tensor<3xf64>, tensor<3xf64>) {
      %0 = nn.mul %a, %xt : tensor<3xf64>
      %an = nn.sin %0 : tensor<3xf64>
      %1 = nn.add %an, %b : tensor<3xf64>
      %bn = nn.sigmoid %1 : tensor<3xf64>
      %2 = nn.mul %bn, %a : tensor<3xf64>
      nn.yield %2, %an, %bn : tensor<3xf64>, tensor<3xf64>, tensor<3xf64>
    }
    nn.return %y, %a_end, %b_end : tensor<4x3xf64>, tensor<3xf64>, tensor<3xf64>
  }

  // One turn, one row; the carried values change places.
  nn.func predict @swap(%x: tensor<1x1xf64> {nn.name = "x"}, %a0: tensor<1xf64> {nn.name = "a0"},
                        %b0: tensor<1xf64> {nn.name = "b0"})
      -> (tensor<1xf64> {nn.name = "y"}) {
    %a_end, %b_end = nn.scan <1> turn(%t) sequences(%xt = %x : tensor<1x1xf64>)
        carries(%a = %a0 : tensor<1xf64>, %b = %b0 : tensor<1xf64>) -> (tensor<1xf64>, tensor<1xf64>) {
      %0 = nn.mul %a, %xt : tensor<1xf64>
      nn.yield %b, %0 : tensor<1xf64>, tensor<1xf64>
    }
    %1 = nn.exp %a_end : tensor<1xf64>
    %y = nn.mul %1, %b_end : tensor<1xf64>
    nn.return %y : tensor<1xf64>
  }

  // No sequence: the turn itself, and a carried value that is kept as it was in odd turns.
  nn.func predict @count(%x: tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "x"})
      -> (tensor<5x?x2xf64, #nn.dims<5, batch, 2>> {nn.name = "y"}, tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "end"}) {
    %y, %end = nn.scan <5> turn(%t) carries(%h = %x : tensor<?x2xf64, #nn.dims<batch, 2>>)
        -> (tensor<5x?x2xf64, #nn.dims<5, batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>) {
      %0 = nn.cast %t : tensor<i32> -> tensor<f64>
      %1 = nn.broadcast %0 dims [] : tensor<f64> -> tensor<?x2xf64, #nn.dims<batch, 2>>
      %2 = nn.sin %1 : tensor<?x2xf64, #nn.dims<batch, 2>>
      %3 = nn.mul %2, %h : tensor<?x2xf64, #nn.dims<batch, 2>>
      %4 = nn.fill 3.0 : tensor<?x2xf64, #nn.dims<batch, 2>>
      %5 = nn.compare lt %1, %4 : tensor<?x2xf64, #nn.dims<batch, 2>>
      %hn = nn.select %5, %3, %h : tensor<?x2xi1, #nn.dims<batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
      nn.yield %h, %hn : tensor<?x2xf64, #nn.dims<batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
    }
    nn.return %y, %end : tensor<5x?x2xf64, #nn.dims<5, batch, 2>>, tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  // A loop in a loop; the inner one runs over the outer's element.
  nn.func predict @nested(%x: tensor<3x2x2xf64> {nn.name = "x"}, %w: tensor<2xf64> {nn.name = "w"})
      -> (tensor<3x2x2xf64> {nn.name = "y"}) {
    %h0 = nn.fill 0.5 : tensor<2xf64>
    %y, %end = nn.scan <3> turn(%t) sequences(%xt = %x : tensor<3x2x2xf64>)
        carries(%h = %h0 : tensor<2xf64>) invariants(%v = %w : tensor<2xf64>)
        -> (tensor<3x2x2xf64>, tensor<2xf64>) {
      %z, %last = nn.scan <2> reverse turn(%s) sequences(%xs = %xt : tensor<2x2xf64>)
          carries(%g = %h : tensor<2xf64>) invariants(%vv = %v : tensor<2xf64>) -> (tensor<2x2xf64>, tensor<2xf64>) {
        %0 = nn.mul %xs, %vv : tensor<2xf64>
        %1 = nn.add %0, %g : tensor<2xf64>
        %gn = nn.tanh %1 : tensor<2xf64>
        nn.yield %1, %gn : tensor<2xf64>, tensor<2xf64>
      }
      nn.yield %z, %last : tensor<2x2xf64>, tensor<2xf64>
    }
    nn.return %y : tensor<3x2x2xf64>
  }

  // The running sum of a scalar, over a run-time number of turns.
  nn.func predict @sum(%x: tensor<?xf64, #nn.dims<time>> {nn.name = "x"})
      -> (tensor<?xf64, #nn.dims<time>> {nn.name = "y"}) {
    %zero = nn.fill 0.0 : tensor<f64>
    %y, %end = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?xf64, #nn.dims<time>>)
        carries(%s = %zero : tensor<f64>) -> (tensor<?xf64, #nn.dims<time>>, tensor<f64>) {
      %0 = nn.mul %xt, %xt : tensor<f64>
      %sn = nn.add %s, %0 : tensor<f64>
      nn.yield %sn, %sn : tensor<f64>, tensor<f64>
    }
    nn.return %y : tensor<?xf64, #nn.dims<time>>
  }
}
