// RUN: %testbin/run-kernels %s --sizes=batch=0 --sizes=batch=1 --sizes=batch=3 --sizes=batch=64 --sizes=batch=1000
// RUN: %testbin/run-kernels %s --sizes=batch=3 --target=x86-64 --checks

// Elementwise kernels: flat memory, broadcasts, several types and results.
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @relu(%x: tensor<?x7xf32, #nn.dims<batch, 7>>) -> (tensor<?x7xf32, #nn.dims<batch, 7>>) {
    %0 = nn.kernel @relu(%a = %x : tensor<?x7xf32, #nn.dims<batch, 7>>) -> tensor<?x7xf32, #nn.dims<batch, 7>> {
      %b = nn.relu %a : tensor<?x7xf32, #nn.dims<batch, 7>>
      nn.yield %b : tensor<?x7xf32, #nn.dims<batch, 7>>
    }
    nn.return %0 : tensor<?x7xf32, #nn.dims<batch, 7>>
  }
  nn.func predict @bias(%x: tensor<?x37xf32, #nn.dims<batch, 37>>, %bias: tensor<37xf32>) -> (tensor<?x37xf32, #nn.dims<batch, 37>>) {
    %0 = nn.kernel @bias(%a = %x : tensor<?x37xf32, #nn.dims<batch, 37>>, %b = %bias : tensor<37xf32>) -> tensor<?x37xf32, #nn.dims<batch, 37>> {
      %c = nn.broadcast %b dims [1] : tensor<37xf32> -> tensor<?x37xf32, #nn.dims<batch, 37>>
      %d = nn.add %a, %c : tensor<?x37xf32, #nn.dims<batch, 37>>
      %e = nn.tanh %d : tensor<?x37xf32, #nn.dims<batch, 37>>
      nn.yield %e : tensor<?x37xf32, #nn.dims<batch, 37>>
    }
    nn.return %0 : tensor<?x37xf32, #nn.dims<batch, 37>>
  }
  nn.func predict @functions(%x: tensor<?x5xf64, #nn.dims<batch, 5>>) -> (tensor<?x5xf64, #nn.dims<batch, 5>>) {
    %0 = nn.kernel @functions(%a = %x : tensor<?x5xf64, #nn.dims<batch, 5>>) -> tensor<?x5xf64, #nn.dims<batch, 5>> {
      %b = nn.gelu %a : tensor<?x5xf64, #nn.dims<batch, 5>>
      %c = nn.sigmoid %b : tensor<?x5xf64, #nn.dims<batch, 5>>
      %d = nn.softplus %c : tensor<?x5xf64, #nn.dims<batch, 5>>
      nn.yield %d : tensor<?x5xf64, #nn.dims<batch, 5>>
    }
    nn.return %0 : tensor<?x5xf64, #nn.dims<batch, 5>>
  }
  nn.func predict @types(%x: tensor<?x3xf32, #nn.dims<batch, 3>>) -> (tensor<?x3xi1, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>, tensor<?x3xui8, #nn.dims<batch, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>) {
    %0:4 = nn.kernel @types(%a = %x : tensor<?x3xf32, #nn.dims<batch, 3>>) -> (tensor<?x3xi1, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>, tensor<?x3xui8, #nn.dims<batch, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>) {
      %zero = nn.fill 0.0 : tensor<?x3xf32, #nn.dims<batch, 3>>
      %big = nn.fill 200.0 : tensor<?x3xf32, #nn.dims<batch, 3>>
      %p = nn.compare gt %a, %zero : tensor<?x3xf32, #nn.dims<batch, 3>>
      %s = nn.mul %a, %big : tensor<?x3xf32, #nn.dims<batch, 3>>
      %i = nn.cast %s : tensor<?x3xf32, #nn.dims<batch, 3>> -> tensor<?x3xi32, #nn.dims<batch, 3>>
      %u = nn.cast %s : tensor<?x3xf32, #nn.dims<batch, 3>> -> tensor<?x3xui8, #nn.dims<batch, 3>>
      %d = nn.cast %p : tensor<?x3xi1, #nn.dims<batch, 3>> -> tensor<?x3xf64, #nn.dims<batch, 3>>
      nn.yield %p, %i, %u, %d : tensor<?x3xi1, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>, tensor<?x3xui8, #nn.dims<batch, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>
    }
    nn.return %0#0, %0#1, %0#2, %0#3 : tensor<?x3xi1, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>, tensor<?x3xui8, #nn.dims<batch, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>
  }
  nn.func predict @scalar(%t: tensor<i64>) -> (tensor<i64>) {
    %0 = nn.kernel @scalar(%a = %t : tensor<i64>) -> tensor<i64> {
      %one = nn.fill 1.0 : tensor<i64>
      %b = nn.add %a, %one : tensor<i64>
      nn.yield %b : tensor<i64>
    }
    nn.return %0 : tensor<i64>
  }
  nn.func predict @transpose(%x: tensor<?x5xf32, #nn.dims<batch, 5>>) -> (tensor<5x?xf32, #nn.dims<5, batch>>) {
    %0 = nn.kernel @transpose(%a = %x : tensor<?x5xf32, #nn.dims<batch, 5>>) -> tensor<5x?xf32, #nn.dims<5, batch>> {
      %b = nn.transpose %a by [1, 0] : tensor<?x5xf32, #nn.dims<batch, 5>>
      nn.yield %b : tensor<5x?xf32, #nn.dims<5, batch>>
    }
    nn.return %0 : tensor<5x?xf32, #nn.dims<5, batch>>
  }
  nn.func predict @constants(%x: tensor<?x3xf32, #nn.dims<batch, 3>>) -> (tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>) {
    %0:2 = nn.kernel @constants(%a = %x : tensor<?x3xf32, #nn.dims<batch, 3>>) -> (tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>) {
      %w = nn.constant dense<[1.0, 2.0, -0.5]> : tensor<3xf32>
      %n = nn.constant dense<[7, -8, 9]> : tensor<3xi32>
      %b = nn.broadcast %w dims [1] : tensor<3xf32> -> tensor<?x3xf32, #nn.dims<batch, 3>>
      %c = nn.broadcast %n dims [1] : tensor<3xi32> -> tensor<?x3xi32, #nn.dims<batch, 3>>
      %y = nn.mul %a, %b : tensor<?x3xf32, #nn.dims<batch, 3>>
      %z = nn.neg %y : tensor<?x3xf32, #nn.dims<batch, 3>>
      %q = nn.mul %z, %b : tensor<?x3xf32, #nn.dims<batch, 3>>
      nn.yield %q, %c : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>
    }
    nn.return %0#0, %0#1 : tensor<?x3xf32, #nn.dims<batch, 3>>, tensor<?x3xi32, #nn.dims<batch, 3>>
  }
}
