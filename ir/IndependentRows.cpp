// IndependentRows.cpp: see IndependentRows.h. Each value is either of rows or the same for all of them; each op is asked
// whether its elements stay in their row.
#include "ir/IndependentRows.h"
#include "ir/ops/Access.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc {
namespace {

bool mentions(const Dim &dim, const std::string &symbol) {
  return llvm::any_of(dim.getTerms(), [&](const auto &term) { return llvm::is_contained(term.first, symbol); });
}

class RowCheck {
public:
  explicit RowCheck(std::string symbol) : symbol(std::move(symbol)) {}

  bool run(ScanOp scan) const {
    auto values = llvm::concat<Value>(llvm::to_vector_of<Value>(scan.sequenceArgs()), llvm::to_vector_of<Value>(scan.carryArgs()));
    if (!llvm::all_of(values, [&](Value value) { return isOfRows(value); }))
      return false;
    if (!llvm::all_of(scan.invariantArgs(), [&](Value value) { return isOfRows(value) || isShared(value); }))
      return false;
    return llvm::all_of(scan.getBody().front().without_terminator(), [&](Operation &op) {
      if (op.hasTrait<SameMemory>())
        return isOfRows(op.getOperand(0)) && isOfRows(op.getResult(0));
      auto kernel = dyn_cast<KernelOp>(op);
      return kernel && llvm::all_of(kernel.getOutputs(), [&](Value value) { return isOfRows(value); }) &&
             llvm::all_of(kernel.getBody().front().without_terminator(), [&](Operation &inner) { return staysInRows(&inner); });
    });
  }

private:
  bool isOfRows(Value value) const {
    Dims dims = dimsOf(value);
    return !dims.empty() && dims.front() == Dim::symbol(symbol) &&
           llvm::none_of(llvm::drop_begin(dims), [&](const Dim &dim) { return mentions(dim, symbol); });
  }
  bool isShared(Value value) const {
    return llvm::none_of(dimsOf(value), [&](const Dim &dim) { return mentions(dim, symbol); });
  }

  bool staysInRows(Operation *op) const {
    Value result = op->getResult(0);
    const bool ofRows = isOfRows(result);
    if (op->getNumResults() != 1 || !(ofRows || isShared(result)))
      return false;
    for (Value operand : op->getOperands())
      if (!(ofRows && isOfRows(operand)) && !isShared(operand))
        return false;
    if (isa<ElementwiseOpInterface, FillOp>(op))
      return true;
    if (auto size = dyn_cast<SizeOp>(op))
      return !mentions(*Dim::parse(size.getDim().getText()), symbol);
    const bool readsRows = isOfRows(op->getOperand(0));
    if (auto broadcast = dyn_cast<BroadcastOp>(op))
      return !readsRows || broadcast.getDims().front() == 0;
    if (auto access = dyn_cast<AccessOp>(op))
      return readsOwnRow(access, readsRows);
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return !readsRows || transpose.getPermutation().front() == 0;
    if (auto concat = dyn_cast<ConcatOp>(op))
      return concat.getAxis() != 0 &&
             llvm::all_of(op->getOperands(), [&](Value part) { return isOfRows(part) == ofRows; });
    if (auto reducing = dyn_cast<ReducingOpInterface>(op))
      return !readsRows || !llvm::is_contained(reducing.reducedAxes(), 0);
    if (auto matmul = dyn_cast<MatmulOp>(op))
      return !ofRows || (readsRows && (dimsOf(result).size() > 2 ? isOfRows(matmul.getRhs())
                                                                 : !matmul.getLhsTransposed() && isShared(matmul.getRhs())));
    return false;
  }

  bool readsOwnRow(AccessOp access, bool readsRows) const {
    for (auto [axis, coordinate] : llvm::enumerate(access.coordinates())) {
      if (readsRows && axis == 0 ? coordinate.plainIndex() != 0
                                 : isOfRows(access.getY()) && coordinate.coefficients.front() != 0)
        return false;
      if (mentions(coordinate.constant, symbol))
        return false;
    }
    return true;
  }

  std::string symbol;
};

} // namespace

std::optional<std::string> independentRows(ScanOp scan) {
  if (scan.getInitials().empty())
    return std::nullopt;
  Dims dims = dimsOf(scan.carryArgs().front());
  std::optional<std::string> symbol = dims.empty() ? std::nullopt : dims.front().symbolIfBare();
  if (!symbol || !RowCheck(*symbol).run(scan))
    return std::nullopt;
  return symbol;
}

} // namespace nnc
