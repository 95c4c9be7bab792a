// Choices.h: what measuring may choose in a kernel's schedule in place of the cost model.
//
// A schedule asks `chooseWay` where the cost model decides between ways; so what can be tuned is said where it is decided.
// A name stands for one way in the whole kernel. What is chosen changes the order of work, and for reductions whose parts
// follow from the size of a task, that of sums; it never changes what is computed.
#ifndef NNC_CODEGEN_HALIDE_CHOICES_H
#define NNC_CODEGEN_HALIDE_CHOICES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace nnc {

/// By name, the way that was chosen: {"tile": "8x3", "grain": "1/2"}.
using Chosen = std::map<std::string, std::string>;

/// One decision of a kernel's schedule.
struct Choice {
  std::string name, modelled;           // what the cost model says
  std::vector<std::string> alternatives; // the cheapest others first
};

/// The decisions of one kernel while it is scheduled.
class Choices {
public:
  Choices() = default;
  explicit Choices(Chosen chosen) : chosen(std::move(chosen)) {}

  /// A way and its cost by the model, in any unit.
  struct Way {
    std::string spelling;
    double cost;
  };
  /// The index of the chosen way, else `modelled`. Alternatives are the few cheapest.
  size_t choose(llvm::StringRef name, llvm::ArrayRef<Way> ways, size_t modelled);

  const std::vector<Choice> &offered() const { return made; }
  /// What is chosen but was not asked for, or is no way of what was: `tile=9x9`.
  std::vector<std::string> unused() const;

private:
  Chosen chosen;
  std::vector<Choice> made;
  std::vector<std::string> used;
};

} // namespace nnc

#endif
