// CheckRecursion.cpp: a search depth first over the uses.
#include "frontend/CheckRecursion.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::check;

bool UseGraph::isFree(const Decl *decl, Diagnostics &diags) {
  // Depth first, without recursion of our own: a chain of uses may be long.
  struct Step {
    const Decl *decl;
    Range use;
    size_t next;
  };
  if (finished.contains(decl))
    return true;
  bool isFree = true;
  llvm::SmallVector<Step> path = {{decl, {}, 0}};
  llvm::SmallPtrSet<const Decl *, 16> onPath = {decl};
  while (!path.empty()) {
    Step &step = path.back();
    auto it = usedBy.find(step.decl);
    if (it == usedBy.end() || step.next >= it->second.size()) {
      finished.insert(step.decl);
      onPath.erase(step.decl);
      path.pop_back();
      continue;
    }
    auto [used, range] = it->second[step.next++];
    if (onPath.contains(used)) {
      auto report = diags.error(used->name.range,
                                "'" + used->name.text + "' uses itself; recursion has no meaning here");
      size_t first = 0;
      while (path[first].decl != used)
        ++first;
      for (size_t i = first + 1; i < path.size(); ++i)
        report.note(path[i].use, "'" + path[i].decl->name.text + "' is used here");
      report.note(range, "'" + used->name.text + "' is used here");
      isFree = false; // and on without this use: there may be other circles
      continue;
    }
    if (finished.contains(used))
      continue;
    onPath.insert(used);
    path.push_back({used, range, 0});
  }
  return isFree;
}
