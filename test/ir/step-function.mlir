// RUN: nnc-opt %s | nnc-opt | FileCheck %s

// A whole model in the form the frontend makes it; it survives printing and parsing.

// CHECK-LABEL: nn.model @tiny
nn.model @tiny attributes {source_name = "Tiny", symbols = ["batch"], bounds = array<i64: 0>} {
  // CHECK: nn.variable @dense1.weight parameter : tensor<4x3xf32> = <uniform, -1.000000e-01, 1.000000e-01>
  nn.variable @dense1.weight parameter : tensor<4x3xf32> = <uniform, -0.1, 0.1>
  nn.variable @train.step step_counter : tensor<i64> = <constant, 0.0>
  // CHECK: nn.func step @train_step(%{{.*}}: tensor<?x4xf32, #nn.dims<batch, 4>> {nn.name = "x"}
  nn.func step @train_step(%x: tensor<?x4xf32, #nn.dims<batch, 4>> {nn.name = "x"},
                           %label: tensor<?xi32, #nn.dims<batch>> {nn.name = "label"},
                           %lr: tensor<f32> {nn.name = "lr", nn.role = "hyper", nn.default = 1.0e-1 : f64})
      -> (tensor<f32> {nn.name = "loss", nn.role = "loss"}) attributes {step = @train.step} {
    %w = nn.load @dense1.weight : tensor<4x3xf32>
    %z = nn.matmul %x, %w : tensor<?x4xf32, #nn.dims<batch, 4>>, tensor<4x3xf32>
    // CHECK: nn.softmax_cross_entropy
    %rows = nn.softmax_cross_entropy %z, %label : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<?xi32, #nn.dims<batch>>
    %loss = nn.mean %rows over [0] : tensor<?xf32, #nn.dims<batch>>
    // CHECK: nn.grad %{{.*}} wrt %{{.*}} : (tensor<f32>, tensor<4x3xf32>) -> tensor<4x3xf32>
    %dw = nn.grad %loss wrt %w : (tensor<f32>, tensor<4x3xf32>) -> tensor<4x3xf32>
    %rate = nn.broadcast %lr dims [] : tensor<f32> -> tensor<4x3xf32>
    %change = nn.mul %rate, %dw : tensor<4x3xf32>
    %new = nn.sub %w, %change : tensor<4x3xf32>
    nn.store %new, @dense1.weight : tensor<4x3xf32>
    %t = nn.load @train.step : tensor<i64>
    %one = nn.fill 1.0 : tensor<i64>
    %next = nn.add %t, %one : tensor<i64>
    nn.store %next, @train.step : tensor<i64>
    nn.return %loss : tensor<f32>
  }
  // CHECK: nn.func predict @kernels
  nn.func predict @kernels(%x: tensor<?x4xf32, #nn.dims<batch, 4>>) -> (tensor<?x4xf32, #nn.dims<batch, 4>>) {
    // CHECK: nn.kernel @k1(%{{.*}} = %{{.*}} : tensor<?x4xf32, #nn.dims<batch, 4>>) -> tensor<?x4xf32, #nn.dims<batch, 4>> attributes {places = [#nn.arena<"64*batch+128">]}
    %0 = nn.kernel @k1(%a = %x : tensor<?x4xf32, #nn.dims<batch, 4>>) -> tensor<?x4xf32, #nn.dims<batch, 4>>
        attributes {places = [#nn.arena<"128+64*batch">]} {
      %b = nn.relu %a : tensor<?x4xf32, #nn.dims<batch, 4>>
      nn.yield %b : tensor<?x4xf32, #nn.dims<batch, 4>>
    }
    nn.return %0 : tensor<?x4xf32, #nn.dims<batch, 4>>
  }
}
