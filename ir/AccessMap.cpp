// AccessMap.cpp: see AccessMap.h.
#include "ir/AccessMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/ErrorHandling.h"
#include <numeric>

namespace nnc {

// Verified accesses have coefficients and divisors below 2^31, so that only a contrived chain of them overflows.
template <typename T> static T orDie(std::optional<T> value) {
  if (!value)
    llvm::report_fatal_error("the index arithmetic of an access exceeds 64 bits");
  return *value;
}
static int64_t times(int64_t a, int64_t b) {
  int64_t product;
  return orDie(__builtin_mul_overflow(a, b, &product) ? std::nullopt : std::optional<int64_t>(product));
}
static int64_t plus(int64_t a, int64_t b) {
  int64_t sum;
  return orDie(__builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional<int64_t>(sum));
}

Coordinate Coordinate::ofConstant(int64_t rank, Dim constant) {
  Coordinate coordinate;
  coordinate.coefficients.assign(rank, 0);
  coordinate.constant = std::move(constant);
  return coordinate;
}

Coordinate Coordinate::ofIndex(int64_t rank, int64_t axis, int64_t coefficient, Dim constant) {
  Coordinate coordinate = ofConstant(rank, std::move(constant));
  coordinate.coefficients[axis] = coefficient;
  return coordinate;
}

std::optional<int64_t> Coordinate::plainIndex() const {
  std::optional<int64_t> found;
  for (auto [axis, coefficient] : llvm::enumerate(coefficients)) {
    if (coefficient == 0)
      continue;
    if (found || coefficient != 1)
      return std::nullopt;
    found = axis;
  }
  return divisor == 1 && constant == Dim(0) ? found : std::nullopt;
}

/// The largest number that divides all coefficients and the constant; 0 if all are zero.
static int64_t contentOf(llvm::ArrayRef<int64_t> coefficients, const Dim &constant) {
  int64_t content = 0;
  for (int64_t coefficient : coefficients)
    content = std::gcd(content, coefficient);
  for (const auto &[monomial, coefficient] : constant.getTerms())
    content = std::gcd(content, coefficient);
  return content;
}

Coordinate Coordinate::reduced() const {
  int64_t common = std::gcd(contentOf(coefficients, constant), divisor);
  Coordinate result = *this;
  for (int64_t &coefficient : result.coefficients)
    coefficient /= common;
  result.constant = orDie(constant.divExact(Dim(common)));
  result.divisor /= common;
  return result;
}

//===--------------------------------------------------------------------------------------------------===//
// Proofs
//===--------------------------------------------------------------------------------------------------===//

/// The least value of each symbol that a linear size allows which has to be 1 or more; others are 0 or more.
static llvm::StringMap<int64_t> leastSizes(llvm::ArrayRef<Dim> positive) {
  llvm::StringMap<int64_t> least;
  for (const Dim &dim : positive) {
    int64_t constant = 0, coefficient = 0;
    const std::string *symbol = nullptr;
    bool linear = true;
    for (const auto &[monomial, factor] : dim.getTerms()) {
      if (monomial.empty()) {
        constant = factor;
      } else if (monomial.size() == 1 && !symbol && factor > 0) {
        symbol = &monomial.front();
        coefficient = factor;
      } else {
        linear = false;
      }
    }
    if (!linear || !symbol || constant >= 1)
      continue;
    int64_t &bound = least[*symbol];
    bound = std::max(bound, (1 - constant + coefficient - 1) / coefficient);
  }
  return least;
}

bool isNeverNegative(const Dim &value, llvm::ArrayRef<Dim> positive) {
  llvm::StringMap<int64_t> least = leastSizes(positive);
  // With each symbol written as its least value and a rest of 0 or more, no term may be negative.
  std::optional<Dim> shifted = Dim(0);
  for (const auto &[monomial, coefficient] : value.getTerms()) {
    std::optional<Dim> term = Dim(coefficient);
    for (const std::string &symbol : monomial) {
      std::optional<Dim> factor = Dim::symbol(symbol).add(Dim(least.lookup(symbol)));
      term = term && factor ? term->mul(*factor) : std::nullopt;
    }
    shifted = shifted && term ? shifted->add(*term) : std::nullopt;
  }
  return shifted && llvm::all_of(shifted->getTerms(), [](const auto &term) { return term.second >= 0; });
}

namespace {
/// The least and the greatest numerator of a coordinate, if they can be written down.
struct NumeratorRange {
  std::optional<Dim> low, high;

