// Access.td: elements of tensors at computed places, tensors joined, and the places themselves.
#ifndef NN_OPS_ACCESS_TD
#define NN_OPS_ACCESS_TD

include "ir/Dialect.td"

def NN_DimArrayAttr : TypedArrayAttrBase<NN_DimAttr, "array of sizes">;

def NN_AccessOp : NN_DiffOp<"access", [NN_IndexMap, NN_MovesElements]> {
  let summary = "elements at coordinates that are affine in the index";
  let description = [{
    Element (d0, ..., dm) of the result is the element of `x` whose coordinate along each axis is the exact quotient of
    an affine form of d0, ..., dm, or `fill` if a quotient leaves a remainder or is outside of the axis. One op for
    slices with any step, flips, padding around and between elements, sliding windows, diagonals. A constant may name
    run-time dimensions, in quotes. Where a coordinate is inside for all indices by the sizes alone, reading costs no
    test. NaN, infinities and the signs of zeros come along. The gradient of an element that is read several times is the
    sum of those reads; with NaN or an infinity among the gradients, elements that are not read may get NaN.

    ```mlir
    // every second element; reversed; a window of 3 with stride 2 over one row of padding; zeros in between
    %a = nn.access %x [2*d0] else 0.0 : tensor<8xf32> -> tensor<4xf32>
    %b = nn.access %x [-1*d0 + "n-1"] else 0.0 : tensor<?xf32, #nn.dims<n>> -> tensor<?xf32, #nn.dims<n>>
    %c = nn.access %x [2*d0 + d1 - 1] else 0.0 : tensor<8xf32> -> tensor<4x3xf32>
    %d = nn.access %x [(d0) over 2] else 0.0 : tensor<8xf32> -> tensor<15xf32>
    ```

    `coefficients` has one row per axis of `x` with one number per axis of the result.
  }];
  let arguments = (ins NN_Tensor:$x, DenseI64ArrayAttr:$coefficients, NN_DimArrayAttr:$constants,
                       DenseI64ArrayAttr:$divisors, F64Attr:$fill);
  let results = (outs NN_Tensor:$y);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$x,
                                 "::llvm::ArrayRef<::nnc::Coordinate>":$coordinates, CArg<"double", "0.0">:$fill)>];
  let extraClassDeclaration = [{ ::nnc::AccessMap coordinates(); }];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let gradient = [{ return {accessGradient(g, *this, dy)}; }];
  let rule = "an element collects the sum of its readings";
  let letters = ["x"];
  let forward = "y[d] = sum(i) x[i] * (coefficient * d + constant == divisor * i)";
  let words = "`coefficient`, `constant` and `divisor` say which element of x is read; where there is none y is a constant, of which nothing comes back";
  let formula = "d_x[i] = sum(d) d_y[d] * (coefficient * d + constant == divisor * i)";
  let saves = [];
}

def NN_ConcatOp : NN_DiffOp<"concat", [InferTypeOpAdaptor, NN_IndexMap, NN_MovesElements]> {
  let summary = "tensors joined along an axis";
  let description = [{
    The elements of the operands one after the other along `axis`; all other sizes are equal. NaN,
    infinities and the signs of zeros come along.

    ```mlir
    %y = nn.concat %a, %b along 1 : tensor<2x3xf32>, tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$parts, I64Attr:$axis);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$parts `along` $axis attr-dict `:` type($parts)";
  let hasFolder = 1;
  let gradient = [{ return concatGradient(g, *this, dy); }];
  let rule = "each part gets its stretch back";
  let letters = ["a", "b"];
  let forward = "y[j] = where(j < n, a[j], b[j - n])";
  let words = "`n` is the size of a along the axis; more parts follow likewise";
  let formula = "d_a[i] = d_y[i]; d_b[i] = d_y[n + i]";
  let saves = [];
}

def NN_IotaOp : NN_ConstantOp<"iota", [NN_IndexMap]> {
  let summary = "position along an axis";
  let description = [{`y[d0, ..., dm] = d_axis`, converted to the result's type as by nn.cast.}];
  let arguments = (ins I64Attr:$axis);
  let results = (outs NN_NumberTensor:$y);
  let assemblyFormat = "`along` $axis attr-dict `:` type($y)";
  let hasVerifier = 1;
  let reason = "positions do not vary";
}

#endif
