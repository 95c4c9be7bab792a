// SpecialValues.cpp: see SpecialValues.h.
#include "SpecialValues.h"
#include "ir/ops/Access.h"
#include "ir/ops/Matmul.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace nnc::test {

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

static constexpr double denormal = std::numeric_limits<double>::min() / 8; // stands for one of the input's type

/// The special ones first.
static constexpr double values[] = {nan, infinity, -infinity, 0.0, -0.0, denormal, -denormal, 1.0, -1.0, 0.5, -2.5};
static constexpr size_t count = std::size(values), special = 7;

/// 0 for types that are not of floats.
static double smallestNormal(Type type) {
  type = getElementTypeOrSelf(type);
  return type.isF64()   ? std::numeric_limits<double>::min()
         : type.isF32() ? std::numeric_limits<float>::min()
                        : 0.0;
}

static double ofType(Type type, double value) {
  return std::abs(value) == denormal ? std::copysign(smallestNormal(type) / 8, value) : value;
}

static double asZero(Type type, double value) {
  return std::abs(value) < smallestNormal(type) ? std::copysign(0.0, value) : value;
}

Call withoutDenormals(FuncOp function, Call call) {
  for (auto [type, input] : llvm::zip(function.getArgumentTypes(), call.inputs))
    for (double &value : input.data)
      value = asZero(type, value);
  return call;
}

std::vector<SpecialCall> specialCalls(FuncOp function, const Call &base) {
  llvm::SmallVector<size_t> floats;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (isa<FloatType>(getElementTypeOrSelf(type)) && base.inputs[i].count() > 0)
      floats.push_back(i);
  std::vector<SpecialCall> calls;
  auto add = [&](std::string about) -> Call & {
    calls.push_back({std::move(about), base});
    return calls.back().call;
  };
  if (floats.empty())
    return calls;
  for (size_t round = 0; round < count * (floats.size() > 1 ? count : 1); ++round) {
    Call &call = add(llvm::formatv("special values, round {0}", round));
    size_t offset = round;
    for (size_t input : floats) {
      Type type = function.getArgumentTypes()[input];
      for (auto [k, number] : llvm::enumerate(call.inputs[input].data))
        number = ofType(type, values[(k + offset) % count]);
      offset = round / count;
    }
  }
  for (size_t input : floats)
    for (double kind : llvm::ArrayRef(values).take_front(special)) {
      double value = ofType(function.getArgumentTypes()[input], kind);
      std::vector<double> &data = add(llvm::formatv("input {0} all {1}", input, value)).inputs[input].data;
      std::fill(data.begin(), data.end(), value);
      size_t size = data.size();
      for (size_t place : {size_t(0), size / 2, size - 1})
        add(llvm::formatv("input {0} with {1} at {2}", input, value, place)).inputs[input].data[place] =
            value;
    }
  return calls;
}

static bool agree(double expected, double found, double tolerance, Freedom freedom) {
  if (freedom.gaps && !(std::isfinite(expected) && std::isfinite(found)))
    return true;
  if (std::isnan(expected) || std::isnan(found))
    return std::isnan(expected) && std::isnan(found);
  if (std::isinf(expected) || std::isinf(found))
    return expected == found;
  if (expected == 0.0 && found == 0.0)
    return freedom.signsOfZeros || std::signbit(expected) == std::signbit(found);
  return std::abs(expected - found) <= tolerance * std::max({1.0, std::abs(expected), std::abs(found)});
}

std::string specialDifference(Type type, const Tensor &expected, const Tensor &found, double tolerance,
                              Freedom freedom) {
  if (expected.shape != found.shape)
    return "shapes differ";
  for (size_t i = 0; i < expected.data.size(); ++i)
    if (!agree(asZero(type, expected.data[i]), asZero(type, found.data[i]), tolerance, freedom))
      return llvm::formatv("[{0}] expected {1}, found {2}", i, expected.data[i], found.data[i]);
  return "";
}

Freedom freedomOf(FuncOp function) {
  Freedom freedom;
  freedom.signsOfZeros = llvm::any_of(function.getResultTypes(), [](Type type) {
    return !isa<FloatType>(getElementTypeOrSelf(type));
  });
  function.walk([&](Operation *op) {
    bool sums = op->hasTrait<Contraction>() || op->hasTrait<Windowed>() || op->hasTrait<WholeKernel>();
    freedom.signsOfZeros |= sums || isa<ReducingOpInterface, AccessOp>(op);
    freedom.gaps |= (sums && !isa<MatmulOp>(op)) || isa<AccessOp>(op);
  });
  return freedom;
}

} // namespace nnc::test
