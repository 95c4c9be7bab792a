// Resample.td: an axis read at other places: resizing, adaptive means.
#ifndef NN_OPS_RESAMPLE_TD
#define NN_OPS_RESAMPLE_TD

include "ir/Dialect.td"

class NN_ResampleOpBase<string opMnemonic> : NN_DiffOp<opMnemonic, [NN_Windowed]> {
  let arguments = (ins NN_FloatTensor:$x, I64Attr:$axis, StrAttr:$mode);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x `along` $axis `by` $mode attr-dict `:` type($x) `->` type($y)";
  let hasVerifier = 1;
  let saves = [];
}

def NN_ResampleOp : NN_ResampleOpBase<"resample"> {
  let summary = "an axis at another size";
  let description = [{
    Element i of the axis of the result, of `to` elements, from the `from` elements of x:

    - nearest: element `floor(i * from / to)`;
    - linear: at place `s = max((i + 1/2) * from / to - 1/2, 0)`, between elements `floor(s)` and the next one, or the
      last, by their distance (of the ends of both axes, not of the centres of their last elements);
    - average: the mean of elements `floor(i * from / to)` to `ceil((i + 1) * from / to) - 1`.

    Both sizes are known while compiling. A NaN or infinity spreads to what it has a part in, even one of weight 0.
  }];
  let gradient = [{ return {g.create<ResampleAdjointOp>(getX().getType(), dy, getAxisAttr(), getModeAttr())}; }];
  let rule = "resampling";
  let letters = ["x"];
  let forward = "y[i] = sum(j) weight[i, j] * x[j]";
  let words = "`weight[i, j]` is the part that element j of x has in element i of y";
  let formula = "d_x[j] = sum(i) weight[i, j] * d_y[i]";
}

def NN_ResampleAdjointOp : NN_ResampleOpBase<"resample_adjoint"> {
  let summary = "what each element of a resampled axis gave, collected";
  let description = [{
    The adjoint of `nn.resample` from the sizes of the result to those of x: `y[j] = sum over i of weight(i, j) * x[i]`,
    where weight(i, j) is the part that element j has in element i of `nn.resample`.
  }];
  let gradient = [{ return {g.create<ResampleOp>(getX().getType(), dy, getAxisAttr(), getModeAttr())}; }];
  let rule = "adjoint of resampling";
  let letters = ["x"];
  let forward = "y[j] = sum(i) weight[i, j] * x[i]";
  let words = "`weight[i, j]` is the part that element j of y had in element i of x";
  let formula = "d_x[i] = sum(j) weight[i, j] * d_y[j]";
}

#endif
