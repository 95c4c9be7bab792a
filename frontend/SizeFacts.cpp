// SizeFacts.cpp: the proofs of SizeFacts.h.
//
// A form over indices and sizes is at least 0 if its least value over the box of the indices is. That is a polynomial p
// over sizes: with s = 1 + s' (or bound - s' for a bounded one) p has no negative coefficient only if it is at least 0
// for all s' >= 0. If that fails, up to two guards g are used: form - g >= 0 shows form >= 0.
#include "frontend/SizeFacts.h"

using namespace nnc;

void SizeFacts::addIndex(llvm::StringRef symbol, const Dim &extent) {
  if (std::optional<Dim> last = extent.sub(Dim(1)))
    indices.push_back({symbol.str(), *last});
}

std::optional<Dim> SizeFacts::extreme(const Dim &form, bool most) const {
  std::optional<Dim> result = form;
  for (const Index &index : indices) {
    auto term = form.getTerms().find({index.symbol});
    if (term == form.getTerms().end())
      continue;
    int64_t coefficient = term->second;
    std::optional<Dim> all = Dim::symbol(index.symbol).mul(Dim(coefficient));
    result = all && result ? result->sub(*all) : std::nullopt;
    if (result && (coefficient > 0) == most) {
      std::optional<Dim> reached = index.last.mul(Dim(coefficient));
      result = reached ? result->add(*reached) : std::nullopt;
    }
    if (!result)
      return std::nullopt;
  }
  return result;
}

/// `form` with `value` in place of a symbol.
static std::optional<Dim> substitute(const Dim &form, llvm::StringRef symbol, const Dim &value) {
  std::optional<Dim> sum = Dim(0);
  for (const auto &[monomial, coefficient] : form.getTerms()) {
    std::optional<Dim> product = Dim(coefficient);
    for (const std::string &factor : monomial)
      product = product ? product->mul(factor == symbol ? value : Dim::symbol(factor)) : std::nullopt;
    sum = product && sum ? sum->add(*product) : std::nullopt;
    if (!sum)
      return std::nullopt;
  }
  return sum;
}

bool SizeFacts::sizesHold(const Dim &form) const {
  std::vector<std::string> symbols;
  for (const auto &term : form.getTerms())
    for (const std::string &symbol : term.first)
      if (!llvm::is_contained(symbols, symbol))
        symbols.push_back(symbol);
  if (symbols.size() > 8)
    return false;
  // Each choice of ends to start from: bit i is whether symbol i is counted down from its bound.
  for (unsigned choice = 0; choice < (1u << symbols.size()); ++choice) {
    std::optional<Dim> shifted = form;
    for (size_t i = 0; shifted && i < symbols.size(); ++i) {
      auto bound = bounds.find(symbols[i]);
      const bool fromBound = choice >> i & 1;
      if (fromBound && bound == bounds.end()) {
        shifted.reset();
        break;
      }
      Dim rest = Dim::symbol(symbols[i]);
      std::optional<Dim> value = fromBound ? Dim(bound->second).sub(rest) : rest.add(Dim(1));
      shifted = substitute(*shifted, symbols[i], *value);
    }
    if (shifted && llvm::all_of(shifted->getTerms(), [](const auto &term) { return term.second >= 0; }))
      return true;
  }
  return false;
}

bool SizeFacts::holds(const Dim &form) const {
  std::optional<Dim> lowest = least(form);
  if (!lowest)
    return false;
  if (sizesHold(*lowest))
    return true;
  // Nothing is read where an index has no values at all, so each range may be taken to hold one.
  return llvm::any_of(indices, [&](const Index &index) {
    std::optional<Dim> rest = lowest->sub(index.last);
    return !index.last.isStatic() && rest && sizesHold(*rest);
  });
}

bool SizeFacts::isNonNegative(const Dim &form, Use use) const {
  if (holds(form))
    return true;
  if (use == Use::Ranges)
    return false;
  for (size_t i = 0; i < guards.size(); ++i) {
    std::optional<Dim> rest = form.sub(guards[i]);
    if (!rest)
      continue;
    if (holds(*rest))
      return true;
    for (size_t j = i + 1; j < guards.size(); ++j)
      if (std::optional<Dim> less = rest->sub(guards[j]); less && holds(*less))
        return true;
  }
  return false;
}
