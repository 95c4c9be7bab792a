// Dim.cpp: arithmetic, spelling and parsing of sizes.
#include "ir/Dim.h"
#include "ir/Dialect.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>

using namespace mlir;

namespace nnc {

void Dim::addTerm(const Monomial &monomial, int64_t coefficient) {
  if (coefficient != 0)
    terms[monomial] = coefficient;
}

int64_t Dim::value() const {
  assert(isStatic() && "a size with symbols has no value before run time");
  return terms.empty() ? 0 : terms.begin()->second;
}

std::optional<std::string> Dim::symbolIfBare() const {
  if (terms.size() == 1 && terms.begin()->first.size() == 1 && terms.begin()->second == 1)
    return terms.begin()->first.front();
  return std::nullopt;
}

std::optional<Dim> Dim::add(const Dim &other) const {
  Dim result = *this;
  for (const auto &[monomial, coefficient] : other.terms) {
    int64_t &sum = result.terms[monomial];
    if (__builtin_add_overflow(sum, coefficient, &sum))
      return std::nullopt;
    if (sum == 0)
      result.terms.erase(monomial);
  }
  return result;
}

std::optional<Dim> Dim::sub(const Dim &other) const {
  std::optional<Dim> negated = other.mul(Dim(-1));
  return negated ? add(*negated) : std::nullopt;
}

std::optional<Dim> Dim::mul(const Dim &other) const {
  Dim result;
  for (const auto &[left, leftCoefficient] : terms)
    for (const auto &[right, rightCoefficient] : other.terms) {
      Monomial monomial = left;
      monomial.insert(monomial.end(), right.begin(), right.end());
      std::sort(monomial.begin(), monomial.end());
      Dim term;
      int64_t product;
      if (__builtin_mul_overflow(leftCoefficient, rightCoefficient, &product))
        return std::nullopt;
      term.addTerm(monomial, product);
      std::optional<Dim> sum = result.add(term);
      if (!sum)
        return std::nullopt;
      result = std::move(*sum);
    }
  return result;
}

std::optional<Dim> Dim::divExact(const Dim &other) const {
  if (other.terms.size() != 1)
    return *this == other && !terms.empty() ? std::optional<Dim>(Dim(1)) : std::nullopt;
  const auto &[divisor, divisorCoefficient] = *other.terms.begin();
  Dim result;
  for (const auto &[monomial, coefficient] : terms) {
    if (coefficient % divisorCoefficient != 0)
      return std::nullopt;
    Monomial rest;
    auto next = divisor.begin();
    for (const std::string &symbol : monomial)
      if (next != divisor.end() && *next == symbol)
        ++next;
      else
        rest.push_back(symbol);
    if (next != divisor.end())
      return std::nullopt;
    result.addTerm(rest, coefficient / divisorCoefficient);
  }
  return result;
}

std::optional<int64_t>
Dim::evaluate(const std::function<std::optional<int64_t>(llvm::StringRef)> &sizeOf) const {
  int64_t sum = 0;
  for (const auto &[monomial, coefficient] : terms) {
    int64_t product = coefficient;
    for (const std::string &symbol : monomial) {
      std::optional<int64_t> size = sizeOf(symbol);
      if (!size || __builtin_mul_overflow(product, *size, &product))
        return std::nullopt;
    }
    if (__builtin_add_overflow(sum, product, &sum))
      return std::nullopt;
  }
  return sum;
}

std::string Dim::str() const {
  if (terms.empty())
    return "0";
  std::vector<std::pair<Monomial, int64_t>> sorted(terms.begin(), terms.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto &a, const auto &b) { return a.first.size() > b.first.size(); });
  std::string text;
  for (const auto &[monomial, coefficient] : sorted) {
    if (!text.empty() && coefficient > 0)
      text += "+";
    if (monomial.empty()) {
      text += std::to_string(coefficient);
      continue;
    }
    if (coefficient == -1)
      text += "-";
    else if (coefficient != 1)
      text += std::to_string(coefficient) + "*";
    text += llvm::join(monomial, "*");
  }
  return text;
}

std::optional<Dim> Dim::parse(llvm::StringRef text) {
  Dim sum;
  text = text.trim();
  if (text.empty())
    return std::nullopt;
  while (!text.empty()) {
    bool negative = text.consume_front("-");
    if (!negative)
      text.consume_front("+");
    size_t end = text.find_first_of("+-");
    Dim product(negative ? -1 : 1);
    llvm::SmallVector<llvm::StringRef> factors;
    text.take_front(end).split(factors, '*');
    for (llvm::StringRef factor : factors) {
      factor = factor.trim();
      if (factor.empty())
        return std::nullopt;
      int64_t number;
      bool isName = llvm::isAlpha(factor.front()) || factor.front() == '_';
      if (isName ? !llvm::all_of(factor, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; })
                 : factor.getAsInteger(10, number))
        return std::nullopt;
      std::optional<Dim> next = product.mul(isName ? symbol(factor) : Dim(number));
      if (!next)
        return std::nullopt;
      product = std::move(*next);
    }
    std::optional<Dim> next = sum.add(product);
    if (!next)
      return std::nullopt;
    sum = std::move(*next);
    text = end == llvm::StringRef::npos ? llvm::StringRef() : text.drop_front(end);
  }
  return sum;
}

bool hasNamedSizes(RankedTensorType type) {
  return type.hasStaticShape() ? !type.getEncoding() : isa_and_nonnull<DimsAttr>(type.getEncoding());
}

Dims dimsOf(RankedTensorType type) {
  Dims dims;
  auto named = dyn_cast_or_null<DimsAttr>(type.getEncoding());
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!type.isDynamicDim(axis)) {
      dims.push_back(Dim(type.getDimSize(axis)));
    } else {
      dims.push_back(named ? *Dim::parse(named.getDims()[axis]) : Dim::symbol("unnamed"));
    }
  return dims;
}

RankedTensorType makeTensor(llvm::ArrayRef<Dim> dims, Type elementType) {
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<StringAttr> names;
  bool dynamic = false;
  for (const Dim &dim : dims) {
    shape.push_back(dim.isStatic() ? dim.value() : ShapedType::kDynamic);
    names.push_back(StringAttr::get(elementType.getContext(), dim.str()));
    dynamic |= !dim.isStatic();
  }
  return RankedTensorType::get(shape, elementType,
                               dynamic ? DimsAttr::get(elementType.getContext(), names) : Attribute());
}

RankedTensorType withElementType(RankedTensorType type, Type elementType) {
  return RankedTensorType::get(type.getShape(), elementType, type.getEncoding());
}

std::optional<Dim> elementCount(llvm::ArrayRef<Dim> dims) {
  Dim count(1);
  for (const Dim &dim : dims) {
    std::optional<Dim> next = count.mul(dim);
    if (!next)
      return std::nullopt;
    count = std::move(*next);
  }
  return count;
}

int64_t elementBytes(Type elementType) {
  unsigned bits = elementType.getIntOrFloatBitWidth();
  return bits < 8 ? 1 : bits / 8;
}

std::string dimsText(llvm::ArrayRef<Dim> dims) {
  std::string text = "[";
  for (size_t axis = 0; axis < dims.size(); ++axis)
    text += (axis ? ", " : "") + dims[axis].str();
  return text + "]";
}

} // namespace nnc
