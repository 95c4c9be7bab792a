// ThroughTime.cpp: subscripts for turns.
#include "codegen/explain/ThroughTime.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::explain {

std::vector<Equation> atTurn(const Loop &loop, const Math &t) {
  llvm::StringMap<Math> inside;
  auto indexed = [&](llvm::StringRef name) { inside[name] = Math::index(Math::name(name), {t}); };
  for (const Line &line : loop.body)
    if (!line.loop)
      indexed(line.equation.target.text());
  for (const LoopInput &input : loop.sequences)
    indexed(input.name);
  for (const LoopInput &input : loop.carries)
    indexed(input.name);
  for (const LoopInput &input : loop.invariants)
    inside[input.name] = input.value;
  inside[loop.turn] = t;
  auto mapped = [&](const Math &math) {
    return math.mapped([&](const Math &leaf) {
      auto found = leaf.kind() == Kind::Name ? inside.find(leaf.text()) : inside.end();
      return found == inside.end() ? leaf : found->second;
    });
  };
  std::vector<Equation> equations;
  for (const Line &line : loop.body)
    if (!line.loop)
      equations.push_back({mapped(line.equation.target), mapped(line.equation.value)});
  Math next = loop.reverse ? t - Math(1) : t + Math(1);
  for (size_t i = 0; i < loop.carries.size(); ++i)
    equations.push_back({Math::index(Math::name(loop.carries[i].name), {next}), mapped(loop.next[i])});
  return equations;
}

} // namespace nnc::explain
