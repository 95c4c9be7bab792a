// KernelCall.cpp: names, roles and rules of what a kernel computes.
#include "ir/KernelCall.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include <set>

using namespace mlir;

namespace nnc {

static Role roleOf(Value value) {
  ProvenanceAttr provenance = provenanceOf(value.getLoc());
  return provenance ? provenance.getRole() : Role::Forward;
}

static bool isUpdate(Value value) { return roleOf(value) == Role::Optimizer; }
static bool isNamed(Value value) { return !sourceName(value.getLoc()).empty(); }

/// The first of `values` that has a name, else the first.
static Value firstNamed(ArrayRef<Value> values) {
  auto named = llvm::find_if(values, isNamed);
  return named == values.end() ? values.front() : *named;
}

Value mainValue(ValueRange results, ArrayRef<Operation *> ops) {
  SmallVector<Value> others;
  llvm::copy_if(results, std::back_inserter(others), [](Value result) { return !isUpdate(result); });
  if (!others.empty())
    return firstNamed(others);
  for (Operation *op : llvm::reverse(ops))
    for (Value value : op->getResults())
      if (isNamed(value) && (roleOf(value) == Role::Adjoint || roleOf(value) == Role::Accumulate))
        return value;
  return firstNamed(llvm::to_vector(results));
}

/// The first ones, and "..." for more: scalars of the whole model may be one kernel.
static std::string joined(ArrayRef<std::string> names) {
  constexpr size_t shown = 4; // a gradient, its parameter and two slots
  std::string text = llvm::join(names.take_front(shown), ", ");
  return names.size() > shown ? text + ", ..." : text;
}

KernelCall describeCall(KernelOp kernel) {
  SmallVector<Operation *> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    ops.push_back(&op);
  Value main = mainValue(kernel.yieldOp().getValues(), ops);
  llvm::SetVector<Value> values;
  values.insert(main);
  values.insert(kernel.yieldOp().getValues().begin(), kernel.yieldOp().getValues().end());

  llvm::SetVector<std::string, std::vector<std::string>, std::set<std::string>> names, rules;
  std::set<Role> roles;
  for (Value value : values) {
    if (isNamed(value) || value == main)
      names.insert(describedName(value));
    roles.insert(roleOf(value));
    if (ProvenanceAttr provenance = provenanceOf(value.getLoc()))
      rules.insert(provenance.getRule().str());
  }
  std::string roleText;
  for (Role role : roles)
    roleText += (roleText.empty() ? "" : "+") + stringifyRole(role).str();
  return {main.getLoc(), joined(names.getArrayRef()), roleText, joined(rules.getArrayRef())};
}

} // namespace nnc
