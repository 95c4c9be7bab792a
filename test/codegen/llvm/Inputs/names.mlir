// Names that C or C++ keep for themselves, and documentation that would break a comment.
nn.model @xor attributes {source_name = "Xor", symbols = ["int", "batch"], bounds = array<i64: 4, 16>,
                          doc = "Ends in a backslash \\\0A*/ /* // ??/\0Alast line"} {
  nn.variable @dense1.weight parameter : tensor<2x3xf32> = <constant, 0.0> {offset = 0 : i64}
  nn.func predict @predict(%class: tensor<?x?xf32, #nn.dims<int, batch>> {nn.name = "class", nn.doc = "first \\"},
                           %model: tensor<i1> {nn.name = "model"}, %report: tensor<?xui8, #nn.dims<batch>> {nn.name = "report"},
                           %seed: tensor<i64> {nn.name = "seed", nn.role = "seed"})
      -> (tensor<?x?xf32, #nn.dims<int, batch>> {nn.name = "double"}) attributes {workspace = #nn.dim<"64*batch">} {
    %0 = nn.kernel @copy(%a = %class : tensor<?x?xf32, #nn.dims<int, batch>>) -> tensor<?x?xf32, #nn.dims<int, batch>>
        attributes {places = [#nn.output<0>]} {
      %1 = nn.neg %a : tensor<?x?xf32, #nn.dims<int, batch>>
      nn.yield %1 : tensor<?x?xf32, #nn.dims<int, batch>>
    }
    nn.return %0 : tensor<?x?xf32, #nn.dims<int, batch>>
  }
  nn.func step @train_step(%x: tensor<?xf32, #nn.dims<batch>> {nn.name = "x"},
                           %new: tensor<f32> {nn.name = "new", nn.role = "hyper", nn.default = 1.0e-3 : f64},
                           %lr: tensor<f32> {nn.name = "lr", nn.role = "hyper"})
      -> (tensor<f32> {nn.name = "register", nn.role = "loss"}, tensor<f32> {nn.name = "errno", nn.role = "metric"},
          tensor<i64> {nn.name = "errno_count", nn.role = "metric_count"}) attributes {defaults = @train_hyper_defaults, workspace = #nn.dim<0>} {
    %0 = nn.kernel @first(%a = %new : tensor<f32>) -> tensor<f32> attributes {places = [#nn.output<0>]} {
      %1 = nn.neg %a : tensor<f32>
      nn.yield %1 : tensor<f32>
    }
    %n = nn.kernel @count() -> tensor<i64> attributes {places = [#nn.output<2>]} {
      %1 = nn.fill 1.0 : tensor<i64>
      nn.yield %1 : tensor<i64>
    }
    nn.return %0, %0, %n : tensor<f32>, tensor<f32>, tensor<i64>
  }
  nn.func defaults @train_hyper_defaults() -> (tensor<f32> {nn.name = "new"}, tensor<f32> {nn.name = "lr"})
      attributes {workspace = #nn.dim<64>} {
    %0 = nn.kernel @one() -> tensor<f32> attributes {places = [#nn.arena<0>]} {
      %1 = nn.fill 1.0 : tensor<f32>
      nn.yield %1 : tensor<f32>
    }
    nn.return %0, %0 : tensor<f32>, tensor<f32>
  }
}
// A second model: one header for both, and every name in it once.
nn.model @sin attributes {source_name = "Sin", symbols = [], bounds = array<i64>} {
  nn.func evaluate @evaluate(%x: tensor<4xi32> {nn.name = "x", nn.index_bound = 10, nn.index_ignore = -1})
      -> (tensor<f32> {nn.name = "loss", nn.role = "loss"}) attributes {workspace = #nn.dim<0>} {
    %0 = nn.kernel @one() -> tensor<f32> attributes {places = [#nn.output<0>]} {
      %1 = nn.fill 1.0 : tensor<f32>
      nn.yield %1 : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
}
// A name that the standard library has as a type.
nn.model @int64_t attributes {source_name = "Int64_t", symbols = [], bounds = array<i64>} {
  nn.func predict @predict() -> (tensor<f32> {nn.name = "y"}) attributes {workspace = #nn.dim<0>} {
    %0 = nn.kernel @one() -> tensor<f32> attributes {places = [#nn.output<0>]} {
      %1 = nn.fill 1.0 : tensor<f32>
      nn.yield %1 : tensor<f32>
    }
    nn.return %0 : tensor<f32>
  }
}
