// Derivation.h: how the gradients of one function come about, as data: the lines of a page in the order in which they can
// be computed. Every format prints these lines and no others, so that a page says what the data says.
#ifndef NNC_CODEGEN_EXPLAIN_DERIVATION_H
#define NNC_CODEGEN_EXPLAIN_DERIVATION_H

#include "codegen/explain/Numbers.h"
#include "codegen/explain/Page.h"
#include "codegen/explain/Rules.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace nnc::explain {

/// A call in a printed equation with its meaning, element by element: what SymPy evaluates.
struct Call {
  std::string text;
  Math element; // over i0, i1, ... and the arguments a0, a1, ...; null where an op has none (random numbers)
  std::vector<Math> sizes;
  std::vector<std::vector<Math>> argumentSizes;
  std::optional<uint64_t> stream = std::nullopt; // of a random key: which numbers are drawn
};

struct Loop;

/// An equation that says what stands on its left, or a loop of such. In loops names have the turn behind them: x[t].
struct Line {
  Equation equation;
  std::string type; // f[batch, 10]
  std::vector<Math> sizes;
  std::string why; // a remark: why it is summed, or empty
  std::vector<Call> calls;
  std::shared_ptr<Loop> loop; // in place of the equation
  std::string layer = {};     // of the value: "block1.attention"
};

/// A loop over turns. The state of a loop has an index more than what its turns compute: h[0] before the first of them.
struct Loop {
  std::string turn; // t
  Math length;
  bool reverse = false;
  std::vector<Line> start, body, end; // before the first turn; in each; after the last
};

/// What one operand of a forward op receives.
struct Contribution {
  std::string operand;      // its name
  std::string letter;       // in the rule
  std::vector<Line> before; // what `line` reads besides, and is made of contributions above
  Line line;                // d_x = ...
};

/// The Jacobian of an op's result with respect to a value: `adjoints` are what the value receives at all places where it is
/// an operand, which together are the Jacobian, transposed, times the result's adjoint.
struct LocalJacobian {
  Equation equation;
  std::vector<std::string> adjoints;
};

/// One forward op, seen from the loss. A loop is two steps, with those of its turns between them.
struct Step {
  enum class Part { Whole, LoopBegins, LoopEnds } part = Part::Whole;
  unsigned line = 0, column = 0; // in the text; 0: unknown
  std::string op, type;
  Rule rule;
  std::vector<std::pair<std::string, Math>> letters; // of the rule, and what they are here
  std::vector<Line> forward;           // repeated from the forward pass
  std::vector<std::string> recomputed; // values that were not kept, and are computed again for this step
  bool isCheckpoint = false;           // why they are
  std::vector<Line> first;             // what the lines below read and no line above says
  std::vector<Line> incoming;          // adjoints of results, where several uses add or they go by another name
  std::string incomingNames;
  std::vector<Contribution> contributions;
  std::vector<LocalJacobian> jacobians; // of an op that works element by element
  std::vector<Call> calls;              // in letters and Jacobians
  Loop loop;                  // LoopBegins: with its start. LoopEnds: `body` is what ends each turn
  unsigned depth = 0;         // in how many loops it is
  std::string signature;      // equal for steps that differ in names alone
  std::string layer;          // of the forward value: "block1.attention"
  std::string value() const;  // the name of the forward value
};

/// Steps that stand for `times` equal stretches of the network; `names` are the forward values each begins with. Where
/// `like` is set, they are equal to as many steps from that one on.
struct Stretch {
  size_t first, length, times;
  std::vector<std::string> names;
  std::optional<size_t> like;
};

/// A rewrite of nn-simplify: `before.value` becomes `after.value`.
struct Simplification {
  std::string name; // "a power with a small exponent is written out"
  Equation before, after;
  std::vector<Call> calls;
  unsigned times = 1; // how many rewrites were alike
};

/// How a parameter changes.
struct Update {
  std::string rule; // of the optimizer: "adamw"
  std::vector<Line> lines;
  std::vector<std::pair<std::string, Line>> stores; // a variable, and what it becomes: a line without a target
  std::vector<std::string> parameters;              // one, or none: what belongs to no parameter alone
  std::vector<std::string> gradients;               // the names of the parameter's gradients
};

/// The gradients of one target.
struct Gradient {
  std::string target;
  std::vector<Line> forward; // what the target is computed from, as far as no gradient before this one says
  Line start;                // d_target = 1
  std::vector<std::pair<std::string, std::string>> wrt; // a value's name and its gradient's
  std::vector<Line> sums;     // of gradients that several uses make
  std::vector<Step> steps;    // from the target backwards
  std::vector<Stretch> stretches;
  std::optional<size_t> like; // the number of a gradient before this one that differs from it in names alone
};

struct Derivation {
  std::string model, function;
  std::vector<std::pair<std::string, std::string>> inputs; // with types
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<Gradient> gradients;
  std::vector<Line> rest;                             // what results are computed from besides
  std::vector<std::pair<std::string, Line>> results;  // by name: lines without targets
  std::vector<Update> updates;
  std::vector<Simplification> simplifications;
  std::vector<Worked> numbers; // of inputs, parameters and values outside of loops; empty unless asked for
};

/// `blocks.4.mlp` and `blocks.3.mlp` are one layer several times.
std::string withoutNumbers(llvm::StringRef layer);

/// How much of a derivation is written: of equal layers one, or all that there is.
enum class Extent { Short, Complete };

/// Derives the functions of `module` that have gradients: the step of each train block, or, where there is none, every
/// function with a gradient. The module is the graph as the frontend makes it (nn.grad still an op) and is the joint graph
/// afterwards. With a setting the numbers are worked as well. Fails with a message, or with none where a pass failed, which
/// has reported it.
llvm::Expected<std::vector<Derivation>> derive(mlir::ModuleOp module, const Setting *setting);

/// `derivations` as a page or as data.
std::string derivationText(llvm::ArrayRef<Derivation> derivations, Format format, Extent extent = Extent::Short);
std::string derivationJson(llvm::ArrayRef<Derivation> derivations);

/// Updates of parameters that change alike, each group by its first; all by themselves unless they are to be joined.
std::vector<std::vector<const Update *>> updatesAlike(llvm::ArrayRef<Update> updates, bool areJoined);

/// The expression without its names: equal for what does the same elsewhere.
std::string shapeOf(const Math &math);

/// Calls `see` with each line of a derivation, those of loops after the loop, in the order of a complete page.
void forEachLine(const Derivation &derivation, llvm::function_ref<void(const Line &)> see);

} // namespace nnc::explain

#endif
