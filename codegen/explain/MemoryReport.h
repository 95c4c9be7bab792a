// MemoryReport.h: what the workspace of each function holds and when, what of it is kept for the backward pass and for
// whom, and what checkpoints would give back.
#ifndef NNC_CODEGEN_EXPLAIN_MEMORYREPORT_H
#define NNC_CODEGEN_EXPLAIN_MEMORYREPORT_H

#include "ir/ops/Structure.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>
#include <vector>

namespace nnc::explain {

/// What a function's workspace holds, in bytes for given sizes. Kernels are numbered in the order they run, the begin and the
/// end of a loop have a number each.
struct FunctionMemory {
  struct Value {
    std::string name, file;
    unsigned line = 0; // 0: unknown
    int64_t bytes = 0;
    unsigned first = 0, last = 0;   // kernels: written by the one, last read by the other
    std::vector<std::string> needs; // of what is kept for the backward pass: derivatives computed from it
  };
  std::string function;
  unsigned kernels = 0;
  int64_t workspace = 0, peak = 0; // bytes reserved; of what is alive at once at most
  unsigned peakAt = 0;             // kernel
  std::vector<int64_t> live;       // bytes alive at each number
  std::vector<Value> buffers, kept;
};

/// How large a run-time dimension is in a report: 1 where `sizes` does not name it.
int64_t reportedSize(const std::map<std::string, int64_t> &sizes, llvm::StringRef dimension);

std::vector<FunctionMemory> memoryOf(ModelOp model, const std::map<std::string, int64_t> &sizes);

/// Writes the report of a module with planned memory (--emit=kernels), in bytes for the sizes of reportedSize.
void writeMemoryReport(mlir::ModuleOp module, const std::map<std::string, int64_t> &sizes, llvm::raw_ostream &out);

} // namespace nnc::explain

#endif
