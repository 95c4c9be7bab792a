// Softmax.td: normalized exponentials and the losses on them.
#ifndef NN_OPS_SOFTMAX_TD
#define NN_OPS_SOFTMAX_TD

include "ir/Dialect.td"

class NN_SoftmaxOpBase<string opMnemonic> : NN_DiffOp<opMnemonic, [SameOperandsAndResultType,
    DeclareOpInterfaceMethods<ReducingOpInterface>]> {
  let diffDefinitions = [{
    ::llvm::SmallVector<int64_t> $cppClass::reducedAxes() { return {static_cast<int64_t>(getAxis())}; }
  }];
  let arguments = (ins NN_FloatTensor:$x, I64Attr:$axis);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x `along` $axis attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def NN_SoftmaxOp : NN_SoftmaxOpBase<"softmax"> {
  let summary = "normalized exponential along an axis";
  let description = [{
    `y[i] = e ** x[i] / sum over j of e ** x[j]`, computed from `x - max(x)`. A row of -infinities gives NaN.
  }];
  let gradient = [{
    int64_t axis = getAxis();
    Value inner = g.create<SumOp>(g.mul(dy, getY()), ::llvm::ArrayRef<int64_t>(axis));
    return {g.mul(getY(), g.sub(dy, g.spread(inner, dy, axis)))};
  }];
  let rule = "softmax";
  let letters = ["x"];
  let forward = "y[i] = exp(x[i]) / (sum(j) exp(x[j]))";
  let before = "d_x[i] = sum(j) d_y[j] * y[j] * ((i == j) - y[i])";
  let formula = "d_x[i] = y[i] * (d_y[i] - (sum(j) d_y[j] * y[j]))";
  let saves = ["y"];
}

def NN_LogSoftmaxOp : NN_SoftmaxOpBase<"log_softmax"> {
  let summary = "logarithm of the normalized exponential along an axis";
  let description = [{`y[i] = x[i] - log(sum over j of e ** x[j])`, computed from `x - max(x)`.}];
  let gradient = [{
    int64_t axis = getAxis();
    Value total = g.create<SumOp>(dy, ::llvm::ArrayRef<int64_t>(axis));
    return {g.sub(dy, g.mul(g.create<ExpOp>(getY()), g.spread(total, dy, axis)))};
  }];
  let rule = "log-softmax";
  let letters = ["x"];
  let forward = "y[i] = x[i] - log(sum(j) exp(x[j]))";
  let before = "d_x[i] = sum(j) d_y[j] * ((i == j) - exp(y[i]))";
  let formula = "d_x[i] = d_y[i] - exp(y[i]) * (sum(j) d_y[j])";
  let saves = ["y"];
}

def NN_LogSumExpOp : NN_DiffOp<"logsumexp", [InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<ReducingOpInterface>]> {
  let diffDefinitions = [{
    ::llvm::SmallVector<int64_t> $cppClass::reducedAxes() { return {static_cast<int64_t>(getAxis())}; }
  }];
  let summary = "logarithm of a sum of exponentials along an axis";
  let description = [{`y = log(sum over j of e ** x[j])`, computed from `x - max(x)`; -infinity for a row of them.}];
  let arguments = (ins NN_FloatTensor:$x, I64Attr:$axis);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x `along` $axis attr-dict `:` type($x)";
  let gradient = [{
    int64_t axis = getAxis();
    Value p = g.create<ExpOp>(g.sub(getX(), g.spread(getY(), getX(), axis)));
    return {g.mul(p, g.spread(dy, getX(), axis))};
  }];
  let rule = "log-sum-exp";
  let letters = ["x"];
  let forward = "y = log(sum(j) exp(x[j]))";
  let before = "d_x[i] = d_y * exp(x[i]) / (sum(j) exp(x[j]))";
  let formula = "d_x[i] = d_y * exp(x[i] - y)";
  let saves = ["x", "y"];
}

def NN_SoftmaxCrossEntropyOp : NN_DiffOp<"softmax_cross_entropy", [InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<IndexingOpInterface, ["ignoredIndex"]>, DeclareOpInterfaceMethods<ReducingOpInterface>]> {
  let summary = "cross entropy of softmax(logits) with integer labels";
  let description = [{
    `y[i] = logsumexp(logits[i, :]) - logits[i, label[i]]`, one loss per row; rows whose label equals `ignore` give 0.
    A label that is a function's argument is checked before the call; a computed one outside of [0, classes) names no
    class, and its row gives `logsumexp(logits[i, :])`.
  }];
  let arguments = (ins NN_FloatTensor:$logits, NN_IndexTensor:$label, OptionalAttr<I64Attr>:$ignore);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$logits `,` $label (`ignore` $ignore^)? attr-dict `:` type($logits) `,` type($label)";
  let gradient = [{ return {softmaxCrossEntropyGradient(g, *this, dy), Value()}; }];
  let diffDefinitions = [{
    ::mlir::OpOperand &$cppClass::indexOperand() { return getLabelMutable(); }
    ::llvm::SmallVector<int64_t> $cppClass::reducedAxes() {
      return {::mlir::cast<::mlir::RankedTensorType>(getLogits().getType()).getRank() - 1};
    }
    std::optional<::nnc::Dim> $cppClass::indexBound() { return ::nnc::dimsOf(getLogits()).back(); }
    std::optional<int64_t> $cppClass::ignoredIndex() { return getIgnore(); }
  }];
  let rule = "softmax with cross entropy";
  let letters = ["z", "label"];
  let forward = "p[i] = exp(z[i]) / (sum(j) exp(z[j])); y = -log(p[label])";
  let words = "a row whose label is ignored has y and adjoints of 0";
  let before = "d_p[i] = -d_y * (i == label) / p[i]; d_z[i] = p[i] * (d_p[i] - (sum(j) d_p[j] * p[j]))";
  let formula = "d_z[i] = d_y * (p[i] - (i == label))";
  let saves = ["z", "label"];
}

def NN_OneHotOp : NN_ConstantOp<"one_hot", [NN_IndexMap,
    DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "unit vectors from integers";
  let description = [{
    `y[..., c] = 1 where c == index[...], else 0`; the last axis of the result has `classes` entries. An index
    outside of the range gives a row of zeros. `checked`: an index that is a function's argument is checked before the
    call all the same.
  }];
  let arguments = (ins NN_IndexTensor:$index, UnitAttr:$checked);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$index (`checked` $checked^)? attr-dict `:` type($index) `->` type($y)";
  let hasVerifier = 1;
  let constDefinitions = [{
    ::mlir::OpOperand &$cppClass::indexOperand() { return getIndexMutable(); }
    std::optional<::nnc::Dim> $cppClass::indexBound() {
      return getChecked() ? std::optional<::nnc::Dim>(::nnc::dimsOf(getY()).back()) : std::nullopt;
    }
  }];
  let reason = "'one_hot' takes integers";
}

#endif
