// Pool.td: pools: the maximum or the mean under a window that slides over the spatial axes, each channel by itself.
#ifndef NN_OPS_POOL_TD
#define NN_OPS_POOL_TD

include "ir/Dialect.td"

// What the ops of this family have in common.
class NN_PoolWindow {
  dag attributes = (ins DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                        DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  string format = "`window` $sizes `strides` $strides `dilations` $dilations `low` $low `high` $high";
  code declaration = [{
    /// The window, as it slides over the tensor of the larger sizes.
    ::nnc::Window window() { return {getSizes(), getStrides(), getDilations(), getLow(), getHigh()}; }
  }];
}

def NN_MaxPoolOp : NN_DiffOp<"max_pool", [InferTypeOpAdaptor, NN_Windowed]> {
  let summary = "maximum under a sliding window";
  let description = [{
    `y[n, p..., c] = max over taps t of x[n, p * strides + t * dilations - low, c]`; `low` and `high` elements around x
    count as -infinity. x is [n, spatial..., channels] with one to three spatial axes, y has the sizes that `nn.conv`
    would give them. A NaN in a window is its maximum. The gradient goes to the first maximum in row-major order of taps.
  }];
  let arguments = !con((ins NN_FloatTensor:$x), NN_PoolWindow<>.attributes);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x " # NN_PoolWindow<>.format # " attr-dict `:` type($x)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getY())) }];
  let gradient = [{ return maxPoolGradient(g, *this, dy); }];
  let rule = "max pool";
  let letters = ["x"];
  let forward = "y[n, p, c] = x[n, index[n, p, c], c]";
  let words = "`index[n, p, c]` is the place in x of the window's maximum at p, the first of equal ones; one spatial axis";
  let formula = "d_x[n, i, c] = sum(p) d_y[n, p, c] * (index[n, p, c] == i)";
  let saves = ["x"];
}

def NN_MaxPoolIndexOp : NN_ConstantOp<"max_pool_index", [InferTypeOpAdaptor, NN_Windowed]> {
  let summary = "where the maximum under a sliding window is";
  let description = [{
    For each result of `nn.max_pool` the element of x that it is: its number in row-major order of x's spatial axes,
    from 0. Of equal ones the first; of NaNs the first. -1 where the window lies in the padding alone.
  }];
  let arguments = !con((ins NN_FloatTensor:$x), NN_PoolWindow<>.attributes);
  let results = (outs NN_PositionTensor:$y);
  let assemblyFormat = "$x " # NN_PoolWindow<>.format # " attr-dict `:` type($x)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getY())) }];
  let reason = "'max_pool_index' is piecewise constant";
}

def NN_MaxUnpoolOp : NN_DiffOp<"max_unpool", [NN_Windowed]> {
  let summary = "values back to where the maxima under a sliding window were";
  let description = [{
    The adjoint of `nn.max_pool_gather` in x: `y[n, i..., c]` is the sum of `values[n, p..., c]` over the positions p
    whose window contains element i and whose `index` says i. Elsewhere 0, whatever the values are; the sign of a zero
    is open.
  }];
  let arguments = !con((ins NN_FloatTensor:$values, NN_PositionTensor:$index), NN_PoolWindow<>.attributes);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$values `,` $index " # NN_PoolWindow<>.format #
      " attr-dict `:` type($values) `,` type($index) `->` type($y)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getValues())) }];
  let hasVerifier = 1;
  let gradient = [{ return maxUnpoolGradient(g, *this, dy); }];
  let rule = "max unpool";
  let letters = ["values", "index"];
  let forward = "y[n, i, c] = sum(p) values[n, p, c] * (index[n, p, c] == i)";
  let formula = "d_values[n, p, c] = d_y[n, index[n, p, c], c]";
  let saves = ["index"];
}

