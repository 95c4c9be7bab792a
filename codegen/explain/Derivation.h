// Derivation.h: how the gradients of one function come about, as data. Every format is printed from it.
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
};

struct Loop;

/// One line of the function, in an order in which it can be computed: an equation or a loop.
struct Line {
  Equation equation;
  std::string type; // f[batch, 10]
  std::vector<Math> sizes;
  std::string role; // forward, adjoint, accumulate, recompute, optimizer
  std::vector<Call> calls;
  std::shared_ptr<Loop> loop; // in place of the equation
};

/// What comes into a loop: a name inside, and what it is outside.
struct LoopInput {
  std::string name;
  Math value;
  std::vector<Math> sizes; // outside
};

/// What a loop does in each turn t of `length`.
struct Loop {
  Math length;
  bool reverse = false;
  std::string turn;
  std::vector<LoopInput> sequences, carries, invariants;
  std::vector<Line> body;
  std::vector<Math> stacked, next;
  std::vector<std::string> stackedNames, finalNames; // of the results
  std::vector<Call> calls;                           // in what comes in and goes out
};

/// What one operand of a forward op receives.
struct Contribution {
  std::string operand;               // its name
  Equation equation;                 // d_x = ...
  std::optional<Equation> jacobian;  // of an op that works element by element
  std::string why;                   // why it is summed, or empty
};

/// One forward op, seen from the loss.
struct Step {
  unsigned line = 0, column = 0; // in the text; 0: unknown
  std::string op, type;
  Rule rule;
  std::vector<Equation> forward;
  std::vector<Equation> incoming; // adjoints of results: where several uses add, their sum
  std::string incomingNames;
  std::vector<Contribution> contributions;
  unsigned depth = 0;    // in how many loops it is
  std::string signature; // equal for steps that differ in names alone
  std::string layer;     // of the forward value: "block1.attention"
};

/// Steps that stand for `times` equal stretches of the network; `names` are the forward values each begins with. Where
/// `like` is set, they are equal to as many steps from that one on.
struct Stretch {
  size_t first, length, times;
  std::vector<std::string> names;
  std::optional<size_t> like;
};

/// A rewrite of nn-simplify.
struct Simplification {
  std::string name; // "compute before moving"
  Equation before, after;
  unsigned times = 1; // how many rewrites were alike
};

/// How parameters change: once for all that change alike.
struct Update {
  std::string rule; // of the optimizer: "adamw"
  std::vector<Equation> equations;
  std::vector<std::string> parameters;
};

/// The gradients of one target.
struct Gradient {
  std::string target;
  std::vector<std::pair<std::string, std::string>> wrt; // a value's name and its gradient's
  std::vector<Equation> sums; // of gradients that several uses make
  std::vector<Step> steps;    // from the target backwards
  std::vector<Stretch> stretches;
};

struct Derivation {
  std::string model, function;
  std::vector<std::pair<std::string, std::string>> inputs; // with types
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<Line> lines;
  std::vector<std::pair<std::string, Math>> results, stores; // by name of the result, of the variable
  std::vector<Call> endCalls;                                 // in these
  std::vector<Gradient> gradients;
  std::vector<Update> updates;
  std::vector<Simplification> simplifications;
  std::vector<Worked> numbers; // of inputs, parameters and values outside of loops; empty unless asked for
};

/// Derives the functions of `module` that have gradients: the step of each train block, or, where there is none, every
/// function with a gradient. The module is the graph as the frontend makes it (nn.grad still an op) and is the joint graph
/// afterwards. With a setting the numbers are worked as well. Fails with a message, or with none where a pass failed, which
/// has reported it.
llvm::Expected<std::vector<Derivation>> derive(mlir::ModuleOp module, const Setting *setting);

/// `derivations` as a page or as data.
std::string derivationText(llvm::ArrayRef<Derivation> derivations, Format format);
std::string derivationJson(llvm::ArrayRef<Derivation> derivations);

} // namespace nnc::explain

#endif
