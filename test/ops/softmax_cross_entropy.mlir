// RUN: %testbin/check-op %s --work=%t

nn.model @op attributes {source_name = "Op", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.func predict @rows(%z: tensor<?x5xf64, #nn.dims<batch, 5>> {nn.name = "z"},
                        %label: tensor<?xi32, #nn.dims<batch>> {nn.name = "label"})
      -> (tensor<?xf64, #nn.dims<batch>> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<?x5xf64, #nn.dims<batch, 5>>, tensor<?xi32, #nn.dims<batch>>
    nn.return %y : tensor<?xf64, #nn.dims<batch>>
  }

  nn.func predict @wide(%z: tensor<3x37xf64> {nn.name = "z"},
                        %label: tensor<3xi64> {nn.name = "label"})
      -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<3x37xf64>, tensor<3xi64>
    nn.return %y : tensor<3xf64>
  }

  nn.func predict @bytes(%z: tensor<5x3xf64> {nn.name = "z"},
                         %label: tensor<5xui8> {nn.name = "label"})
      -> (tensor<5xf64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<5x3xf64>, tensor<5xui8>
    nn.return %y : tensor<5xf64>
  }

  nn.func predict @one_class(%z: tensor<3x1xf64> {nn.name = "z"},
                             %label: tensor<3xi32> {nn.name = "label"})
      -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<3x1xf64>, tensor<3xi32>
    nn.return %y : tensor<3xf64>
  }

  nn.func predict @ignored(%z: tensor<9x3xf64> {nn.name = "z"},
                           %label: tensor<9xi32> {nn.name = "label"})
      -> (tensor<9xf64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label ignore 1 : tensor<9x3xf64>, tensor<9xi32>
    nn.return %y : tensor<9xf64>
  }

  nn.func predict @positions(%z: tensor<?x2x4xf64, #nn.dims<batch, 2, 4>> {nn.name = "z"},
                             %label: tensor<?x2xi32, #nn.dims<batch, 2>> {nn.name = "label"})
      -> (tensor<?x2xf64, #nn.dims<batch, 2>> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<?x2x4xf64, #nn.dims<batch, 2, 4>>, tensor<?x2xi32, #nn.dims<batch, 2>>
    nn.return %y : tensor<?x2xf64, #nn.dims<batch, 2>>
  }

  nn.func predict @single(%z: tensor<4xf64> {nn.name = "z"},
                          %label: tensor<i32> {nn.name = "label"})
      -> (tensor<f64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<4xf64>, tensor<i32>
    nn.return %y : tensor<f64>
  }

  nn.func predict @large(%z: tensor<3x4xf64> {nn.name = "z", nn.range = array<f64: 798.0, 802.0>},
                         %label: tensor<3xi32> {nn.name = "label"})
      -> (tensor<3xf64> {nn.name = "y"}) {
    %y = nn.softmax_cross_entropy %z, %label : tensor<3x4xf64>, tensor<3xi32>
    nn.return %y : tensor<3xf64>
  }
}
