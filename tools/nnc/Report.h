// Report.h: messages of the driver itself, in the form of all others: `nnc: error: ...`.
#ifndef NNC_TOOLS_NNC_REPORT_H
#define NNC_TOOLS_NNC_REPORT_H

#include "llvm/Support/raw_ostream.h"

namespace nnc {

/// Exit statuses.
constexpr int exitUserError = 1, exitInternalError = 70;

/// Starts the line of an error that belongs to no place in a text.
inline llvm::raw_ostream &error() { return llvm::errs() << "nnc: error: "; }
inline llvm::raw_ostream &warning() { return llvm::errs() << "nnc: warning: "; }

} // namespace nnc

#endif
