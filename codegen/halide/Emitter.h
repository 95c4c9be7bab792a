// Emitter.h: from the region of one nn.kernel to scheduled Halide functions.
//
// The region is read backwards from its results: element(value, index) is the expression of one element, and
// elementwise ops, broadcasts and transposes only compose expressions. Ops that need a loop of their own, the
// anchors, become Halide functions: reductions by reduce(), matrix products by contract().
//
// Two ways of emitting. Shared: each anchor is one function, read by the result and by other anchors at plain
// loop variables of the result; Schedules.h chooses how it gets registers, vectors and tasks. This covers
// what fusion makes. PerUse: each reading of an anchor gets a function of its own in the reader's innermost loop;
// any region at all is compiled that way, correctly and slowly, with no memory beyond registers.
//
// On a GPU (form Device) both are in one nest: an anchor that is read at the result's loop variables is shared by the
// threads of a block, any other runs within the thread that reads it (gpu/Grid.h).
//
// An op that is a kernel of its own (trait WholeKernel) writes its loop nests itself.
#ifndef NNC_CODEGEN_HALIDE_EMITTER_H
#define NNC_CODEGEN_HALIDE_EMITTER_H

#include "codegen/halide/Num.h"
#include "codegen/halide/Targets.h"
#include "ir/Dialect.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <map>
#include <memory>

namespace nnc {

struct ContractSpec;
enum class Schedule;
class KernelEmitter;
struct LoopNest;
using ExprIndex = llvm::SmallVector<Halide::Expr, 4>;
using Nums = llvm::SmallVector<Num, 2>;

/// A matrix product or a convolution, whose register tiles decide the loops of the nest that holds it.
class Contractor {
public:
  virtual ~Contractor() = default;
  /// Its element at the nest's own index.
  virtual Num value() const = 0;
  /// The nest's number of rows must not be told to Halide: blocks of rows are bounded on the stack, which it cannot see
  /// where the number of rows is known and does not divide.
  virtual bool leavesRowsOpen() const { return false; }
  /// Schedules the nest, with what the kernel does to the elements.
  virtual void schedule(LoopNest &nest) = 0;
};

/// What a reduction computes, over `axes` of a space of sizes `dims`.
struct ReduceSpec {
  const char *name;
  Dims dims;
  llvm::SmallVector<int64_t> axes; // sorted
  Nums initial;                    // one per component; an argmax has two
  /// The element at a full index.
  std::function<Nums(llvm::ArrayRef<Halide::Expr>)> element;
  /// Associative and commutative up to rounding.
  std::function<Nums(const Nums &, const Nums &)> combine;
  /// combine(sofar, element(index)) where it has a form of its own, as a product has.
  std::function<Nums(const Nums &sofar, llvm::ArrayRef<Halide::Expr> index)> step = {};
  /// Only the sizes of reduced axes are known.
  bool keptUnknown = false;
};

/// A reduction, shared form. The innermost axis decides its style: if it is reduced, vectors run along it and hold
/// partial results ("lanes"), else vectors run across and hold one result per lane ("columns").
struct Reduction {
  Halide::Func result; // over the kept variables
  std::vector<Halide::Func>
      lanes; // lanes style: functions of a lane variable and the kept ones, first the partial sums
  Halide::Var lane{"lane"};
  std::vector<Halide::RVar> loops; // columns style: the reduced axes, innermost first
  /// Columns style, of few columns and many rows: what parts of the rows come to, in memory for all, and the sum of one.
  struct Parts {
    Halide::Func all, one;
    Halide::Var part;
    std::vector<Halide::RVar> loops; // innermost first
  };
  std::optional<Parts> parts;
  std::vector<Halide::Var> kept;   // variables of the result it is read at, outermost first
  Halide::Func serial;             // on a GPU: the sum of one lane
  bool alongRows = false;          // on a GPU: neighbouring threads are lanes, not results
  int laneCount = 0;               // elements the partial sums take in one turn
  double length = 1;               // elements it reduces, guessed where known at run time only
};

/// One loop nest: the results of equal sizes, and the anchors they need. Most kernels are one; a reduction with
/// results of its rows and of its space is two, which both compute the anchors.
struct LoopNest {
  Halide::Func out;
  /// With several results: computes them all before the first is stored, as a result may take an input's place.
  std::optional<Halide::Func> staged;
  std::vector<Halide::Var> axes; // of the results, outermost first
  Dims dims;
  Dims shape;      // of the results where `dims` takes all axes but the last as one
  ExprIndex index; // of the element that is being written, one for each axis of the results
  std::vector<unsigned> results;         // which of the kernel's
  std::vector<Halide::Type> memoryTypes; // of inputs and results that are not scalars
  std::vector<Reduction> reductions;     // in order of dependence
  std::unique_ptr<Contractor> product;
  double operations = 1;       // of floats per element, roughly
  bool readsBackwards = false; // some memory, along some axis
  int64_t seam = 0;            // 0, or divides all positions of the last axis where elements begin to be read from elsewhere
  bool readsAligned = true;    // all tensors are multiples of four numbers long, but for single numbers
  Schedule schedule{};         // how its loops run, see Schedules.h
};

/// An emitted and scheduled kernel.
struct EmittedKernel {
  std::string symbol;
  std::vector<Halide::Argument> arguments;
  std::vector<LoopNest> nests;
  std::vector<Schedule> scratch; // how what lies in scratch memory is computed before, on a GPU

