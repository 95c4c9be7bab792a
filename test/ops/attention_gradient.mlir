// RUN: %testbin/check-op %s --work=%t
// Each result alone, keys and values of one width and of two. Statistics need not be those of the scores.

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @all(%q: tensor<?x3x3xf64, #nn.dims<batch, 3, 3>> {nn.name = "q"},
                       %k: tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "k"},
                       %v: tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "v"},
                       %statistic: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "statistic", nn.range = array<f64: 1.0, 3.0>},
                       %dy: tensor<?x3x3xf64, #nn.dims<batch, 3, 3>> {nn.name = "dy"},
                       %correction: tensor<?x3xf64, #nn.dims<batch, 3>> {nn.name = "correction"})
      -> (tensor<?x3x3xf64, #nn.dims<batch, 3, 3>> {nn.name = "dq"}, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "dk"}, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>> {nn.name = "dv"}) {
    %dq, %dk, %dv = nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction scale 0.5
      : tensor<?x3x3xf64, #nn.dims<batch, 3, 3>>, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>, tensor<?x3x3xf64, #nn.dims<batch, 3, 3>>, tensor<?x3xf64, #nn.dims<batch, 3>>
    nn.return %dq, %dk, %dv : tensor<?x3x3xf64, #nn.dims<batch, 3, 3>>, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>, tensor<?x4x3xf64, #nn.dims<batch, 4, 3>>
  }

  nn.func predict @causal(%q: tensor<2x3x2xf64> {nn.name = "q"},
                          %k: tensor<2x3x2xf64> {nn.name = "k"},
                          %v: tensor<2x3x3xf64> {nn.name = "v"},
                          %statistic: tensor<2x3xf64> {nn.name = "statistic", nn.range = array<f64: 1.0, 3.0>},
                          %dy: tensor<2x3x3xf64> {nn.name = "dy"},
                          %correction: tensor<2x3xf64> {nn.name = "correction"})
      -> (tensor<2x3x2xf64> {nn.name = "dk"}, tensor<2x3x3xf64> {nn.name = "dv"}) {
    %dq, %dk, %dv = nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction scale 0.5 causal
      : tensor<2x3x2xf64>, tensor<2x3x2xf64>, tensor<2x3x3xf64>, tensor<2x3xf64>, tensor<2x3x3xf64>, tensor<2x3xf64>
    nn.return %dk, %dv : tensor<2x3x2xf64>, tensor<2x3x3xf64>
  }

  nn.func predict @queries(%q: tensor<2x1x2x3xf64> {nn.name = "q"},
                           %k: tensor<2x1x4x3xf64> {nn.name = "k"},
                           %v: tensor<2x1x4x1xf64> {nn.name = "v"},
                           %statistic: tensor<2x1x2xf64> {nn.name = "statistic", nn.range = array<f64: 1.0, 3.0>},
                           %dy: tensor<2x1x2x1xf64> {nn.name = "dy"},
                           %correction: tensor<2x1x2xf64> {nn.name = "correction"},
                           %mask: tensor<1x1x1x4xi1> {nn.name = "mask"})
      -> (tensor<2x1x2x3xf64> {nn.name = "dq"}) {
    %dq, %dk, %dv = nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction mask %mask scale 0.5
      : tensor<2x1x2x3xf64>, tensor<2x1x4x3xf64>, tensor<2x1x4x1xf64>, tensor<2x1x2xf64>, tensor<2x1x2x1xf64>, tensor<2x1x2xf64>, tensor<1x1x1x4xi1>
    nn.return %dq : tensor<2x1x2x3xf64>
  }

  nn.func predict @keys(%q: tensor<1x1x1xf64> {nn.name = "q"},
                        %k: tensor<1x3x1xf64> {nn.name = "k"},
                        %v: tensor<1x3x2xf64> {nn.name = "v"},
                        %statistic: tensor<1x1xf64> {nn.name = "statistic", nn.range = array<f64: 1.0, 3.0>},
                        %dy: tensor<1x1x2xf64> {nn.name = "dy"},
                        %correction: tensor<1x1xf64> {nn.name = "correction"})
      -> (tensor<1x3x1xf64> {nn.name = "dk"}) {
    %dq, %dk, %dv = nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction scale 0.5
      : tensor<1x1x1xf64>, tensor<1x3x1xf64>, tensor<1x3x2xf64>, tensor<1x1xf64>, tensor<1x1x2xf64>, tensor<1x1xf64>
    nn.return %dk : tensor<1x3x1xf64>
  }

  nn.func predict @values(%q: tensor<2x4x2xf64> {nn.name = "q"},
                          %k: tensor<2x1x2xf64> {nn.name = "k"},
                          %v: tensor<2x1x1xf64> {nn.name = "v"},
                          %statistic: tensor<2x4xf64> {nn.name = "statistic", nn.range = array<f64: 1.0, 3.0>},
                          %dy: tensor<2x4x1xf64> {nn.name = "dy"},
                          %correction: tensor<2x4xf64> {nn.name = "correction"},
                          %mask: tensor<2x4x1xi1> {nn.name = "mask"})
      -> (tensor<2x4x2xf64> {nn.name = "dq"}, tensor<2x1x1xf64> {nn.name = "dv"}) {
    %dq, %dk, %dv = nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction mask %mask scale 0.5
      : tensor<2x4x2xf64>, tensor<2x1x2xf64>, tensor<2x1x1xf64>, tensor<2x4xf64>, tensor<2x4x1xf64>, tensor<2x4xf64>, tensor<2x4x1xi1>
    nn.return %dq, %dv : tensor<2x4x2xf64>, tensor<2x1x1xf64>
  }
}
