// Indexing.td: elements at places that integers say, and sums that are made in place, step by step.
#ifndef NN_OPS_INDEXING_TD
#define NN_OPS_INDEXING_TD

include "ir/Dialect.td"

def NN_GatherOp : NN_DiffOp<"gather", [InferTypeOpAdaptor, NN_IndexMap,
    DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "slices of a table that integers name";
  let description = [{
    `y[a..., i..., b...] = table[a..., index[i...], b...]`: the axes of `index` come in place of axis `axis`. An index
    that is a function's argument is checked before the call; one that is computed and lies outside of the table gives
    zeros. NaN, infinities and the signs of zeros come along.

    ```mlir
    %rows = nn.gather %table, %id axis 0 : tensor<100x8xf32>, tensor<?xi32, #nn.dims<batch>>
    ```
  }];
  let arguments = (ins NN_Tensor:$table, NN_IndexTensor:$index, I64Attr:$axis);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$table `,` $index `axis` $axis attr-dict `:` type($table) `,` type($index)";
  let gradient = [{ return {g.create<ScatterAddOp>(getTable().getType(), dy, getIndex(), getAxisAttr()), Value()}; }];
  let diffDefinitions = [{
    ::mlir::OpOperand &$cppClass::indexOperand() { return getIndexMutable(); }
    std::optional<::nnc::Dim> $cppClass::indexBound() { return ::nnc::dimsOf(getTable())[getAxis()]; }
  }];
  let rule = "a row collects the sum of its uses";
  let letters = ["table", "index"];
  let forward = "y[i, b] = table[index[i], b]";
  let formula = "d_table[v, b] = sum(i) d_y[i, b] * (index[i] == v)";
  let saves = ["index"];
}

def NN_ScatterAddOp : NN_DiffOp<"scatter_add", [NN_WholeKernel, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "sums of slices by the integers that name them";
  let description = [{
    `y[a..., v, b...]` is the sum of `x[a..., i..., b...]` over all i with `index[i...] == v`, 0 where there is none.
    Terms are added in the order of i, whatever the number of threads. An index outside of the result is left out; one
    that is a function's argument is checked before the call. NaN and infinities reach the sums that they are terms of and
    no others; a sum of zeros may have either sign.
  }];
  let arguments = (ins NN_NumberTensor:$x, NN_IndexTensor:$index, I64Attr:$axis);
  let results = (outs NN_NumberTensor:$y);
  let assemblyFormat = "$x `,` $index `axis` $axis attr-dict `:` type($x) `,` type($index) `->` type($y)";
  let hasVerifier = 1;
  let operations = [{ operationsOver(1, dimsOf(getX())) }];
  let gradient = [{ return {g.create<GatherOp>(dy, getIndex(), getAxisAttr()), Value()}; }];
  let diffDefinitions = [{
    ::mlir::OpOperand &$cppClass::indexOperand() { return getIndexMutable(); }
    std::optional<::nnc::Dim> $cppClass::indexBound() { return ::nnc::dimsOf(getY())[getAxis()]; }
  }];
  let rule = "each term of a sum gets the sum's adjoint";
  let letters = ["x", "index"];
  let forward = "y[v, b] = sum(i) x[i, b] * (index[i] == v)";
  let formula = "d_x[i, b] = d_y[index[i], b]";
  let saves = ["index"];
}

def NN_CumsumOp : NN_DiffOp<"cumsum", [SameOperandsAndResultType, NN_WholeKernel]> {
  let summary = "running sums along an axis";
  let description = [{
    `y[t]` is the sum of `x[s]` over s <= t; with `exclusive` over s < t, with `reverse` over s >= t (or s > t). The sums
    are made one after the other, so NaN and infinities reach all that follow.
  }];
  let arguments = (ins NN_NumberTensor:$x, I64Attr:$axis, UnitAttr:$reverse, UnitAttr:$exclusive);
  let results = (outs NN_NumberTensor:$y);
  let assemblyFormat = "$x `along` $axis (`reverse` $reverse^)? (`exclusive` $exclusive^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let gradient = [{ return {g.create<CumsumOp>(dy, getAxis(), !getReverse(), getExclusive())}; }];
  let rule = "running sum from the other end";
  let letters = ["x"];
  let forward = "y[t] = sum(s) x[s] * taken[s, t]";
  let words = "`taken[s, t]` is 1 for s <= t, with `reverse` for s >= t, with `exclusive` not for s = t; else 0";
  let formula = "d_x[s] = sum(t) d_y[t] * taken[s, t]";
  let saves = [];
}

#endif
