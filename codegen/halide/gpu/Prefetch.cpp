// gpu/Prefetch.cpp: see gpu/Prefetch.h.
#include "codegen/halide/gpu/Prefetch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <optional>

using namespace Halide;
using namespace Halide::Internal;

namespace nnc {
namespace {

constexpr int wordElements = 4; // halves begin at 16-byte words
// Nothing lies at the begin: where every place has a constant part, LLVM sees which neighbours make a word.
constexpr int unusedElements = wordElements;

bool isBarrier(const Stmt &stmt) {
  const Evaluate *evaluate = stmt.as<Evaluate>();
  const Call *call = evaluate ? evaluate->value.as<Call>() : nullptr;
  return call && call->is_intrinsic(Call::gpu_thread_barrier);
}

Stmt sharedBarrier() {
  return Evaluate::make(Call::make(Int(32), Call::gpu_thread_barrier, {2}, Call::Intrinsic));
}

/// Is all that lies in this allocation copies? Halide calls what several functions share allocgroup__A__B.
bool holdsCopies(llvm::StringRef name) {
  name.consume_front("allocgroup__");
  llvm::SmallVector<llvm::StringRef> parts;
  name.split(parts, "__");
  return llvm::all_of(parts, [](llvm::StringRef part) { return part.starts_with("staged_"); });
}

/// The parts of a turn.
struct Turn {
  std::vector<std::pair<std::string, Expr>> lets; // around all
  std::vector<Stmt> copies;
  Stmt compute;

  Stmt inLets(Stmt stmt) const {
    for (const auto &[name, value] : llvm::reverse(lets))
      stmt = LetStmt::make(name, value, stmt);
    return stmt;
  }
};

Turn partsOf(Stmt body) {
  Turn turn;
  while (true) {
    if (const LetStmt *let = body.as<LetStmt>()) {
      turn.lets.emplace_back(let->name, let->value);
      body = let->body;
      continue;
    }
    const Block *block = body.as<Block>();
    const ProducerConsumer *copy = block ? block->first.as<ProducerConsumer>() : nullptr;
    bool isCopy = copy && copy->is_producer && llvm::StringRef(copy->name).starts_with("staged_");
    if (isCopy)
      turn.copies.push_back(copy->body);
    else if (!block || !isBarrier(block->first))
      break;
    body = block->rest;
  }
  turn.compute = body;
  return turn;
}

/// The computation without barriers, from the half of shared memory that begins at `offset`. Not usable where it has
/// memory of its own that threads share.
class FromHalf : public IRMutator {
public:
  FromHalf(const std::string &buffer, Expr offset) : buffer(buffer), offset(std::move(offset)) {}
  using IRMutator::mutate;
  bool isUsable = true;

protected:
  using IRMutator::visit;
  Stmt visit(const Evaluate *op) override { return isBarrier(op) ? Evaluate::make(0) : IRMutator::visit(op); }
  Stmt visit(const Allocate *op) override {
    isUsable &= op->memory_type != MemoryType::GPUShared;
    return IRMutator::visit(op);
  }
  Stmt visit(const Store *op) override {
    isUsable &= op->name != buffer && llvm::StringRef(op->name).starts_with("private_");
    return IRMutator::visit(op);
  }
  Expr visit(const Load *op) override {
    if (op->name != buffer)
      return IRMutator::visit(op);
    Expr index = mutate(op->index);
    if (const Ramp *ramp = index.as<Ramp>())
      index = Ramp::make(ramp->base + offset, ramp->stride, ramp->lanes);
    else
      index = index + (index.type().is_vector() ? Broadcast::make(offset, index.type().lanes()) : offset);
    // Halves are multiples of a word apart.
    bool keeps = op->alignment.modulus != 0 && wordElements % op->alignment.modulus == 0;
    return Load::make(op->type, op->name, index, op->image, op->param, mutate(op->predicate),
                      keeps ? op->alignment : ModulusRemainder());
  }

private:
  const std::string &buffer;
  Expr offset;
};

/// A thread's numbers on their way, each in a register of its own.
struct Registers {
  std::string name;
  Type type; // of an element; undefined: nothing was loaded yet
  int count = 0;
};

/// Makes of copies to shared memory either loads to registers, or stores from these. Goes through the same stores in the same
/// order each time.
class HalfCopy : public IRMutator {
public:
  HalfCopy(const std::string &buffer, Registers &registers, std::optional<Expr> storeAt)
      : buffer(buffer), registers(registers), storeAt(std::move(storeAt)) {
    registers.count = 0;
  }
  using IRMutator::mutate;
  bool isUsable = true;

protected:
  using IRMutator::visit;
  Stmt visit(const Store *op) override {
    Type type = op->value.type();
    int lanes = type.lanes();
    if (op->name != buffer || !is_const_one(op->predicate) ||
        (registers.count > 0 && type.element_of() != registers.type)) {
      isUsable = false;
      return op;
    }
    registers.type = type.element_of();
    Expr place = registers.count;
    const Ramp *run = op->index.as<Ramp>();
    if (storeAt && run && !is_const_one(run->stride))
      return storeApart(op, run);
    if (lanes > 1)
      place = Ramp::make(place, 1, lanes);
    registers.count += lanes;
    if (!storeAt)
      return Store::make(registers.name, op->value, place, Parameter(), op->predicate, ModulusRemainder());
    Expr value = Load::make(type, registers.name, place, Buffer<>(), Parameter(), op->predicate, ModulusRemainder());
    Expr index = op->index;
    if (run)
      index = Ramp::make(run->base + *storeAt, run->stride, lanes);
    else
      index = index + (lanes > 1 ? Broadcast::make(*storeAt, lanes) : *storeAt);
    bool keeps = op->alignment.modulus != 0 && wordElements % op->alignment.modulus == 0;
    return Store::make(op->name, value, index, op->param, op->predicate, keeps ? op->alignment : ModulusRemainder());
  }

private:
  /// A word that is loaded whole and goes to several places.
  Stmt storeApart(const Store *op, const Ramp *run) {
    std::vector<Stmt> stores;
    for (int lane = 0; lane < run->lanes; ++lane) {
      Expr value = Load::make(registers.type, registers.name, registers.count++, Buffer<>(), Parameter(), const_true(),
                              ModulusRemainder());
      stores.push_back(Store::make(op->name, value, simplify(run->base + run->stride * lane) + *storeAt, op->param,
                                   const_true(), ModulusRemainder()));
    }
    return Block::make(stores);
  }

