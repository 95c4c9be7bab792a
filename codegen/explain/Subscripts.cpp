// Subscripts.cpp: slices are told from what computes with several indices; both hold for all sizes.
#include "codegen/explain/Subscripts.h"
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc::explain {

/// start:end, or start:end:step; nothing in it is the whole axis.
static Math range(std::vector<Math> parts) { return Math::call(":", std::move(parts)); }

/// The axis of the result that a coordinate counts along, if it is one and forwards.
static std::optional<size_t> onlyAxis(const Coordinate &coordinate) {
  std::optional<size_t> axis;
  for (auto [number, coefficient] : llvm::enumerate(coordinate.coefficients)) {
    if (coefficient == 0)
      continue;
    if (axis || coefficient < 0)
      return std::nullopt;
    axis = number;
  }
  return axis;
}

static bool isConstant(const Coordinate &coordinate) {
  return llvm::all_of(coordinate.coefficients, [](int64_t coefficient) { return coefficient == 0; });
}

/// Numbers and ranges, one for each axis of x; nothing where they do not say the access.
static std::optional<std::vector<Math>> slices(AccessOp op) {
  Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
  std::vector<Math> made;
  size_t next = 0; // axis of the result
  for (auto [coordinate, size] : llvm::zip(op.coordinates(), from)) {
    if (coordinate.divisor != 1)
      return std::nullopt;
    if (isConstant(coordinate)) {
      made.push_back(sizeMath(coordinate.constant));
      continue;
    }
    std::optional<size_t> axis = onlyAxis(coordinate);
    if (!axis || *axis != next++)
      return std::nullopt;
    int64_t step = coordinate.coefficients[*axis];
    std::optional<Dim> width = to[*axis].mul(step), end = width ? coordinate.constant.add(*width) : std::nullopt;
    end = end ? end->sub(step - 1) : std::nullopt; // behind the last element
    if (!end)
      return std::nullopt;
    if (step == 1 && coordinate.constant == Dim(0) && *end == size)
      made.push_back(range({}));
    else if (step == 1)
      made.push_back(range({sizeMath(coordinate.constant), sizeMath(*end)}));
    else
      made.push_back(range({sizeMath(coordinate.constant), sizeMath(*end), step}));
  }
  return next == to.size() ? std::optional(made) : std::nullopt;
}

/// One expression over the letters for each axis of x.
static std::vector<Math> places(AccessOp op, llvm::ArrayRef<std::string> letters) {
  std::vector<Math> made;
  for (const Coordinate &coordinate : op.coordinates()) {
    auto hasSign = [&](bool isNegative) {
      return llvm::any_of(coordinate.coefficients, [&](int64_t c) { return isNegative ? c < 0 : c > 0; });
    };
    bool beginsWithConstant = !hasSign(false) && hasSign(true); // 6 - i
    Math place = beginsWithConstant ? sizeMath(coordinate.constant) : Math(0);
    for (auto [axis, coefficient] : llvm::enumerate(coordinate.coefficients))
      if (coefficient > 0)
        place = place + Math(coefficient) * Math::name(letters[axis]);
    for (auto [axis, coefficient] : llvm::enumerate(coordinate.coefficients))
      if (coefficient < 0)
        place = place - Math(-coefficient) * Math::name(letters[axis]);
    if (!beginsWithConstant)
      place = place + sizeMath(coordinate.constant);
    made.push_back(coordinate.divisor == 1 ? place : place / Math(coordinate.divisor));
  }
  return made;
}

/// Whether the places of a slice end inside of x because the run-time size that ends them has a bound.
static bool endsWithinBound(AccessOp op, const Coordinate &coordinate, const Dim &size) {
  std::optional<size_t> axis = onlyAxis(coordinate);
  auto model = op->getParentOfType<ModelOp>();
  if (!axis || !model || coordinate.divisor != 1 || coordinate.coefficients[*axis] != 1 || coordinate.constant != Dim(0))
    return false;
  std::optional<std::string> end = dimsOf(op.getY())[*axis].symbolIfBare();
  for (auto [symbol, bound] : llvm::zip(model.getSymbols().getAsValueRange<StringAttr>(), model.getBounds()))
    if (end && symbol == *end && bound > 0 && size.isStatic())
      return bound <= size.value();
  return false;
}

Math subscripted(AccessOp op, Math x, llvm::ArrayRef<std::string> letters) {
  Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
  bool isPadded = false;
  for (auto [coordinate, size] : llvm::zip(op.coordinates(), from))
    isPadded |= testsOf(coordinate, size, to).any() && !endsWithinBound(op, coordinate, size);
  if (isPadded) {
    double fill = op.getFill().convertToDouble();
    x = Math::call("padded", fill == 0 ? std::vector<Math>{x} : std::vector<Math>{x, fill});
  }
  if (std::optional<std::vector<Math>> sliced = slices(op))
    return Math::index(x, std::move(*sliced));
  return Math::call("elements", {Math::index(x, places(op, letters))}, {{"sizes", "'" + dimsText(to) + "'"}});
}

} // namespace nnc::explain
