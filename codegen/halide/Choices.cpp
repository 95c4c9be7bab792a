// Choices.cpp: see Choices.h.
#include "codegen/halide/Choices.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <numeric>

namespace nnc {

/// More are seldom better, and each is measured.
constexpr size_t mostAlternatives = 4;

size_t Choices::choose(llvm::StringRef name, llvm::ArrayRef<Way> ways, size_t modelled) {
  if (llvm::none_of(made, [&](const Choice &choice) { return choice.name == name; })) {
    Choice choice{name.str(), ways[modelled].spelling, {}};
    std::vector<size_t> order(ways.size());
    std::iota(order.begin(), order.end(), 0);
    llvm::stable_sort(order, [&](size_t a, size_t b) { return ways[a].cost < ways[b].cost; });
    for (size_t i : order)
      if (i != modelled && choice.alternatives.size() < mostAlternatives)
        choice.alternatives.push_back(ways[i].spelling);
    made.push_back(std::move(choice));
  }
  auto wanted = chosen.find(name.str());
  if (wanted == chosen.end())
    return modelled;
  for (size_t i = 0; i < ways.size(); ++i)
    if (ways[i].spelling == wanted->second) {
      used.push_back(wanted->first);
      return i;
    }
  return modelled;
}

std::vector<std::string> Choices::unused() const {
  std::vector<std::string> names;
  for (const auto &[name, way] : chosen)
    if (!llvm::is_contained(used, name))
      names.push_back(name + "=" + way);
  return names;
}

} // namespace nnc
