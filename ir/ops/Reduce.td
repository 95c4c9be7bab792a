// Reduce.td: reductions over axes.
#ifndef NN_OPS_REDUCE_TD
#define NN_OPS_REDUCE_TD

include "ir/Dialect.td"

// Reduced axes disappear from the result; `axes` are sorted and distinct.
class NN_ReduceOp<string opMnemonic, list<Trait> traits = []> : NN_DiffOp<opMnemonic, [InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<ReducingOpInterface>] # traits> {
  let diffDefinitions = [{
    ::llvm::SmallVector<int64_t> $cppClass::reducedAxes() { return ::llvm::SmallVector<int64_t>(getAxes()); }
  }];
  let letters = ["x"];
  let arguments = (ins NN_NumberTensor:$x, DenseI64ArrayAttr:$axes);
  let results = (outs NN_NumberTensor:$y);
  let assemblyFormat = "$x `over` $axes attr-dict `:` type($x)";
}

def NN_SumOp : NN_ReduceOp<"sum", [DeclareOpInterfaceMethods<TurnwiseOpInterface, ["sumOverTurns"]>]> {
  let summary = "sum over axes";
  let description = [{
    The sum of the elements along `axes`; 0 over none. Its order depends on the shape alone. The sign of a zero is not
    defined, nor is it in other sums: means, products of matrices, gradients.
  }];
  let gradient = [{ return {g.spread(dy, getX(), getAxes())}; }];
  let rule = "sum over axes";
  let forward = "y = sum(i) x[i]";
  let formula = "d_x[i] = d_y";
  let saves = [];
}

def NN_MeanOp : NN_ReduceOp<"mean"> {
  let summary = "mean over axes";
  let description = [{The arithmetic mean of the elements along `axes`; NaN over none.}];
  let gradient = [{ return {g.spread(g.div(dy, g.count(getX(), getAxes(), dy)), getX(), getAxes())}; }];
  let rule = "mean over axes";
  let forward = "y = (sum(i) x[i]) / n";
  let words = "`n` is the number of elements of x that the mean is of";
  let formula = "d_x[i] = d_y / n";
  let saves = [];
}

def NN_ProdOp : NN_ReduceOp<"prod"> {
  let summary = "product over axes";
  let description = [{
    The product of the elements along `axes`; 1 over none. NaN if an element is, or if 0 meets an infinity. The gradient
    of an element is the product of the others, right where some are 0; it takes as many multiplications as there are
    pairs.
  }];
  let gradient = [{ return {g.mul(g.spread(dy, getX(), getAxes()), productOfOthers(g, getX(), getAxes()))}; }];
  let rule = "product over axes";
  let forward = "y = prod(i) x[i]";
  let formula = "d_x[i] = d_y * (prod(j) where(i == j, 1, x[j]))";
  let saves = ["x"];
}

class NN_ExtremumOp<string opMnemonic> : NN_ReduceOp<opMnemonic> {
  let gradient = [{
    Value chosen = g.compare(ComparePredicate::eq, getX(), g.spread(getY(), getX(), getAxes()));
    Value mask = g.cast(chosen, dy);
    Value share = g.div(dy, g.create<SumOp>(mask, getAxes()));
    return {g.mul(mask, g.spread(share, getX(), getAxes()))};
  }];
  let formula = "d_x[i] = d_y * (x[i] == y) / (sum(j) (x[j] == y))";
  let saves = ["x", "y"];
}
def NN_MaxOp : NN_ExtremumOp<"max"> {
  let summary = "maximum over axes";
  let description = [{
    The largest element along `axes`, NaN if one is, -infinity over none. Ties share the gradient equally.
  }];
  let rule = "maximum over axes";
  let forward = "y = max(i) x[i]";
}
def NN_MinOp : NN_ExtremumOp<"min"> {
  let summary = "minimum over axes";
  let description = [{
    The smallest element along `axes`, NaN if one is, infinity over none. Ties share the gradient equally.
  }];
  let rule = "minimum over axes";
  let forward = "y = min(i) x[i]";
}

class NN_ArgOp<string opMnemonic> : NN_ConstantOp<opMnemonic, [InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<ReducingOpInterface>]> {
  let constDefinitions = [{
    ::llvm::SmallVector<int64_t> $cppClass::reducedAxes() { return {static_cast<int64_t>(getAxis())}; }
  }];
  let arguments = (ins NN_NumberTensor:$x, I64Attr:$axis);
  let results = (outs NN_PositionTensor:$y);
  let assemblyFormat = "$x `over` $axis attr-dict `:` type($x)";
  let reason = "'" # opMnemonic # "' is piecewise constant";
}
def NN_ArgmaxOp : NN_ArgOp<"argmax"> {
  let summary = "position of the maximum";
  let description = [{Index of the largest element along `axis`; the first of equals, the first NaN if there is one.}];
}
def NN_ArgminOp : NN_ArgOp<"argmin"> {
  let summary = "position of the minimum";
  let description = [{Index of the smallest element along `axis`; the first of equals, the first NaN if there is one.}];
}

#endif
