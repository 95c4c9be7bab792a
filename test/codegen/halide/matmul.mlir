// RUN: %testbin/run-kernels %s --tolerance=2e-4 --sizes=batch=0 --sizes=batch=1 --sizes=batch=3 --sizes=batch=64 --sizes=batch=131
// RUN: %testbin/run-kernels %s --tolerance=2e-4 --sizes=batch=7 --target=x86-64
// RUN: %testbin/run-kernels %s --tolerance=2e-4 --sizes=batch=7 --checks

// Matrix products in all forms: whole and partial tiles, sizes known and unknown, both float types, epilogues.
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @nn_wide(%x: tensor<?x40xf32, #nn.dims<batch, 40>>, %w: tensor<40x128xf32>, %bias: tensor<128xf32>) -> (tensor<?x128xf32, #nn.dims<batch, 128>>) {
    %0 = nn.kernel @nn_wide(%a = %x : tensor<?x40xf32, #nn.dims<batch, 40>>, %b = %w : tensor<40x128xf32>, %c = %bias : tensor<128xf32>) -> tensor<?x128xf32, #nn.dims<batch, 128>> {
      %d = nn.matmul %a, %b : tensor<?x40xf32, #nn.dims<batch, 40>>, tensor<40x128xf32>
      %e = nn.broadcast %c dims [1] : tensor<128xf32> -> tensor<?x128xf32, #nn.dims<batch, 128>>
      %f = nn.add %d, %e : tensor<?x128xf32, #nn.dims<batch, 128>>
      %g = nn.relu %f : tensor<?x128xf32, #nn.dims<batch, 128>>
      nn.yield %g : tensor<?x128xf32, #nn.dims<batch, 128>>
    }
    nn.return %0 : tensor<?x128xf32, #nn.dims<batch, 128>>
  }
  nn.func predict @nn_blocks_f32(%x: tensor<?x2304xf32, #nn.dims<batch, 2304>>, %w: tensor<2304x64xf32>) -> (tensor<?x64xf32, #nn.dims<batch, 64>>) {
    %0 = nn.kernel @nn_blocks_f32(%a = %x : tensor<?x2304xf32, #nn.dims<batch, 2304>>, %b = %w : tensor<2304x64xf32>) -> tensor<?x64xf32, #nn.dims<batch, 64>> {
      %d = nn.matmul %a, %b : tensor<?x2304xf32, #nn.dims<batch, 2304>>, tensor<2304x64xf32>
      nn.yield %d : tensor<?x64xf32, #nn.dims<batch, 64>>
    }
    nn.return %0 : tensor<?x64xf32, #nn.dims<batch, 64>>
  }
  nn.func predict @nn_blocks_f64(%x: tensor<?x2304xf64, #nn.dims<batch, 2304>>, %w: tensor<2304x64xf64>) -> (tensor<?x64xf64, #nn.dims<batch, 64>>) {
    %0 = nn.kernel @nn_blocks_f64(%a = %x : tensor<?x2304xf64, #nn.dims<batch, 2304>>, %b = %w : tensor<2304x64xf64>) -> tensor<?x64xf64, #nn.dims<batch, 64>> {
      %d = nn.matmul %a, %b : tensor<?x2304xf64, #nn.dims<batch, 2304>>, tensor<2304x64xf64>
      nn.yield %d : tensor<?x64xf64, #nn.dims<batch, 64>>
    }
    nn.return %0 : tensor<?x64xf64, #nn.dims<batch, 64>>
  }
  nn.func predict @nn_ragged(%x: tensor<?x33xf32, #nn.dims<batch, 33>>, %w: tensor<33x77xf32>, %bias: tensor<77xf32>) -> (tensor<?x77xf32, #nn.dims<batch, 77>>) {
    %0 = nn.kernel @nn_ragged(%a = %x : tensor<?x33xf32, #nn.dims<batch, 33>>, %b = %w : tensor<33x77xf32>, %c = %bias : tensor<77xf32>) -> tensor<?x77xf32, #nn.dims<batch, 77>> {
      %d = nn.matmul %a, %b : tensor<?x33xf32, #nn.dims<batch, 33>>, tensor<33x77xf32>
      %e = nn.broadcast %c dims [1] : tensor<77xf32> -> tensor<?x77xf32, #nn.dims<batch, 77>>
      %f = nn.add %d, %e : tensor<?x77xf32, #nn.dims<batch, 77>>
      %g = nn.relu %f : tensor<?x77xf32, #nn.dims<batch, 77>>
      nn.yield %g : tensor<?x77xf32, #nn.dims<batch, 77>>
    }
    nn.return %0 : tensor<?x77xf32, #nn.dims<batch, 77>>
  }
  nn.func predict @nn_narrow(%x: tensor<?x64xf32, #nn.dims<batch, 64>>, %w: tensor<64x10xf32>) -> (tensor<?x10xf32, #nn.dims<batch, 10>>) {
    %0 = nn.kernel @nn_narrow(%a = %x : tensor<?x64xf32, #nn.dims<batch, 64>>, %b = %w : tensor<64x10xf32>) -> tensor<?x10xf32, #nn.dims<batch, 10>> {
      %d = nn.matmul %a, %b : tensor<?x64xf32, #nn.dims<batch, 64>>, tensor<64x10xf32>
      nn.yield %d : tensor<?x10xf32, #nn.dims<batch, 10>>
    }
    nn.return %0 : tensor<?x10xf32, #nn.dims<batch, 10>>
  }
  nn.func predict @nn_one(%x: tensor<?x1xf32, #nn.dims<batch, 1>>, %w: tensor<1x1xf32>) -> (tensor<?x1xf32, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @nn_one(%a = %x : tensor<?x1xf32, #nn.dims<batch, 1>>, %b = %w : tensor<1x1xf32>) -> tensor<?x1xf32, #nn.dims<batch, 1>> {
      %d = nn.matmul %a, %b : tensor<?x1xf32, #nn.dims<batch, 1>>, tensor<1x1xf32>
      nn.yield %d : tensor<?x1xf32, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf32, #nn.dims<batch, 1>>
  }
  nn.func predict @nn_f64(%x: tensor<?x19xf64, #nn.dims<batch, 19>>, %w: tensor<19x37xf64>, %bias: tensor<37xf64>) -> (tensor<?x37xf64, #nn.dims<batch, 37>>) {
    %0 = nn.kernel @nn_f64(%a = %x : tensor<?x19xf64, #nn.dims<batch, 19>>, %b = %w : tensor<19x37xf64>, %c = %bias : tensor<37xf64>) -> tensor<?x37xf64, #nn.dims<batch, 37>> {
      %d = nn.matmul %a, %b : tensor<?x19xf64, #nn.dims<batch, 19>>, tensor<19x37xf64>
      %e = nn.broadcast %c dims [1] : tensor<37xf64> -> tensor<?x37xf64, #nn.dims<batch, 37>>
      %f = nn.add %d, %e : tensor<?x37xf64, #nn.dims<batch, 37>>
      %g = nn.relu %f : tensor<?x37xf64, #nn.dims<batch, 37>>
      nn.yield %g : tensor<?x37xf64, #nn.dims<batch, 37>>
    }
    nn.return %0 : tensor<?x37xf64, #nn.dims<batch, 37>>
  }
  nn.func predict @nn_columns_unknown(%x: tensor<9x21xf32>, %w: tensor<21x?xf32, #nn.dims<21, batch>>) -> (tensor<9x?xf32, #nn.dims<9, batch>>) {
    %0 = nn.kernel @nn_columns_unknown(%a = %x : tensor<9x21xf32>, %b = %w : tensor<21x?xf32, #nn.dims<21, batch>>) -> tensor<9x?xf32, #nn.dims<9, batch>> {
      %d = nn.matmul %a, %b : tensor<9x21xf32>, tensor<21x?xf32, #nn.dims<21, batch>>
      nn.yield %d : tensor<9x?xf32, #nn.dims<9, batch>>
    }
    nn.return %0 : tensor<9x?xf32, #nn.dims<9, batch>>
  }
  nn.func predict @nn_all_unknown(%x: tensor<?x?xf32, #nn.dims<batch, batch>>, %w: tensor<?x?xf32, #nn.dims<batch, batch>>) -> (tensor<?x?xf32, #nn.dims<batch, batch>>) {
    %0 = nn.kernel @nn_all_unknown(%a = %x : tensor<?x?xf32, #nn.dims<batch, batch>>, %b = %w : tensor<?x?xf32, #nn.dims<batch, batch>>) -> tensor<?x?xf32, #nn.dims<batch, batch>> {
      %d = nn.matmul %a, %b : tensor<?x?xf32, #nn.dims<batch, batch>>, tensor<?x?xf32, #nn.dims<batch, batch>>
      nn.yield %d : tensor<?x?xf32, #nn.dims<batch, batch>>
    }
    nn.return %0 : tensor<?x?xf32, #nn.dims<batch, batch>>
  }
  nn.func predict @nt_wide(%x: tensor<?x64xf32, #nn.dims<batch, 64>>, %w: tensor<128x64xf32>) -> (tensor<?x128xf32, #nn.dims<batch, 128>>) {
    %0 = nn.kernel @nt_wide(%a = %x : tensor<?x64xf32, #nn.dims<batch, 64>>, %b = %w : tensor<128x64xf32>) -> tensor<?x128xf32, #nn.dims<batch, 128>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x64xf32, #nn.dims<batch, 64>>, tensor<128x64xf32>
      nn.yield %d : tensor<?x128xf32, #nn.dims<batch, 128>>
    }
    nn.return %0 : tensor<?x128xf32, #nn.dims<batch, 128>>
  }
  nn.func predict @nt_ragged(%x: tensor<?x50xf32, #nn.dims<batch, 50>>, %w: tensor<45x50xf32>, %bias: tensor<45xf32>) -> (tensor<?x45xf32, #nn.dims<batch, 45>>) {
    %0 = nn.kernel @nt_ragged(%a = %x : tensor<?x50xf32, #nn.dims<batch, 50>>, %b = %w : tensor<45x50xf32>, %c = %bias : tensor<45xf32>) -> tensor<?x45xf32, #nn.dims<batch, 45>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x50xf32, #nn.dims<batch, 50>>, tensor<45x50xf32>
      %e = nn.broadcast %c dims [1] : tensor<45xf32> -> tensor<?x45xf32, #nn.dims<batch, 45>>
      %f = nn.add %d, %e : tensor<?x45xf32, #nn.dims<batch, 45>>
      %g = nn.relu %f : tensor<?x45xf32, #nn.dims<batch, 45>>
      nn.yield %g : tensor<?x45xf32, #nn.dims<batch, 45>>
    }
    nn.return %0 : tensor<?x45xf32, #nn.dims<batch, 45>>
  }
  nn.func predict @nt_long(%x: tensor<?x1500xf32, #nn.dims<batch, 1500>>, %w: tensor<64x1500xf32>) -> (tensor<?x64xf32, #nn.dims<batch, 64>>) {
    %0 = nn.kernel @nt_long(%a = %x : tensor<?x1500xf32, #nn.dims<batch, 1500>>, %b = %w : tensor<64x1500xf32>) -> tensor<?x64xf32, #nn.dims<batch, 64>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x1500xf32, #nn.dims<batch, 1500>>, tensor<64x1500xf32>
      nn.yield %d : tensor<?x64xf32, #nn.dims<batch, 64>>
    }
    nn.return %0 : tensor<?x64xf32, #nn.dims<batch, 64>>
  }
  nn.func predict @nt_f64(%x: tensor<?x31xf64, #nn.dims<batch, 31>>, %w: tensor<24x31xf64>) -> (tensor<?x24xf64, #nn.dims<batch, 24>>) {
    %0 = nn.kernel @nt_f64(%a = %x : tensor<?x31xf64, #nn.dims<batch, 31>>, %b = %w : tensor<24x31xf64>) -> tensor<?x24xf64, #nn.dims<batch, 24>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x31xf64, #nn.dims<batch, 31>>, tensor<24x31xf64>
      nn.yield %d : tensor<?x24xf64, #nn.dims<batch, 24>>
    }
    nn.return %0 : tensor<?x24xf64, #nn.dims<batch, 24>>
  }
  nn.func predict @tn_wide(%x: tensor<?x784xf32, #nn.dims<batch, 784>>, %w: tensor<?x128xf32, #nn.dims<batch, 128>>) -> (tensor<784x128xf32>) {
    %0 = nn.kernel @tn_wide(%a = %x : tensor<?x784xf32, #nn.dims<batch, 784>>, %b = %w : tensor<?x128xf32, #nn.dims<batch, 128>>) -> tensor<784x128xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x784xf32, #nn.dims<batch, 784>>, tensor<?x128xf32, #nn.dims<batch, 128>>
      nn.yield %d : tensor<784x128xf32>
    }
    nn.return %0 : tensor<784x128xf32>
  }
  nn.func predict @tn_ragged(%x: tensor<?x83xf32, #nn.dims<batch, 83>>, %w: tensor<?x45xf32, #nn.dims<batch, 45>>) -> (tensor<83x45xf32>) {
    %0 = nn.kernel @tn_ragged(%a = %x : tensor<?x83xf32, #nn.dims<batch, 83>>, %b = %w : tensor<?x45xf32, #nn.dims<batch, 45>>) -> tensor<83x45xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x83xf32, #nn.dims<batch, 83>>, tensor<?x45xf32, #nn.dims<batch, 45>>
      nn.yield %d : tensor<83x45xf32>
    }
    nn.return %0 : tensor<83x45xf32>
  }
  nn.func predict @tn_small(%x: tensor<?x5xf32, #nn.dims<batch, 5>>, %w: tensor<?x3xf32, #nn.dims<batch, 3>>) -> (tensor<5x3xf32>) {
    %0 = nn.kernel @tn_small(%a = %x : tensor<?x5xf32, #nn.dims<batch, 5>>, %b = %w : tensor<?x3xf32, #nn.dims<batch, 3>>) -> tensor<5x3xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x5xf32, #nn.dims<batch, 5>>, tensor<?x3xf32, #nn.dims<batch, 3>>
      nn.yield %d : tensor<5x3xf32>
    }
    nn.return %0 : tensor<5x3xf32>
  }
  nn.func predict @tn_static(%x: tensor<48x62xf32>, %w: tensor<48x64xf32>) -> (tensor<62x64xf32>) {
    %0 = nn.kernel @tn_static(%a = %x : tensor<48x62xf32>, %b = %w : tensor<48x64xf32>) -> tensor<62x64xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<48x62xf32>, tensor<48x64xf32>
      nn.yield %d : tensor<62x64xf32>
    }
    nn.return %0 : tensor<62x64xf32>
  }
  nn.func predict @tn_f64(%x: tensor<?x50xf64, #nn.dims<batch, 50>>, %w: tensor<?x33xf64, #nn.dims<batch, 33>>) -> (tensor<50x33xf64>) {
    %0 = nn.kernel @tn_f64(%a = %x : tensor<?x50xf64, #nn.dims<batch, 50>>, %b = %w : tensor<?x33xf64, #nn.dims<batch, 33>>) -> tensor<50x33xf64> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x50xf64, #nn.dims<batch, 50>>, tensor<?x33xf64, #nn.dims<batch, 33>>
      nn.yield %d : tensor<50x33xf64>
    }
    nn.return %0 : tensor<50x33xf64>
  }
  nn.func predict @tt(%x: tensor<?x21xf32, #nn.dims<batch, 21>>, %w: tensor<35x?xf32, #nn.dims<35, batch>>) -> (tensor<21x35xf32>) {
    %0 = nn.kernel @tt(%a = %x : tensor<?x21xf32, #nn.dims<batch, 21>>, %b = %w : tensor<35x?xf32, #nn.dims<35, batch>>) -> tensor<21x35xf32> {
      %d = nn.matmul %a, %b lhs_transposed rhs_transposed : tensor<?x21xf32, #nn.dims<batch, 21>>, tensor<35x?xf32, #nn.dims<35, batch>>
      nn.yield %d : tensor<21x35xf32>
    }
    nn.return %0 : tensor<21x35xf32>
  }
  nn.func predict @batched(%x: tensor<3x?x?x12xf32, #nn.dims<3, batch, batch, 12>>, %w: tensor<3x?x12x20xf32, #nn.dims<3, batch, 12, 20>>, %bias: tensor<20xf32>) -> (tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>) {
    %0 = nn.kernel @batched(%a = %x : tensor<3x?x?x12xf32, #nn.dims<3, batch, batch, 12>>, %b = %w : tensor<3x?x12x20xf32, #nn.dims<3, batch, 12, 20>>, %c = %bias : tensor<20xf32>) -> tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>> {
      %d = nn.matmul %a, %b : tensor<3x?x?x12xf32, #nn.dims<3, batch, batch, 12>>, tensor<3x?x12x20xf32, #nn.dims<3, batch, 12, 20>>
      %e = nn.broadcast %c dims [3] : tensor<20xf32> -> tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>
      %f = nn.add %d, %e : tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>
      %g = nn.relu %f : tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>
      nn.yield %g : tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>
    }
    nn.return %0 : tensor<3x?x?x20xf32, #nn.dims<3, batch, batch, 20>>
  }
  nn.func predict @batched_nt(%x: tensor<?x2x7x12xf32, #nn.dims<batch, 2, 7, 12>>, %w: tensor<?x2x?x12xf32, #nn.dims<batch, 2, batch, 12>>) -> (tensor<?x2x7x?xf32, #nn.dims<batch, 2, 7, batch>>) {
    %0 = nn.kernel @batched_nt(%a = %x : tensor<?x2x7x12xf32, #nn.dims<batch, 2, 7, 12>>, %b = %w : tensor<?x2x?x12xf32, #nn.dims<batch, 2, batch, 12>>) -> tensor<?x2x7x?xf32, #nn.dims<batch, 2, 7, batch>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x2x7x12xf32, #nn.dims<batch, 2, 7, 12>>, tensor<?x2x?x12xf32, #nn.dims<batch, 2, batch, 12>>
      nn.yield %d : tensor<?x2x7x?xf32, #nn.dims<batch, 2, 7, batch>>
    }
    nn.return %0 : tensor<?x2x7x?xf32, #nn.dims<batch, 2, 7, batch>>
  }

  // One column: sums along rows, and a row of its own where lhs lies the other way. One row, known or not.
  nn.func predict @column_of_rows(%x: tensor<?x37xf32, #nn.dims<batch, 37>>, %w: tensor<37x1xf32>) -> (tensor<?x1xf32, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @column_of_rows(%a = %x : tensor<?x37xf32, #nn.dims<batch, 37>>, %b = %w : tensor<37x1xf32>) -> tensor<?x1xf32, #nn.dims<batch, 1>> {
      %d = nn.matmul %a, %b : tensor<?x37xf32, #nn.dims<batch, 37>>, tensor<37x1xf32>
      %e = nn.relu %d : tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %e : tensor<?x1xf32, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf32, #nn.dims<batch, 1>>
  }
  nn.func predict @column_of_rows_across(%x: tensor<?x130xf32, #nn.dims<batch, 130>>, %w: tensor<1x130xf32>) -> (tensor<?x1xf32, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @column_of_rows_across(%a = %x : tensor<?x130xf32, #nn.dims<batch, 130>>, %b = %w : tensor<1x130xf32>) -> tensor<?x1xf32, #nn.dims<batch, 1>> {
      %d = nn.matmul %a, %b rhs_transposed : tensor<?x130xf32, #nn.dims<batch, 130>>, tensor<1x130xf32>
      %e = nn.relu %d : tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %e : tensor<?x1xf32, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf32, #nn.dims<batch, 1>>
  }
  nn.func predict @column_of_columns(%x: tensor<?x32xf32, #nn.dims<batch, 32>>, %w: tensor<?x1xf32, #nn.dims<batch, 1>>) -> (tensor<32x1xf32>) {
    %0 = nn.kernel @column_of_columns(%a = %x : tensor<?x32xf32, #nn.dims<batch, 32>>, %b = %w : tensor<?x1xf32, #nn.dims<batch, 1>>) -> tensor<32x1xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x32xf32, #nn.dims<batch, 32>>, tensor<?x1xf32, #nn.dims<batch, 1>>
      %e = nn.relu %d : tensor<32x1xf32>
      nn.yield %e : tensor<32x1xf32>
    }
    nn.return %0 : tensor<32x1xf32>
  }
  nn.func predict @column_of_columns_ragged(%x: tensor<?x21xf32, #nn.dims<batch, 21>>, %w: tensor<?x1xf32, #nn.dims<batch, 1>>) -> (tensor<21x1xf32>) {
    %0 = nn.kernel @column_of_columns_ragged(%a = %x : tensor<?x21xf32, #nn.dims<batch, 21>>, %b = %w : tensor<?x1xf32, #nn.dims<batch, 1>>) -> tensor<21x1xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x21xf32, #nn.dims<batch, 21>>, tensor<?x1xf32, #nn.dims<batch, 1>>
      %e = nn.relu %d : tensor<21x1xf32>
      nn.yield %e : tensor<21x1xf32>
    }
    nn.return %0 : tensor<21x1xf32>
  }
  nn.func predict @column_of_columns_static(%x: tensor<19x48xf32>, %w: tensor<1x19xf32>) -> (tensor<48x1xf32>) {
    %0 = nn.kernel @column_of_columns_static(%a = %x : tensor<19x48xf32>, %b = %w : tensor<1x19xf32>) -> tensor<48x1xf32> {
      %d = nn.matmul %a, %b lhs_transposed rhs_transposed : tensor<19x48xf32>, tensor<1x19xf32>
      %e = nn.relu %d : tensor<48x1xf32>
      nn.yield %e : tensor<48x1xf32>
    }
    nn.return %0 : tensor<48x1xf32>
  }
  nn.func predict @column_unknown(%x: tensor<19x?xf32, #nn.dims<19, batch>>, %w: tensor<19x1xf32>) -> (tensor<?x1xf32, #nn.dims<batch, 1>>) {
    %0 = nn.kernel @column_unknown(%a = %x : tensor<19x?xf32, #nn.dims<19, batch>>, %b = %w : tensor<19x1xf32>) -> tensor<?x1xf32, #nn.dims<batch, 1>> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<19x?xf32, #nn.dims<19, batch>>, tensor<19x1xf32>
      %e = nn.relu %d : tensor<?x1xf32, #nn.dims<batch, 1>>
      nn.yield %e : tensor<?x1xf32, #nn.dims<batch, 1>>
    }
    nn.return %0 : tensor<?x1xf32, #nn.dims<batch, 1>>
  }
  nn.func predict @column_of_matrices(%x: tensor<?x5x9xf32, #nn.dims<batch, 5, 9>>, %w: tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>) -> (tensor<?x5x1xf32, #nn.dims<batch, 5, 1>>) {
    %0 = nn.kernel @column_of_matrices(%a = %x : tensor<?x5x9xf32, #nn.dims<batch, 5, 9>>, %b = %w : tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>) -> tensor<?x5x1xf32, #nn.dims<batch, 5, 1>> {
      %d = nn.matmul %a, %b : tensor<?x5x9xf32, #nn.dims<batch, 5, 9>>, tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>
      %e = nn.relu %d : tensor<?x5x1xf32, #nn.dims<batch, 5, 1>>
      nn.yield %e : tensor<?x5x1xf32, #nn.dims<batch, 5, 1>>
    }
    nn.return %0 : tensor<?x5x1xf32, #nn.dims<batch, 5, 1>>
  }
  nn.func predict @column_of_matrices_down(%x: tensor<?x9x16xf32, #nn.dims<batch, 9, 16>>, %w: tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>) -> (tensor<?x16x1xf32, #nn.dims<batch, 16, 1>>) {
    %0 = nn.kernel @column_of_matrices_down(%a = %x : tensor<?x9x16xf32, #nn.dims<batch, 9, 16>>, %b = %w : tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>) -> tensor<?x16x1xf32, #nn.dims<batch, 16, 1>> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x9x16xf32, #nn.dims<batch, 9, 16>>, tensor<?x9x1xf32, #nn.dims<batch, 9, 1>>
      %e = nn.relu %d : tensor<?x16x1xf32, #nn.dims<batch, 16, 1>>
      nn.yield %e : tensor<?x16x1xf32, #nn.dims<batch, 16, 1>>
    }
    nn.return %0 : tensor<?x16x1xf32, #nn.dims<batch, 16, 1>>
  }
  nn.func predict @row(%x: tensor<1x50xf32>, %w: tensor<50x192xf32>) -> (tensor<1x192xf32>) {
    %0 = nn.kernel @row(%a = %x : tensor<1x50xf32>, %b = %w : tensor<50x192xf32>) -> tensor<1x192xf32> {
      %d = nn.matmul %a, %b : tensor<1x50xf32>, tensor<50x192xf32>
      %e = nn.relu %d : tensor<1x192xf32>
      nn.yield %e : tensor<1x192xf32>
    }
    nn.return %0 : tensor<1x192xf32>
  }
  nn.func predict @rows_unknown(%x: tensor<?x50xf32, #nn.dims<batch, 50>>, %w: tensor<50x192xf32>) -> (tensor<?x192xf32, #nn.dims<batch, 192>>) {
    %0 = nn.kernel @rows_unknown(%a = %x : tensor<?x50xf32, #nn.dims<batch, 50>>, %b = %w : tensor<50x192xf32>) -> tensor<?x192xf32, #nn.dims<batch, 192>> {
      %d = nn.matmul %a, %b : tensor<?x50xf32, #nn.dims<batch, 50>>, tensor<50x192xf32>
      %e = nn.relu %d : tensor<?x192xf32, #nn.dims<batch, 192>>
      nn.yield %e : tensor<?x192xf32, #nn.dims<batch, 192>>
    }
    nn.return %0 : tensor<?x192xf32, #nn.dims<batch, 192>>
  }
  nn.func predict @few_panels(%x: tensor<?x40xf32, #nn.dims<batch, 40>>, %w: tensor<?x32xf32, #nn.dims<batch, 32>>) -> (tensor<40x32xf32>) {
    %0 = nn.kernel @few_panels(%a = %x : tensor<?x40xf32, #nn.dims<batch, 40>>, %b = %w : tensor<?x32xf32, #nn.dims<batch, 32>>) -> tensor<40x32xf32> {
      %d = nn.matmul %a, %b lhs_transposed : tensor<?x40xf32, #nn.dims<batch, 40>>, tensor<?x32xf32, #nn.dims<batch, 32>>
      %e = nn.relu %d : tensor<40x32xf32>
      nn.yield %e : tensor<40x32xf32>
    }
    nn.return %0 : tensor<40x32xf32>
  }
  // Rows that lie apart: parts of longer ones on the left, heads on both sides, and moved rows on the right alone.
  nn.func predict @parts(%x: tensor<?x2x40xf32, #nn.dims<batch, 2, 40>>, %w: tensor<2x40x128xf32>) -> (tensor<2x?x128xf32, #nn.dims<2, batch, 128>>) {
    %0 = nn.kernel @parts(%a = %x : tensor<?x2x40xf32, #nn.dims<batch, 2, 40>>, %b = %w : tensor<2x40x128xf32>) -> tensor<2x?x128xf32, #nn.dims<2, batch, 128>> {
      %t = nn.transpose %a by [1, 0, 2] : tensor<?x2x40xf32, #nn.dims<batch, 2, 40>>
      %d = nn.matmul %t, %b : tensor<2x?x40xf32, #nn.dims<2, batch, 40>>, tensor<2x40x128xf32>
      nn.yield %d : tensor<2x?x128xf32, #nn.dims<2, batch, 128>>
    }
    nn.return %0 : tensor<2x?x128xf32, #nn.dims<2, batch, 128>>
  }
  nn.func predict @heads(%x: tensor<?x9x3x20xf32, #nn.dims<batch, 9, 3, 20>>, %w: tensor<?x7x3x20xf32, #nn.dims<batch, 7, 3, 20>>) -> (tensor<?x3x9x7xf32, #nn.dims<batch, 3, 9, 7>>) {
    %0 = nn.kernel @heads(%a = %x : tensor<?x9x3x20xf32, #nn.dims<batch, 9, 3, 20>>, %b = %w : tensor<?x7x3x20xf32, #nn.dims<batch, 7, 3, 20>>) -> tensor<?x3x9x7xf32, #nn.dims<batch, 3, 9, 7>> {
      %s = nn.transpose %a by [0, 2, 1, 3] : tensor<?x9x3x20xf32, #nn.dims<batch, 9, 3, 20>>
      %t = nn.transpose %b by [0, 2, 1, 3] : tensor<?x7x3x20xf32, #nn.dims<batch, 7, 3, 20>>
      %d = nn.matmul %s, %t rhs_transposed : tensor<?x3x9x20xf32, #nn.dims<batch, 3, 9, 20>>, tensor<?x3x7x20xf32, #nn.dims<batch, 3, 7, 20>>
      nn.yield %d : tensor<?x3x9x7xf32, #nn.dims<batch, 3, 9, 7>>
    }
    nn.return %0 : tensor<?x3x9x7xf32, #nn.dims<batch, 3, 9, 7>>
  }
  nn.func predict @moved_right(%x: tensor<3x?x12xf32, #nn.dims<3, batch, 12>>, %w: tensor<?x3x64xf32, #nn.dims<batch, 3, 64>>) -> (tensor<3x12x64xf32>) {
    %0 = nn.kernel @moved_right(%a = %x : tensor<3x?x12xf32, #nn.dims<3, batch, 12>>, %b = %w : tensor<?x3x64xf32, #nn.dims<batch, 3, 64>>) -> tensor<3x12x64xf32> {
      %t = nn.transpose %b by [1, 0, 2] : tensor<?x3x64xf32, #nn.dims<batch, 3, 64>>
      %d = nn.matmul %a, %t lhs_transposed : tensor<3x?x12xf32, #nn.dims<3, batch, 12>>, tensor<3x?x64xf32, #nn.dims<3, batch, 64>>
      nn.yield %d : tensor<3x12x64xf32>
    }
    nn.return %0 : tensor<3x12x64xf32>
  }
}
