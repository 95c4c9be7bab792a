// Matmul.td: contractions.
#ifndef NN_OPS_MATMUL_TD
#define NN_OPS_MATMUL_TD

include "ir/Dialect.td"

def NN_MatmulOp : NN_DiffOp<"matmul", [InferTypeOpAdaptor, NN_Contraction,
    DeclareOpInterfaceMethods<TurnwiseOpInterface, ["overAllTurns", "sumOverTurns",
    "laidOutForTurns", "takeLaidOut"]>]> {
  let summary = "matrix product";
  let description = [{
    `y[..., m, n] = sum over k of lhs[..., m, k] * rhs[..., k, n]`. With `lhs_transposed` the left operand is read
    as [..., k, m], with `rhs_transposed` the right one as [..., n, k], so that all three products of training
    (y = x w, dx = dy wᵀ, dw = xᵀ dy) are this op and nothing is transposed in memory. Leading (batch) axes are
    equal on both sides.

    ```mlir
    %dw = nn.matmul %x, %dy lhs_transposed : tensor<?x784xf32, #nn.dims<batch, 784>>, tensor<?x128xf32, #nn.dims<batch, 128>>
    ```
  }];
  let arguments = (ins NN_FloatTensor:$lhs, NN_FloatTensor:$rhs, UnitAttr:$lhs_transposed, UnitAttr:$rhs_transposed);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = [{
    $lhs `,` $rhs (`lhs_transposed` $lhs_transposed^)? (`rhs_transposed` $rhs_transposed^)? attr-dict
    `:` type($lhs) `,` type($rhs)
  }];
  let hasCanonicalizer = 1;
  let operations = [{ matmulOperations(*this) }];
  let gradient = [{ return matmulGradient(g, *this, dy); }];
  let rule = "matrix product";
  let letters = ["a", "b"];
  let forward = "y = a @ b";
  let before = "d_a[m, k] = sum(n) d_y[m, n] * b[k, n]; d_b[k, n] = sum(m) a[m, k] * d_y[m, n]";
  let formula = "d_a = d_y @ transpose(b); d_b = transpose(a) @ d_y";
  let saves = ["a", "b"];
}

#endif
