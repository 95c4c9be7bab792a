// ScratchDirectory.cpp: made, filled and removed.
#include "codegen/link/ScratchDirectory.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <cstring>
#include <unistd.h>

using llvm::StringRef;

namespace nnc {

// LLVM removes files when a signal comes, but no directories: this one follows them. Plain memory, for a handler may
// use nothing else.
static char toRemove[4096];

/// LLVM calls this when interrupted, after it has removed the files, and does not say by which signal.
static void removeAndStop() {
  if (toRemove[0])
    rmdir(toRemove);
  std::signal(SIGINT, SIG_DFL);
  raise(SIGINT);
}

llvm::Expected<ScratchDirectory> ScratchDirectory::create() {
  llvm::SmallString<128> directory;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("nnc", directory)) {
    llvm::SmallString<128> parent;
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, parent);
    return llvm::createStringError("cannot make a directory for temporary files in '" + parent + "': " +
                                   error.message() + "; set TMPDIR to a directory that can be written");
  }
  if (directory.size() < sizeof toRemove) {
    std::memcpy(toRemove, directory.c_str(), directory.size() + 1);
    llvm::sys::SetInterruptFunction(removeAndStop);
  }
  return ScratchDirectory(directory.str().str());
}

ScratchDirectory::~ScratchDirectory() {
  if (directory.empty())
    return;
  for (const std::string &file : files) {
    llvm::sys::fs::remove(file);
    llvm::sys::DontRemoveFileOnSignal(file);
  }
  llvm::sys::fs::remove(directory);
  toRemove[0] = 0;
}

std::string ScratchDirectory::path(StringRef name) const { return directory + "/" + name.str(); }

void ScratchDirectory::expect(StringRef name) {
  files.push_back(path(name));
  llvm::sys::RemoveFileOnSignal(files.back());
}

llvm::Error ScratchDirectory::write(StringRef name, StringRef bytes) {
  expect(name);
  std::error_code error;
  llvm::raw_fd_ostream stream(path(name), error);
  if (!error) {
    stream << bytes;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  if (error)
    return llvm::createStringError("cannot write the temporary file '" + path(name) +
                                   "': " + error.message());
  return llvm::Error::success();
}

} // namespace nnc
