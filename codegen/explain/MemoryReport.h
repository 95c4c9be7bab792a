// MemoryReport.h: what the workspace of each function holds and when, what of it is kept for the backward pass and for
// whom, and what checkpoints would give back.
#ifndef NNC_CODEGEN_EXPLAIN_MEMORYREPORT_H
#define NNC_CODEGEN_EXPLAIN_MEMORYREPORT_H

#include "ir/Dialect.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>

namespace nnc::explain {

/// Writes the report of a module with planned memory (--emit=kernels). Bytes are given for the run-time dimensions in
/// `sizes`, which are 1 where it does not name them.
void writeMemoryReport(mlir::ModuleOp module, const std::map<std::string, int64_t> &sizes, llvm::raw_ostream &out);

} // namespace nnc::explain

#endif
