// Conv.td: convolutions and their two gradients.
#ifndef NN_OPS_CONV_TD
#define NN_OPS_CONV_TD

include "ir/Dialect.td"

// The three ops are the three sides of one sum, over all positions p, taps t and channels that meet:
//   y[n, p, o] <- x[n, p * strides + t * dilations - low, c] * w[t, c, o]
// Each computes one factor from the other two, so the gradient of each is the others.
// `positions`: the factor at the positions; each of its elements meets all taps and channels of one group.
class NN_ConvOpBase<string opMnemonic, string filter, string positions, list<Trait> traits = []>
    : NN_DiffOp<opMnemonic, traits # [NN_Contraction]> {
  let extraClassDeclaration = [{
    /// Where the filter meets x.
    ::nnc::Window window();
  }];
  let diffDefinitions = [{
    ::nnc::Window $cppClass::window() { return filterWindow(}] # filter # [{(), *this); }
  }];
  let operations = "filterOperations(" # positions # "(), " # filter # "())";
  let results = (outs NN_FloatTensor:$y);
}

class NN_ConvAttributes {
  dag attributes = (ins DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$low,
                        DenseI64ArrayAttr:$high, I64Attr:$groups);
}

def NN_ConvOp : NN_ConvOpBase<"conv", "getW", "getY", [InferTypeOpAdaptor]> {
  let summary = "convolution over one to three spatial axes";
  let description = [{
    `y[n, p..., o] = sum over taps t and channels c of x[n, p * strides + t * dilations - low, c] * w[t..., c, o]`,
    where x counts as padded with zeros: `low` of them before each spatial axis and `high` behind. (As everywhere, the
    filter is not flipped.) Sizes: x [n, spatial..., channels], w [kernel..., channels / groups, filters], y [n,
    positions..., filters] with `floor((size + low + high - dilation * (kernel - 1) - 1) / stride) + 1` positions.
    Channels and filters are cut into `groups`, each of which sees its own; as many groups as channels make a depthwise
    convolution. A run-time size of a spatial axis keeps its name: `time`, `time-2`; a stride must divide it.

    Products are summed by fused multiply-adds, in an order that depends on sizes alone. A NaN or an infinity in a
    window makes its sum NaN or infinite; padding multiplies as zeros do, so where w is not finite, sums at the border
    may be NaN.

    ```mlir
    %y = nn.conv %x, %w strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 1
        : tensor<?x28x28x3xf32, #nn.dims<batch, 28, 28, 3>>, tensor<3x3x3x16xf32>
    ```
  }];
  let arguments = !con((ins NN_FloatTensor:$x, NN_FloatTensor:$w), NN_ConvAttributes<>.attributes);
  let assemblyFormat = [{
    $x `,` $w `strides` $strides `dilations` $dilations `low` $low `high` $high `groups` $groups attr-dict
    `:` type($x) `,` type($w)
  }];
  let gradient = [{ return convGradient(g, *this, dy); }];
  let rule = "convolution";
  let letters = ["x", "w"];
  let forward = "y[n, p, o] = sum(t, c, i) x[n, i, c] * w[t, c, o] * (p * stride + t * dilation - low == i)";
  let words = "one spatial axis and one group; `stride`, `dilation` and `low`, the padding before the axis, are the convolution's";
  let formula = "d_x[n, i, c] = sum(p, t, o) d_y[n, p, o] * w[t, c, o] * (p * stride + t * dilation - low == i); d_w[t, c, o] = sum(n, p, i) x[n, i, c] * d_y[n, p, o] * (p * stride + t * dilation - low == i)";
  let saves = ["x", "w"];
}

def NN_ConvInputGradientOp : NN_ConvOpBase<"conv_input_gradient", "getW", "getDy"> {
  let summary = "convolution transposed: from positions back to elements";
  let description = [{
    The adjoint of `nn.conv` in x: `y[n, i..., c] = sum over positions p, taps t with p * strides + t * dilations - low
    == i, and filters o, of dy[n, p..., o] * w[t..., c, o]`. The result's sizes are those of the convolution's x; they
    are part of the op, as several are possible for a stride above 1. It is also the transposed convolution of
    generators and decoders, whose output is what a convolution would read. NaN and infinities reach the elements that
    the convolution read them for; beside that, positions and taps that a stride or the border passes over may count as
    zeros that are multiplied, so a NaN or an infinity near them may make y NaN there.
  }];
  let arguments = !con((ins NN_FloatTensor:$dy, NN_FloatTensor:$w), NN_ConvAttributes<>.attributes);
  let assemblyFormat = [{
    $dy `,` $w `strides` $strides `dilations` $dilations `low` $low `high` $high `groups` $groups attr-dict
    `:` type($dy) `,` type($w) `->` type($y)
  }];
  let hasVerifier = 1;
  let gradient = [{ return convInputGradientGradient(g, *this, dy); }];
  let rule = "transposed convolution";
  let letters = ["g", "w"];
  let forward = "y[n, i, c] = sum(p, t, o) g[n, p, o] * w[t, c, o] * (p * stride + t * dilation - low == i)";
  let words = "one spatial axis and one group; `stride`, `dilation` and `low`, the padding before the axis, are the convolution's";
  let formula = "d_g[n, p, o] = sum(i, t, c) d_y[n, i, c] * w[t, c, o] * (p * stride + t * dilation - low == i); d_w[t, c, o] = sum(n, p, i) d_y[n, i, c] * g[n, p, o] * (p * stride + t * dilation - low == i)";
  let saves = ["g", "w"];
}

def NN_ConvFilterGradientOp : NN_ConvOpBase<"conv_filter_gradient", "getY", "getDy"> {
  let summary = "the filter's side of a convolution";
  let description = [{
    The adjoint of `nn.conv` in w: `y[t..., c, o] = sum over n and positions p of
    x[n, p * strides + t * dilations - low, c] * dy[n, p..., o]`, of the sizes of the filter. A NaN or an infinity in x or
    dy makes NaN or infinite every sum with it; padding multiplies as zeros do, so where dy is not finite at the border,
    sums over it may be NaN.
  }];
  let arguments = !con((ins NN_FloatTensor:$x, NN_FloatTensor:$dy), NN_ConvAttributes<>.attributes);
  let assemblyFormat = [{
    $x `,` $dy `strides` $strides `dilations` $dilations `low` $low `high` $high `groups` $groups attr-dict
    `:` type($x) `,` type($dy) `->` type($y)
  }];
  let hasVerifier = 1;
  let gradient = [{ return convFilterGradientGradient(g, *this, dy); }];
  let rule = "gradient of a convolution's filter";
  let letters = ["x", "g"];
  let forward = "y[t, c, o] = sum(n, p, i) x[n, i, c] * g[n, p, o] * (p * stride + t * dilation - low == i)";
  let words = "one spatial axis and one group; `stride`, `dilation` and `low`, the padding before the axis, are the convolution's";
  let formula = "d_x[n, i, c] = sum(p, t, o) g[n, p, o] * d_y[t, c, o] * (p * stride + t * dilation - low == i); d_g[n, p, o] = sum(i, t, c) x[n, i, c] * d_y[t, c, o] * (p * stride + t * dilation - low == i)";
  let saves = ["x", "g"];
}

#endif
