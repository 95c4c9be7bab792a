// A planned module with every way a value can travel: from and to the caller, the workspace and variables, in place
// and copied; kernels that only the report needs; sizes known at run time; scalars.
nn.model @planned attributes {source_name = "Planned", symbols = ["batch", "time"], bounds = array<i64: 0, 8>} {
  nn.variable @scale parameter : tensor<3xf32> = <constant, 2.0> {offset = 0 : i64}
  nn.variable @total state : tensor<f32> = <constant, 0.0> {offset = 64 : i64}
  nn.variable @last state : tensor<f32> = <values, dense<0.5> : tensor<f64>> {offset = 128 : i64}
  nn.variable @train.step step_counter : tensor<i64> = <constant, 0.0> {offset = 192 : i64}

  // y = x * scale is copied out of the workspace; z, the same in another shape, is written where the caller wants it.
  nn.func predict @predict(%x: tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "x", nn.doc = "what to scale"})
      -> (tensor<?x?x3xf32, #nn.dims<batch, time, 3>> {nn.name = "y"},
          tensor<?x3xf32, #nn.dims<"batch*time", 3>> {nn.name = "z"}) attributes {workspace = #nn.dim<"64*batch*time+64">} {
    %scale = nn.load @scale : tensor<3xf32>
    %0 = nn.kernel @scale_rows(%a = %x : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, %b = %scale : tensor<3xf32>)
        -> tensor<?x?x3xf32, #nn.dims<batch, time, 3>> attributes {places = [#nn.arena<64>]} {
      %1 = nn.broadcast %b dims [2] : tensor<3xf32> -> tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
      %2 = nn.mul %a, %1 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
      nn.yield %2 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>
    }
    %flat = nn.reshape %0 : tensor<?x?x3xf32, #nn.dims<batch, time, 3>> -> tensor<?x3xf32, #nn.dims<"batch*time", 3>>
    %z = nn.kernel @negate_rows(%a = %flat : tensor<?x3xf32, #nn.dims<"batch*time", 3>>)
        -> tensor<?x3xf32, #nn.dims<"batch*time", 3>> attributes {places = [#nn.output<1>]} {
      %1 = nn.neg %a : tensor<?x3xf32, #nn.dims<"batch*time", 3>>
      nn.yield %1 : tensor<?x3xf32, #nn.dims<"batch*time", 3>>
    }
    nn.return %0, %z : tensor<?x?x3xf32, #nn.dims<batch, time, 3>>, tensor<?x3xf32, #nn.dims<"batch*time", 3>>
  }

  // total += sum(x) * rate; the loss is the new total, the metric what `last` was. Only the loss needs @only_report.
  nn.func step @train_step(%x: tensor<?xf32, #nn.dims<batch>> {nn.name = "x"},
                           %shift: tensor<f32> {nn.name = "shift"},
                           %rate: tensor<f32> {nn.name = "rate", nn.role = "hyper", nn.default = 1.0 : f64})
      -> (tensor<f32> {nn.name = "loss", nn.role = "loss"}, tensor<f32> {nn.name = "before", nn.role = "metric"})
      attributes {step = @train.step, workspace = #nn.dim<64>} {
    %total = nn.load @total : tensor<f32>
    %last = nn.load @last : tensor<f32>
    %sum = nn.kernel @accumulate(%a = %x : tensor<?xf32, #nn.dims<batch>>, %r = %rate : tensor<f32>,
                                 %t = %total : tensor<f32>) -> tensor<f32> attributes {places = [#nn.memory<@total>]} {
      %1 = nn.sum %a over [0] : tensor<?xf32, #nn.dims<batch>>
      %2 = nn.mul %1, %r : tensor<f32>
      %3 = nn.add %2, %t : tensor<f32>
      nn.yield %3 : tensor<f32>
    }
    %loss = nn.kernel @only_report(%a = %sum : tensor<f32>, %s = %shift : tensor<f32>) -> tensor<f32>
        attributes {places = [#nn.arena<0>], report_only} {
      %1 = nn.add %a, %s : tensor<f32>
      nn.yield %1 : tensor<f32>
    }
    %t0 = nn.load @train.step : tensor<i64>
    %t1 = nn.kernel @next(%a = %t0 : tensor<i64>) -> tensor<i64> attributes {places = [#nn.memory<@train.step>]} {
      %one = nn.fill 1.0 : tensor<i64>
      %1 = nn.add %a, %one : tensor<i64>
      nn.yield %1 : tensor<i64>
    }
    nn.store %sum, @total : tensor<f32>
    nn.store %sum, @last : tensor<f32>
    nn.store %t1, @train.step : tensor<i64>
    nn.return %loss, %last : tensor<f32>, tensor<f32>
  }
}
