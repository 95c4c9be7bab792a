// MathPrinter.h: what the spellings have in common: precedence, and where parentheses are needed.
#ifndef NNC_CODEGEN_EXPLAIN_MATHPRINTER_H
#define NNC_CODEGEN_EXPLAIN_MATHPRINTER_H

#include "codegen/explain/Math.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

namespace nnc::explain {

/// How tightly an expression holds together when written in a line.
enum Strength { Loose, Comparison, Sum, Product, Sign, Exponent, Atom };

inline Strength strengthOf(const Math &math) {
  switch (math.kind()) {
  case Kind::Number:
    return math.value() < 0 ? Sign : Atom;
  case Kind::Add:
  case Kind::Sub:
    return Sum;
  case Kind::Mul:
  case Kind::Div:
  case Kind::MatMul:
    return Product;
  case Kind::Negate:
    return Sign;
  case Kind::Power:
    return Exponent;
  case Kind::Compare:
    return Comparison;
  case Kind::Binder:
    return Loose;
  case Kind::Name:
  case Kind::Call:
  case Kind::Index:
  case Kind::Where:
    return Atom;
  }
  return Atom;
}

/// A name as it is set: `d_` in front is the adjoint, digits behind a letter are a subscript; of what one use contributes
/// to an adjoint, `d_x_via_y`, the use is set as a superscript.
struct SetName {
  int adjoints = 0;
  std::string base, subscript, use;
  explicit SetName(llvm::StringRef name);
  bool isLetter() const { return base.size() == 1; }
};

/// Whether a word of several letters stands at an edge: two of them beside one another need a dot between.
bool hasWordAtEdge(const Math &math, bool atRight);

/// `start:end` of a slice, a part of subscripts; the whole axis is the colon alone.
std::string rangeText(const Math &range, llvm::function_ref<std::string(const Math &)> spelled, llvm::StringRef colon = ":");

/// A call's keywords as they are set below its name: sizes without quotes, and no word where there is but one.
std::string keywordsText(const Math &call);

} // namespace nnc::explain

#endif
