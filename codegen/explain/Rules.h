// Rules.h: the gradient rules of all registered ops, as data and as a page.
#ifndef NNC_CODEGEN_EXPLAIN_RULES_H
#define NNC_CODEGEN_EXPLAIN_RULES_H

#include "codegen/explain/Page.h"
#include "mlir/IR/MLIRContext.h"
#include <optional>

namespace nnc::explain {

/// What the definition of an op says of its derivative.
struct Rule {
  std::string op;   // mnemonic: "tanh"
  std::string name; // "hyperbolic tangent"
  // In letters of the rule's own.
  std::vector<Equation> forward; // what the op computes
  std::vector<Equation> before;  // what calculus gives, where `formula` is its simplification
  std::vector<Equation> formula; // what the compiler builds
  std::string words;             // what letters mean that no equation says, or empty
  std::vector<std::string> operands, results; // their letters
  std::vector<std::string> saves;
  std::string whyNone; // no rule: the reason

  /// Whether an equation of the rule reads the letter or its adjoint.
  bool speaksOf(llvm::StringRef letter) const;
};

/// Rules of all ops that compute, sorted by mnemonic. A formula that cannot be read ends the program: it is the
/// compiler's own text.
std::vector<Rule> allRules(mlir::MLIRContext &context);
/// Of one op, if it is registered and computes.
std::optional<Rule> ruleOf(mlir::OperationName op);

/// For equations without subscripts: the factor of `adjoint` in `value`, the derivative element by element.
std::optional<Math> factorOf(const Math &value, llvm::StringRef adjoint);

/// The rule's equations with the words between them: what the op computes, its adjoints, and what `letters` are in this place.
void writeEquations(const Rule &rule, llvm::ArrayRef<std::pair<std::string, Math>> letters, Page &page);
std::string rulesText(llvm::ArrayRef<Rule> rules, Format format);

} // namespace nnc::explain

#endif
