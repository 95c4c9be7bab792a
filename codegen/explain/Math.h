// Math.h: mathematics as a tree: what rules, derivations and meanings of ops are written in, and every format printed from.
//
// One tree has four spellings: plain text, LaTeX, MathML and SymPy. What is shown to people and what an independent tool
// evaluates is thus the same expression.
#ifndef NNC_CODEGEN_EXPLAIN_MATH_H
#define NNC_CODEGEN_EXPLAIN_MATH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace nnc::explain {

enum class Kind {
  Number,  // value
  Name,    // text
  Call,    // text(parts..., keywords...); without text parentheses that stay
  Negate,  // -parts[0]
  Add,     // of two, as are all up to Compare
  Sub,
  Mul,     // of tensors by elements; with text "scalar" one side is a number
  Div,
  Power,
  MatMul,
  Compare, // by text, one of == != < <= > >=; 1 where true, else 0
  Index,   // parts[0][parts[1], ...]; with text "turn" the subscripts are turns of loops, and the whole may be a tensor
  Binder,  // text, one of sum, prod, max, min, over `bounds`, of parts[0]
  Where    // parts[0] ? parts[1] : parts[2]
};

/// An immutable expression. Cheap to copy: trees share what is equal.
class Math {
public:
  struct Bound;
  struct Node;

  Math() = default;
  Math(double value);
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  Math(T value) : Math(static_cast<double>(value)) {}
  static Math name(llvm::StringRef text);
  static Math call(llvm::StringRef function, std::vector<Math> arguments,
                   std::vector<std::pair<std::string, std::string>> keywords = {});
  static Math binary(Kind kind, Math lhs, Math rhs);
  /// A product of which one side at least is a number: set without a sign for products by elements.
  static Math scaled(Math lhs, Math rhs);
  static Math compare(llvm::StringRef predicate, Math lhs, Math rhs);
  static Math index(Math base, std::vector<Math> subscripts);
  /// The value that `base` has at these turns of the loops around it, the outermost first.
  static Math atTurns(Math base, std::vector<Math> turns);
  static Math bind(llvm::StringRef how, std::vector<Bound> bounds, Math body);
  static Math where(Math condition, Math yes, Math no);

  explicit operator bool() const { return bool(node); }
  Kind kind() const;
  double value() const;
  llvm::StringRef text() const;
  llvm::ArrayRef<Math> parts() const;
  llvm::ArrayRef<Bound> bounds() const;
  llvm::ArrayRef<std::pair<std::string, std::string>> keywords() const;
  bool isNumber(double value) const;
  /// Of a name with or without turns: the name.
  llvm::StringRef baseName() const { return kind() == Kind::Index ? parts()[0].text() : text(); }

  /// The same expression over other parts.
  Math withParts(const std::function<Math(const Math &)> &part) const;
  /// The same tree with each leaf (number or name) replaced by what `leaf` gives for it.
  Math mapped(const std::function<Math(const Math &)> &leaf) const;

  friend Math operator+(Math a, Math b) { return binary(Kind::Add, a, b); }
  friend Math operator-(Math a, Math b) { return binary(Kind::Sub, a, b); }
  friend Math operator*(Math a, Math b) { return binary(Kind::Mul, a, b); }
  friend Math operator/(Math a, Math b) { return binary(Kind::Div, a, b); }
  Math operator-() const;

private:
  std::shared_ptr<const Node> node;
};

/// A bound variable: from `low` to below `high`, or over the axis where it stands as a subscript if these are null.
struct Math::Bound {
  std::string name;
  Math low, high;
};

struct Math::Node {
  Kind kind;
  double value = 0;
  std::string text;
  std::vector<Math> parts;
  std::vector<Bound> bounds;
  std::vector<std::pair<std::string, std::string>> keywords;
};

/// `target = value`; the target is a name or a name with subscripts, or null where an equation goes on: `= value`.
struct Equation {
  Math target, value;
};

/// Between an adjoint's name and the value whose use contributes to it: d_x_via_y.
constexpr llvm::StringLiteral via = "_via_";

/// Equal, with all products as products of numbers: what stands between subscripts.
Math ofNumbers(const Math &math);
/// Whether the equation is about elements: its target has subscripts, which are no turns.
bool isOfElements(const Equation &equation);

// The spellings. Text is Python where it has no binder, so that it can be evaluated as it is printed.
std::string toText(const Math &math);
std::string toLatex(const Math &math);
std::string toMathML(const Math &math);
std::string toSymPy(const Math &math);
std::string toText(const Equation &equation);
std::string toLatex(const Equation &equation);
std::string toMathML(const Equation &equation);
/// A number with the fewest digits that give it back.
std::string numberText(double value);

} // namespace nnc::explain

#endif
