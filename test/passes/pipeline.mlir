// RUN: nnc-opt %s --nn-graph-pipeline --nn-kernel-pipeline --verify-meaning | FileCheck %s
// RUN: nnc-opt %s --nn-graph-pipeline=opt-level=0 --nn-kernel-pipeline=opt-level=0 --verify-meaning | FileCheck %s --check-prefix=O0
// RUN: nnc-opt %s --nn-graph-pipeline --nn-kernel-pipeline | nnc-opt --nn-check-plan -o /dev/null

// A step of a three-layer perceptron with Adam, as the frontend writes it: fourteen kernels. Forward; loss rows, gradient of
// the logits and hits in one; the report; the optimizer's scalars; then for each layer the updates of bias and
// weight in the kernels of their gradients, each after the product that reads the old weight.
// CHECK-LABEL: @train_step
// CHECK: %h1 = nn.kernel @matmul_
// CHECK: %h2 = nn.kernel @matmul_
// CHECK: %logits = nn.kernel @matmul_
// CHECK: nn.kernel @softmax_cross_entropy_
// CHECK: nn.kernel @mean_{{.*}}places = [#nn.output<0>, #nn.output<1>, #nn.output<2>], report_only
// CHECK: nn.kernel @{{.*}}places = [#nn.memory<@train.step>, #nn.arena
// CHECK: nn.kernel @sum_{{.*}}places = [#nn.memory<@train.adam.m.dense3.bias>, #nn.memory<@train.adam.v.dense3.bias>, #nn.memory<@dense3.bias>]
// CHECK: %d_a2 = nn.kernel @matmul_
// CHECK: nn.kernel @matmul_{{.*}}places = [#nn.memory<@train.adam.m.dense3.weight>, #nn.memory<@train.adam.v.dense3.weight>, #nn.memory<@dense3.weight>]
// CHECK: nn.kernel @sum_{{.*}}#nn.memory<@dense2.bias>]
// CHECK: %d_a1 = nn.kernel @matmul_
// CHECK: nn.kernel @matmul_{{.*}}#nn.memory<@dense2.weight>]
// CHECK: nn.kernel @sum_{{.*}}#nn.memory<@dense1.bias>]
// CHECK: nn.kernel @matmul_{{.*}}#nn.memory<@dense1.weight>]
// CHECK-NOT: nn.kernel

