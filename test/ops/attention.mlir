// RUN: %testbin/check-op %s --work=%t
// Masks of all kinds, fewer and more queries than keys, queries that see no key, one key, odd widths, several blocks.

nn.model @op attributes {source_name = "Op", symbols = ["batch", "heads", "time"], bounds = array<i64: 0, 0, 0>} {
  nn.func predict @heads(%q: tensor<?x2x4x3xf64, #nn.dims<batch, 2, 4, 3>> {nn.name = "q"},
                         %k: tensor<?x2x5x3xf64, #nn.dims<batch, 2, 5, 3>> {nn.name = "k"},
                         %v: tensor<?x2x5x2xf64, #nn.dims<batch, 2, 5, 2>> {nn.name = "v"},
                         %mask: tensor<1x1x1x5xi1> {nn.name = "mask"})
      -> (tensor<?x2x4x2xf64, #nn.dims<batch, 2, 4, 2>> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v mask %mask scale 0.5
      : tensor<?x2x4x3xf64, #nn.dims<batch, 2, 4, 3>>, tensor<?x2x5x3xf64, #nn.dims<batch, 2, 5, 3>>, tensor<?x2x5x2xf64, #nn.dims<batch, 2, 5, 2>>, tensor<1x1x1x5xi1>
    nn.return %y : tensor<?x2x4x2xf64, #nn.dims<batch, 2, 4, 2>>
  }

  nn.func predict @causal(%q: tensor<2x5x3xf64> {nn.name = "q"},
                          %k: tensor<2x5x3xf64> {nn.name = "k"},
                          %v: tensor<2x5x3xf64> {nn.name = "v"})
      -> (tensor<2x5x3xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5 causal
      : tensor<2x5x3xf64>, tensor<2x5x3xf64>, tensor<2x5x3xf64>
    nn.return %y : tensor<2x5x3xf64>
  }

  nn.func predict @plain(%q: tensor<?x3x4xf64, #nn.dims<batch, 3, 4>> {nn.name = "q"},
                         %k: tensor<?x7x4xf64, #nn.dims<batch, 7, 4>> {nn.name = "k"},
                         %v: tensor<?x7x4xf64, #nn.dims<batch, 7, 4>> {nn.name = "v"})
      -> (tensor<?x3x4xf64, #nn.dims<batch, 3, 4>> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5
      : tensor<?x3x4xf64, #nn.dims<batch, 3, 4>>, tensor<?x7x4xf64, #nn.dims<batch, 7, 4>>, tensor<?x7x4xf64, #nn.dims<batch, 7, 4>>
    nn.return %y : tensor<?x3x4xf64, #nn.dims<batch, 3, 4>>
  }

  nn.func predict @one_key(%q: tensor<2x3x2xf64> {nn.name = "q"},
                           %k: tensor<2x1x2xf64> {nn.name = "k"},
                           %v: tensor<2x1x3xf64> {nn.name = "v"})
      -> (tensor<2x3x3xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5
      : tensor<2x3x2xf64>, tensor<2x1x2xf64>, tensor<2x1x3xf64>
    nn.return %y : tensor<2x3x3xf64>
  }

  nn.func predict @one_query(%q: tensor<2x1x3xf64> {nn.name = "q"},
                             %k: tensor<2x4x3xf64> {nn.name = "k"},
                             %v: tensor<2x4x1xf64> {nn.name = "v"},
                             %mask: tensor<2x1x4xi1> {nn.name = "mask"})
      -> (tensor<2x1x1xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v mask %mask scale 0.5
      : tensor<2x1x3xf64>, tensor<2x4x3xf64>, tensor<2x4x1xf64>, tensor<2x1x4xi1>
    nn.return %y : tensor<2x1x1xf64>
  }

  nn.func predict @width_one(%q: tensor<3x1xf64> {nn.name = "q"},
                             %k: tensor<4x1xf64> {nn.name = "k"},
                             %v: tensor<4x1xf64> {nn.name = "v"})
      -> (tensor<3x1xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5
      : tensor<3x1xf64>, tensor<4x1xf64>, tensor<4x1xf64>
    nn.return %y : tensor<3x1xf64>
  }

  nn.func predict @causal_earlier(%q: tensor<2x3x2xf64> {nn.name = "q"},
                                  %k: tensor<2x6x2xf64> {nn.name = "k"},
                                  %v: tensor<2x6x2xf64> {nn.name = "v"})
      -> (tensor<2x3x2xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5 causal
      : tensor<2x3x2xf64>, tensor<2x6x2xf64>, tensor<2x6x2xf64>
    nn.return %y : tensor<2x3x2xf64>
  }

  nn.func predict @causal_unseen(%q: tensor<1x5x2xf64> {nn.name = "q"},
                                 %k: tensor<1x3x2xf64> {nn.name = "k"},
                                 %v: tensor<1x3x2xf64> {nn.name = "v"})
      -> (tensor<1x5x2xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5 causal
      : tensor<1x5x2xf64>, tensor<1x3x2xf64>, tensor<1x3x2xf64>
    nn.return %y : tensor<1x5x2xf64>
  }

  nn.func predict @full_mask(%q: tensor<2x1x3x2xf64> {nn.name = "q"},
                             %k: tensor<2x1x4x2xf64> {nn.name = "k"},
                             %v: tensor<2x1x4x2xf64> {nn.name = "v"},
                             %mask: tensor<2x1x3x4xi1> {nn.name = "mask"})
      -> (tensor<2x1x3x2xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v mask %mask scale 0.5
      : tensor<2x1x3x2xf64>, tensor<2x1x4x2xf64>, tensor<2x1x4x2xf64>, tensor<2x1x3x4xi1>
    nn.return %y : tensor<2x1x3x2xf64>
  }

  nn.func predict @causal_mask(%q: tensor<2x4x3xf64> {nn.name = "q"},
                               %k: tensor<2x4x3xf64> {nn.name = "k"},
                               %v: tensor<2x4x2xf64> {nn.name = "v"},
                               %mask: tensor<1x4x4xi1> {nn.name = "mask"})
      -> (tensor<2x4x2xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v mask %mask scale 0.5 causal
      : tensor<2x4x3xf64>, tensor<2x4x3xf64>, tensor<2x4x2xf64>, tensor<1x4x4xi1>
    nn.return %y : tensor<2x4x2xf64>
  }

  nn.func predict @wide(%q: tensor<2x3x17xf64> {nn.name = "q"},
                        %k: tensor<2x5x17xf64> {nn.name = "k"},
                        %v: tensor<2x5x9xf64> {nn.name = "v"})
      -> (tensor<2x3x9xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5
      : tensor<2x3x17xf64>, tensor<2x5x17xf64>, tensor<2x5x9xf64>
    nn.return %y : tensor<2x3x9xf64>
  }

  nn.func predict @statistic(%q: tensor<2x3x2xf64> {nn.name = "q"},
                             %k: tensor<2x4x2xf64> {nn.name = "k"},
                             %v: tensor<2x4x2xf64> {nn.name = "v"})
      -> (tensor<2x3xf64> {nn.name = "statistic"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 1.5 : tensor<2x3x2xf64>, tensor<2x4x2xf64>, tensor<2x4x2xf64>
    nn.return %statistic : tensor<2x3xf64>
  }

  nn.func predict @blocks(%q: tensor<37x1xf64> {nn.name = "q"},
                          %k: tensor<70x1xf64> {nn.name = "k"},
                          %v: tensor<70x1xf64> {nn.name = "v"})
      -> (tensor<37x1xf64> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 1.0 causal : tensor<37x1xf64>, tensor<70x1xf64>, tensor<70x1xf64>
    nn.return %y : tensor<37x1xf64>
  }

  nn.func predict @run_time(%q: tensor<2x?x3xf64, #nn.dims<2, batch, 3>> {nn.name = "q"},
                            %k: tensor<2x?x3xf64, #nn.dims<2, batch, 3>> {nn.name = "k"},
                            %v: tensor<2x?x2xf64, #nn.dims<2, batch, 2>> {nn.name = "v"})
      -> (tensor<2x?x2xf64, #nn.dims<2, batch, 2>> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5 causal
      : tensor<2x?x3xf64, #nn.dims<2, batch, 3>>, tensor<2x?x3xf64, #nn.dims<2, batch, 3>>, tensor<2x?x2xf64, #nn.dims<2, batch, 2>>
    nn.return %y : tensor<2x?x2xf64, #nn.dims<2, batch, 2>>
  }

  nn.func predict @run_time_sizes(%q: tensor<?x?x?x3xf64, #nn.dims<batch, heads, time, 3>> {nn.name = "q"},
                                  %k: tensor<?x?x?x3xf64, #nn.dims<batch, heads, time, 3>> {nn.name = "k"},
                                  %v: tensor<?x?x?x2xf64, #nn.dims<batch, heads, time, 2>> {nn.name = "v"})
      -> (tensor<?x?x?x2xf64, #nn.dims<batch, heads, time, 2>> {nn.name = "y"}) {
    %y, %statistic = nn.attention %q, %k, %v scale 0.5 causal
      : tensor<?x?x?x3xf64, #nn.dims<batch, heads, time, 3>>, tensor<?x?x?x3xf64, #nn.dims<batch, heads, time, 3>>, tensor<?x?x?x2xf64, #nn.dims<batch, heads, time, 2>>
    nn.return %y : tensor<?x?x?x2xf64, #nn.dims<batch, heads, time, 2>>
  }
}
