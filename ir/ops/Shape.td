// Shape.td: constants, sizes, and ops that move elements without computing.
#ifndef NN_OPS_SHAPE_TD
#define NN_OPS_SHAPE_TD

include "ir/Dialect.td"

def NN_FillOp : NN_ConstantOp<"fill", [ConstantLike, NN_IndexMap]> {
  let summary = "tensor of one repeated constant";
  let description = [{Every element is `value`, converted to the result's type.}];
  let arguments = (ins F64Attr:$value);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$value attr-dict `:` type($y)";
  let hasFolder = 1;
  let reason = "it is a constant";
}

def NN_ConstantDataOp : NN_ConstantOp<"constant", [ConstantLike, NN_IndexMap, AllTypesMatch<["value", "y"]>]> {
  let summary = "tensor of literal numbers";
  let description = [{For numbers written in the text; never folded into larger ones.}];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let reason = "it is a constant";
}

def NN_SizeOp : NN_ConstantOp<"size", [NN_IndexMap]> {
  let summary = "a size known at run time, as a scalar";
  let description = [{The value of a polynomial over run-time dimensions: `nn.size <batch> : tensor<f32>`.}];
  let arguments = (ins NN_DimAttr:$dim);
  let results = (outs 0DTensorOf<[NN_Number]>:$y);
  let assemblyFormat = "$dim attr-dict `:` type($y)";
  let hasFolder = 1;
  let reason = "a size does not vary";
}

def NN_BroadcastOp : NN_DiffOp<"broadcast", [NN_IndexMap, NN_MovesElements]> {
  let summary = "repetition along new or unit axes";
  let description = [{
    Axis i of `x` becomes axis `dims[i]` of the result; it has the same size, or size 1, which is repeated. The other
    axes of the result are new. `dims` are strictly increasing.

    ```mlir
    %b = nn.broadcast %bias dims [1] : tensor<128xf32> -> tensor<?x128xf32, #nn.dims<batch, 128>>
    ```
  }];
  let arguments = (ins NN_Tensor:$x, DenseI64ArrayAttr:$dims);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$x `dims` $dims attr-dict `:` type($x) `->` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let gradient = [{ return {broadcastGradient(g, *this, dy)}; }];
  let rule = "a broadcast value collects the sum of its uses";
  let letters = ["x"];
  let forward = "y[r, i] = x[i]";
  let words = "r goes over the repetitions";
  let formula = "d_x[i] = sum(r) d_y[r, i]";
  let saves = [];
}

def NN_ReshapeOp : NN_DiffOp<"reshape", [NN_SameMemory]> {
  let summary = "the same elements in another shape";
  let description = [{Keeps the order of elements (row-major) and their number.}];
  let arguments = (ins NN_Tensor:$x);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let gradient = [{ return {g.create<ReshapeOp>(getX().getType(), dy)}; }];
  let rule = "reshape back";
  let letters = ["x"];
  let forward = "y[n] = x[n]";
  let words = "n counts the elements of either shape, row by row";
  let formula = "d_x[n] = d_y[n]";
  let saves = [];
}

def NN_HoldOp : NN_DiffOp<"hold", [AllTypesMatch<["x", "y"]>, NN_SameMemory]> {
  let summary = "the same value, but not before another is there";
  let description = [{
    `y = x`. What is computed from `y` is computed after `until`, and is another value than what is computed from `x`:
    no pass looks through. nn-differentiate reads the inputs of a checkpoint's second computation so. It costs nothing:
    `y` is the memory of `x`.

    ```mlir
    %again = nn.hold %x until %d_y : tensor<?x512xf32, #nn.dims<batch, 512>>, tensor<?x512xf32, #nn.dims<batch, 512>>
    ```
  }];
  let arguments = (ins NN_Tensor:$x, NN_Tensor:$until);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$x `until` $until attr-dict `:` type($x) `,` type($until)";
  let gradient = [{ return {dy, Value()}; }];
  let rule = "the same value";
  let letters = ["x", "until"];
  let forward = "y = x";
  let formula = "d_x = d_y";
  let saves = [];
}

def NN_TransposeOp : NN_DiffOp<"transpose", [InferTypeOpAdaptor, NN_IndexMap, NN_MovesElements]> {
  let summary = "permutation of axes";
  let description = [{Axis i of the result is axis `permutation[i]` of `x`.}];
  let arguments = (ins NN_Tensor:$x, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$x `by` $permutation attr-dict `:` type($x)";
  let hasFolder = 1;
  let gradient = [{
    ::llvm::SmallVector<int64_t> inverse(getPermutation().size());
    for (auto [to, from] : ::llvm::enumerate(getPermutation()))
      inverse[from] = to;
    return {g.create<TransposeOp>(dy, inverse)};
  }];
  let rule = "transpose back";
  let letters = ["x"];
  let forward = "y[j, i] = x[i, j]";
  let formula = "d_x[i, j] = d_y[j, i]";
  let saves = [];
}

#endif
