// Ops.td: all ops of the dialect.
include "ir/ops/Elementwise.td"
include "ir/ops/Matmul.td"
include "ir/ops/Reduce.td"
include "ir/ops/Softmax.td"
include "ir/ops/Shape.td"
include "ir/ops/Structure.td"
