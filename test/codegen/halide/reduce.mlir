// RUN: %testbin/run-kernels %s --sizes=batch=1 --sizes=batch=3 --sizes=batch=64 --sizes=batch=201
// RUN: %testbin/run-kernels %s --sizes=batch=5 --target=x86-64
// RUN: %testbin/run-kernels %s --sizes=batch=5 --checks

// Reductions along and across memory, over several axes, to scalars; with what comes before and after.
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @sum_rows_1_f32(%x: tensor<?x1xf32, #nn.dims<batch, 1>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_1_f32(%x_ = %x : tensor<?x1xf32, #nn.dims<batch, 1>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_10_f32(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_10_f32(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_16_f32(%x: tensor<?x16xf32, #nn.dims<batch, 16>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_16_f32(%x_ = %x : tensor<?x16xf32, #nn.dims<batch, 16>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x16xf32, #nn.dims<batch, 16>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_77_f32(%x: tensor<?x77xf32, #nn.dims<batch, 77>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_77_f32(%x_ = %x : tensor<?x77xf32, #nn.dims<batch, 77>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x77xf32, #nn.dims<batch, 77>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_300_f32(%x: tensor<?x300xf32, #nn.dims<batch, 300>>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_300_f32(%x_ = %x : tensor<?x300xf32, #nn.dims<batch, 300>>) -> tensor<?xf32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x300xf32, #nn.dims<batch, 300>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_columns_f32(%x: tensor<?x45xf32, #nn.dims<batch, 45>>) -> (tensor<45xf32>) {
    %0 = nn.kernel @sum_columns_f32(%x_ = %x : tensor<?x45xf32, #nn.dims<batch, 45>>) -> tensor<45xf32> {
      %y = nn.sum %x_ over [0] : tensor<?x45xf32, #nn.dims<batch, 45>>
      nn.yield %y : tensor<45xf32>
    }
    nn.return %0 : tensor<45xf32>
  }
  nn.func predict @max_columns_f32(%x: tensor<?x128xf32, #nn.dims<batch, 128>>) -> (tensor<128xf32>) {
    %0 = nn.kernel @max_columns_f32(%x_ = %x : tensor<?x128xf32, #nn.dims<batch, 128>>) -> tensor<128xf32> {
      %y = nn.max %x_ over [0] : tensor<?x128xf32, #nn.dims<batch, 128>>
      nn.yield %y : tensor<128xf32>
    }
    nn.return %0 : tensor<128xf32>
  }
  nn.func predict @mean_all_f32(%x: tensor<?x128xf32, #nn.dims<batch, 128>>) -> (tensor<f32>) {
    %0 = nn.kernel @mean_all_f32(%x_ = %x : tensor<?x128xf32, #nn.dims<batch, 128>>) -> tensor<f32> {
      %y = nn.mean %x_ over [0, 1] : tensor<?x128xf32, #nn.dims<batch, 128>>
      nn.yield %y : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
  nn.func predict @sum_rows_10_f64(%x: tensor<?x10xf64, #nn.dims<batch, 10>>) -> (tensor<?xf64, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_10_f64(%x_ = %x : tensor<?x10xf64, #nn.dims<batch, 10>>) -> tensor<?xf64, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x10xf64, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?xf64, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf64, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_16_f64(%x: tensor<?x16xf64, #nn.dims<batch, 16>>) -> (tensor<?xf64, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_16_f64(%x_ = %x : tensor<?x16xf64, #nn.dims<batch, 16>>) -> tensor<?xf64, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x16xf64, #nn.dims<batch, 16>>
      nn.yield %y : tensor<?xf64, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf64, #nn.dims<batch>>
  }
  nn.func predict @sum_rows_77_f64(%x: tensor<?x77xf64, #nn.dims<batch, 77>>) -> (tensor<?xf64, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_rows_77_f64(%x_ = %x : tensor<?x77xf64, #nn.dims<batch, 77>>) -> tensor<?xf64, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x77xf64, #nn.dims<batch, 77>>
      nn.yield %y : tensor<?xf64, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf64, #nn.dims<batch>>
  }
  nn.func predict @sum_columns_f64(%x: tensor<?x45xf64, #nn.dims<batch, 45>>) -> (tensor<45xf64>) {
    %0 = nn.kernel @sum_columns_f64(%x_ = %x : tensor<?x45xf64, #nn.dims<batch, 45>>) -> tensor<45xf64> {
      %y = nn.sum %x_ over [0] : tensor<?x45xf64, #nn.dims<batch, 45>>
      nn.yield %y : tensor<45xf64>
    }
    nn.return %0 : tensor<45xf64>
  }
  nn.func predict @max_columns_f64(%x: tensor<?x128xf64, #nn.dims<batch, 128>>) -> (tensor<128xf64>) {
    %0 = nn.kernel @max_columns_f64(%x_ = %x : tensor<?x128xf64, #nn.dims<batch, 128>>) -> tensor<128xf64> {
      %y = nn.max %x_ over [0] : tensor<?x128xf64, #nn.dims<batch, 128>>
      nn.yield %y : tensor<128xf64>
    }
    nn.return %0 : tensor<128xf64>
  }
  nn.func predict @mean_all_f64(%x: tensor<?x128xf64, #nn.dims<batch, 128>>) -> (tensor<f64>) {
    %0 = nn.kernel @mean_all_f64(%x_ = %x : tensor<?x128xf64, #nn.dims<batch, 128>>) -> tensor<f64> {
      %y = nn.mean %x_ over [0, 1] : tensor<?x128xf64, #nn.dims<batch, 128>>
      nn.yield %y : tensor<f64>
    }
    nn.return %0 : tensor<f64>
  }
  nn.func predict @sum_middle(%x: tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> (tensor<?x7xf32, #nn.dims<batch, 7>>) {
    %0 = nn.kernel @sum_middle(%x_ = %x : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> tensor<?x7xf32, #nn.dims<batch, 7>> {
      %y = nn.sum %x_ over [1, 2] : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>
      nn.yield %y : tensor<?x7xf32, #nn.dims<batch, 7>>
    }
    nn.return %0 : tensor<?x7xf32, #nn.dims<batch, 7>>
  }
  nn.func predict @sum_ends(%x: tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> (tensor<5x?xf32, #nn.dims<5, batch>>) {
    %0 = nn.kernel @sum_ends(%x_ = %x : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> tensor<5x?xf32, #nn.dims<5, batch>> {
      %y = nn.sum %x_ over [0, 3] : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>
      nn.yield %y : tensor<5x?xf32, #nn.dims<5, batch>>
    }
    nn.return %0 : tensor<5x?xf32, #nn.dims<5, batch>>
  }
  nn.func predict @min_inner(%x: tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> (tensor<?x5xf32, #nn.dims<batch, 5>>) {
    %0 = nn.kernel @min_inner(%x_ = %x : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>) -> tensor<?x5xf32, #nn.dims<batch, 5>> {
      %y = nn.min %x_ over [2, 3] : tensor<?x5x?x7xf32, #nn.dims<batch, 5, batch, 7>>
      nn.yield %y : tensor<?x5xf32, #nn.dims<batch, 5>>
    }
    nn.return %0 : tensor<?x5xf32, #nn.dims<batch, 5>>
  }
  nn.func predict @argmax(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?xi32, #nn.dims<batch>>) {
    %0 = nn.kernel @argmax(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?xi32, #nn.dims<batch>> {
      %y = nn.argmax %x_ over 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?xi32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xi32, #nn.dims<batch>>
  }
  nn.func predict @argmin_down(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<10xi32>) {
    %0 = nn.kernel @argmin_down(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<10xi32> {
      %y = nn.argmin %x_ over 0 : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<10xi32>
    }
    nn.return %0 : tensor<10xi32>
  }
  nn.func predict @sum_int(%x: tensor<?x9xi32, #nn.dims<batch, 9>>) -> (tensor<?xi32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_int(%x_ = %x : tensor<?x9xi32, #nn.dims<batch, 9>>) -> tensor<?xi32, #nn.dims<batch>> {
      %y = nn.sum %x_ over [1] : tensor<?x9xi32, #nn.dims<batch, 9>>
      nn.yield %y : tensor<?xi32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xi32, #nn.dims<batch>>
  }
  nn.func predict @mean_vector(%x: tensor<?xf32, #nn.dims<batch>>) -> (tensor<f32>) {
    %0 = nn.kernel @mean_vector(%x_ = %x : tensor<?xf32, #nn.dims<batch>>) -> tensor<f32> {
      %y = nn.mean %x_ over [0] : tensor<?xf32, #nn.dims<batch>>
      nn.yield %y : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
  nn.func predict @center(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @center(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %m = nn.mean %x_ over [1] : tensor<?x10xf32, #nn.dims<batch, 10>>
      %b = nn.broadcast %m dims [0] : tensor<?xf32, #nn.dims<batch>> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %y = nn.sub %x_, %b : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @center_columns(%x: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @center_columns(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %m = nn.mean %x_ over [0] : tensor<?x10xf32, #nn.dims<batch, 10>>
      %b = nn.broadcast %m dims [1] : tensor<10xf32> -> tensor<?x10xf32, #nn.dims<batch, 10>>
      %y = nn.sub %x_, %b : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @square_mean(%x: tensor<?x10xf32, #nn.dims<batch, 10>>, %t: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<f32>) {
    %0 = nn.kernel @square_mean(%x_ = %x : tensor<?x10xf32, #nn.dims<batch, 10>>, %t_ = %t : tensor<?x10xf32, #nn.dims<batch, 10>>) -> tensor<f32> {
      %d = nn.sub %x_, %t_ : tensor<?x10xf32, #nn.dims<batch, 10>>
      %q = nn.mul %d, %d : tensor<?x10xf32, #nn.dims<batch, 10>>
      %y = nn.mean %q over [0, 1] : tensor<?x10xf32, #nn.dims<batch, 10>>
      nn.yield %y : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
  // The same number at every position: each still counts.
  nn.func predict @sum_equal_rows_5(%x: tensor<f32>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_equal_rows_5(%x_ = %x : tensor<f32>) -> tensor<?xf32, #nn.dims<batch>> {
      %b = nn.broadcast %x_ dims [] : tensor<f32> -> tensor<?x5xf32, #nn.dims<batch, 5>>
      %y = nn.sum %b over [1] : tensor<?x5xf32, #nn.dims<batch, 5>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_equal_rows_77(%x: tensor<f32>) -> (tensor<?xf32, #nn.dims<batch>>) {
    %0 = nn.kernel @sum_equal_rows_77(%x_ = %x : tensor<f32>) -> tensor<?xf32, #nn.dims<batch>> {
      %b = nn.broadcast %x_ dims [] : tensor<f32> -> tensor<?x77xf32, #nn.dims<batch, 77>>
      %y = nn.sum %b over [1] : tensor<?x77xf32, #nn.dims<batch, 77>>
      nn.yield %y : tensor<?xf32, #nn.dims<batch>>
    }
    nn.return %0 : tensor<?xf32, #nn.dims<batch>>
  }
  nn.func predict @sum_equal_columns(%x: tensor<f32>) -> (tensor<45xf32>) {
    %0 = nn.kernel @sum_equal_columns(%x_ = %x : tensor<f32>) -> tensor<45xf32> {
      %b = nn.broadcast %x_ dims [] : tensor<f32> -> tensor<?x45xf32, #nn.dims<batch, 45>>
      %y = nn.sum %b over [0] : tensor<?x45xf32, #nn.dims<batch, 45>>
      nn.yield %y : tensor<45xf32>
    }
    nn.return %0 : tensor<45xf32>
  }
  nn.func predict @sum_equal_all(%x: tensor<f32>) -> (tensor<f32>) {
    %0 = nn.kernel @sum_equal_all(%x_ = %x : tensor<f32>) -> tensor<f32> {
      %b = nn.broadcast %x_ dims [] : tensor<f32> -> tensor<?x7xf32, #nn.dims<batch, 7>>
      %y = nn.sum %b over [0, 1] : tensor<?x7xf32, #nn.dims<batch, 7>>
      nn.yield %y : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
  nn.func predict @sum_equal_inside(%x: tensor<?x5xf32, #nn.dims<batch, 5>>) -> (tensor<?x5xf32, #nn.dims<batch, 5>>) {
    %0 = nn.kernel @sum_equal_inside(%x_ = %x : tensor<?x5xf32, #nn.dims<batch, 5>>) -> tensor<?x5xf32, #nn.dims<batch, 5>> {
      %n = nn.size <batch> : tensor<f32>
      %b = nn.broadcast %n dims [] : tensor<f32> -> tensor<?x5xf32, #nn.dims<batch, 5>>
      %s = nn.sum %b over [0] : tensor<?x5xf32, #nn.dims<batch, 5>>
      %q = nn.broadcast %s dims [1] : tensor<5xf32> -> tensor<?x5xf32, #nn.dims<batch, 5>>
      %y = nn.add %x_, %q : tensor<?x5xf32, #nn.dims<batch, 5>>
      nn.yield %y : tensor<?x5xf32, #nn.dims<batch, 5>>
    }
    nn.return %0 : tensor<?x5xf32, #nn.dims<batch, 5>>
  }

  // Few columns of many rows: sums of parts of the rows; with what needs them at every row, with others that need them, in
  // double precision, and where there are no whole vectors.
  nn.func predict @mean_parts(%x: tensor<?x16x16x16xf32, #nn.dims<batch, 16, 16, 16>>) -> (tensor<16xf32>) {
    %0 = nn.kernel @mean_parts(%x_ = %x : tensor<?x16x16x16xf32, #nn.dims<batch, 16, 16, 16>>) -> tensor<16xf32> {
      %y = nn.mean %x_ over [0, 1, 2] : tensor<?x16x16x16xf32, #nn.dims<batch, 16, 16, 16>>
      nn.yield %y : tensor<16xf32>
    }
    nn.return %0 : tensor<16xf32>
  }
  nn.func predict @max_parts(%x: tensor<?x512x21xf64, #nn.dims<batch, 512, 21>>) -> (tensor<21xf64>) {
    %0 = nn.kernel @max_parts(%x_ = %x : tensor<?x512x21xf64, #nn.dims<batch, 512, 21>>) -> tensor<21xf64> {
      %y = nn.max %x_ over [0, 1] : tensor<?x512x21xf64, #nn.dims<batch, 512, 21>>
      nn.yield %y : tensor<21xf64>
    }
    nn.return %0 : tensor<21xf64>
  }
  nn.func predict @deviation_parts(%x: tensor<3000x50xf32>) -> (tensor<50xf32>) {
    %0 = nn.kernel @deviation_parts(%x_ = %x : tensor<3000x50xf32>) -> tensor<50xf32> {
      %m = nn.mean %x_ over [0] : tensor<3000x50xf32>
      %b = nn.broadcast %m dims [1] : tensor<50xf32> -> tensor<3000x50xf32>
      %c = nn.sub %x_, %b : tensor<3000x50xf32>
      %s = nn.mul %c, %c : tensor<3000x50xf32>
      %y = nn.mean %s over [0] : tensor<3000x50xf32>
      nn.yield %y : tensor<50xf32>
    }
    nn.return %0 : tensor<50xf32>
  }
  nn.func predict @center_parts(%x: tensor<3000x50xf32>) -> (tensor<3000x50xf32>) {
    %0 = nn.kernel @center_parts(%x_ = %x : tensor<3000x50xf32>) -> tensor<3000x50xf32> {
      %m = nn.mean %x_ over [0] : tensor<3000x50xf32>
      %b = nn.broadcast %m dims [1] : tensor<50xf32> -> tensor<3000x50xf32>
      %y = nn.sub %x_, %b : tensor<3000x50xf32>
      nn.yield %y : tensor<3000x50xf32>
    }
    nn.return %0 : tensor<3000x50xf32>
  }
}
