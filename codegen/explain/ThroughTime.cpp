// ThroughTime.cpp: turns with numbers.
#include "codegen/explain/ThroughTime.h"

namespace nnc::explain {

/// The expression with its sums worked out: t + 1 is 3.
static Math worked(const Math &math) {
  if (math.parts().empty())
    return math;
  Math made = math.withParts(worked);
  bool isNumber = llvm::all_of(made.parts(), [](const Math &part) { return part.kind() == Kind::Number; });
  return isNumber && (made.kind() == Kind::Add || made.kind() == Kind::Sub)
             ? Math::binary(made.kind(), made.parts()[0], made.parts()[1])
             : made;
}

std::vector<Equation> atTurn(llvm::ArrayRef<Equation> equations, const Loop &loop, int length, int at) {
  std::string whole = toText(loop.length);
  auto leaf = [&](const Math &math) {
    if (math.kind() != Kind::Name)
      return math;
    return math.text() == loop.turn ? Math(at) : math.text() == whole ? Math(length) : math;
  };
  // The length stands for itself in subscripts alone: it may be a size elsewhere.
  std::function<Math(const Math &)> inSubscripts = [&](const Math &math) -> Math {
    if (math.kind() == Kind::Index)
      return worked(math.mapped(leaf));
    if (math.kind() == Kind::Name)
      return math.text() == loop.turn ? Math(at) : math;
    return math.parts().empty() ? math : math.withParts(inSubscripts);
  };
  std::vector<Equation> made;
  for (const Equation &equation : equations)
    made.push_back({inSubscripts(equation.target), inSubscripts(equation.value)});
  return made;
}

} // namespace nnc::explain
