// Resample.cpp: an axis read at other places, as a sum with weights.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Resample.h"

using namespace mlir;

namespace nnc::explain {

/// The part that element j of `from` elements has in element i of `to`.
static Math weight(llvm::StringRef mode, int64_t from, int64_t to, Math i, Math j) {
  Math scale = Math(from) / Math(to);
  if (mode == "nearest")
    return Math::compare("==", Math::call("floor", {i * Math(from) / Math(to)}), j);
  if (mode == "linear") {
    // Beyond the centre of the last element both neighbours are the last one.
    Math place = Math::call("minimum", {Math::call("maximum", {(i + Math(0.5)) * scale - Math(0.5), 0}), from - 1});
    return Math::call("maximum", {Math(1) - Math::call("abs", {place - j}), 0});
  }
  Math first = Math::call("floor", {i * Math(from) / Math(to)});
  Math end = Math::call("ceil", {(i + Math(1)) * Math(from) / Math(to)});
  return Math::compare(">=", j, first) * Math::compare("<", j, end) / (end - first);
}

static Math resample(ResampleOp op, Element &element) {
  size_t axis = op.getAxis();
  int64_t from = dimsOf(op.getX())[axis].value(), to = dimsOf(op.getY())[axis].value();
  std::vector<Math> place = element.index();
  Math i = place[axis];
  return element.fold("sum", Math(from), [&](llvm::ArrayRef<Math> j) {
    place[axis] = j[0];
    return weight(op.getMode(), from, to, i, j[0]) * element.at(0, place);
  });
}

static Math adjoint(ResampleAdjointOp op, Element &element) {
  size_t axis = op.getAxis();
  int64_t from = dimsOf(op.getY())[axis].value(), to = dimsOf(op.getX())[axis].value();
  std::vector<Math> place = element.index();
  Math j = place[axis];
  return element.fold("sum", Math(to), [&](llvm::ArrayRef<Math> i) {
    place[axis] = i[0];
    return weight(op.getMode(), from, to, i[0], j) * element.at(0, place);
  });
}

void attachResampleMeanings(MLIRContext &context) {
  attachMeaning<ResampleOp, resample>(context);
  attachMeaning<ResampleAdjointOp, adjoint>(context);
}

} // namespace nnc::explain
