// Workers.h: runs jobs in forked processes, a few at a time.
//
// Halide gives other machine code when two threads of a process compile, and its faults may end the process.
// In processes of their own, jobs are deterministic, and crashes and endless loops have a name.
#ifndef NNC_CODEGEN_HALIDE_WORKERS_H
#define NNC_CODEGEN_HALIDE_WORKERS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>
#include <vector>

namespace nnc {

struct JobResult {
  enum Status { Done, Failed, Crashed, TimedOut } status = Crashed;
  std::string data;  // Done: what the job returned; Failed: its message
  std::string error; // what the process wrote to its standard error, or why it ended
};

/// What a job returns inside its process.
struct JobOutput {
  bool success;
  std::string data;
};

/// Runs `count` jobs, at most `processes` at a time, each for at most `seconds`. Results are in order of the jobs.
/// The calling process must have no other threads.
std::vector<JobResult> runInProcesses(size_t count, unsigned processes, unsigned seconds,
                                      llvm::function_ref<JobOutput(size_t)> job);

} // namespace nnc

#endif
