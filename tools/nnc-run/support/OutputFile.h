// OutputFile.h: a file that appears under its name whole or not at all.
#ifndef NNC_RUN_SUPPORT_OUTPUTFILE_H
#define NNC_RUN_SUPPORT_OUTPUTFILE_H

#include "tools/nnc-run/support/Error.h"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace nnc::run {

/// Written beside its final name and renamed over it by `commit`; what is not committed is removed. "-" is
/// the standard output. Pipes and devices are written directly.
class OutputFile {
public:
  static Expected<std::unique_ptr<OutputFile>> create(const std::string &path);
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  /// Write errors are kept and reported by `commit`.
  void write(std::string_view bytes);
  Error commit();

private:
  OutputFile() = default;
  std::string path, temporary;
  FILE *file = nullptr;
  int writeError = 0;
};

/// Fails if no file can be written under `path`, or if it is one that this process reads: for outputs that come after
/// hours of work. Leaves nothing behind.
Error checkWritable(const std::string &path);

/// As checkWritable, for files that are only ever replaced as a whole: no device, no pipe.
Error checkReplaceable(const std::string &path);

/// Remembers a file that this process reads, so that it does not overwrite it.
void spareInput(const std::string &path);

/// Keeps a second process from writing the same file, for as long as the object lives.
class FileLock {
public:
  static Expected<FileLock> acquire(const std::string &path);
  FileLock(FileLock &&other) noexcept
      : path(std::move(other.path)), descriptor(std::exchange(other.descriptor, -1)) {}
  ~FileLock();
  FileLock(const FileLock &) = delete;
  FileLock &operator=(const FileLock &) = delete;

private:
  FileLock() = default;
  std::string path;
  int descriptor = -1;
};

} // namespace nnc::run

#endif
