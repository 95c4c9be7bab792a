// KernelCall.h: what a call of a kernel is known by to people: in tables of calls, profiles and listings.
#ifndef NNC_IR_KERNELCALL_H
#define NNC_IR_KERNELCALL_H

#include "ir/Provenance.h"

namespace nnc {
class KernelOp;

/// The value that a person would say a kernel computes, of its results and ops (those of a region, the last one last): its
/// first result that has a name. Where all results are updates, the derivative they are made of, if it is made here too:
/// the most of the work is that.
mlir::Value mainValue(mlir::ValueRange results, llvm::ArrayRef<mlir::Operation *> ops);

struct KernelCall {
  mlir::Location loc; // of the main value: place and provenance
  std::string values; // names of the main value and all results: "exact, d_logits"
  std::string roles;  // what they are for, in the order of Role: "forward+adjoint"
  std::string rules;  // by which they are made: "matrix product, adam"
};
KernelCall describeCall(KernelOp kernel);

} // namespace nnc

#endif