// One kernel per op, the same meaning, the same plan rules.
// O0-LABEL: @train_step
// O0-COUNT-100: nn.kernel
nn.model @classifier attributes {source_name = "Classifier", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @dense1.weight parameter : tensor<5x4xf32> = <uniform, -0.08, 0.08>
  nn.variable @dense1.bias parameter : tensor<4xf32> = <constant, 0.0>
  nn.variable @dense2.weight parameter : tensor<4x3xf32> = <uniform, -0.08, 0.08>
  nn.variable @dense2.bias parameter : tensor<3xf32> = <constant, 0.0>
  nn.variable @dense3.weight parameter : tensor<3x10xf32> = <uniform, -0.08, 0.08>
  nn.variable @dense3.bias parameter : tensor<10xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense1.weight slot : tensor<5x4xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense1.bias slot : tensor<4xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense2.weight slot : tensor<4x3xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense2.bias slot : tensor<3xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense3.weight slot : tensor<3x10xf32> = <constant, 0.0>
  nn.variable @train.adam.m.dense3.bias slot : tensor<10xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense1.weight slot : tensor<5x4xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense1.bias slot : tensor<4xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense2.weight slot : tensor<4x3xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense2.bias slot : tensor<3xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense3.weight slot : tensor<3x10xf32> = <constant, 0.0>
  nn.variable @train.adam.v.dense3.bias slot : tensor<10xf32> = <constant, 0.0>
  nn.variable @train.step step_counter : tensor<i64> = <constant, 0.0>
  nn.func step @train_step(%image: tensor<?x5xf32, #nn.dims<batch, 5>> {nn.name = "image"}, %label: tensor<?xi32, #nn.dims<batch>> {nn.name = "label"},
      %lr: tensor<f32> {nn.name = "lr", nn.role = "hyper", nn.default = 1.0e-3 : f64}, %beta1: tensor<f32> {nn.name = "beta1", nn.role = "hyper", nn.default = 0.9 : f64},
      %beta2: tensor<f32> {nn.name = "beta2", nn.role = "hyper", nn.default = 0.999 : f64}, %epsilon: tensor<f32> {nn.name = "epsilon", nn.role = "hyper", nn.default = 1.0e-8 : f64})
      -> (tensor<f32> {nn.name = "loss", nn.role = "loss"}, tensor<f32> {nn.name = "accuracy", nn.role = "metric"}, tensor<i64> {nn.name = "accuracy_count", nn.role = "metric_count"})
      attributes {step = @train.step} {
    %dense1_weight = nn.load @dense1.weight : tensor<5x4xf32> loc("dense1.weight")
    %dense1_bias = nn.load @dense1.bias : tensor<4xf32> loc("dense1.bias")
    %dense2_weight = nn.load @dense2.weight : tensor<4x3xf32> loc("dense2.weight")
    %dense2_bias = nn.load @dense2.bias : tensor<3xf32> loc("dense2.bias")
    %dense3_weight = nn.load @dense3.weight : tensor<3x10xf32> loc("dense3.weight")
    %dense3_bias = nn.load @dense3.bias : tensor<10xf32> loc("dense3.bias")
    %z1 = nn.matmul %image, %dense1_weight : tensor<?x5xf32, #nn.dims<batch, 5>>, tensor<5x4xf32>
    %bb1 = nn.broadcast %dense1_bias dims [1] : tensor<4xf32> -> tensor<?x4xf32, #nn.dims<batch, 4>>
    %a1 = nn.add %z1, %bb1 : tensor<?x4xf32, #nn.dims<batch, 4>> loc("a1")
    %h1 = nn.relu %a1 : tensor<?x4xf32, #nn.dims<batch, 4>> loc("h1")
    %z2 = nn.matmul %h1, %dense2_weight : tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<4x3xf32>
    %bb2 = nn.broadcast %dense2_bias dims [1] : tensor<3xf32> -> tensor<?x3xf32, #nn.dims<batch, 3>>
    %a2 = nn.add %z2, %bb2 : tensor<?x3xf32, #nn.dims<batch, 3>> loc("a2")
    %h2 = nn.relu %a2 : tensor<?x3xf32, #nn.dims<batch, 3>> loc("h2")
    %z3 = nn.matmul %h2, %dense3_weight : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<3x10xf32>
    %bb3 = nn.broadcast %dense3_bias dims [1] : tensor<10xf32> -> tensor<?x10xf32, #nn.dims<batch, 10>>
    %logits = nn.add %z3, %bb3 : tensor<?x10xf32, #nn.dims<batch, 10>> loc("logits")
    %rows = nn.softmax_cross_entropy %logits, %label : tensor<?x10xf32, #nn.dims<batch, 10>>, tensor<?xi32, #nn.dims<batch>>
    %loss = nn.mean %rows over [0] : tensor<?xf32, #nn.dims<batch>> loc("loss")
    %guess = nn.argmax %logits over 1 : tensor<?x10xf32, #nn.dims<batch, 10>>
    %right = nn.compare eq %guess, %label : tensor<?xi32, #nn.dims<batch>>
    %rightf = nn.cast %right : tensor<?xi1, #nn.dims<batch>> -> tensor<?xf32, #nn.dims<batch>>
    %accuracy = nn.mean %rightf over [0] : tensor<?xf32, #nn.dims<batch>> loc("accuracy")
    %count = nn.size <batch> : tensor<i64>
    %g_dense1_weight, %g_dense1_bias, %g_dense2_weight, %g_dense2_bias, %g_dense3_weight, %g_dense3_bias = nn.grad %loss wrt %dense1_weight, %dense1_bias, %dense2_weight, %dense2_bias, %dense3_weight, %dense3_bias : (tensor<f32>, tensor<5x4xf32>, tensor<4xf32>, tensor<4x3xf32>, tensor<3xf32>, tensor<3x10xf32>, tensor<10xf32>) -> (tensor<5x4xf32>, tensor<4xf32>, tensor<4x3xf32>, tensor<3xf32>, tensor<3x10xf32>, tensor<10xf32>)
    %t = nn.load @train.step : tensor<i64>
    %one_i = nn.fill 1.0 : tensor<i64>
    %t1 = nn.add %t, %one_i : tensor<i64>
    nn.store %t1, @train.step : tensor<i64>
    %tf = nn.cast %t1 : tensor<i64> -> tensor<f32>
    %one = nn.fill 1.0 : tensor<f32>
    %two = nn.fill 2.0 : tensor<f32>
    %omb1 = nn.sub %one, %beta1 : tensor<f32>
    %omb2 = nn.sub %one, %beta2 : tensor<f32>
    %p1 = nn.pow %beta1, %tf : tensor<f32>
    %p2 = nn.pow %beta2, %tf : tensor<f32>
    %c1 = nn.sub %one, %p1 : tensor<f32>
    %c2 = nn.sub %one, %p2 : tensor<f32>
    %dense1_weight_m = nn.load @train.adam.m.dense1.weight : tensor<5x4xf32>
    %dense1_weight_v = nn.load @train.adam.v.dense1.weight : tensor<5x4xf32>
    %dense1_weight_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_x1 = nn.mul %dense1_weight_b1, %dense1_weight_m : tensor<5x4xf32>
    %dense1_weight_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_x2 = nn.mul %dense1_weight_ob1, %g_dense1_weight : tensor<5x4xf32>
    %dense1_weight_mn = nn.add %dense1_weight_x1, %dense1_weight_x2 : tensor<5x4xf32>
    %dense1_weight_two = nn.fill 2.0 : tensor<5x4xf32>
    %dense1_weight_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_x3 = nn.mul %dense1_weight_b2, %dense1_weight_v : tensor<5x4xf32>
    %dense1_weight_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_sq = nn.pow %g_dense1_weight, %dense1_weight_two : tensor<5x4xf32>
    %dense1_weight_x4 = nn.mul %dense1_weight_ob2, %dense1_weight_sq : tensor<5x4xf32>
    %dense1_weight_vn = nn.add %dense1_weight_x3, %dense1_weight_x4 : tensor<5x4xf32>
    %dense1_weight_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_mh = nn.div %dense1_weight_mn, %dense1_weight_bc1 : tensor<5x4xf32>
    %dense1_weight_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_vh = nn.div %dense1_weight_vn, %dense1_weight_bc2 : tensor<5x4xf32>
    %dense1_weight_sqr = nn.sqrt %dense1_weight_vh : tensor<5x4xf32>
    %dense1_weight_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_den = nn.add %dense1_weight_sqr, %dense1_weight_eps : tensor<5x4xf32>
    %dense1_weight_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<5x4xf32>
    %dense1_weight_lrm = nn.mul %dense1_weight_blr, %dense1_weight_mh : tensor<5x4xf32>
    %dense1_weight_up = nn.div %dense1_weight_lrm, %dense1_weight_den : tensor<5x4xf32>
    %dense1_weight_new = nn.sub %dense1_weight, %dense1_weight_up : tensor<5x4xf32> loc("dense1.weight'")
    nn.store %dense1_weight_new, @dense1.weight : tensor<5x4xf32>
    nn.store %dense1_weight_mn, @train.adam.m.dense1.weight : tensor<5x4xf32>
    nn.store %dense1_weight_vn, @train.adam.v.dense1.weight : tensor<5x4xf32>
    %dense1_bias_m = nn.load @train.adam.m.dense1.bias : tensor<4xf32>
    %dense1_bias_v = nn.load @train.adam.v.dense1.bias : tensor<4xf32>
    %dense1_bias_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_x1 = nn.mul %dense1_bias_b1, %dense1_bias_m : tensor<4xf32>
    %dense1_bias_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_x2 = nn.mul %dense1_bias_ob1, %g_dense1_bias : tensor<4xf32>
    %dense1_bias_mn = nn.add %dense1_bias_x1, %dense1_bias_x2 : tensor<4xf32>
    %dense1_bias_two = nn.fill 2.0 : tensor<4xf32>
    %dense1_bias_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_x3 = nn.mul %dense1_bias_b2, %dense1_bias_v : tensor<4xf32>
    %dense1_bias_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_sq = nn.pow %g_dense1_bias, %dense1_bias_two : tensor<4xf32>
    %dense1_bias_x4 = nn.mul %dense1_bias_ob2, %dense1_bias_sq : tensor<4xf32>
    %dense1_bias_vn = nn.add %dense1_bias_x3, %dense1_bias_x4 : tensor<4xf32>
    %dense1_bias_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_mh = nn.div %dense1_bias_mn, %dense1_bias_bc1 : tensor<4xf32>
    %dense1_bias_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_vh = nn.div %dense1_bias_vn, %dense1_bias_bc2 : tensor<4xf32>
    %dense1_bias_sqr = nn.sqrt %dense1_bias_vh : tensor<4xf32>
    %dense1_bias_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_den = nn.add %dense1_bias_sqr, %dense1_bias_eps : tensor<4xf32>
    %dense1_bias_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<4xf32>
    %dense1_bias_lrm = nn.mul %dense1_bias_blr, %dense1_bias_mh : tensor<4xf32>
    %dense1_bias_up = nn.div %dense1_bias_lrm, %dense1_bias_den : tensor<4xf32>
    %dense1_bias_new = nn.sub %dense1_bias, %dense1_bias_up : tensor<4xf32> loc("dense1.bias'")
    nn.store %dense1_bias_new, @dense1.bias : tensor<4xf32>
    nn.store %dense1_bias_mn, @train.adam.m.dense1.bias : tensor<4xf32>
    nn.store %dense1_bias_vn, @train.adam.v.dense1.bias : tensor<4xf32>
    %dense2_weight_m = nn.load @train.adam.m.dense2.weight : tensor<4x3xf32>
    %dense2_weight_v = nn.load @train.adam.v.dense2.weight : tensor<4x3xf32>
    %dense2_weight_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_x1 = nn.mul %dense2_weight_b1, %dense2_weight_m : tensor<4x3xf32>
    %dense2_weight_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_x2 = nn.mul %dense2_weight_ob1, %g_dense2_weight : tensor<4x3xf32>
    %dense2_weight_mn = nn.add %dense2_weight_x1, %dense2_weight_x2 : tensor<4x3xf32>
    %dense2_weight_two = nn.fill 2.0 : tensor<4x3xf32>
    %dense2_weight_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_x3 = nn.mul %dense2_weight_b2, %dense2_weight_v : tensor<4x3xf32>
    %dense2_weight_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_sq = nn.pow %g_dense2_weight, %dense2_weight_two : tensor<4x3xf32>
    %dense2_weight_x4 = nn.mul %dense2_weight_ob2, %dense2_weight_sq : tensor<4x3xf32>
    %dense2_weight_vn = nn.add %dense2_weight_x3, %dense2_weight_x4 : tensor<4x3xf32>
    %dense2_weight_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_mh = nn.div %dense2_weight_mn, %dense2_weight_bc1 : tensor<4x3xf32>
    %dense2_weight_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_vh = nn.div %dense2_weight_vn, %dense2_weight_bc2 : tensor<4x3xf32>
    %dense2_weight_sqr = nn.sqrt %dense2_weight_vh : tensor<4x3xf32>
    %dense2_weight_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_den = nn.add %dense2_weight_sqr, %dense2_weight_eps : tensor<4x3xf32>
    %dense2_weight_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<4x3xf32>
    %dense2_weight_lrm = nn.mul %dense2_weight_blr, %dense2_weight_mh : tensor<4x3xf32>
    %dense2_weight_up = nn.div %dense2_weight_lrm, %dense2_weight_den : tensor<4x3xf32>
    %dense2_weight_new = nn.sub %dense2_weight, %dense2_weight_up : tensor<4x3xf32> loc("dense2.weight'")
    nn.store %dense2_weight_new, @dense2.weight : tensor<4x3xf32>
    nn.store %dense2_weight_mn, @train.adam.m.dense2.weight : tensor<4x3xf32>
    nn.store %dense2_weight_vn, @train.adam.v.dense2.weight : tensor<4x3xf32>
    %dense2_bias_m = nn.load @train.adam.m.dense2.bias : tensor<3xf32>
    %dense2_bias_v = nn.load @train.adam.v.dense2.bias : tensor<3xf32>
    %dense2_bias_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_x1 = nn.mul %dense2_bias_b1, %dense2_bias_m : tensor<3xf32>
    %dense2_bias_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_x2 = nn.mul %dense2_bias_ob1, %g_dense2_bias : tensor<3xf32>
    %dense2_bias_mn = nn.add %dense2_bias_x1, %dense2_bias_x2 : tensor<3xf32>
    %dense2_bias_two = nn.fill 2.0 : tensor<3xf32>
    %dense2_bias_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_x3 = nn.mul %dense2_bias_b2, %dense2_bias_v : tensor<3xf32>
    %dense2_bias_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_sq = nn.pow %g_dense2_bias, %dense2_bias_two : tensor<3xf32>
    %dense2_bias_x4 = nn.mul %dense2_bias_ob2, %dense2_bias_sq : tensor<3xf32>
    %dense2_bias_vn = nn.add %dense2_bias_x3, %dense2_bias_x4 : tensor<3xf32>
    %dense2_bias_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_mh = nn.div %dense2_bias_mn, %dense2_bias_bc1 : tensor<3xf32>
    %dense2_bias_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_vh = nn.div %dense2_bias_vn, %dense2_bias_bc2 : tensor<3xf32>
    %dense2_bias_sqr = nn.sqrt %dense2_bias_vh : tensor<3xf32>
    %dense2_bias_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_den = nn.add %dense2_bias_sqr, %dense2_bias_eps : tensor<3xf32>
    %dense2_bias_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<3xf32>
    %dense2_bias_lrm = nn.mul %dense2_bias_blr, %dense2_bias_mh : tensor<3xf32>
    %dense2_bias_up = nn.div %dense2_bias_lrm, %dense2_bias_den : tensor<3xf32>
    %dense2_bias_new = nn.sub %dense2_bias, %dense2_bias_up : tensor<3xf32> loc("dense2.bias'")
    nn.store %dense2_bias_new, @dense2.bias : tensor<3xf32>
    nn.store %dense2_bias_mn, @train.adam.m.dense2.bias : tensor<3xf32>
    nn.store %dense2_bias_vn, @train.adam.v.dense2.bias : tensor<3xf32>
    %dense3_weight_m = nn.load @train.adam.m.dense3.weight : tensor<3x10xf32>
    %dense3_weight_v = nn.load @train.adam.v.dense3.weight : tensor<3x10xf32>
    %dense3_weight_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_x1 = nn.mul %dense3_weight_b1, %dense3_weight_m : tensor<3x10xf32>
    %dense3_weight_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_x2 = nn.mul %dense3_weight_ob1, %g_dense3_weight : tensor<3x10xf32>
    %dense3_weight_mn = nn.add %dense3_weight_x1, %dense3_weight_x2 : tensor<3x10xf32>
    %dense3_weight_two = nn.fill 2.0 : tensor<3x10xf32>
    %dense3_weight_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_x3 = nn.mul %dense3_weight_b2, %dense3_weight_v : tensor<3x10xf32>
    %dense3_weight_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_sq = nn.pow %g_dense3_weight, %dense3_weight_two : tensor<3x10xf32>
    %dense3_weight_x4 = nn.mul %dense3_weight_ob2, %dense3_weight_sq : tensor<3x10xf32>
    %dense3_weight_vn = nn.add %dense3_weight_x3, %dense3_weight_x4 : tensor<3x10xf32>
    %dense3_weight_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_mh = nn.div %dense3_weight_mn, %dense3_weight_bc1 : tensor<3x10xf32>
    %dense3_weight_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_vh = nn.div %dense3_weight_vn, %dense3_weight_bc2 : tensor<3x10xf32>
    %dense3_weight_sqr = nn.sqrt %dense3_weight_vh : tensor<3x10xf32>
    %dense3_weight_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_den = nn.add %dense3_weight_sqr, %dense3_weight_eps : tensor<3x10xf32>
    %dense3_weight_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<3x10xf32>
    %dense3_weight_lrm = nn.mul %dense3_weight_blr, %dense3_weight_mh : tensor<3x10xf32>
    %dense3_weight_up = nn.div %dense3_weight_lrm, %dense3_weight_den : tensor<3x10xf32>
    %dense3_weight_new = nn.sub %dense3_weight, %dense3_weight_up : tensor<3x10xf32> loc("dense3.weight'")
    nn.store %dense3_weight_new, @dense3.weight : tensor<3x10xf32>
    nn.store %dense3_weight_mn, @train.adam.m.dense3.weight : tensor<3x10xf32>
    nn.store %dense3_weight_vn, @train.adam.v.dense3.weight : tensor<3x10xf32>
    %dense3_bias_m = nn.load @train.adam.m.dense3.bias : tensor<10xf32>
    %dense3_bias_v = nn.load @train.adam.v.dense3.bias : tensor<10xf32>
    %dense3_bias_b1 = nn.broadcast %beta1 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_x1 = nn.mul %dense3_bias_b1, %dense3_bias_m : tensor<10xf32>
    %dense3_bias_ob1 = nn.broadcast %omb1 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_x2 = nn.mul %dense3_bias_ob1, %g_dense3_bias : tensor<10xf32>
    %dense3_bias_mn = nn.add %dense3_bias_x1, %dense3_bias_x2 : tensor<10xf32>
    %dense3_bias_two = nn.fill 2.0 : tensor<10xf32>
    %dense3_bias_b2 = nn.broadcast %beta2 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_x3 = nn.mul %dense3_bias_b2, %dense3_bias_v : tensor<10xf32>
    %dense3_bias_ob2 = nn.broadcast %omb2 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_sq = nn.pow %g_dense3_bias, %dense3_bias_two : tensor<10xf32>
    %dense3_bias_x4 = nn.mul %dense3_bias_ob2, %dense3_bias_sq : tensor<10xf32>
    %dense3_bias_vn = nn.add %dense3_bias_x3, %dense3_bias_x4 : tensor<10xf32>
    %dense3_bias_bc1 = nn.broadcast %c1 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_mh = nn.div %dense3_bias_mn, %dense3_bias_bc1 : tensor<10xf32>
    %dense3_bias_bc2 = nn.broadcast %c2 dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_vh = nn.div %dense3_bias_vn, %dense3_bias_bc2 : tensor<10xf32>
    %dense3_bias_sqr = nn.sqrt %dense3_bias_vh : tensor<10xf32>
    %dense3_bias_eps = nn.broadcast %epsilon dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_den = nn.add %dense3_bias_sqr, %dense3_bias_eps : tensor<10xf32>
    %dense3_bias_blr = nn.broadcast %lr dims [] : tensor<f32> -> tensor<10xf32>
    %dense3_bias_lrm = nn.mul %dense3_bias_blr, %dense3_bias_mh : tensor<10xf32>
    %dense3_bias_up = nn.div %dense3_bias_lrm, %dense3_bias_den : tensor<10xf32>
    %dense3_bias_new = nn.sub %dense3_bias, %dense3_bias_up : tensor<10xf32> loc("dense3.bias'")
    nn.store %dense3_bias_new, @dense3.bias : tensor<10xf32>
    nn.store %dense3_bias_mn, @train.adam.m.dense3.bias : tensor<10xf32>
    nn.store %dense3_bias_vn, @train.adam.v.dense3.bias : tensor<10xf32>
    nn.return %loss, %accuracy, %count : tensor<f32>, tensor<f32>, tensor<i64>
  }
}
