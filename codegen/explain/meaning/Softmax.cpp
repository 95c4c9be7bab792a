// Softmax.cpp: normalized exponentials, as quotients; losses on them, as logarithms.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Softmax.h"

using namespace mlir;

namespace nnc::explain {

/// The sum of e ** x along `axis`, at the row of `at`, which has an entry for that axis as well.
static Math total(Element &element, Value x, size_t axis, std::vector<Math> at) {
  return element.fold("sum", element.size(x, axis), [&](llvm::ArrayRef<Math> k) {
    at[axis] = k[0];
    return Math::call("exp", {element.at(0, at)});
  });
}

static Math softmax(SoftmaxOp op, Element &element) {
  return Math::call("exp", {element.at(0, element.index())}) /
         total(element, op.getX(), op.getAxis(), element.index());
}

static Math logSoftmax(LogSoftmaxOp op, Element &element) {
  return element.at(0, element.index()) -
         Math::call("log", {total(element, op.getX(), op.getAxis(), element.index())});
}

static Math logSumExp(LogSumExpOp op, Element &element) {
  std::vector<Math> row = element.index();
  row.insert(row.begin() + op.getAxis(), 0);
  return Math::call("log", {total(element, op.getX(), op.getAxis(), row)});
}

static Math softmaxCrossEntropy(SoftmaxCrossEntropyOp op, Element &element) {
  std::vector<Math> row = element.index(), target = row;
  Math label = element.at(1, row);
  row.push_back(0);
  target.push_back(label);
  Math loss = Math::call("log", {total(element, op.getLogits(), row.size() - 1, row)}) - element.at(0, target);
  if (std::optional<uint64_t> ignore = op.getIgnore())
    return Math::where(Math::compare("==", label, static_cast<int64_t>(*ignore)), 0, loss);
  return loss;
}

static Math oneHot(OneHotOp, Element &element) {
  return Math::compare("==", element.at(0, element.index().drop_back()), element.index().back());
}

void attachSoftmaxMeanings(MLIRContext &context) {
  attachMeaning<SoftmaxOp, softmax>(context);
  attachMeaning<LogSoftmaxOp, logSoftmax>(context);
  attachMeaning<LogSumExpOp, logSumExp>(context);
  attachMeaning<SoftmaxCrossEntropyOp, softmaxCrossEntropy>(context);
  attachMeaning<OneHotOp, oneHot>(context);
}

} // namespace nnc::explain
