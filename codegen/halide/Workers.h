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
  enum Status { Done, Failed, Crashed, TimedOut, NotStarted } status = Crashed;
  std::string data;  // Done: what the job returned; Failed: its message
  double seconds = 0; // of processor time
  std::string error; // Crashed: what the process wrote to its standard error and why it ended; NotStarted: why
};

/// What a job returns inside its process.
struct JobOutput {
  bool success;
  std::string data;
};

/// Runs `count` jobs, at most `processes` at a time, each for at most `seconds`. Results are in order of the jobs.
/// Where the system has no room for another process or its pipe, a job waits for those that run; one that could not be
/// started with none running is NotStarted, and so are those after it.
/// The calling process must have no other threads.
std::vector<JobResult> runInProcesses(size_t count, unsigned processes, unsigned seconds,
                                      llvm::function_ref<JobOutput(size_t)> job);

} // namespace nnc

#endif
