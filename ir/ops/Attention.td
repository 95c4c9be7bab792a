// Attention.td: scaled dot product attention and its gradient.
#ifndef NN_OPS_ATTENTION_TD
#define NN_OPS_ATTENTION_TD

include "ir/Dialect.td"

def NN_AttentionOp : NN_DiffOp<"attention", [InferTypeOpAdaptor, NN_WholeKernel]> {
  let summary = "scaled dot product attention";
  let description = [{
    `y[..., i, :] = sum over j of p[..., i, j] * v[..., j, :]` with `p[..., i, :] = softmax(s[..., i, :])` over the keys
    j that query i sees, and `s[..., i, j] = scale * sum over x of q[..., i, x] * k[..., j, x]`. `q` is
    [..., queries, d], `k` [..., keys, d], `v` [..., keys, e]; their leading axes (batch, head) are the same. d and e
    are known while compiling. Neither `s` nor `p` is ever stored as a whole.

    With `causal`, query i sees keys up to i + keys - queries: the last query sees all. A `mask` of truth values has the
    rank of `q` and, on each axis of [..., queries, keys], the size there or 1; where it is false the key is not seen.

    `statistic[..., i]` is the logarithm of the sum of exp(s[..., i, j]) over the keys seen, which the gradient reads. A
    query that sees no key gives a row of zeros, statistic 0 and zero gradients.

    NaN in what a query sees makes its row NaN, as does a score of +infinity; a score of -infinity is as not seen. Keys and
    values that are not seen must be finite: NaN or infinity there may reach the result, and a score of less than
    -1e36 in f32 (-1e300 in f64) counts as not seen.

    ```mlir
    %y, %statistic = nn.attention %q, %k, %v scale 0.125 causal
      : tensor<8x128x64xf32>, tensor<8x128x64xf32>, tensor<8x128x64xf32>
    ```
  }];
  let arguments = (ins NN_FloatTensor:$q, NN_FloatTensor:$k, NN_FloatTensor:$v, Optional<NN_BoolTensor>:$mask,
                       F64Attr:$scale, UnitAttr:$causal);
  let results = (outs NN_FloatTensor:$y, NN_FloatTensor:$statistic);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`mask` $mask^)? `scale` $scale (`causal` $causal^)? attr-dict
    `:` type($q) `,` type($k) `,` type($v) (`,` type($mask)^)?
  }];
  let operations = [{ attentionOperations(getQ(), getK(), getV(), getCausal(), 1, 1) }];
  let gradient = [{ return attentionGradient(g, *this, dResults); }];
  let rule = "attention";
  let letters = ["q", "k", "v", "mask"];
  let resultLetters = ["y", "statistic"];
  let forward = "s[i, j] = scale * (sum(x) q[i, x] * k[j, x]); p[i, j] = seen[i, j] * exp(s[i, j]) / (sum(m) seen[i, m] * exp(s[i, m])); y[i, z] = sum(j) p[i, j] * v[j, z]; statistic[i] = log(sum(m) seen[i, m] * exp(s[i, m]))";
  let words = "`seen[i, j]` is 1 where the mask and the order (causal: j is at most i, counted from the end) let query i see key j, else 0; a query that sees none has y, statistic and adjoints of 0";
  let before = "d_v[j, z] = sum(i) p[i, j] * d_y[i, z]; d_p[i, j] = sum(z) d_y[i, z] * v[j, z]; d_s[i, j] = p[i, j] * (d_p[i, j] - (sum(m) d_p[i, m] * p[i, m])); d_q[i, x] = scale * (sum(j) d_s[i, j] * k[j, x]); d_k[j, x] = scale * (sum(i) d_s[i, j] * q[i, x])";
  let formula = "p[i, j] = seen[i, j] * exp(s[i, j] - statistic[i]); d_v[j, z] = sum(i) p[i, j] * d_y[i, z]; d_p[i, j] = sum(z) d_y[i, z] * v[j, z]; d_s[i, j] = p[i, j] * (d_p[i, j] - (sum(z) d_y[i, z] * y[i, z])); d_q[i, x] = scale * (sum(j) d_s[i, j] * k[j, x]); d_k[j, x] = scale * (sum(i) d_s[i, j] * q[i, x])";
  let saves = ["q", "k", "v", "mask", "y", "statistic"];
}

