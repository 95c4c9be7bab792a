// RUN: nnc-opt %s --verify-meaning --nn-split-products | FileCheck %s
// RUN: nnc-opt %s --verify-meaning --nn-split-products --nn-fuse-kernels | FileCheck %s --check-prefix=KERNEL

nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<784x128xf32> = <constant, 0.5>
  nn.variable @small parameter : tensor<64x128xf32> = <constant, 0.5>
  nn.variable @odd parameter : tensor<785x128xf32> = <constant, 0.5>
  nn.variable @fixed parameter : tensor<784x128xf32> = <constant, 0.5>

  // A weight that is trained, and longer than the product's result. The kernel reads the parts of rows where they are.
  // CHECK-LABEL: @long
  // CHECK: %[[W:.*]] = nn.load @w
  // CHECK: %[[ROWS:.*]] = nn.reshape %{{.*}} : {{.*}} -> tensor<?x2x392xf32, #nn.dims<batch, 2, 392>>
  // CHECK: %[[PARTS:.*]] = nn.transpose %[[ROWS]] by [1, 0, 2]
  // CHECK: %[[HALVES:.*]] = nn.reshape %[[W]] : tensor<784x128xf32> -> tensor<2x392x128xf32>
  // CHECK: %[[SUMS:.*]] = nn.matmul %[[PARTS]], %[[HALVES]]
  // CHECK: %[[Y:.*]] = nn.sum %[[SUMS]] over [0]
  // CHECK: nn.return %[[Y]]
  // KERNEL-LABEL: @long
  // KERNEL: nn.kernel
  // KERNEL-NEXT: nn.transpose
  // KERNEL-NEXT: nn.matmul
  // KERNEL-NEXT: nn.yield
  // KERNEL: nn.kernel
  // KERNEL-NEXT: nn.sum
  nn.func predict @long(%x: tensor<?x784xf32, #nn.dims<batch, 784>>) -> (tensor<?x128xf32, #nn.dims<batch, 128>>) {
    %w = nn.load @w : tensor<784x128xf32>
    %y = nn.matmul %x, %w : tensor<?x784xf32, #nn.dims<batch, 784>>, tensor<784x128xf32>
    nn.return %y : tensor<?x128xf32, #nn.dims<batch, 128>>
  }

  // A short weight, one whose rows have no middle, one that nothing updates, and one with a result as long stay whole.
  // CHECK-LABEL: @others
  // CHECK-NOT: nn.transpose
  // CHECK-NOT: nn.sum
  // CHECK: nn.return
  nn.func predict @others(%x: tensor<?x64xf32, #nn.dims<batch, 64>>, %y: tensor<?x785xf32, #nn.dims<batch, 785>>, %z: tensor<?x784xf32, #nn.dims<batch, 784>>, %many: tensor<512x784xf32>)
      -> (tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<512x128xf32>) {
    %small = nn.load @small : tensor<64x128xf32>
    %odd = nn.load @odd : tensor<785x128xf32>
    %fixed = nn.load @fixed : tensor<784x128xf32>
    %w = nn.load @w : tensor<784x128xf32>
    %0 = nn.matmul %x, %small : tensor<?x64xf32, #nn.dims<batch, 64>>, tensor<64x128xf32>
    %1 = nn.matmul %y, %odd : tensor<?x785xf32, #nn.dims<batch, 785>>, tensor<785x128xf32>
    %2 = nn.matmul %z, %fixed : tensor<?x784xf32, #nn.dims<batch, 784>>, tensor<784x128xf32>
    %3 = nn.matmul %many, %w : tensor<512x784xf32>, tensor<784x128xf32>
    nn.return %0, %1, %2, %3 : tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<?x128xf32, #nn.dims<batch, 128>>, tensor<512x128xf32>
  }

  nn.func step @train_step(%dw: tensor<784x128xf32>, %dsmall: tensor<64x128xf32>, %dodd: tensor<785x128xf32>) {
    %w = nn.load @w : tensor<784x128xf32>
    %small = nn.load @small : tensor<64x128xf32>
    %odd = nn.load @odd : tensor<785x128xf32>
    %0 = nn.sub %w, %dw : tensor<784x128xf32>
    %1 = nn.sub %small, %dsmall : tensor<64x128xf32>
    %2 = nn.sub %odd, %dodd : tensor<785x128xf32>
    nn.store %0, @w : tensor<784x128xf32>
    nn.store %1, @small : tensor<64x128xf32>
    nn.store %2, @odd : tensor<785x128xf32>
    nn.return
  }
}
