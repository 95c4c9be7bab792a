// Elementwise.cpp: the ops with a scalar meaning, all at once: the template of their definition, instantiated with Math.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Elementwise.h"

using namespace mlir;

namespace nnc::explain {

// The vocabulary of ir/Scalar.h for expressions, found by argument-dependent lookup. What is a way of computing there
// (expm1, normalCdf) is a definition here.
static Math function(llvm::StringRef name, const Math &x) { return Math::call(name, {x}); }
static Math lit(const Math &, double value) { return value; }
static Math select(const Math &c, const Math &yes, const Math &no) { return Math::where(c, yes, no); }
static Math logicalAnd(const Math &a, const Math &b) { return a * b; }
static Math logicalOr(const Math &a, const Math &b) { return Math::call("maximum", {a, b}); }
static Math logicalNot(const Math &a) { return Math(1) - a; }
static Math operator<(const Math &a, const Math &b) { return Math::compare("<", a, b); }
static Math operator<=(const Math &a, const Math &b) { return Math::compare("<=", a, b); }
static Math operator>(const Math &a, const Math &b) { return Math::compare(">", a, b); }
static Math operator>=(const Math &a, const Math &b) { return Math::compare(">=", a, b); }
static Math operator==(const Math &a, const Math &b) { return Math::compare("==", a, b); }
static Math operator!=(const Math &a, const Math &b) { return Math::compare("!=", a, b); }
static Math abs(const Math &x) { return function("abs", x); }
static Math ceil(const Math &x) { return function("ceil", x); }
static Math floor(const Math &x) { return function("floor", x); }
static Math roundEven(const Math &x) { return function("round_even", x); }
static Math cos(const Math &x) { return function("cos", x); }
static Math sin(const Math &x) { return function("sin", x); }
static Math erf(const Math &x) { return function("erf", x); }
static Math exp(const Math &x) { return function("exp", x); }
static Math log(const Math &x) { return function("log", x); }
static Math sqrt(const Math &x) { return function("sqrt", x); }
static Math tanh(const Math &x) { return function("tanh", x); }
static Math expm1(const Math &x) { return exp(x) - Math(1); }
static Math log1p(const Math &x) { return log(Math(1) + x); }
static Math rsqrt(const Math &x) { return Math(1) / sqrt(x); }
static Math pow(const Math &x, const Math &y) { return Math::binary(Kind::Power, x, y); }
static Math mod(const Math &x, const Math &y) { return x - y * floor(x / y); }
static Math maximum(const Math &a, const Math &b) { return Math::call("maximum", {a, b}); }
static Math minimum(const Math &a, const Math &b) { return Math::call("minimum", {a, b}); }
static Math sigmoid(const Math &x) { return Math(1) / (Math(1) + exp(-x)); }
static Math softplus(const Math &x) { return log(Math(1) + exp(x)); }
static Math normalCdf(const Math &x) { return (Math(1) + erf(x / sqrt(2))) / Math(2); }
static Math tanhGate(const Math &x) {
  return (Math(1) + tanh(sqrt(Math(2) / Math::name("pi")) * (x + Math(0.044715) * pow(x, 3)))) / Math(2);
}
static Math castTo(const Math &x, Type type) {
  if (type.isInteger(1))
    return Math::compare("!=", x, 0);
  return isa<FloatType>(type) ? x : Math::call("trunc", {x});
}

namespace {

template <typename OpT>
struct ScalarMeaning : MeaningOpInterface::ExternalModel<ScalarMeaning<OpT>, OpT> {
  Math meaning(Operation *op, Element &element) const {
    llvm::SmallVector<Math> operands;
    for (unsigned i = 0; i < op->getNumOperands(); ++i)
      operands.push_back(element.at(i, element.index()));
    return cast<OpT>(op).template scalar<Math>(operands);
  }
};

template <typename OpT> void attach(MLIRContext &context) {
  if constexpr (OpT::template hasTrait<ElementwiseOpInterface::Trait>())
    OpT::template attachInterface<ScalarMeaning<OpT>>(context);
}

template <typename... Ops> void attachAll(MLIRContext &context) { (attach<Ops>(context), ...); }

} // namespace

void attachElementwiseMeanings(MLIRContext &context) {
  attachAll<
#define GET_OP_LIST
#include "ir/ops/Elementwise.cpp.inc"
      >(context);
}

} // namespace nnc::explain