  /// For each result of the kernel, its place among the outputs of the nests in order.
  std::vector<unsigned> resultOrder() const;
};

class KernelEmitter {
public:
  KernelEmitter(KernelOp kernel, KernelTarget target);
  ~KernelEmitter();

  /// Emits and schedules; null, after a diagnostic, if an op cannot be emitted.
  std::unique_ptr<EmittedKernel> emit();

  // For emitters of ops.
  Num element(mlir::Value value, llvm::ArrayRef<Halide::Expr> index);
  Nums reduce(mlir::Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);
  Num contract(mlir::Operation *op, const ContractSpec &spec, llvm::ArrayRef<Halide::Expr> index);
  /// On a GPU: a sum of products as a matrix product, whose rows are all kept axes but the last; nothing where none may
  /// stand at `index`. `factors` are of the elements of `sum`.
  std::optional<Num>
  matrixProduct(Halide::Type type, const ReduceSpec &sum, bool leftDown, bool rightAcross,
                const std::function<std::pair<Num, Num>(llvm::ArrayRef<Halide::Expr>)> &factors,
                llvm::ArrayRef<Halide::Expr> index);
  /// Whether a contractor may stand at `index` now: the kernel is written in the shared form.
  bool sharesLoops() const { return form == Form::Shared; }
  /// The element at `index` of the contractor that `make` makes from the nest's variables, in the shared form.
  Num contractor(Halide::Type type, llvm::ArrayRef<Halide::Expr> index,
                 llvm::function_ref<std::unique_ptr<Contractor>(const std::vector<Halide::Var> &axes)> make);
  /// A nest for results of the kernel, which have equal sizes: `axes` and `dims` are set, `out` is the caller's, as is
  /// its schedule. `out` is bounded by finishNest.
  LoopNest &addNest(llvm::ArrayRef<unsigned> results);
  /// Says where the results of a nest with `out` lie. `rowsOpen`: the size of the last axis but one is not told.
  void finishNest(LoopNest &nest, bool rowsOpen = false);
  /// `value`, which reads a tensor; 0 if one of `sizes`, which the tensor has, is 0 at run time, without reading.
  Num unlessEmpty(llvm::ArrayRef<Dim> sizes, const Num &value);
  /// Says that the element being emitted reads memory backwards along some axis.
  void noteBackwards() {
    if (nest)
      nest->readsBackwards = true;
  }
  /// Says that elements are read from elsewhere from position `at` of the index `along` on.
  void noteSeam(const Halide::Expr &along, const Dim &at);
  /// The value of a size.
  Halide::Expr extent(const Dim &dim);
  const KernelTarget &getTarget() const { return target; }
  /// On a GPU: a function over `axes` (outermost first, of sizes `dims`) that is computed by launches of its own before those
  /// that read it, at any index, and lies in the kernel's scratch memory (gpu/Scratch.h). `write` makes its element at the axes;
  /// nothing, after which all is as it was, where it makes none.
  std::optional<Halide::Func> inScratch(const std::string &name, const std::vector<Halide::Var> &axes, const Dims &dims,
                                        llvm::function_ref<std::optional<Nums>()> write);
  /// A name for data of its own.
  std::string uniqueName(const char *stem) { return stem + std::to_string(counter++); }

private:
  enum class Form { Shared, PerUse, Device };

