// RUN: %testbin/run-kernels %s --alias=0:0 --alias=1:1 --alias=2:2 --tolerance=2e-4 --sizes=batch=0 --sizes=batch=1 --sizes=batch=64
// RUN: %testbin/run-kernels %s --alias=0:2 --alias=1:0 --alias=2:1 --tolerance=2e-4 --sizes=batch=3 --target=x86-64
// RUN: %testbin/run-kernels %s --alias=0:0 --alias=1:1 --alias=2:2 --emit=stmt | FileCheck %s

// Where a result takes an input's place, reads of the input are reads of the result's buffer, so that no compiler moves
// them behind its writes; of in0, which result 0 is written over, nothing is read.
// CHECK-LABEL: // adam_f32
// CHECK-NOT:   in0[
// CHECK:       results0.0[{{.*}} = {{.*}}out0.0[
// CHECK-NOT:   in0[
// CHECK-LABEL: // adam_product_37x21_f32

// Updates of Adam in place, alone and behind a gradient; also with each result in the place of another's input.
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @adam_f32(%w: tensor<37x21xf32>, %m: tensor<37x21xf32>, %v: tensor<37x21xf32>, %lr: tensor<f32>, %g: tensor<37x21xf32>) -> (tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>) {
    %0:3 = nn.kernel @adam_f32(%w_ = %w : tensor<37x21xf32>, %m_ = %m : tensor<37x21xf32>, %v_ = %v : tensor<37x21xf32>, %lr_ = %lr : tensor<f32>, %g_ = %g : tensor<37x21xf32>) -> (tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>) {
      %b1 = nn.fill 0.9 : tensor<37x21xf32>
      %b1c = nn.fill 0.1 : tensor<37x21xf32>
      %b2 = nn.fill 0.999 : tensor<37x21xf32>
      %b2c = nn.fill 0.001 : tensor<37x21xf32>
      %eps = nn.fill 1.0e-3 : tensor<37x21xf32>
      %ma = nn.mul %m_, %b1 : tensor<37x21xf32>
      %mb = nn.mul %g_, %b1c : tensor<37x21xf32>
      %m2 = nn.add %ma, %mb : tensor<37x21xf32>
      %g2 = nn.mul %g_, %g_ : tensor<37x21xf32>
      %va = nn.mul %v_, %b2 : tensor<37x21xf32>
      %vb = nn.mul %g2, %b2c : tensor<37x21xf32>
      %v2 = nn.add %va, %vb : tensor<37x21xf32>
      %va2 = nn.abs %v2 : tensor<37x21xf32>
      %r = nn.sqrt %va2 : tensor<37x21xf32>
      %den = nn.add %r, %eps : tensor<37x21xf32>
      %q = nn.div %m2, %den : tensor<37x21xf32>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f32> -> tensor<37x21xf32>
      %step = nn.mul %lrb, %q : tensor<37x21xf32>
      %w2 = nn.sub %w_, %step : tensor<37x21xf32>
      nn.yield %w2, %m2, %v2 : tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>
  }
  nn.func predict @adam_product_37x21_f32(%w: tensor<37x21xf32>, %m: tensor<37x21xf32>, %v: tensor<37x21xf32>, %lr: tensor<f32>, %x: tensor<?x37xf32, #nn.dims<batch, 37>>, %dy: tensor<?x21xf32, #nn.dims<batch, 21>>) -> (tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>) {
    %0:3 = nn.kernel @adam_product_37x21_f32(%w_ = %w : tensor<37x21xf32>, %m_ = %m : tensor<37x21xf32>, %v_ = %v : tensor<37x21xf32>, %lr_ = %lr : tensor<f32>, %x_ = %x : tensor<?x37xf32, #nn.dims<batch, 37>>, %dy_ = %dy : tensor<?x21xf32, #nn.dims<batch, 21>>) -> (tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>) {
      %g = nn.matmul %x_, %dy_ lhs_transposed : tensor<?x37xf32, #nn.dims<batch, 37>>, tensor<?x21xf32, #nn.dims<batch, 21>>
      %b1 = nn.fill 0.9 : tensor<37x21xf32>
      %b1c = nn.fill 0.1 : tensor<37x21xf32>
      %b2 = nn.fill 0.999 : tensor<37x21xf32>
      %b2c = nn.fill 0.001 : tensor<37x21xf32>
      %eps = nn.fill 1.0e-3 : tensor<37x21xf32>
      %ma = nn.mul %m_, %b1 : tensor<37x21xf32>
      %mb = nn.mul %g, %b1c : tensor<37x21xf32>
      %m2 = nn.add %ma, %mb : tensor<37x21xf32>
      %g2 = nn.mul %g, %g : tensor<37x21xf32>
      %va = nn.mul %v_, %b2 : tensor<37x21xf32>
      %vb = nn.mul %g2, %b2c : tensor<37x21xf32>
      %v2 = nn.add %va, %vb : tensor<37x21xf32>
      %va2 = nn.abs %v2 : tensor<37x21xf32>
      %r = nn.sqrt %va2 : tensor<37x21xf32>
      %den = nn.add %r, %eps : tensor<37x21xf32>
      %q = nn.div %m2, %den : tensor<37x21xf32>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f32> -> tensor<37x21xf32>
      %step = nn.mul %lrb, %q : tensor<37x21xf32>
      %w2 = nn.sub %w_, %step : tensor<37x21xf32>
      nn.yield %w2, %m2, %v2 : tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<37x21xf32>, tensor<37x21xf32>, tensor<37x21xf32>
  }
  nn.func predict @adam_product_24x128_f32(%w: tensor<24x128xf32>, %m: tensor<24x128xf32>, %v: tensor<24x128xf32>, %lr: tensor<f32>, %x: tensor<?x24xf32, #nn.dims<batch, 24>>, %dy: tensor<?x128xf32, #nn.dims<batch, 128>>) -> (tensor<24x128xf32>, tensor<24x128xf32>, tensor<24x128xf32>) {
    %0:3 = nn.kernel @adam_product_24x128_f32(%w_ = %w : tensor<24x128xf32>, %m_ = %m : tensor<24x128xf32>, %v_ = %v : tensor<24x128xf32>, %lr_ = %lr : tensor<f32>, %x_ = %x : tensor<?x24xf32, #nn.dims<batch, 24>>, %dy_ = %dy : tensor<?x128xf32, #nn.dims<batch, 128>>) -> (tensor<24x128xf32>, tensor<24x128xf32>, tensor<24x128xf32>) {
      %g = nn.matmul %x_, %dy_ lhs_transposed : tensor<?x24xf32, #nn.dims<batch, 24>>, tensor<?x128xf32, #nn.dims<batch, 128>>
      %b1 = nn.fill 0.9 : tensor<24x128xf32>
      %b1c = nn.fill 0.1 : tensor<24x128xf32>
      %b2 = nn.fill 0.999 : tensor<24x128xf32>
      %b2c = nn.fill 0.001 : tensor<24x128xf32>
      %eps = nn.fill 1.0e-3 : tensor<24x128xf32>
      %ma = nn.mul %m_, %b1 : tensor<24x128xf32>
      %mb = nn.mul %g, %b1c : tensor<24x128xf32>
      %m2 = nn.add %ma, %mb : tensor<24x128xf32>
      %g2 = nn.mul %g, %g : tensor<24x128xf32>
      %va = nn.mul %v_, %b2 : tensor<24x128xf32>
      %vb = nn.mul %g2, %b2c : tensor<24x128xf32>
      %v2 = nn.add %va, %vb : tensor<24x128xf32>
      %va2 = nn.abs %v2 : tensor<24x128xf32>
      %r = nn.sqrt %va2 : tensor<24x128xf32>
      %den = nn.add %r, %eps : tensor<24x128xf32>
      %q = nn.div %m2, %den : tensor<24x128xf32>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f32> -> tensor<24x128xf32>
      %step = nn.mul %lrb, %q : tensor<24x128xf32>
      %w2 = nn.sub %w_, %step : tensor<24x128xf32>
      nn.yield %w2, %m2, %v2 : tensor<24x128xf32>, tensor<24x128xf32>, tensor<24x128xf32>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<24x128xf32>, tensor<24x128xf32>, tensor<24x128xf32>
  }
  nn.func predict @adam_product_784x10_f32(%w: tensor<784x10xf32>, %m: tensor<784x10xf32>, %v: tensor<784x10xf32>, %lr: tensor<f32>, %x: tensor<?x784xf32, #nn.dims<batch, 784>>, %dy: tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<784x10xf32>, tensor<784x10xf32>, tensor<784x10xf32>) {
    %0:3 = nn.kernel @adam_product_784x10_f32(%w_ = %w : tensor<784x10xf32>, %m_ = %m : tensor<784x10xf32>, %v_ = %v : tensor<784x10xf32>, %lr_ = %lr : tensor<f32>, %x_ = %x : tensor<?x784xf32, #nn.dims<batch, 784>>, %dy_ = %dy : tensor<?x10xf32, #nn.dims<batch, 10>>) -> (tensor<784x10xf32>, tensor<784x10xf32>, tensor<784x10xf32>) {
      %g = nn.matmul %x_, %dy_ lhs_transposed : tensor<?x784xf32, #nn.dims<batch, 784>>, tensor<?x10xf32, #nn.dims<batch, 10>>
      %b1 = nn.fill 0.9 : tensor<784x10xf32>
      %b1c = nn.fill 0.1 : tensor<784x10xf32>
      %b2 = nn.fill 0.999 : tensor<784x10xf32>
      %b2c = nn.fill 0.001 : tensor<784x10xf32>
      %eps = nn.fill 1.0e-3 : tensor<784x10xf32>
      %ma = nn.mul %m_, %b1 : tensor<784x10xf32>
      %mb = nn.mul %g, %b1c : tensor<784x10xf32>
      %m2 = nn.add %ma, %mb : tensor<784x10xf32>
      %g2 = nn.mul %g, %g : tensor<784x10xf32>
      %va = nn.mul %v_, %b2 : tensor<784x10xf32>
      %vb = nn.mul %g2, %b2c : tensor<784x10xf32>
      %v2 = nn.add %va, %vb : tensor<784x10xf32>
      %va2 = nn.abs %v2 : tensor<784x10xf32>
      %r = nn.sqrt %va2 : tensor<784x10xf32>
      %den = nn.add %r, %eps : tensor<784x10xf32>
      %q = nn.div %m2, %den : tensor<784x10xf32>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f32> -> tensor<784x10xf32>
      %step = nn.mul %lrb, %q : tensor<784x10xf32>
      %w2 = nn.sub %w_, %step : tensor<784x10xf32>
      nn.yield %w2, %m2, %v2 : tensor<784x10xf32>, tensor<784x10xf32>, tensor<784x10xf32>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<784x10xf32>, tensor<784x10xf32>, tensor<784x10xf32>
  }
  nn.func predict @adam_bias_f32(%w: tensor<45xf32>, %m: tensor<45xf32>, %v: tensor<45xf32>, %lr: tensor<f32>, %dy: tensor<?x45xf32, #nn.dims<batch, 45>>) -> (tensor<45xf32>, tensor<45xf32>, tensor<45xf32>) {
    %0:3 = nn.kernel @adam_bias_f32(%w_ = %w : tensor<45xf32>, %m_ = %m : tensor<45xf32>, %v_ = %v : tensor<45xf32>, %lr_ = %lr : tensor<f32>, %dy_ = %dy : tensor<?x45xf32, #nn.dims<batch, 45>>) -> (tensor<45xf32>, tensor<45xf32>, tensor<45xf32>) {
      %g = nn.sum %dy_ over [0] : tensor<?x45xf32, #nn.dims<batch, 45>>
      %b1 = nn.fill 0.9 : tensor<45xf32>
      %b1c = nn.fill 0.1 : tensor<45xf32>
      %b2 = nn.fill 0.999 : tensor<45xf32>
      %b2c = nn.fill 0.001 : tensor<45xf32>
      %eps = nn.fill 1.0e-3 : tensor<45xf32>
      %ma = nn.mul %m_, %b1 : tensor<45xf32>
      %mb = nn.mul %g, %b1c : tensor<45xf32>
      %m2 = nn.add %ma, %mb : tensor<45xf32>
      %g2 = nn.mul %g, %g : tensor<45xf32>
      %va = nn.mul %v_, %b2 : tensor<45xf32>
      %vb = nn.mul %g2, %b2c : tensor<45xf32>
      %v2 = nn.add %va, %vb : tensor<45xf32>
      %va2 = nn.abs %v2 : tensor<45xf32>
      %r = nn.sqrt %va2 : tensor<45xf32>
      %den = nn.add %r, %eps : tensor<45xf32>
      %q = nn.div %m2, %den : tensor<45xf32>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f32> -> tensor<45xf32>
      %step = nn.mul %lrb, %q : tensor<45xf32>
      %w2 = nn.sub %w_, %step : tensor<45xf32>
      nn.yield %w2, %m2, %v2 : tensor<45xf32>, tensor<45xf32>, tensor<45xf32>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<45xf32>, tensor<45xf32>, tensor<45xf32>
  }
  nn.func predict @adam_f64(%w: tensor<37x21xf64>, %m: tensor<37x21xf64>, %v: tensor<37x21xf64>, %lr: tensor<f64>, %g: tensor<37x21xf64>) -> (tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>) {
    %0:3 = nn.kernel @adam_f64(%w_ = %w : tensor<37x21xf64>, %m_ = %m : tensor<37x21xf64>, %v_ = %v : tensor<37x21xf64>, %lr_ = %lr : tensor<f64>, %g_ = %g : tensor<37x21xf64>) -> (tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>) {
      %b1 = nn.fill 0.9 : tensor<37x21xf64>
      %b1c = nn.fill 0.1 : tensor<37x21xf64>
      %b2 = nn.fill 0.999 : tensor<37x21xf64>
      %b2c = nn.fill 0.001 : tensor<37x21xf64>
      %eps = nn.fill 1.0e-3 : tensor<37x21xf64>
      %ma = nn.mul %m_, %b1 : tensor<37x21xf64>
      %mb = nn.mul %g_, %b1c : tensor<37x21xf64>
      %m2 = nn.add %ma, %mb : tensor<37x21xf64>
      %g2 = nn.mul %g_, %g_ : tensor<37x21xf64>
      %va = nn.mul %v_, %b2 : tensor<37x21xf64>
      %vb = nn.mul %g2, %b2c : tensor<37x21xf64>
      %v2 = nn.add %va, %vb : tensor<37x21xf64>
      %va2 = nn.abs %v2 : tensor<37x21xf64>
      %r = nn.sqrt %va2 : tensor<37x21xf64>
      %den = nn.add %r, %eps : tensor<37x21xf64>
      %q = nn.div %m2, %den : tensor<37x21xf64>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f64> -> tensor<37x21xf64>
      %step = nn.mul %lrb, %q : tensor<37x21xf64>
      %w2 = nn.sub %w_, %step : tensor<37x21xf64>
      nn.yield %w2, %m2, %v2 : tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>
  }
  nn.func predict @adam_product_37x21_f64(%w: tensor<37x21xf64>, %m: tensor<37x21xf64>, %v: tensor<37x21xf64>, %lr: tensor<f64>, %x: tensor<?x37xf64, #nn.dims<batch, 37>>, %dy: tensor<?x21xf64, #nn.dims<batch, 21>>) -> (tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>) {
    %0:3 = nn.kernel @adam_product_37x21_f64(%w_ = %w : tensor<37x21xf64>, %m_ = %m : tensor<37x21xf64>, %v_ = %v : tensor<37x21xf64>, %lr_ = %lr : tensor<f64>, %x_ = %x : tensor<?x37xf64, #nn.dims<batch, 37>>, %dy_ = %dy : tensor<?x21xf64, #nn.dims<batch, 21>>) -> (tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>) {
      %g = nn.matmul %x_, %dy_ lhs_transposed : tensor<?x37xf64, #nn.dims<batch, 37>>, tensor<?x21xf64, #nn.dims<batch, 21>>
      %b1 = nn.fill 0.9 : tensor<37x21xf64>
      %b1c = nn.fill 0.1 : tensor<37x21xf64>
      %b2 = nn.fill 0.999 : tensor<37x21xf64>
      %b2c = nn.fill 0.001 : tensor<37x21xf64>
      %eps = nn.fill 1.0e-3 : tensor<37x21xf64>
      %ma = nn.mul %m_, %b1 : tensor<37x21xf64>
      %mb = nn.mul %g, %b1c : tensor<37x21xf64>
      %m2 = nn.add %ma, %mb : tensor<37x21xf64>
      %g2 = nn.mul %g, %g : tensor<37x21xf64>
      %va = nn.mul %v_, %b2 : tensor<37x21xf64>
      %vb = nn.mul %g2, %b2c : tensor<37x21xf64>
      %v2 = nn.add %va, %vb : tensor<37x21xf64>
      %va2 = nn.abs %v2 : tensor<37x21xf64>
      %r = nn.sqrt %va2 : tensor<37x21xf64>
      %den = nn.add %r, %eps : tensor<37x21xf64>
      %q = nn.div %m2, %den : tensor<37x21xf64>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f64> -> tensor<37x21xf64>
      %step = nn.mul %lrb, %q : tensor<37x21xf64>
      %w2 = nn.sub %w_, %step : tensor<37x21xf64>
      nn.yield %w2, %m2, %v2 : tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<37x21xf64>, tensor<37x21xf64>, tensor<37x21xf64>
  }
  nn.func predict @adam_product_24x128_f64(%w: tensor<24x128xf64>, %m: tensor<24x128xf64>, %v: tensor<24x128xf64>, %lr: tensor<f64>, %x: tensor<?x24xf64, #nn.dims<batch, 24>>, %dy: tensor<?x128xf64, #nn.dims<batch, 128>>) -> (tensor<24x128xf64>, tensor<24x128xf64>, tensor<24x128xf64>) {
    %0:3 = nn.kernel @adam_product_24x128_f64(%w_ = %w : tensor<24x128xf64>, %m_ = %m : tensor<24x128xf64>, %v_ = %v : tensor<24x128xf64>, %lr_ = %lr : tensor<f64>, %x_ = %x : tensor<?x24xf64, #nn.dims<batch, 24>>, %dy_ = %dy : tensor<?x128xf64, #nn.dims<batch, 128>>) -> (tensor<24x128xf64>, tensor<24x128xf64>, tensor<24x128xf64>) {
      %g = nn.matmul %x_, %dy_ lhs_transposed : tensor<?x24xf64, #nn.dims<batch, 24>>, tensor<?x128xf64, #nn.dims<batch, 128>>
      %b1 = nn.fill 0.9 : tensor<24x128xf64>
      %b1c = nn.fill 0.1 : tensor<24x128xf64>
      %b2 = nn.fill 0.999 : tensor<24x128xf64>
      %b2c = nn.fill 0.001 : tensor<24x128xf64>
      %eps = nn.fill 1.0e-3 : tensor<24x128xf64>
      %ma = nn.mul %m_, %b1 : tensor<24x128xf64>
      %mb = nn.mul %g, %b1c : tensor<24x128xf64>
      %m2 = nn.add %ma, %mb : tensor<24x128xf64>
      %g2 = nn.mul %g, %g : tensor<24x128xf64>
      %va = nn.mul %v_, %b2 : tensor<24x128xf64>
      %vb = nn.mul %g2, %b2c : tensor<24x128xf64>
      %v2 = nn.add %va, %vb : tensor<24x128xf64>
      %va2 = nn.abs %v2 : tensor<24x128xf64>
      %r = nn.sqrt %va2 : tensor<24x128xf64>
      %den = nn.add %r, %eps : tensor<24x128xf64>
      %q = nn.div %m2, %den : tensor<24x128xf64>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f64> -> tensor<24x128xf64>
      %step = nn.mul %lrb, %q : tensor<24x128xf64>
      %w2 = nn.sub %w_, %step : tensor<24x128xf64>
      nn.yield %w2, %m2, %v2 : tensor<24x128xf64>, tensor<24x128xf64>, tensor<24x128xf64>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<24x128xf64>, tensor<24x128xf64>, tensor<24x128xf64>
  }
  nn.func predict @adam_bias_f64(%w: tensor<45xf64>, %m: tensor<45xf64>, %v: tensor<45xf64>, %lr: tensor<f64>, %dy: tensor<?x45xf64, #nn.dims<batch, 45>>) -> (tensor<45xf64>, tensor<45xf64>, tensor<45xf64>) {
    %0:3 = nn.kernel @adam_bias_f64(%w_ = %w : tensor<45xf64>, %m_ = %m : tensor<45xf64>, %v_ = %v : tensor<45xf64>, %lr_ = %lr : tensor<f64>, %dy_ = %dy : tensor<?x45xf64, #nn.dims<batch, 45>>) -> (tensor<45xf64>, tensor<45xf64>, tensor<45xf64>) {
      %g = nn.sum %dy_ over [0] : tensor<?x45xf64, #nn.dims<batch, 45>>
      %b1 = nn.fill 0.9 : tensor<45xf64>
      %b1c = nn.fill 0.1 : tensor<45xf64>
      %b2 = nn.fill 0.999 : tensor<45xf64>
      %b2c = nn.fill 0.001 : tensor<45xf64>
      %eps = nn.fill 1.0e-3 : tensor<45xf64>
      %ma = nn.mul %m_, %b1 : tensor<45xf64>
      %mb = nn.mul %g, %b1c : tensor<45xf64>
      %m2 = nn.add %ma, %mb : tensor<45xf64>
      %g2 = nn.mul %g, %g : tensor<45xf64>
      %va = nn.mul %v_, %b2 : tensor<45xf64>
      %vb = nn.mul %g2, %b2c : tensor<45xf64>
      %v2 = nn.add %va, %vb : tensor<45xf64>
      %va2 = nn.abs %v2 : tensor<45xf64>
      %r = nn.sqrt %va2 : tensor<45xf64>
      %den = nn.add %r, %eps : tensor<45xf64>
      %q = nn.div %m2, %den : tensor<45xf64>
      %lrb = nn.broadcast %lr_ dims [] : tensor<f64> -> tensor<45xf64>
      %step = nn.mul %lrb, %q : tensor<45xf64>
      %w2 = nn.sub %w_, %step : tensor<45xf64>
      nn.yield %w2, %m2, %v2 : tensor<45xf64>, tensor<45xf64>, tensor<45xf64>
    }
    nn.return %0#0, %0#1, %0#2 : tensor<45xf64>, tensor<45xf64>, tensor<45xf64>
  }
}
