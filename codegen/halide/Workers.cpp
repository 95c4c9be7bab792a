// Workers.cpp: see Workers.h.
#include "codegen/halide/Workers.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nnc {
namespace {

using Clock = std::chrono::steady_clock;

struct Process {
  size_t job;
  pid_t pid;
  int output; // read end of the pipe
  int errors; // memory file that is the child's standard error
  std::string data;
  Clock::time_point deadline;
};

void writeAll(int fd, const char *data, size_t size) {
  while (size > 0) {
    ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      _exit(1);
    data += written;
    size -= written;
  }
}

[[noreturn]] void runChild(int output, int errors, size_t index, pid_t parent,
                           llvm::function_ref<JobOutput(size_t)> job) {
  // Nobody waits for the result of a compiler that was killed.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
  dup2(errors, STDERR_FILENO);
  rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // A crash is the parent's to report: no stack traces, no handlers of the parent.
  for (int signal : {SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE, SIGTERM, SIGINT})
    std::signal(signal, SIG_DFL);
  JobOutput result = job(index);
  char status = result.success ? 'D' : 'F';
  writeAll(output, &status, 1);
  writeAll(output, result.data.data(), result.data.size());
  _exit(0); // the parent's buffers and exit handlers are not ours
}

std::string contentsOf(int fd) {
  std::string text(std::max<off_t>(0, lseek(fd, 0, SEEK_END)), '\0');
  ssize_t size = pread(fd, text.data(), text.size(), 0);
  text.resize(std::max<ssize_t>(size, 0));
  return text;
}

/// Takes what has arrived; true at the end of the data.
bool receive(Process &process) {
  char buffer[1 << 16];
  ssize_t size = read(process.output, buffer, sizeof buffer);
  if (size < 0)
    return errno != EINTR && errno != EAGAIN;
  process.data.append(buffer, size);
  return size == 0;
}

JobResult finish(Process &process, bool timedOut) {
  if (timedOut)
    kill(process.pid, SIGKILL);
  int status = 0;
  rusage usage = {};
  while (wait4(process.pid, &status, 0, &usage) < 0 && errno == EINTR)
    ;
  JobResult result;
  for (const timeval &part : {usage.ru_utime, usage.ru_stime})
    result.seconds += static_cast<double>(part.tv_sec) + 1e-6 * static_cast<double>(part.tv_usec);
  result.error = contentsOf(process.errors);
  close(process.output);
  close(process.errors);
  if (timedOut) {
    result.status = JobResult::TimedOut;
  } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !process.data.empty()) {
    result.status = process.data.front() == 'D' ? JobResult::Done : JobResult::Failed;
    result.data = process.data.substr(1);
  } else {
    if (WIFSIGNALED(status))
      result.error += strsignal(WTERMSIG(status));
    else
      result.error += "exit status " + std::to_string(WEXITSTATUS(status));
  }
  return result;
}

/// A process for a job, or nothing with errno.
std::optional<Process> start(size_t index, const std::vector<Process> &running, unsigned seconds,
                             llvm::function_ref<JobOutput(size_t)> job) {
  const pid_t parent = getpid();
  int errors = memfd_create("nnc-errors", MFD_CLOEXEC);
  if (errors < 0)
    return std::nullopt;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    int reason = errno;
    close(errors);
    errno = reason;
    return std::nullopt;
  }
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    for (const Process &other : running)
      close(other.output);
    runChild(ends[1], errors, index, parent, job);
  }
  int reason = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    close(errors);
    errno = reason;
    return std::nullopt;
  }
  return Process{index, pid, ends[0], errors, "", Clock::now() + std::chrono::seconds(seconds)};
}

} // namespace

std::vector<JobResult> runInProcesses(size_t count, unsigned processes, unsigned seconds,
                                      llvm::function_ref<JobOutput(size_t)> job) {
  std::vector<JobResult> results(count);
  std::vector<Process> running;
  size_t next = 0;
  // What is buffered must not be written a second time by a child.
  llvm::outs().flush();
  llvm::errs().flush();
  while (next < count || !running.empty()) {
    while (next < count && running.size() < std::max(1u, processes)) {
      std::optional<Process> process = start(next, running, seconds, job);
      if (!process && !running.empty())
        break; // one that ends makes room
      if (!process) {
        for (; next < count; ++next) {
          results[next].status = JobResult::NotStarted;
          results[next].error = std::strerror(errno);
        }
        return results;
      }
      running.push_back(std::move(*process));
      ++next;
    }
    std::vector<pollfd> waits;
    Clock::time_point first = Clock::now() + std::chrono::hours(1);
    for (Process &process : running) {
      waits.push_back({process.output, POLLIN, 0});
      first = std::min(first, process.deadline);
    }
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - Clock::now()).count();
    if (!waits.empty())
      poll(waits.data(), waits.size(), static_cast<int>(std::clamp<long long>(left + 1, 0, 3600000)));
    for (size_t i = waits.size(); i-- > 0;) {
      bool ended = waits[i].revents != 0 && receive(running[i]);
      bool late = Clock::now() >= running[i].deadline;
      if (!ended && !late)
        continue;
      results[running[i].job] = finish(running[i], !ended);
      running.erase(running.begin() + i);
    }
  }
  return results;
}

} // namespace nnc