  NumeratorRange(const Coordinate &coordinate, llvm::ArrayRef<Dim> sizes)
      : low(coordinate.constant), high(coordinate.constant) {
    for (auto [coefficient, size] : llvm::zip(coordinate.coefficients, sizes)) {
      std::optional<Dim> last = size.sub(Dim(1));
      std::optional<Dim> reach = last ? last->mul(Dim(coefficient)) : std::nullopt;
      std::optional<Dim> &end = coefficient < 0 ? low : high;
      end = end && reach ? end->add(*reach) : std::nullopt;
    }
  }
};

bool isAtLeast(const std::optional<Dim> &a, const std::optional<Dim> &b, llvm::ArrayRef<Dim> positive) {
  std::optional<Dim> difference = a && b ? a->sub(*b) : std::nullopt;
  return difference && isNeverNegative(*difference, positive);
}
} // namespace

CoordinateTests testsOf(const Coordinate &coordinate, const Dim &size, llvm::ArrayRef<Dim> indexSizes) {
  NumeratorRange range(coordinate, indexSizes);
  // A quotient is below `size` if the numerator is at most divisor * size - 1.
  std::optional<Dim> scaled = size.mul(Dim(coordinate.divisor));
  std::optional<Dim> last = scaled ? scaled->sub(Dim(1)) : std::nullopt;
  bool isExact = contentOf(coordinate.coefficients, coordinate.constant) % coordinate.divisor == 0;
  return {!isAtLeast(range.low, Dim(0), indexSizes), !isAtLeast(last, range.high, indexSizes), !isExact};
}

bool isAlwaysOutside(const Coordinate &coordinate, const Dim &size, llvm::ArrayRef<Dim> indexSizes) {
  NumeratorRange range(coordinate, indexSizes);
  return isAtLeast(Dim(-1), range.high, indexSizes) ||
         isAtLeast(range.low, size.mul(Dim(coordinate.divisor)), indexSizes);
}

//===--------------------------------------------------------------------------------------------------===//
// Composition
//===--------------------------------------------------------------------------------------------------===//

/// Whether an index j of `inner` that is outside of [0, size) makes `coordinate` leave [0, operand), on the sides that
/// `tests` asks for. A broken quotient stays one, as nothing else is added to it.
static bool carriesOutside(const Coordinate &coordinate, int64_t j, const Dim &size, const Dim &operand,
                           CoordinateTests tests, llvm::ArrayRef<Dim> positive) {
  for (auto [axis, coefficient] : llvm::enumerate(coordinate.coefficients))
    if (coefficient != 0 && (static_cast<int64_t>(axis) != j || std::abs(coefficient) != 1))
      return false;
  if (coordinate.coefficients[j] == 0)
    return false;
  const Dim &constant = coordinate.constant;
  // Numerators from here on are too large.
  std::optional<Dim> before = operand.sub(Dim(1));
  std::optional<Dim> reach = before ? before->mul(Dim(coordinate.divisor)) : std::nullopt;
  std::optional<Dim> large = reach ? reach->add(Dim(1)) : std::nullopt;
  // d < 0 and d >= size become, for d + c: below c, from size + c; for c - d: from c + 1, to c - size.
  if (coordinate.coefficients[j] > 0)
    return (!tests.low || isAtLeast(Dim(0), constant, positive)) &&
           (!tests.high || isAtLeast(size.add(constant), large, positive));
  return (!tests.low || isAtLeast(constant.add(Dim(1)), large, positive)) &&
         (!tests.high || isAtLeast(size.sub(Dim(1)), constant, positive));
}

std::optional<AccessMap> compose(llvm::ArrayRef<Coordinate> outer, llvm::ArrayRef<Dim> sizes,
                                 llvm::ArrayRef<Coordinate> inner, llvm::ArrayRef<Dim> between,
                                 llvm::ArrayRef<Dim> operand, bool sameFill) {
  for (auto [j, coordinate] : llvm::enumerate(outer)) {
    CoordinateTests tests = testsOf(coordinate, between[j], sizes);
    if (!tests.any())
      continue;
    if (!sameFill || llvm::none_of(llvm::enumerate(inner), [&, j = j](auto item) {
          return carriesOutside(item.value(), j, between[j], operand[item.index()], tests, sizes);
        }))
      return std::nullopt;
  }
  AccessMap composed;
  for (const Coordinate &coordinate : inner) {
    int64_t common = 1;
    for (auto [coefficient, index] : llvm::zip(coordinate.coefficients, outer))
      if (coefficient != 0)
        common = times(common / std::gcd(common, index.divisor), index.divisor);
    Coordinate result = Coordinate::ofConstant(sizes.size(), orDie(coordinate.constant.mul(Dim(common))));
    for (auto [coefficient, index] : llvm::zip(coordinate.coefficients, outer)) {
      if (coefficient == 0)
        continue;
      int64_t factor = times(coefficient, common / index.divisor);
      for (auto [sum, part] : llvm::zip(result.coefficients, index.coefficients))
        sum = plus(sum, times(factor, part));
      result.constant = orDie(result.constant.add(orDie(index.constant.mul(Dim(factor)))));
    }
    result.divisor = times(common, coordinate.divisor);
    composed.push_back(result.reduced());
  }
  return composed;
}

//===--------------------------------------------------------------------------------------------------===//
// Adjoint
//===--------------------------------------------------------------------------------------------------===//

namespace {
/// access . d = operand . i + constant, over integers.
struct Equation {
  llvm::SmallVector<int64_t, 4> access, operand;
  Dim constant;