def NN_AttentionGradientOp : NN_DiffOp<"attention_gradient", [InferTypeOpAdaptor, NN_WholeKernel]> {
  let summary = "gradient of nn.attention with respect to queries, keys and values";
  let description = [{
    With `s` as in nn.attention and `p[..., i, j] = exp(s[..., i, j] - statistic[..., i])` where query i sees key j, else
    0: `w = p * (dy @ v^T - correction)`, `dq = scale * w @ k`, `dk = scale * w^T @ q`, `dv = p^T @ dy`. `correction` has
    one number per query, the sum of dy * y. The matrices `s`, `p` and `w` are made in blocks and never stored as a whole.

    The gradients of this op are made of matrix products and do store them.
  }];
  let arguments = (ins NN_FloatTensor:$q, NN_FloatTensor:$k, NN_FloatTensor:$v, NN_FloatTensor:$statistic,
                       NN_FloatTensor:$dy, NN_FloatTensor:$correction, Optional<NN_BoolTensor>:$mask, F64Attr:$scale,
                       UnitAttr:$causal);
  let results = (outs NN_FloatTensor:$dq, NN_FloatTensor:$dk, NN_FloatTensor:$dv);
  let assemblyFormat = [{
    $q `,` $k `,` $v `,` $statistic `,` $dy `,` $correction (`mask` $mask^)? `scale` $scale (`causal` $causal^)? attr-dict
    `:` type($q) `,` type($k) `,` type($v) `,` type($statistic) `,` type($dy) `,` type($correction) (`,` type($mask)^)?
  }];
  let operations = [{ attentionOperations(getQ(), getK(), getV(), getCausal(), 3, 2) }];
  let gradient = [{ return attentionSecondGradient(g, *this, dResults); }];
  let rule = "derivative of attention's gradient";
  let letters = ["q", "k", "v", "statistic", "g", "correction", "mask"];
  let resultLetters = ["dq", "dk", "dv"];
  let forward = "p[i, j] = seen[i, j] * exp(scale * (sum(x) q[i, x] * k[j, x]) - statistic[i]); e[i, j] = (sum(z) g[i, z] * v[j, z]) - correction[i]; dq[i, x] = scale * (sum(j) p[i, j] * e[i, j] * k[j, x]); dk[j, x] = scale * (sum(i) p[i, j] * e[i, j] * q[i, x]); dv[j, z] = sum(i) p[i, j] * g[i, z]";
  let words = "`seen[i, j]` is 1 where query i sees key j, else 0";
  let formula = "d_w[i, j] = scale * (sum(x) d_dq[i, x] * k[j, x]) + scale * (sum(x) q[i, x] * d_dk[j, x]); d_e[i, j] = d_w[i, j] * p[i, j]; d_s[i, j] = p[i, j] * (d_w[i, j] * e[i, j] + (sum(z) g[i, z] * d_dv[j, z])); d_q[i, x] = scale * (sum(j) (d_s[i, j] * k[j, x] + p[i, j] * e[i, j] * d_dk[j, x])); d_k[j, x] = scale * (sum(i) (d_s[i, j] * q[i, x] + p[i, j] * e[i, j] * d_dq[i, x])); d_v[j, z] = sum(i) d_e[i, j] * g[i, z]; d_g[i, z] = sum(j) (d_e[i, j] * v[j, z] + p[i, j] * d_dv[j, z]); d_statistic[i] = -(sum(j) d_s[i, j]); d_correction[i] = -(sum(j) d_e[i, j])";
  let saves = ["q", "k", "v", "statistic", "g", "correction", "mask"];
}

#endif
