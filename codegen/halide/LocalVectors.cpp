// LocalVectors.cpp: see LocalVectors.h.
#include "codegen/halide/LocalVectors.h"
#include <map>

using namespace Halide;
using namespace Halide::Internal;

namespace nnc {
namespace {

class StoreWhole : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;

  Stmt visit(const Allocate *op) override {
    const int32_t elements = op->new_expr.defined() ? 0 : op->constant_allocation_size();
    if (op->memory_type != MemoryType::Register || elements == 0)
      return IRMutator::visit(op);
    sizes[op->name] = elements;
    Stmt result = IRMutator::visit(op);
    sizes.erase(op->name);
    return result;
  }

  Stmt visit(const Store *op) override {
    if (is_const_one(op->predicate) || !liesInside(op->name, op->index))
      return IRMutator::visit(op);
    Expr value = mutate(op->value), all = const_true(value.type().lanes());
    Expr before = Load::make(value.type(), op->name, op->index, Buffer<>(), Parameter(), all, op->alignment);
    return Store::make(op->name, Select::make(mutate(op->predicate), value, before), op->index, op->param, all,
                       op->alignment);
  }

  Expr visit(const Load *op) override {
    if (is_const_one(op->predicate) || !liesInside(op->name, op->index))
      return IRMutator::visit(op);
    return Load::make(op->type, op->name, op->index, op->image, op->param, const_true(op->type.lanes()),
                      op->alignment);
  }

private:
  /// Is this a vector of neighbours at a fixed place of one of the kernel's own allocations?
  bool liesInside(const std::string &name, const Expr &index) const {
    auto size = sizes.find(name);
    const auto *ramp = index.as<Ramp>();
    if (size == sizes.end() || !ramp || !is_const_one(ramp->stride))
      return false;
    const auto *base = ramp->base.as<IntImm>();
    return base && base->value >= 0 && base->value + ramp->lanes <= size->second;
  }

  std::map<std::string, int32_t> sizes; // elements
};

} // namespace

void addLocalVectorsPass(Pipeline &pipeline) { pipeline.add_custom_lowering_pass(new StoreWhole); }

} // namespace nnc
