// gpu/Limits.cpp: see gpu/Limits.h.
#include "codegen/halide/gpu/Limits.h"
#include <algorithm>
#include <map>
#include <stdexcept>

using namespace Halide;
using namespace Halide::Internal;

namespace nnc {
namespace {

constexpr int64_t mostBlocksAcross = 65535;

/// The threads and the shared memory of a block.
class FindNeeds : public IRVisitor {
public:
  explicit FindNeeds(std::map<std::string, Expr> lets) : lets(std::move(lets)) {}
  BlockNeeds needs;

protected:
  using IRVisitor::visit;
  void visit(const For *op) override {
    if (op->for_type != ForType::GPUThread)
      return IRVisitor::visit(op);
    const int64_t outer = within;
    within *= boundOf(op->extent, "threads");
    needs.threads = std::max(needs.threads, within); // loops beside one another are of the same threads
    IRVisitor::visit(op);
    within = outer;
  }
  void visit(const LetStmt *op) override {
    lets[op->name] = substitute(lets, op->value);
    IRVisitor::visit(op);
  }
  void visit(const Allocate *op) override {
    if (op->memory_type == MemoryType::GPUShared) {
      int64_t bytes = op->type.bytes();
      for (const Expr &extent : op->extents)
        bytes *= boundOf(extent, "bytes of shared memory");
      needs.sharedBytes += bytes;
    }
    IRVisitor::visit(op);
  }

private:
  int64_t boundOf(const Expr &expr, const char *what) const {
    // Where a call has fewer results than a block has room for, the block is smaller.
    Expr most = find_constant_bound(simplify(substitute(lets, expr)), Direction::Upper);
    if (std::optional<int64_t> value = most.defined() ? as_const_int(most) : std::nullopt)
      return *value;
    throw std::runtime_error(std::string("the number of ") + what + " of a block has no bound that is known while compiling");
  }

  std::map<std::string, Expr> lets; // in terms of what is known outside of all of them
  int64_t within = 1;               // the loops around this place
};

class Limits : public IRMutator {
public:
  Limits(const Gpu &gpu, std::vector<BlockNeeds> *launches) : gpu(gpu), launches(launches) {}
  using IRMutator::mutate;

protected:
  using IRMutator::visit;

  Stmt visit(const LetStmt *op) override {
    lets[op->name] = substitute(lets, op->value);
    return IRMutator::visit(op);
  }

  Stmt visit(const For *op) override {
    if (op->for_type != ForType::GPUBlock)
      return IRMutator::visit(op);
    FindNeeds find(lets);
    op->accept(&find);
    check(find.needs.threads, gpu.blockThreads, "threads");
    check(find.needs.sharedBytes, gpu.sharedBytes, "bytes of shared memory");
    if (launches)
      launches->push_back(find.needs);
    return fits(op) ? Stmt(op) : inOneRow(op);
  }

private:
  static void check(int64_t needed, int64_t most, const char *what) {
    if (needed > most)
      throw std::runtime_error("a block of the kernel would have " + std::to_string(needed) + ' ' + what + ", the GPU has " +
                               std::to_string(most));
  }

  /// The loop over blocks right inside of another, if there is one.
  static const For *inner(const For *loop) {
    Stmt body = loop->body;
    while (const LetStmt *let = body.as<LetStmt>())
      body = let->body;
    const For *next = body.as<For>();
    return next && next->for_type == ForType::GPUBlock ? next : nullptr;
  }

  /// Loops are from the third dimension to the first.
  static bool fits(const For *loop) {
    for (const For *next = inner(loop); next; loop = next, next = inner(loop)) {
      std::optional<int64_t> blocks = as_const_int(loop->extent);
      if (!blocks || *blocks > mostBlocksAcross)
        return false;
    }
    return true;
  }

  static Stmt inOneRow(const For *outermost) {
    std::vector<const For *> loops;
    for (const For *loop = outermost; loop; loop = inner(loop))
      loops.push_back(loop);
    const std::string name = outermost->name.substr(0, outermost->name.rfind('.')) + ".row.block_id_x";
    Stmt body = loops.back()->body;
    Expr rest = Variable::make(Int(32), name), blocks = 1;
    std::vector<std::pair<std::string, Expr>> numbers, lets;
    for (size_t i = loops.size(); i-- > 0;) {
      const Expr &extent = loops[i]->extent;
      numbers.emplace_back(loops[i]->name, i == 0 ? rest : rest % extent);
      rest = rest / extent;
      blocks = blocks * extent;
    }
    for (size_t i = 0; i + 1 < loops.size(); ++i)
      for (Stmt between = loops[i]->body; const LetStmt *let = between.as<LetStmt>(); between = let->body)
        lets.emplace_back(let->name, let->value);
    for (auto let = lets.rbegin(); let != lets.rend(); ++let)
      body = LetStmt::make(let->first, let->second, body);
    for (const auto &[number, value] : numbers)
      body = LetStmt::make(number, value, body);
    return For::make(name, 0, simplify(blocks), ForType::GPUBlock, outermost->partition_policy, outermost->device_api, body);
  }

  const Gpu gpu;
  std::vector<BlockNeeds> *launches;
  std::map<std::string, Expr> lets;
};

} // namespace

void addLimitsPass(Pipeline &pipeline, const Gpu &gpu, std::vector<BlockNeeds> *launches) {
  pipeline.add_custom_lowering_pass(new Limits(gpu, launches));
}

} // namespace nnc
