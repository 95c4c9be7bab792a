// RUN: %testbin/run-kernels %s --explain --target=x86-64-v3 2>&1 | FileCheck %s
// RUN: %testbin/run-kernels %s --explain --target=x86-64-v3 --checks 2>&1 | FileCheck %s --check-prefix=CHECKED

// Which schedule is chosen for which anchors (Schedules.h has the table), and that it is said.
// CHECK: remark: kernel 'product' for x86-64-v3: schedule product{{$}}
// CHECK: remark: kernel 'pointwise' for x86-64-v3: schedule pointwise{{$}}
// CHECK: remark: kernel 'columns' for x86-64-v3: schedule columns{{$}}
// CHECK: remark: kernel 'lanes' for x86-64-v3: schedule lanes{{$}}
// CHECK: remark: kernel 'own' for x86-64-v3: schedule own{{$}}

// CHECKED: remark: kernel 'product' for x86-64-v3: schedule per use; plain loops, as they are checked
// CHECKED: remark: kernel 'lanes' for x86-64-v3: schedule per use; plain loops, as they are checked
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @product(%x: tensor<64x64xf32>, %w: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = nn.kernel @product(%x_ = %x : tensor<64x64xf32>, %w_ = %w : tensor<64x64xf32>) -> tensor<64x64xf32> {
      %p = nn.matmul %x_, %w_ : tensor<64x64xf32>, tensor<64x64xf32>
      %y = nn.relu %p : tensor<64x64xf32>
      nn.yield %y : tensor<64x64xf32>
    }
    nn.return %0 : tensor<64x64xf32>
  }
  nn.func predict @pointwise(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = nn.kernel @pointwise(%x_ = %x : tensor<64x64xf32>) -> tensor<64x64xf32> {
      %y = nn.relu %x_ : tensor<64x64xf32>
      nn.yield %y : tensor<64x64xf32>
    }
    nn.return %0 : tensor<64x64xf32>
  }
  nn.func predict @columns(%x: tensor<64x64xf32>) -> tensor<64xf32> {
    %0 = nn.kernel @columns(%x_ = %x : tensor<64x64xf32>) -> tensor<64xf32> {
      %y = nn.sum %x_ over [0] : tensor<64x64xf32>
      nn.yield %y : tensor<64xf32>
    }
    nn.return %0 : tensor<64xf32>
  }
  nn.func predict @lanes(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = nn.kernel @lanes(%x_ = %x : tensor<64x64xf32>) -> tensor<64x64xf32> {
      %y = nn.softmax %x_ along 1 : tensor<64x64xf32>
      nn.yield %y : tensor<64x64xf32>
    }
    nn.return %0 : tensor<64x64xf32>
  }
  nn.func predict @own(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = nn.kernel @own(%x_ = %x : tensor<64x64xf32>) -> tensor<64x64xf32> {
      %y = nn.cumsum %x_ along 0 : tensor<64x64xf32>
      nn.yield %y : tensor<64x64xf32>
    }
    nn.return %0 : tensor<64x64xf32>
  }
}
