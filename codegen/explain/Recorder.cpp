// Recorder.cpp: values are kept by the pass for as long as it runs; those that give way to others are renewed.
#include "codegen/explain/Recorder.h"

using namespace mlir;

namespace nnc::explain {

Value Applied::result(unsigned number) const {
  auto scan = dyn_cast<ScanOp>(op);
  if (!scan)
    return op->getResult(number);
  unsigned stacked = flows.size() - scan.getInitials().size();
  return number < stacked ? scan.stacked()[number] : scan.finals()[number - stacked];
}

void Recorder::applied(Operation *op, ValueRange dResults, ArrayRef<Value> dOperands) {
  Applied rule{op, {}, {}, {}, {}};
  for (Value adjoint : dResults) {
    bool isRead = isa_and_nonnull<BlockArgument>(adjoint) && !adjoint.use_empty();
    rule.reads.push_back(isRead ? std::pair(adjoint.use_begin()->getOwner(), adjoint.use_begin()->getOperandNumber())
                                : std::pair<Operation *, unsigned>(nullptr, 0));
    rule.flows.push_back(bool(adjoint));
    rule.incoming.push_back(isa_and_nonnull<OpResult>(adjoint) ? adjoint : Value());
  }
  for (Value adjoint : dOperands) {
    Applied::Part part;
    auto same = llvm::find(dResults, adjoint);
    if (adjoint && same != dResults.end())
      part.through = same - dResults.begin();
    else if (isa_and_nonnull<OpResult>(adjoint))
      part.made = adjoint;
    rule.parts.push_back(part);
  }
  rules.push_back(std::move(rule));
}

/// A loop that is differentiated a second time, as gradients of gradients ask, was in what is known already. Its stacked
/// results are the first of those that took their place, its last values come behind all of them.
void Recorder::replaced(Operation *before, Operation *after) {
  auto from = cast<ScanOp>(before), to = cast<ScanOp>(after);
  auto inItsPlace = [&](unsigned number) {
    return number < from.stackedCount() ? to.stacked()[number] : to.finals()[number - from.stackedCount()];
  };
  auto renew = [&](Value &value) {
    if (value && value.getDefiningOp() == before)
      value = inItsPlace(cast<OpResult>(value).getResultNumber());
  };
  for (unsigned number = 0; copies && number < before->getNumResults(); ++number)
    if (Value copy = copies->lookupOrNull(before->getResult(number))) {
      copies->erase(before->getResult(number));
      copies->map(inItsPlace(number), copy);
    }
  for (Applied &rule : rules) {
    rule.op = rule.op == before ? after : rule.op;
    for (auto &[reader, operand] : rule.reads)
      reader = reader == before ? after : reader;
    llvm::for_each(rule.incoming, renew);
    for (Applied::Part &part : rule.parts)
      renew(part.made);
  }
  for (Completed &each : all) {
    renew(each.target);
    renew(each.seed);
    llvm::for_each(each.wrt, renew);
    llvm::for_each(each.gradients, renew);
  }
}

void Recorder::completed(Value target, Value seed, ValueRange wrt, ValueRange gradients) {
  size_t from = all.empty() ? 0 : all.back().to;
  all.push_back({target, seed, llvm::to_vector(wrt), llvm::to_vector(gradients), from, rules.size()});
  if (!seed.use_empty() || llvm::is_contained(gradients, seed))
    return;
  // The pass is about to drop it.
  all.back().seed = {};
  for (Applied &rule : llvm::drop_begin(rules, from))
    for (Value &adjoint : rule.incoming)
      adjoint = adjoint == seed ? Value() : adjoint;
}

} // namespace nnc::explain
