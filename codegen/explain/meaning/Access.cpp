// Access.cpp: what elements at computed places are.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Access.h"

using namespace mlir;

namespace nnc::explain {

static Math access(AccessOp op, Element &element) {
  std::vector<Math> places;
  Math inside;
  auto demand = [&](Math condition) { inside = inside ? inside * condition : condition; };
  for (auto [axis, coordinate] : llvm::enumerate(op.coordinates())) {
    Math numerator = sizeMath(coordinate.constant);
    for (auto [coefficient, index] : llvm::zip(coordinate.coefficients, element.index()))
      if (coefficient != 0)
        numerator = Math(coefficient) * index + numerator;
    Math place = numerator;
    if (coordinate.divisor != 1) {
      place = Math::call("floor", {numerator / Math(coordinate.divisor)});
      demand(Math::compare("==", place * Math(coordinate.divisor), numerator));
    }
    CoordinateTests tests = testsOf(coordinate, dimsOf(op.getX())[axis], dimsOf(op.getY()));
    if (tests.low)
      demand(Math::compare(">=", numerator, 0));
    if (tests.high)
      demand(Math::compare("<", place, element.size(op.getX(), axis)));
    places.push_back(place);
  }
  Math value = element.at(0, places);
  return inside ? Math::where(inside, value, op.getFill().convertToDouble()) : value;
}

static Math concat(ConcatOp op, Element &element) {
  std::vector<Math> index = element.index();
  unsigned axis = op.getAxis(), last = op.getParts().size() - 1;
  std::vector<Math> starts = {0};
  for (Value part : op.getParts())
    starts.push_back(starts.back() + element.size(part, axis));
  auto elementOf = [&](unsigned part) {
    std::vector<Math> place = index;
    place[axis] = index[axis] - starts[part];
    return element.at(part, place);
  };
  Math value = elementOf(last);
  for (unsigned part = last; part-- > 0;)
    value = Math::where(Math::compare("<", index[axis], starts[part + 1]), elementOf(part), value);
  return value;
}

static Math iota(IotaOp op, Element &element) { return element.index()[op.getAxis()]; }

void attachAccessMeanings(MLIRContext &context) {
  attachMeaning<AccessOp, access>(context);
  attachMeaning<ConcatOp, concat>(context);
  attachMeaning<IotaOp, iota>(context);
}

} // namespace nnc::explain
