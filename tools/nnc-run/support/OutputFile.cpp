// OutputFile.cpp: temporary file in the same directory, fsync, rename.
#include "tools/nnc-run/support/OutputFile.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace nnc::run {

static std::string directoryOf(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Where a rename has to go so that a symbolic link stays one.
static std::string resolved(const std::string &path) {
  char *real = realpath(path.c_str(), nullptr);
  std::string result = real ? real : path;
  free(real);
  return result;
}

static Error systemError(const std::string &path, std::string_view what, int code) {
  return Error::at(path, text(what, ": ", std::strerror(code)));
}

/// Device and number of each file that is read.
static std::vector<std::pair<dev_t, ino_t>> inputs;

void spareInput(const std::string &path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
    inputs.emplace_back(status.st_dev, status.st_ino);
}

Error checkReplaceable(const std::string &path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return Error::at(path, "is no regular file, expected the name of a file to write");
  return checkWritable(path);
}

Error checkWritable(const std::string &path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      return Error::at(path, "is a directory, expected the name of a file to write");
    if (!S_ISREG(status.st_mode))
      return Error::success();
    if (std::find(inputs.begin(), inputs.end(), std::pair(status.st_dev, status.st_ino)) != inputs.end())
      return Error::at(path, "is an input of this run and would be overwritten");
  }
  std::string directory = directoryOf(resolved(path));
  if (stat(directory.c_str(), &status) != 0)
    return systemError(path, text("cannot write into ", quote(directory)), errno);
  if (!S_ISDIR(status.st_mode))
    return Error::at(path, text("cannot be created: ", quote(directory), " is not a directory"));
  // Permissions do not tell all: root may write anywhere but to a file system that is read-only, or made by the kernel.
  std::string trial = directory + "/.nnc-run.XXXXXX";
  int descriptor = mkostemp(trial.data(), O_CLOEXEC);
  if (descriptor < 0)
    return systemError(path, text("cannot write into ", quote(directory)), errno);
  close(descriptor);
  unlink(trial.c_str());
  return Error::success();
}

Expected<std::unique_ptr<OutputFile>> OutputFile::create(const std::string &path) {
  std::unique_ptr<OutputFile> output(new OutputFile);
  if (path == "-") {
    output->path = "<stdout>";
    output->file = stdout;
    return output;
  }
  if (Error error = checkWritable(path))
    return error;
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    output->path = path;
    output->file = fopen(path.c_str(), "wb");
    if (!output->file)
      return systemError(path, "cannot be written", errno);
    return output;
  }
  output->path = resolved(path);
  output->temporary = output->path + ".XXXXXX";
  int descriptor = mkostemp(output->temporary.data(), O_CLOEXEC);
  if (descriptor < 0) {
    output->temporary.clear();
    return systemError(path, "cannot be created", errno);
  }
  // mkostemp makes private files; the result gets the mode any new file would.
  mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
  output->file = fdopen(descriptor, "wb");
  return output;
}

OutputFile::~OutputFile() {
  if (file && file != stdout)
    fclose(file);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (!writeError && fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
    writeError = errno ? errno : EIO;
}

Error OutputFile::commit() {
  if (fflush(file) != 0 && !writeError)
    writeError = errno;
  if (!temporary.empty()) {
    if (!writeError && fsync(fileno(file)) != 0)
      writeError = errno;
    if (fclose(file) != 0 && !writeError)
      writeError = errno;
    file = nullptr;
    if (!writeError && rename(temporary.c_str(), path.c_str()) != 0)
      writeError = errno;
    if (!writeError)
      temporary.clear();
  }
  return writeError ? systemError(path, "cannot be written", writeError) : Error::success();
}

Expected<FileLock> FileLock::acquire(const std::string &path) {
  FileLock lock;
  lock.path = path + ".lock";
  for (;;) {
    int descriptor = open(lock.path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (descriptor < 0)
      return systemError(lock.path, "cannot be created", errno);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      close(descriptor);
      return Error::at(path, "another nnc-run is training with this checkpoint");
    }
    // The holder removes its lock file when done: make sure that this is the file now under the name.
    struct stat ours, current;
    if (fstat(descriptor, &ours) == 0 && stat(lock.path.c_str(), &current) == 0 &&
        ours.st_ino == current.st_ino) {
      lock.descriptor = descriptor;
      return lock;
    }
    close(descriptor);
  }
}

FileLock::~FileLock() {
  if (descriptor < 0)
    return;
  unlink(path.c_str());
  close(descriptor);
}

} // namespace nnc::run
