// gpu/Lowering.cpp: see gpu/Lowering.h.
#include "codegen/halide/gpu/Lowering.h"
#include "codegen/halide/gpu/Prefetch.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <cstring>
#include <stdexcept>

using namespace Halide;
using Halide::Internal::AssertStmt;
using Halide::Internal::Call;
using Halide::Internal::IRMutator;

namespace nnc {
namespace {

/// Leaves out the asserts on what a kernel is given.
class DropArgumentChecks : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Internal::Stmt visit(const AssertStmt *op) override {
    static const llvm::StringSet<> checks = {
        "halide_error_access_out_of_bounds",
        "halide_error_bad_dimensions",
        "halide_error_bad_type",
        "halide_error_buffer_allocation_too_large",
        "halide_error_buffer_argument_is_null",
        "halide_error_buffer_extents_negative",
        "halide_error_buffer_extents_too_large",
        "halide_error_constraint_violated",
        "halide_error_constraints_make_required_region_smaller",
        "halide_error_host_is_null"};
    Expr message = op->message;
    while (const Internal::Let *let = message.as<Internal::Let>()) // what condition and message share
      message = let->body;
    const Call *error = message.as<Call>();
    return error && checks.contains(error->name) ? Internal::Evaluate::make(0) : IRMutator::visit(op);
  }
};

/// Leaves out asserts in device code, where nobody is told: what they hold is what `bound_extent` has promised, of tiles whose
/// last one is partial.
class DropDeviceAsserts : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Internal::Stmt visit(const Internal::For *op) override {
    const bool outer = std::exchange(isDevice, isDevice || op->for_type == Internal::ForType::GPUBlock);
    Internal::Stmt loop = IRMutator::visit(op);
    isDevice = outer;
    return loop;
  }
  Internal::Stmt visit(const AssertStmt *op) override {
    return isDevice ? Internal::Evaluate::make(0) : IRMutator::visit(op);
  }

private:
  bool isDevice = false;
};

/// Whether a name is read.
class Reads : public Internal::IRGraphVisitor {
public:
  explicit Reads(const std::string &name) : name(name) {}
  bool found = false;

protected:
  using IRGraphVisitor::visit;
  void visit(const Internal::Variable *op) override { found |= op->name == name; }

private:
  const std::string &name;
};

/// The wrapper runs on the CPU, where operands have no memory: what only a check has read of them goes with it, and
/// nothing else may be read there.
class DropHostReads : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Internal::Stmt visit(const Internal::LetStmt *op) override {
    Internal::Stmt body = mutate(op->body);
    Reads reads(op->name);
    body.accept(&reads);
    return reads.found ? Internal::LetStmt::make(op->name, mutate(op->value), body) : body;
  }
  Internal::Stmt visit(const Internal::For *op) override {
    return op->for_type == Internal::ForType::GPUBlock ? op : IRMutator::visit(op);
  }
  Expr visit(const Internal::Load *op) override {
    throw std::runtime_error("the CPU would read '" + op->name + "', which is on the device");
  }
};

/// Scratch memory is on the device alone. Halide knows, and asks for its part of the CPU's memory under a condition that never
/// holds; the call would still be there.
class DropHostMemory : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Internal::Stmt visit(const Internal::Allocate *op) override {
    if (!Internal::is_const_zero(op->condition))
      return IRMutator::visit(op);
    dropped.insert(op->name);
    return mutate(op->body);
  }
  Internal::Stmt visit(const Internal::Free *op) override {
    return dropped.contains(op->name) ? Internal::Evaluate::make(0) : IRMutator::visit(op);
  }

private:
  llvm::StringSet<> dropped;
};

/// Calls functions of the C library, and llvm's multiply-add, by the names they have on a device.
class RenameCalls : public IRMutator {
public:
  explicit RenameCalls(llvm::StringMap<const char *> names) : names(std::move(names)) {}
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    Expr call = IRMutator::visit(op);
    op = call.as<Call>();
    auto name = names.find(op->name);
    return name == names.end() ? call : Call::make(op->type, name->second, op->args, op->call_type);
  }

private:
  llvm::StringMap<const char *> names;
};

constexpr const char *keepName = "nnc_kept_alive";

/// Takes the readings of keptAlive out.
class DropKept : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    return op->name == keepName ? mutate(op->args.front()) : IRMutator::visit(op);
  }
};

/// Registers that a block's threads keep from one loop over threads to the next, around which a serial loop may run. Halide
/// gives each thread an array for all elements of the block, which it reads at places that depend on the thread, so that
/// the array is no register. In functions named private... a thread reads and writes only elements of its own, and the
/// place of each is that of thread 0 plus something that depends on the thread alone: those of thread 0 are then enough
/// for all.
class PrivatePlaces : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;

  Internal::Stmt visit(const Internal::For *op) override {
    if (op->for_type != Internal::ForType::GPUThread)
      return IRMutator::visit(op);
    ofThreadZero[op->name] = 0;
    Internal::Stmt loop = IRMutator::visit(op);
    ofThreadZero.erase(op->name);
    return loop;
  }
  Internal::Stmt visit(const Internal::LetStmt *op) override { return visitLet<Internal::Stmt>(op); }
  Expr visit(const Internal::Let *op) override { return visitLet<Expr>(op); }

  Expr visit(const Internal::Load *op) override {
    if (!isPrivate(op->name))
      return IRMutator::visit(op);
    return Internal::Load::make(op->type, op->name, place(op->index), op->image, op->param,
                                mutate(op->predicate), op->alignment);
  }
  Internal::Stmt visit(const Internal::Store *op) override {
    if (!isPrivate(op->name))
      return IRMutator::visit(op);
    return Internal::Store::make(op->name, mutate(op->value), place(op->index), op->param,
                                 mutate(op->predicate), op->alignment);
  }