  const std::string &buffer;
  Registers &registers;
  std::optional<Expr> storeAt; // the begin of a half
};

class Prefetch : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;

  Stmt visit(const Allocate *op) override {
    if (op->memory_type != MemoryType::GPUShared || !holdsCopies(op->name) || op->extents.size() != 1 || !buffer.empty())
      return IRMutator::visit(op);
    std::optional<int64_t> size = as_const_int(op->extents.front());
    if (!size)
      return IRMutator::visit(op);
    buffer = op->name;
    half = static_cast<int>((*size + wordElements - 1) / wordElements);
    isDone = false;
    Stmt body = mutate(op->body);
    buffer.clear();
    if (!isDone)
      return op;
    return Allocate::make(op->name, op->type, op->memory_type, {unusedElements + 2 * half * wordElements}, op->condition, body,
                          op->new_expr, op->free_function, op->padding);
  }

  Stmt visit(const For *op) override {
    if (buffer.empty() || !llvm::StringRef(op->name).ends_with(std::string(".") + stagedLoop))
      return IRMutator::visit(op);
    Turn turn = partsOf(simplify(op->body));
    Expr number = Variable::make(Int(32), op->name);
    std::string halfName = op->name + ".half";
    Expr offset = Variable::make(Int(32), halfName) * wordElements + unusedElements;
    FromHalf fromHalf(buffer, offset);
    Stmt compute = fromHalf.mutate(turn.compute);
    bool isUsable = fromHalf.isUsable && !turn.copies.empty();

    std::vector<Registers> registers;
    std::vector<Stmt> loads, stores;
    for (size_t i = 0; i < turn.copies.size(); ++i) {
      Registers &own = registers.emplace_back(Registers{op->name + ".next" + std::to_string(i), Type(), 0});
      HalfCopy load(buffer, own, std::nullopt);
      loads.push_back(load.mutate(turn.copies[i]));
      HalfCopy store(buffer, own, offset);
      stores.push_back(store.mutate(turn.copies[i]));
      isUsable &= load.isUsable && store.isUsable && own.count > 0;
    }
    if (!isUsable)
      return op;
    isDone = true;
    // The name of the turn stands for another one where the next turn's copies are loaded.
    auto loadsOf = [&](const Expr &which) { return LetStmt::make(op->name, which, turn.inLets(Block::make(loads))); };
    Stmt next = IfThenElse::make(number + 1 < op->min + op->extent, loadsOf(number + 1));
    Stmt body = Block::make({Block::make(stores), sharedBarrier(), next, compute});
    body = LetStmt::make(halfName, (number % 2) * half, turn.inLets(body));
    Stmt loop = For::make(op->name, op->min, op->extent, op->for_type, op->partition_policy, op->device_api, body);
    Stmt first = IfThenElse::make(op->extent > 0, loadsOf(op->min));
    Stmt result = Block::make(simplify(first), loop);
    for (const Registers &own : registers)
      result = Allocate::make(own.name, own.type, MemoryType::Register, {own.count}, const_true(),
                              Block::make(result, Free::make(own.name)));
    return result;
  }

private:
  std::string buffer; // the allocation that holds the copies; "": outside of one
  int half = 0;       // words
  bool isDone = false;
};

} // namespace

void addPrefetchPass(Pipeline &pipeline) { pipeline.add_custom_lowering_pass(new Prefetch); }

} // namespace nnc
