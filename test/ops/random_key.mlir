// RUN: %testbin/check-op %s --work=%t
// The same numbers as runtime/random.c, which test/runtime/random.c holds against published ones.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @one(%n: tensor<i64> {nn.name = "n"}, %seed: tensor<i64> {nn.name = "seed"})
      -> (tensor<i64> {nn.name = "y"}) {
    %y = nn.random_key %seed, %n stream 7 : tensor<i64>, tensor<i64>
    nn.return %y : tensor<i64>
  }

  nn.func predict @negative_stream(%seed: tensor<i64> {nn.name = "seed"}) -> (tensor<i64> {nn.name = "y"}) {
    %n = nn.fill 3.0 : tensor<i64>
    %y = nn.random_key %seed, %n stream -8639655937819387445 : tensor<i64>, tensor<i64>
    nn.return %y : tensor<i64>
  }

  nn.func predict @chained(%n: tensor<i64> {nn.name = "n"}, %seed: tensor<i64> {nn.name = "seed"})
      -> (tensor<i64> {nn.name = "y"}) {
    %key = nn.random_key %seed, %n stream 1 : tensor<i64>, tensor<i64>
    %y = nn.random_key %key, %n stream 1 : tensor<i64>, tensor<i64>
    nn.return %y : tensor<i64>
  }
}