private:
  static bool isPrivate(llvm::StringRef name) { return name.starts_with("private_"); }
  Expr place(const Expr &index) { return Internal::simplify(Internal::substitute(ofThreadZero, index)); }

  template <typename ResultT, typename LetT> ResultT visitLet(const LetT *op) {
    Expr value = Internal::substitute(ofThreadZero, op->value);
    bool depends = !value.same_as(op->value);
    if (depends)
      ofThreadZero[op->name] = value;
    ResultT result = IRMutator::visit(op);
    if (depends)
      ofThreadZero.erase(op->name);
    return result;
  }

  std::map<std::string, Expr> ofThreadZero; // thread numbers, and names of what depends on them
};

/// A branch on one condition for all elements of a vector, of which Halide makes one for each element.
class UniformBranches : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    Expr call = IRMutator::visit(op);
    op = call.as<Call>();
    const auto *all = op->is_intrinsic({Call::if_then_else, Call::if_then_else_mask}) ? op->args[0].as<Internal::Broadcast>() : nullptr;
    if (!all)
      return call;
    std::vector<Expr> args = op->args;
    args[0] = all->value;
    return Call::make(op->type, Call::if_then_else, args, Call::PureIntrinsic);
  }
};

/// Halide has no vectors of strict operations in OpenCL C, which is strict itself unless told otherwise, and writes
/// constants of f64 with the digits of f32. Runs last, where nothing simplifies any more.
class OpenCLFloats : public IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Expr visit(const Internal::FloatImm *op) override {
    if (op->type.bits() != 64)
      return op;
    uint64_t bits;
    std::memcpy(&bits, &op->value, sizeof bits);
    return reinterpret(op->type, Internal::UIntImm::make(UInt(64), bits));
  }
  Expr visit(const Call *op) override {
    Expr call = IRMutator::visit(op);
    op = call.as<Call>();
    if (!op->is_intrinsic({Call::strict_add, Call::strict_div, Call::strict_eq,
                           Call::strict_le, Call::strict_lt, Call::strict_max, Call::strict_min,
                           Call::strict_mul, Call::strict_sub}))
      return call;
    using namespace Halide::Internal;
    const Expr &a = op->args.front(), &b = op->args.back();
    if (op->is_intrinsic(Call::strict_add))
      return Add::make(a, b);
    if (op->is_intrinsic(Call::strict_mul))
      return Mul::make(a, b);
    if (op->is_intrinsic(Call::strict_div))
      return Div::make(a, b);
    if (op->is_intrinsic(Call::strict_eq))
      return EQ::make(a, b);
    if (op->is_intrinsic(Call::strict_lt))
      return LT::make(a, b);
    if (op->is_intrinsic(Call::strict_le))
      return LE::make(a, b);
    if (op->is_intrinsic(Call::strict_max))
      return Max::make(a, b);
    if (op->is_intrinsic(Call::strict_min))
      return Min::make(a, b);
    return Sub::make(a, b);
  }
};

/// Of libdevice, which Halide links into its PTX.
llvm::StringMap<const char *> namesOnCUDA() {
  return {{"exp", "__nv_exp"},     {"expm1", "__nv_expm1"}, {"log", "__nv_log"},
          {"log1p", "__nv_log1p"}, {"pow", "__nv_pow"},     {"tanh", "__nv_tanh"},
          {"erf", "__nv_erf"},     {"erfc", "__nv_erfc"},   {"sin", "__nv_sin"},
          {"cos", "__nv_cos"},     {"fmod", "__nv_fmod"},   {"fmodf", "__nv_fmodf"}};
}

/// Built into OpenCL C, for all types under one name.
llvm::StringMap<const char *> namesOnOpenCL() {
  return {{"llvm.fma.f32", "fma"}, {"llvm.fma.f64", "fma"}, {"fmodf", "fmod"}};
}

} // namespace

Expr keptAlive(const Expr &value, const Expr &other) {
  return Call::make(value.type(), keepName, {value, other}, Call::PureExtern);
}

void addDevicePasses(Pipeline &pipeline, const KernelTarget &target, std::vector<BlockNeeds> *launches) {
  if (!target.checksArguments)
    pipeline.add_custom_lowering_pass(new DropArgumentChecks);
  pipeline.add_custom_lowering_pass(new DropHostReads);
  pipeline.add_custom_lowering_pass(new DropHostMemory);
  pipeline.add_custom_lowering_pass(new DropDeviceAsserts);
  pipeline.add_custom_lowering_pass(new DropKept);
  pipeline.add_custom_lowering_pass(new PrivatePlaces);
  pipeline.add_custom_lowering_pass(new UniformBranches);
  addPrefetchPass(pipeline);
  addLimitsPass(pipeline, *target.gpu, launches);
  bool isCUDA = target.halide.has_feature(Target::CUDA);
  pipeline.add_custom_lowering_pass(new RenameCalls(isCUDA ? namesOnCUDA() : namesOnOpenCL()));
  if (!isCUDA)
    pipeline.add_custom_lowering_pass(new OpenCLFloats);
}

} // namespace nnc