  void scale(int64_t factor) {
    for (int64_t &coefficient : access)
      coefficient = times(coefficient, factor);
    for (int64_t &coefficient : operand)
      coefficient = times(coefficient, factor);
    constant = orDie(constant.mul(Dim(factor)));
  }
  void subtract(const Equation &other, int64_t factor) {
    for (auto [coefficient, part] : llvm::zip(access, other.access))
      coefficient = plus(coefficient, -times(part, factor));
    for (auto [coefficient, part] : llvm::zip(operand, other.operand))
      coefficient = plus(coefficient, -times(part, factor));
    constant = orDie(constant.sub(orDie(other.constant.mul(Dim(factor)))));
  }
};
} // namespace

AdjointMap adjointOf(llvm::ArrayRef<Coordinate> access, llvm::ArrayRef<Dim> sizes) {
  int64_t rank = sizes.size(), operandRank = access.size();
  llvm::SmallVector<Equation> equations;
  for (auto [k, coordinate] : llvm::enumerate(access)) {
    Equation equation;
    equation.access = coordinate.coefficients;
    equation.operand.assign(operandRank, 0);
    equation.operand[k] = coordinate.divisor;
    equation.constant = orDie(coordinate.constant.mul(Dim(-1)));
    equations.push_back(std::move(equation));
  }

  // Gauss-Jordan elimination. Indices that are taken first are solved for, the others are summed over: the longest
  // come first, which leaves the fewest terms. A size known at run time only is taken to be long.
  llvm::SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  auto length = [&](int64_t axis) { return sizes[axis].valueIfStatic().value_or(INT64_MAX); };
  llvm::stable_sort(order, [&](int64_t a, int64_t b) { return length(a) > length(b); });
  llvm::SmallVector<std::optional<size_t>> solvedBy(rank);
  llvm::SmallVector<bool> used(equations.size());
  for (int64_t axis : order) {
    std::optional<size_t> pivot;
    for (size_t k = 0; k < equations.size(); ++k)
      if (!used[k] && equations[k].access[axis] != 0 &&
          (!pivot || std::abs(equations[k].access[axis]) < std::abs(equations[*pivot].access[axis])))
        pivot = k;
    if (!pivot)
      continue;
    solvedBy[axis] = pivot;
    used[*pivot] = true;
    Equation &chosen = equations[*pivot];
    if (chosen.access[axis] < 0)
      chosen.scale(-1);
    for (size_t k = 0; k < equations.size(); ++k) {
      int64_t coefficient = equations[k].access[axis];
      if (k == *pivot || coefficient == 0)
        continue;
      int64_t common = std::gcd(coefficient, chosen.access[axis]);
      equations[k].scale(chosen.access[axis] / common);
      equations[k].subtract(chosen, coefficient / common);
    }
  }

  AdjointMap adjoint;
  llvm::SmallVector<int64_t> placeOf(rank);
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!solvedBy[axis]) {
      placeOf[axis] = adjoint.summed.size();
      adjoint.summed.push_back(axis);
    }
  int64_t freeRank = adjoint.summed.size(), newRank = freeRank + operandRank;
  auto rightSideOf = [&](const Equation &equation) {
    Coordinate coordinate = Coordinate::ofConstant(newRank, equation.constant);
    llvm::copy(equation.operand, coordinate.coefficients.begin() + freeRank);
    return coordinate;
  };
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (!solvedBy[axis]) {
      adjoint.map.push_back(Coordinate::ofIndex(newRank, placeOf[axis]));
      continue;
    }
    const Equation &equation = equations[*solvedBy[axis]];
    Coordinate coordinate = rightSideOf(equation);
    for (int64_t other : adjoint.summed)
      coordinate.coefficients[placeOf[other]] = -equation.access[other];
    coordinate.divisor = equation.access[axis];
    adjoint.map.push_back(coordinate.reduced());
  }
  for (auto [k, equation] : llvm::enumerate(equations))
    if (!used[k]) {
      adjoint.map.push_back(rightSideOf(equation));
      ++adjoint.constraints;
    }
  return adjoint;
}

} // namespace nnc