  bool emitNest(LoopNest &nest, Form form);
  std::optional<Num> deviceProduct(const ContractSpec &spec, llvm::ArrayRef<Halide::Expr> index);
  void noteAlignment(const Dims &dims);
  bool isOwnIndex(llvm::ArrayRef<Halide::Expr> index) const;
  /// Positions along axes of the position in the one row they make.
  std::vector<Halide::Expr> positionsAlong(const Dims &sizes, Halide::Expr position);
  void makeInputs();
  bool isFlat();
  std::optional<std::vector<Halide::Var>> plainVariables(llvm::ArrayRef<Halide::Expr> index) const;
  Nums reduceShared(mlir::Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);
  bool reduceInParts(const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex, Reduction &reduction);
  /// gpu/BlockReduction.cpp. addLanes: the sums of lanes, of the elements that part `part` of `parts` takes; `reduction` says
  /// where it is read and how many lanes it has.
  Nums reduceOnDevice(mlir::Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);
  Nums reduceInBlock(mlir::Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);
  Nums addLanes(const ReduceSpec &spec, Reduction reduction, llvm::ArrayRef<Halide::Expr> keptIndex,
                const Halide::Expr &part, int parts);
  /// gpu/Scratch.cpp
  std::optional<Nums> reduceOverBlocks(mlir::Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);
  Nums reducePerUse(const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> keptIndex);

  KernelOp kernel;
  KernelTarget target;
  Form form = Form::Shared;
  bool flat = false; // all values are indexed as one axis
  bool sharedFails = false;
  bool failed = false;
  llvm::StringMap<Halide::Param<int32_t>> sizes;
  std::vector<Halide::ImageParam> inputs;
  std::unique_ptr<EmittedKernel> result;
  LoopNest *nest = nullptr; // the one being written
  /// Elements already written, by value and the identity of the index expressions.
  std::map<std::pair<void *, std::vector<const void *>>, Num> known;
  std::vector<ExprIndex> keptAlive; // the index expressions above, so that no other takes their address
  std::map<std::pair<mlir::Operation *, std::string>, size_t> shared; // reductions by op and name
  /// On a GPU, reductions whose parts lie in scratch memory: a part of each result, and the results once they are needed there.
  struct PartsInScratch {
    int count;
    Halide::Func parts;
    std::optional<Halide::Func> results;
  };
  std::map<std::pair<mlir::Operation *, std::string>, std::optional<PartsInScratch>> partsInScratch;
  unsigned reductionsRead = 0; // how often a result of one was read
  std::vector<Halide::Func> pending; // PerUse: functions to be placed in the function being written
  unsigned counter = 0;
};

/// The element as an expression of the domain. Halide repeats an update over a domain, and heeds its condition, only
/// where the update names it; an element that is the same at every position does not.
Nums overDomain(const Halide::RDom &domain, Nums element);

/// Whether a size is a multiple of `factor`, whatever the run-time sizes.
inline bool isMultiple(const Dim &size, int64_t factor) {
  return llvm::all_of(size.getTerms(), [&](const auto &term) { return term.second % factor == 0; });
}

/// Attaches EmitOpInterface to all ops of the dialect that kernels may hold.
void registerEmitters(mlir::MLIRContext &context);

} // namespace nnc

#include "codegen/halide/Emit.h.inc"

#endif
