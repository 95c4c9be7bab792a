// InternalError.cpp: reproducers, and the handlers that end in them. The text is made while all is well, so that a
// signal handler only has to write it.
#include "tools/nnc/InternalError.h"
#include "tools/nnc/Report.h"
#include "tools/nnc/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using llvm::StringRef;

namespace nnc {

static std::string command, reproducer;
static const char *stage = "starting";
static char reproducerPath[4096];
static pid_t compiler; // workers that compile kernels are its children; their faults are reported by it

static void makeText(StringRef files) {
  reproducer = "// Reproducer of a fault of " + versionText() + "\n// " + command + "\n" + files.str();
}

void setStage(const char *name) { stage = name; }

void setReproducerFiles(const std::vector<std::string> &paths) {
  std::string files;
  for (const std::string &path : paths) {
    files += "\n// ---- " + path + "\n";
    if (path == "-")
      continue; // read already, and gone
    if (auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true))
      files += (*file)->getBuffer().str();
  }
  makeText(files);
}

/// Writes all of a text, as write(2) need not.
static void writeAll(int descriptor, const char *text, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, text, length);
    if (written <= 0)
      return;
    text += written;
    length -= written;
  }
}
static void say(const char *text) { writeAll(STDERR_FILENO, text, std::strlen(text)); }

/// Only what may be called in a signal handler.
static void writeReproducer() {
  say("nnc: this is a bug of nnc, not of your model");
  int file = -1;
  for (unsigned attempt = 0; attempt < 100 && file < 0; ++attempt) {
    // The path ends in a process id and this number; both fit.
    char *number = reproducerPath + std::strlen(reproducerPath) - std::strlen("00.nn");
    number[0] = '0' + attempt / 10;
    number[1] = '0' + attempt % 10;
    file = open(reproducerPath, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  }
  if (file >= 0) {
    writeAll(file, reproducer.data(), reproducer.size());
    close(file);
    say("; please report it with the reproducer ");
    say(reproducerPath);
  }
  say("\n");
}

static void onSignal(void *) {
  if (getpid() != compiler)
    _exit(exitInternalError);
  say("nnc: internal error: crashed while ");
  say(stage);
  say("\n");
  writeReproducer();
  _exit(exitInternalError);
}

static void onFatalError(void *, const char *reason, bool) {
  if (getpid() == compiler)
    reportInternalError(reason);
  llvm::sys::RunInterruptHandlers(); // removes temporary files
  _exit(exitInternalError);
}

static void onOutOfMemory(void *, const char *, bool) {
  say("nnc: error: out of memory\n");
  llvm::sys::RunInterruptHandlers();
  _exit(exitUserError);
}

void installFaultHandlers(StringRef commandLine) {
  compiler = getpid();
  for (char c : commandLine)
    command += c == '\n' ? ' ' : c;
  makeText("");
  const char *directory = std::getenv("TMPDIR");
  std::snprintf(reproducerPath, sizeof reproducerPath - 1, "%s/nnc-reproducer-%d-00.nn",
                directory && *directory && std::strlen(directory) < 4000 ? directory : "/tmp", int(compiler));
  // Signals that are ignored, as under nohup or in the background of a script, stay ignored.
  struct sigaction before[] = {{}, {}, {}};
  constexpr int requests[] = {SIGINT, SIGHUP, SIGTERM};
  for (auto [request, action] : llvm::zip(requests, before))
    sigaction(request, nullptr, &action);
  llvm::sys::AddSignalHandler(onSignal, nullptr);
  for (auto [request, action] : llvm::zip(requests, before))
    if (action.sa_handler == SIG_IGN)
      std::signal(request, SIG_IGN);
  llvm::install_fatal_error_handler(onFatalError);
  llvm::install_bad_alloc_error_handler(onOutOfMemory);
  // A closed pipe and a file larger than allowed are errors of writing, which are reported. LLVM has put handlers of
  // its own there by now.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

int reportInternalError(StringRef message) {
  llvm::errs() << "nnc: internal error: " << message << " (while " << stage << ")\n";
  llvm::errs().flush();
  writeReproducer();
  return exitInternalError;
}

} // namespace nnc
