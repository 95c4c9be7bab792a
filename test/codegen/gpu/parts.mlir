// RUN: %testbin/run-kernels %s --explain --emit=halide --target=cuda >%t.loops 2>%t.txt
// RUN: FileCheck %s --input-file=%t.txt
// RUN: FileCheck %s --input-file=%t.loops --check-prefix=LOOPS
// RUN: %testbin/run-kernels %s --emit=stmt --target=cuda | FileCheck %s --check-prefix=STMT

// Long sums of few results are cut into parts (gpu/Scratch.h), which lie in scratch memory: their numbers are checked by
// numbers.test.
// CHECK: remark: kernel 'columns' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'all' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'some_rows' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'last' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'dw' for cuda: schedule scratch product, threads{{$}}
// CHECK: remark: kernel 'odd' for cuda: schedule scratch product, threads{{$}}
// CHECK: remark: kernel 'across' for cuda: schedule scratch product, threads{{$}}
// CHECK: remark: kernel 'skinny' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'filter' for cuda: schedule scratch product, threads{{$}}
// CHECK: remark: kernel 'batches' for cuda: schedule scratch blocks, threads{{$}}
// CHECK: remark: kernel 'long' for cuda: schedule scratch product, threads{{$}}

// Parts of columns are blocks beside one another; the threads of the result add them up, all loads at once.
// LOOPS-LABEL: // columns
// LOOPS: produce sum0_parts
// LOOPS: gpu_block kept1.block
// LOOPS: gpu_thread lane
// LOOPS: consume sum0_parts
// LOOPS: unrolled
// Results that are read at other places than their own lie in scratch memory, too.
// LOOPS-LABEL: // some_rows
// LOOPS: produce row_max{{[0-9]+}}_parts
// LOOPS: produce row_max{{[0-9]+}}_results
// LOOPS: produce row_sum{{[0-9]+}}_parts
// LOOPS: produce row_sum{{[0-9]+}}_results
// LOOPS-LABEL: // dw
// LOOPS: gpu_block part_of_k in [0, 31]
// LOOPS-LABEL: // predictions
// LOOPS: gpu_block part_of_k in [0, 7]

