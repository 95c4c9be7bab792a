// RUN: %testbin/run-kernels %s --explain --emit=ptx --target=cuda >%t.ptx 2>%t.txt
// RUN: FileCheck %s --input-file=%t.txt
// RUN: FileCheck %s --input-file=%t.ptx --check-prefix=PTX
// RUN: %testbin/run-kernels %s --emit=halide --target=cuda | FileCheck %s --check-prefix=LOOPS

// Which schedule is chosen for which anchors on a GPU (Schedules.h has the table), and what becomes of it.
// CHECK: remark: kernel 'product' for cuda: schedule product{{$}}
// CHECK: remark: kernel 'pointwise' for cuda: schedule threads{{$}}
// CHECK: remark: kernel 'columns' for cuda: schedule blocks{{$}}
// CHECK: remark: kernel 'rows' for cuda: schedule blocks{{$}}
// CHECK: remark: kernel 'own' for cuda: schedule own{{$}}
// CHECK: remark: kernel 'skinny' for cuda: schedule scratch blocks, threads{{$}}

// The accumulators of a product are registers, its operands come from shared memory as words of four numbers: of a turn's
// 512 multiply-adds 16 of each of 48 words. They go there as words, too (four before the loop, four in each turn for the
// next), and there is one barrier in a turn.
// PTX-LABEL: // kernel product
// PTX-NOT: .local
// PTX-COUNT-4: ld.global.nc.v2.b64
// PTX-NOT: ld.global
// PTX-NOT: ld.shared.b32
// PTX: ld.shared.v4.b32
// PTX-COUNT-512: fma.rn.f32
// PTX: st.shared.b32
// PTX: st.shared.v{{[24]}}
// PTX: bar.sync
// PTX-NOT: bar.sync
// PTX-COUNT-4: ld.global.nc.v2.b64
// PTX-NOT: ld.global
// PTX: st.global.v4.b32
// Elements are read and written as words of four numbers.
// PTX-LABEL: // kernel pointwise
// PTX: ld.global.nc.v4.b32
// PTX: st.global.v4.b32
// PTX-LABEL: // kernel columns
// PTX: bar.sync

// LOOPS-LABEL: // product
// LOOPS: gpu_block axis0.yb
// LOOPS: gpu_block axis1.xw.xb
// LOOPS: for k.staged_turn
// LOOPS: produce staged_left:
// LOOPS: gpu_thread depth.words.all.thread.yt
// LOOPS: vectorized {{.*}}item in [0, 3]
// LOOPS: produce staged_right:
// LOOPS: vectorized {{.*}}item in [0, 3]
// LOOPS-LABEL: // rows
// LOOPS: gpu_block axis0.block
// LOOPS: produce row_max{{[0-9]+}}_lanes
// LOOPS: gpu_thread axis0
// LOOPS: gpu_thread lane
// LOOPS: produce row_max{{[0-9]+}}_serial
// LOOPS: produce row_sum{{[0-9]+}}_lanes
nn.model @m attributes {source_name = "M", symbols = [], bounds = array<i64>} {
  nn.func predict @product(%x: tensor<1024x1024xf32>, %w: tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
    %0 = nn.kernel @product(%x_ = %x : tensor<1024x1024xf32>, %w_ = %w : tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
      %p = nn.matmul %x_, %w_ : tensor<1024x1024xf32>, tensor<1024x1024xf32>
      %y = nn.relu %p : tensor<1024x1024xf32>
      nn.yield %y : tensor<1024x1024xf32>
    }
    nn.return %0 : tensor<1024x1024xf32>
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
  nn.func predict @rows(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = nn.kernel @rows(%x_ = %x : tensor<64x64xf32>) -> tensor<64x64xf32> {
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
  nn.func predict @skinny(%x: tensor<1x512xf32>, %w: tensor<512x64xf32>) -> tensor<1x64xf32> {
    %0 = nn.kernel @skinny(%x_ = %x : tensor<1x512xf32>, %w_ = %w : tensor<512x64xf32>) -> tensor<1x64xf32> {
      %p = nn.matmul %x_, %w_ : tensor<1x512xf32>, tensor<512x64xf32>
      nn.yield %p : tensor<1x64xf32>
    }
    nn.return %0 : tensor<1x64xf32>
  }
}