def NN_MaxPoolGatherOp : NN_DiffOp<"max_pool_gather", [InferTypeOpAdaptor, NN_Windowed]> {
  let summary = "the elements that the maxima under a sliding window were";
  let description = [{
    `y[n, p..., c] = x[n, index[n, p..., c], c]`, the index as of `nn.max_pool_index`; 0 where it is not in p's window.
    NaN and infinities come along; where the sum over a window is made by products with 0 and 1, another NaN or infinity in
    the window makes the result NaN.
  }];
  let arguments = !con((ins NN_FloatTensor:$x, NN_PositionTensor:$index), NN_PoolWindow<>.attributes);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x `,` $index " # NN_PoolWindow<>.format # " attr-dict `:` type($x) `,` type($index)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getY())) }];
  let gradient = [{ return maxPoolGatherGradient(g, *this, dy); }];
  let rule = "gather of maxima";
  let letters = ["x", "index"];
  let forward = "y[n, p, c] = x[n, index[n, p, c], c]";
  let formula = "d_x[n, i, c] = sum(p) d_y[n, p, c] * (index[n, p, c] == i)";
  let saves = ["index"];
}

def NN_AvgPoolOp : NN_DiffOp<"avg_pool", [InferTypeOpAdaptor, NN_Windowed]> {
  let summary = "mean under a sliding window";
  let description = [{
    The mean of the elements of x under the window (see `nn.max_pool`). With `count_padding` the padding counts as
    zeros; without, the mean is over what is inside x, and 0 where nothing is. A
    NaN in the window makes it NaN, as infinities of both signs do; the sign of a mean of 0 is open.
  }];
  let arguments = !con((ins NN_FloatTensor:$x), NN_PoolWindow<>.attributes, (ins UnitAttr:$count_padding));
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x " # NN_PoolWindow<>.format # " (`count_padding` $count_padding^)? attr-dict `:` type($x)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getY())) }];
  let gradient = [{ return avgPoolGradient(g, *this, dy); }];
  let rule = "average pool";
  let letters = ["x"];
  let forward = "y[n, p, c] = sum(i, t in 0..taps) x[n, i, c] / count[p] * (p * stride + t * dilation - low == i)";
  let words = "`count[p]` is how many elements the mean at p is of, `taps` the size of the window; one spatial axis with its `stride`, `dilation` and `low`, the padding before it";
  let formula = "d_x[n, i, c] = sum(p, t in 0..taps) d_y[n, p, c] / count[p] * (p * stride + t * dilation - low == i)";
  let saves = [];
}

def NN_AvgUnpoolOp : NN_DiffOp<"avg_unpool", [NN_Windowed]> {
  let summary = "values spread evenly under a sliding window";
  let description = [{
    The adjoint of `nn.avg_pool`: `y[n, i..., c]` is the sum of `values[n, p..., c] / count(p)` over the taps of
    positions p that meet element i, where count(p) is what the mean at p divides by.
    Positions whose window misses element i, which a stride leaves in between, may count as zeros that are multiplied: a
    NaN or an infinity there may make y NaN.
  }];
  let arguments = !con((ins NN_FloatTensor:$values), NN_PoolWindow<>.attributes, (ins UnitAttr:$count_padding));
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$values " # NN_PoolWindow<>.format #
      " (`count_padding` $count_padding^)? attr-dict `:` type($values) `->` type($y)";
  let extraClassDeclaration = NN_PoolWindow<>.declaration;
  let operations = [{ operationsOver(window().taps(), dimsOf(getValues())) }];
  let hasVerifier = 1;
  let gradient = [{ return avgUnpoolGradient(g, *this, dy); }];
  let rule = "average unpool";
  let letters = ["values"];
  let forward = "y[n, i, c] = sum(p, t in 0..taps) values[n, p, c] / count[p] * (p * stride + t * dilation - low == i)";
  let words = "`count[p]` is how many elements the mean at p is of, `taps` the size of the window; one spatial axis with its `stride`, `dilation` and `low`, the padding before it";
  let formula = "d_values[n, p, c] = sum(i, t in 0..taps) d_y[n, i, c] / count[p] * (p * stride + t * dilation - low == i)";
  let saves = [];
}

#endif
