// OutputFile.cpp: temporary files beside their targets, renamed at the end.
#include "tools/nnc/OutputFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <climits>
#include <unistd.h>

namespace fs = llvm::sys::fs;
using llvm::StringRef;

namespace nnc {

static llvm::Error cannotWrite(StringRef path, const llvm::Twine &reason) {
  return llvm::createStringError("cannot write '" + path + "': " + reason);
}

/// Where a symbolic link leads, also if nothing is there yet; a rename would replace the link itself.
static std::string behindLinks(StringRef path) {
  llvm::SmallString<128> target = path;
  for (unsigned links = 0; links < 40 && fs::is_symlink_file(target); ++links) {
    char text[PATH_MAX];
    ssize_t length = readlink(target.c_str(), text, sizeof text);
    if (length <= 0)
      break;
    StringRef next(text, length);
    if (llvm::sys::path::is_absolute(next))
      target.clear();
    else
      llvm::sys::path::remove_filename(target);
    llvm::sys::path::append(target, next);
  }
  return target.str().str();
}

OutputFiles::~OutputFiles() {
  for (File &file : files) {
    if (file.descriptor >= 0)
      ::close(file.descriptor);
    if (!file.temporary.empty()) {
      fs::remove(file.temporary);
      llvm::sys::DontRemoveFileOnSignal(file.temporary);
    }
  }
}

llvm::Error OutputFiles::spare(llvm::ArrayRef<std::string> inputs) const {
  for (const File &file : files)
    for (const std::string &input : inputs)
      if (file.path != "-" && input != "-" && fs::equivalent(input, file.path))
        return cannotWrite(file.path, "it is an input");
  return llvm::Error::success();
}

llvm::Error OutputFiles::open(StringRef path, bool executable) {
  File file;
  file.path = file.target = path.str();
  file.executable = executable;
  if (path == "-") {
    files.push_back(std::move(file));
    return llvm::Error::success();
  }
  for (const File &other : files)
    if (other.path == file.path || (fs::exists(path) && fs::equivalent(other.path, path)))
      return cannotWrite(path, "another output has the same name");

  fs::file_status status;
  std::error_code error = fs::status(path, status);
  bool exists = !error && fs::exists(status);
  if (exists && fs::is_directory(status))
    return cannotWrite(path, "it is a directory");
  if (exists && !fs::can_write(path))
    return cannotWrite(path, "permission denied");
  if (exists && !fs::is_regular_file(status)) { // a device or a pipe
    files.push_back(std::move(file));
    return llvm::Error::success();
  }
  file.target = behindLinks(path);
  llvm::SmallString<128> temporary;
  error = fs::createUniqueFile(file.target + ".%%%%%%%%", file.descriptor, temporary, fs::OF_None,
                               executable ? fs::all_all : fs::all_read | fs::all_write);
  if (error) {
    StringRef parent = llvm::sys::path::parent_path(path);
    if (!parent.empty() && !fs::is_directory(parent))
      return cannotWrite(path,
                         "'" + parent + (fs::exists(parent) ? "' is not a directory" : "' does not exist"));
    return cannotWrite(path, error.message());
  }
  file.temporary = temporary.str().str();
  llvm::sys::RemoveFileOnSignal(file.temporary);
  files.push_back(std::move(file));
  return llvm::Error::success();
}

void OutputFiles::write(StringRef path, StringRef bytes) {
  auto file = llvm::find_if(files, [&](const File &f) { return f.path == path; });
  assert(file != files.end() && "written before it was opened");
  file->bytes = bytes.str();
}

llvm::Error OutputFiles::commit() {
  for (File &file : files) {
    std::error_code error;
    if (!file.temporary.empty()) {
      llvm::raw_fd_ostream stream(file.descriptor, /*shouldClose=*/true);
      file.descriptor = -1;
      stream << file.bytes;
      stream.close();
      error = stream.error();
      stream.clear_error();
    } else {
      llvm::raw_fd_ostream stream(file.path, error);
      if (!error) {
        stream << file.bytes;
        stream.flush();
        error = stream.error();
        stream.clear_error();
      }
    }
    if (error)
      return file.path == "-" ? llvm::createStringError("cannot write to standard output: " + error.message())
                              : cannotWrite(file.path, error.message());
  }
  for (File &file : files) {
    if (file.temporary.empty())
      continue;
    if (std::error_code error = fs::rename(file.temporary, file.target))
      return cannotWrite(file.path, error.message());
    llvm::sys::DontRemoveFileOnSignal(file.temporary);
    file.temporary.clear();
  }
  return llvm::Error::success();
}

} // namespace nnc
