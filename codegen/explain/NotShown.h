// NotShown.h: what a short page leaves out: the lines of equal layers but one, and the names it reads of them all the same.
#ifndef NNC_CODEGEN_EXPLAIN_NOTSHOWN_H
#define NNC_CODEGEN_EXPLAIN_NOTSHOWN_H

#include "codegen/explain/Derivation.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::explain {

class NotShown {
public:
  /// Of a complete page nothing is left out.
  NotShown(const Derivation &derivation, Extent extent);

  /// Whether a line of the forward pass is about layers alone that are not shown.
  bool isLeftOut(const Line &line) const;
  /// Whether an expression reads names that only layers say that are not shown.
  bool isNamed(const Math &math) const;
  /// Tells of what is written, in its order.
  void see(const Equation &equation);
  void see(const Loop &loop);
  /// Names that were read and said nowhere, with those that are the same in the layer that is shown.
  std::vector<std::pair<std::string, std::string>> others() const;

private:
  void compare(const Step &shown, const Step &other);
  void compare(llvm::ArrayRef<const Line *> ours, llvm::ArrayRef<const Line *> theirs);
  void leaveOut(const Derivation &derivation);

  llvm::StringSet<> hidden;                // names that are said in lines that are left out
  llvm::StringMap<std::string> counterparts; // of hidden names, what they are in the layer that is shown
  llvm::StringSet<> said, read;
  llvm::DenseSet<const Loop *> hiddenLoops;
  bool isComplete;
};

} // namespace nnc::explain

#endif
