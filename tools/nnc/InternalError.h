// InternalError.h: when nnc itself is at fault it says so, leaves what is needed to see the fault again, and ends
// with status 70.
#ifndef NNC_TOOLS_NNC_INTERNALERROR_H
#define NNC_TOOLS_NNC_INTERNALERROR_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace nnc {

/// Catches signals of faults, LLVM's fatal errors, and lack of memory from here on.
void installFaultHandlers(llvm::StringRef commandLine);

/// What a reproducer holds beside the command: the texts read so far. The first is the main file.
void setReproducerFiles(const std::vector<std::string> &paths);

/// What is being done, for the message: "compiling kernels".
void setStage(const char *stage);

/// Says that this is nnc's fault, writes the reproducer, and returns the exit status.
int reportInternalError(llvm::StringRef message);

} // namespace nnc

#endif
