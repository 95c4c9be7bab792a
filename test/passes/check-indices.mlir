// RUN: nnc-opt %s --nn-check-indices | FileCheck %s

nn.model @m attributes {source_name = "M", symbols = ["batch", "time"], bounds = array<i64: 0, 0>} {
  // CHECK-LABEL: @label
  // CHECK-SAME: %label: {{[^{]*}} {nn.index_bound = 10 : i64, nn.name = "label"}
  nn.func predict @label(%z: tensor<?x10xf32, #nn.dims<batch, 10>>, %label: tensor<?xi32, #nn.dims<batch>> {nn.name = "label"})
      -> tensor<?xf32, #nn.dims<batch>> {
    %r = nn.softmax_cross_entropy %z, %label : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
    nn.return %r : tensor<?xf32, #nn.dims<batch>>
  }
  // Two uses: the smaller range; the ignored index of only one of them does not count. Shapes are seen through.
  // CHECK-LABEL: @two_uses
  // CHECK-SAME: {nn.index_bound = 5 : i64, nn.name = "label"}
  nn.func predict @two_uses(%z: tensor<6x10xf32>, %y: tensor<6x5xf32>, %label: tensor<2x3xi32> {nn.name = "label"})
      -> (tensor<6xf32>, tensor<6xf32>) {
    %flat = nn.reshape %label : tensor<2x3xi32> -> tensor<6xi32>
    %a = nn.softmax_cross_entropy %z, %flat ignore -1 : tensor<6x10xf32>, tensor<6xi32>
    %b = nn.softmax_cross_entropy %y, %flat : tensor<6x5xf32>, tensor<6xi32>
    nn.return %a, %b : tensor<6xf32>, tensor<6xf32>
  }
  // CHECK-LABEL: @ignored
  // CHECK-SAME: {nn.index_bound = 10 : i64, nn.index_ignore = -1 : i64, nn.name = "label"}
  nn.func predict @ignored(%z: tensor<6x10xf32>, %label: tensor<6xi32> {nn.name = "label"}) -> tensor<6xf32> {
    %a = nn.softmax_cross_entropy %z, %label ignore -1 : tensor<6x10xf32>, tensor<6xi32>
    nn.return %a : tensor<6xf32>
  }
  // Rows of a table, of part of the integers; the bound may be a size of run time.
  // CHECK-LABEL: @rows
  // CHECK-SAME: {nn.index_bound = 7 : i64, nn.name = "id"}
  // CHECK-SAME: %other: tensor<2xi32> {nn.index_sizes = ["batch"], nn.name = "other"}
  nn.func predict @rows(%table: tensor<7x3xf32>, %time: tensor<?x3xf32, #nn.dims<batch, 3>>,
                        %id: tensor<4xi32> {nn.name = "id"}, %other: tensor<2xi32> {nn.name = "other"})
      -> (tensor<2x3xf32>, tensor<2x3xf32>) {
    %part = nn.access %id [d0 + 1] else 0.0 : tensor<4xi32> -> tensor<2xi32>
    %a = nn.gather %table, %part axis 0 : tensor<7x3xf32>, tensor<2xi32>
    %b = nn.gather %time, %other axis 0 : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<2xi32>
    nn.return %a, %b : tensor<2x3xf32>, tensor<2x3xf32>
  }
  // A checked one_hot; with the smaller of two bounds and both sizes of run time.
  // CHECK-LABEL: @several
  // CHECK-SAME: {nn.index_bound = 5 : i64, nn.index_sizes = ["batch", "time"], nn.name = "at"}
  nn.func predict @several(%table: tensor<7x3xf32>, %rows: tensor<?x?xf32, #nn.dims<batch, time>>,
                           %at: tensor<i32> {nn.name = "at"})
      -> (tensor<3xf32>, tensor<?xf32, #nn.dims<time>>, tensor<?xf32, #nn.dims<batch>>, tensor<5xf32>) {
    %a = nn.gather %table, %at axis 0 : tensor<7x3xf32>, tensor<i32>
    %b = nn.gather %rows, %at axis 0 : tensor<?x?xf32, #nn.dims<batch, time>>, tensor<i32>
    %c = nn.gather %rows, %at axis 1 : tensor<?x?xf32, #nn.dims<batch, time>>, tensor<i32>
    %d = nn.one_hot %at checked : tensor<i32> -> tensor<5xf32>
    nn.return %a, %b, %c, %d
        : tensor<3xf32>, tensor<?xf32, #nn.dims<time>>, tensor<?xf32, #nn.dims<batch>>, tensor<5xf32>
  }
  // one_hot takes any integer, and computed ones are the program's own business.
  // CHECK-LABEL: @unchecked
  // CHECK-NOT: nn.index_bound
  nn.func predict @unchecked(%z: tensor<6x10xf32>, %i: tensor<6xi32> {nn.name = "i"}) -> (tensor<6xf32>, tensor<6x4xf32>) {
    %guess = nn.argmax %z over 1 : tensor<6x10xf32>
    %a = nn.softmax_cross_entropy %z, %guess : tensor<6x10xf32>, tensor<6xi32>
    %h = nn.one_hot %i : tensor<6xi32> -> tensor<6x4xf32>
    nn.return %a, %h : tensor<6xf32>, tensor<6x4xf32>
  }
  // A loop's carried index begins as one argument, goes on as elements of others, and one leaves the loop.
  // CHECK-LABEL: @loop
  // CHECK-SAME: {nn.index_bound = 7 : i64, nn.name = "first"}
  // CHECK-SAME: {nn.index_bound = 5 : i64, nn.name = "later"}
  // CHECK-SAME: {nn.index_bound = 5 : i64, nn.name = "more"}
  nn.func predict @loop(%table: tensor<7x3xf32>, %small: tensor<5x3xf32>, %first: tensor<2xi32> {nn.name = "first"},
                        %later: tensor<4x1xi32> {nn.name = "later"}, %more: tensor<4x1xi32> {nn.name = "more"})
      -> (tensor<4x2x3xf32>, tensor<4x2x3xf32>) {
    %y, %id, %end = nn.scan <4> turn(%t) sequences(%lt = %later : tensor<4x1xi32>, %mt = %more : tensor<4x1xi32>)
        carries(%index = %first : tensor<2xi32>) invariants(%w = %table : tensor<7x3xf32>)
        -> (tensor<4x2x3xf32>, tensor<4x2xi32>, tensor<2xi32>) {
      %row = nn.gather %w, %index axis 0 : tensor<7x3xf32>, tensor<2xi32>
      %next = nn.concat %lt, %mt along 0 : tensor<1xi32>, tensor<1xi32>
      nn.yield %row, %next, %next : tensor<2x3xf32>, tensor<2xi32>, tensor<2xi32>
    }
    %rows = nn.gather %small, %id axis 0 : tensor<5x3xf32>, tensor<4x2xi32>
    nn.return %y, %rows : tensor<4x2x3xf32>, tensor<4x2x3xf32>
  }
}
