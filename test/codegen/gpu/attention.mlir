// RUN: %testbin/run-kernels %s --emit=halide --target=cuda | FileCheck %s
// RUN: %testbin/run-kernels %s --emit=ptx --target=cuda | FileCheck %s --check-prefix=PTX

// Tiles of attention: several turns of the stream, the last one partial, turns that causality leaves out. The numbers are compared
// by numbers.test.

// The rows across stay in shared memory, the others pass through it; scores and results are registers of threads.
// CHECK-LABEL: // forward
// CHECK: gpu_block axis1.row_block in [0, 1]
// CHECK: produce second_dot_panel:
// CHECK: produce first_dot_panel:
// CHECK: produce private_partial:
// CHECK: for first_domain in [0, 2]:
// CHECK: produce staged_first0:
// CHECK: vectorized x.word in [0, 3]:
// CHECK: produce private_first_dot:
// CHECK: gpu_thread item.item_thread in [0, 7]
// CHECK: gpu_thread lane.lane_thread in [0, 15]
// CHECK: unrolled item.item in [0, 3]:
// CHECK: vectorized lane.lane in [0, 3]:
// CHECK: produce private_sums:
// CHECK: for second_domain in [0, 2]:
// CHECK: produce private_second_dot:
// CHECK: produce second_weights:
// CHECK: produce staged_second1:
// CHECK: private_sums(...) =
// CHECK-LABEL: // backward
// CHECK: produce stream_probability:
// CHECK: produce stream_weight:
// CHECK: private_sums(...) =

// PTX-LABEL: // kernel forward
// PTX-NOT: .local
// PTX: ld.global{{.*}}v{{[24]}}
// PTX: ld.shared.v{{[24]}}
// PTX-LABEL: // kernel backward
// PTX-NOT: .local
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @forward(%q: tensor<2x77x16xf32>, %k: tensor<2x90x16xf32>, %v: tensor<2x90x16xf32>) -> (tensor<2x77x16xf32>, tensor<2x77xf32>) {
    %y, %s = nn.kernel @forward(%q_ = %q : tensor<2x77x16xf32>, %k_ = %k : tensor<2x90x16xf32>, %v_ = %v : tensor<2x90x16xf32>) -> (tensor<2x77x16xf32>, tensor<2x77xf32>) {
      %a, %b = nn.attention %q_, %k_, %v_ scale 0.25 causal : tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>
      nn.yield %a, %b : tensor<2x77x16xf32>, tensor<2x77xf32>
    }
    nn.return %y, %s : tensor<2x77x16xf32>, tensor<2x77xf32>
  }
  nn.func predict @backward(%q: tensor<2x77x16xf32>, %k: tensor<2x90x16xf32>, %v: tensor<2x90x16xf32>, %s: tensor<2x77xf32>, %dy: tensor<2x77x16xf32>, %c: tensor<2x77xf32>) -> (tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>) {
    %dq, %dk, %dv = nn.kernel @backward(%q_ = %q : tensor<2x77x16xf32>, %k_ = %k : tensor<2x90x16xf32>, %v_ = %v : tensor<2x90x16xf32>, %s_ = %s : tensor<2x77xf32>, %dy_ = %dy : tensor<2x77x16xf32>, %c_ = %c : tensor<2x77xf32>) -> (tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>) {
      %x, %y, %z = nn.attention_gradient %q_, %k_, %v_, %s_, %dy_, %c_ scale 0.25 causal : tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>, tensor<2x77xf32>, tensor<2x77x16xf32>, tensor<2x77xf32>
      nn.yield %x, %y, %z : tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>
    }
    nn.return %dq, %dk, %dv : tensor<2x77x16xf32>, tensor<2x90x16xf32>, tensor<2x90x16xf32>
  }
}