// Of the CPU's memory there is none.
// STMT-NOT: halide_malloc
// STMT: halide_device_malloc(sum0_parts.buffer
// STMT-NOT: halide_malloc
nn.model @m attributes {source_name = "M", symbols = ["n"], bounds = array<i64: -1>} {
  nn.func predict @columns(%x: tensor<4099x48xf32>) -> tensor<48xf32> {
    %0 = nn.kernel @columns(%x_ = %x : tensor<4099x48xf32>) -> tensor<48xf32> {
      %y = nn.sum %x_ over [0] : tensor<4099x48xf32>
      %z = nn.tanh %y : tensor<48xf32>
      nn.yield %z : tensor<48xf32>
    }
    nn.return %0 : tensor<48xf32>
  }
  nn.func predict @all(%x: tensor<300x1000xf32>) -> tensor<f32> {
    %0 = nn.kernel @all(%x_ = %x : tensor<300x1000xf32>) -> tensor<f32> {
      %y = nn.mean %x_ over [0, 1] : tensor<300x1000xf32>
      nn.yield %y : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
  nn.func predict @some_rows(%x: tensor<3x70000xf32>) -> tensor<3x70000xf32> {
    %0 = nn.kernel @some_rows(%x_ = %x : tensor<3x70000xf32>) -> tensor<3x70000xf32> {
      %y = nn.softmax %x_ along 1 : tensor<3x70000xf32>
      nn.yield %y : tensor<3x70000xf32>
    }
    nn.return %0 : tensor<3x70000xf32>
  }
  nn.func predict @last(%x: tensor<5x60000xf32>) -> tensor<5xi32> {
    %0 = nn.kernel @last(%x_ = %x : tensor<5x60000xf32>) -> tensor<5xi32> {
      %y = nn.argmax %x_ over 1 : tensor<5x60000xf32>
      nn.yield %y : tensor<5xi32>
    }
    nn.return %0 : tensor<5xi32>
  }
  nn.func predict @dw(%x: tensor<4096x64xf32>, %g: tensor<4096x32xf32>) -> tensor<64x32xf32> {
    %0 = nn.kernel @dw(%x_ = %x : tensor<4096x64xf32>, %g_ = %g : tensor<4096x32xf32>) -> tensor<64x32xf32> {
      %y = nn.matmul %x_, %g_ lhs_transposed : tensor<4096x64xf32>, tensor<4096x32xf32>
      %z = nn.tanh %y : tensor<64x32xf32>
      nn.yield %z : tensor<64x32xf32>
    }
    nn.return %0 : tensor<64x32xf32>
  }
  nn.func predict @odd(%x: tensor<3x17x1003xf32>, %g: tensor<3x1003x21xf32>) -> tensor<3x17x21xf32> {
    %0 = nn.kernel @odd(%x_ = %x : tensor<3x17x1003xf32>, %g_ = %g : tensor<3x1003x21xf32>) -> tensor<3x17x21xf32> {
      %y = nn.matmul %x_, %g_ : tensor<3x17x1003xf32>, tensor<3x1003x21xf32>
      nn.yield %y : tensor<3x17x21xf32>
    }
    nn.return %0 : tensor<3x17x21xf32>
  }
  nn.func predict @across(%x: tensor<40x2052xf32>, %g: tensor<36x2052xf32>) -> tensor<40x36xf32> {
    %0 = nn.kernel @across(%x_ = %x : tensor<40x2052xf32>, %g_ = %g : tensor<36x2052xf32>) -> tensor<40x36xf32> {
      %y = nn.matmul %x_, %g_ rhs_transposed : tensor<40x2052xf32>, tensor<36x2052xf32>
      nn.yield %y : tensor<40x36xf32>
    }
    nn.return %0 : tensor<40x36xf32>
  }
  nn.func predict @skinny(%x: tensor<1x2048xf32>, %g: tensor<2048x100xf32>) -> tensor<1x100xf32> {
    %0 = nn.kernel @skinny(%x_ = %x : tensor<1x2048xf32>, %g_ = %g : tensor<2048x100xf32>) -> tensor<1x100xf32> {
      %y = nn.matmul %x_, %g_ : tensor<1x2048xf32>, tensor<2048x100xf32>
      nn.yield %y : tensor<1x100xf32>
    }
    nn.return %0 : tensor<1x100xf32>
  }
  nn.func predict @filter(%x: tensor<8x28x28x3xf32>, %dy: tensor<8x28x28x16xf32>) -> tensor<3x3x3x16xf32> {
    %0 = nn.kernel @filter(%x_ = %x : tensor<8x28x28x3xf32>, %g_ = %dy : tensor<8x28x28x16xf32>) -> tensor<3x3x3x16xf32> {
      %y = nn.conv_filter_gradient %x_, %g_ strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1 : tensor<8x28x28x3xf32>, tensor<8x28x28x16xf32> -> tensor<3x3x3x16xf32>
      nn.yield %y : tensor<3x3x3x16xf32>
    }
    nn.return %0 : tensor<3x3x3x16xf32>
  }
  // Run-time sizes: parts by a guess, of any length, some of nothing.
  nn.func predict @batches(%x: tensor<?x128x30xf32, #nn.dims<n, 128, 30>>) -> (tensor<30xf32>, tensor<?x128x30xf32, #nn.dims<n, 128, 30>>) {
    %0:2 = nn.kernel @batches(%x_ = %x : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>) -> (tensor<30xf32>, tensor<?x128x30xf32, #nn.dims<n, 128, 30>>) {
      %m = nn.mean %x_ over [0, 1] : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %b = nn.broadcast %m dims [2] : tensor<30xf32> -> tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %d = nn.sub %x_, %b : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %q = nn.mul %d, %d : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %v = nn.mean %q over [0, 1] : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %w = nn.broadcast %v dims [2] : tensor<30xf32> -> tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      %y = nn.mul %d, %w : tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
      nn.yield %v, %y : tensor<30xf32>, tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
    }
    nn.return %0#0, %0#1 : tensor<30xf32>, tensor<?x128x30xf32, #nn.dims<n, 128, 30>>
  }
  nn.func predict @long(%x: tensor<?x40xf32, #nn.dims<"64*n", 40>>, %g: tensor<?x20xf32, #nn.dims<"64*n", 20>>) -> tensor<40x20xf32> {
    %0 = nn.kernel @long(%x_ = %x : tensor<?x40xf32, #nn.dims<"64*n", 40>>, %g_ = %g : tensor<?x20xf32, #nn.dims<"64*n", 20>>) -> tensor<40x20xf32> {
      %y = nn.matmul %x_, %g_ lhs_transposed : tensor<?x40xf32, #nn.dims<"64*n", 40>>, tensor<?x20xf32, #nn.dims<"64*n", 20>>
      nn.yield %y : tensor<40x20xf32>
    }
    nn.return %0 : tensor<40x20xf32>
  }
  // Of results of which there may be many more than was guessed, there are few parts.
  nn.func predict @predictions(%x: tensor<?x4096xf32, #nn.dims<n, 4096>>, %g: tensor<4096x64xf32>) -> tensor<?x64xf32, #nn.dims<n, 64>> {
    %0 = nn.kernel @predictions(%x_ = %x : tensor<?x4096xf32, #nn.dims<n, 4096>>, %g_ = %g : tensor<4096x64xf32>) -> tensor<?x64xf32, #nn.dims<n, 64>> {
      %y = nn.matmul %x_, %g_ : tensor<?x4096xf32, #nn.dims<n, 4096>>, tensor<4096x64xf32>
      nn.yield %y : tensor<?x64xf32, #nn.dims<n, 64>>
    }
    nn.return %0 : tensor<?x64xf32, #nn.dims<n, 64>>
  }
}
