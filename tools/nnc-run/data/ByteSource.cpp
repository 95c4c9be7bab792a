// ByteSource.cpp: zlib reads plain files through the same calls, so there is one path for both.
#include "tools/nnc-run/data/ByteSource.h"
#include "tools/nnc-run/support/OutputFile.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace nnc::run {

Expected<std::unique_ptr<ByteSource>> ByteSource::open(const std::string &path) {
  std::unique_ptr<ByteSource> source(new ByteSource);
  source->name = path == "-" ? "<stdin>" : path;
  int descriptor = path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Error::at(source->name, text("cannot be opened: ", std::strerror(errno)));
  struct stat status = {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(descriptor);
    return Error::at(source->name, "is a directory, expected a data file");
  }
  if (S_ISREG(status.st_mode)) {
    source->fileBytes = status.st_size;
    spareInput(path);
  }
  source->file = gzdopen(descriptor, "rb");
  if (!source->file) {
    close(descriptor);
    return Error::failure("out of memory");
  }
  gzbuffer(source->file, 1 << 17);

  std::string start(4096, '\0');
  Expected<size_t> size = source->read(start.data(), start.size());
  if (!size)
    return size.takeError();
  start.resize(*size);
  if (start.empty())
    return Error::at(source->name, "file is empty");
  source->head = std::move(start);
  return source;
}

ByteSource::~ByteSource() {
  if (file)
    gzclose_r(file);
}

Expected<size_t> ByteSource::read(char *to, size_t size) {
  size_t done = std::min(size, head.size() - headRead);
  std::memcpy(to, head.data() + headRead, done);
  headRead += done;
  while (done < size) {
    unsigned chunk = static_cast<unsigned>(std::min<size_t>(size - done, 1u << 30));
    int got = gzread(file, to + done, chunk);
    if (got > 0)
      done += static_cast<size_t>(got);
    if (got == static_cast<int>(chunk))
      continue;
    int code = Z_OK;
    const char *reason = gzerror(file, &code);
    if (code == Z_ERRNO)
      return Error::at(name, text("cannot be read: ", std::strerror(errno)));
    if (code == Z_BUF_ERROR)
      return Error::at(name, "compressed file is truncated");
    if (code != Z_OK && code != Z_STREAM_END)
      return Error::at(name, text("compressed file is damaged: ", reason));
    if (got <= 0)
      break;
  }
  return done;
}

Error ByteSource::readAll(char *to, size_t size, std::string_view what) {
  Expected<size_t> got = read(to, size);
  if (!got)
    return got.takeError();
  if (*got != size)
    return Error::at(
        name, text("file is truncated: ", what, " takes ", grouped(size), " bytes, found ", grouped(*got)));
  return Error::success();
}

Error ByteSource::expectEnd(std::string_view after) {
  char extra;
  Expected<size_t> got = read(&extra, 1);
  if (!got)
    return got.takeError();
  return *got ? Error::at(name, text("file goes on after ", after)) : Error::success();
}

Error ByteSource::checkPromise(uint64_t size) const {
  if (fileBytes < 0)
    return Error::success();
  // Deflate makes at most 1032 bytes out of one.
  uint64_t most = static_cast<uint64_t>(fileBytes) * (gzdirect(file) ? 1 : 1032);
  if (size > most)
    return Error::at(name, text("file is truncated: its header promises ", grouped(size),
                                " bytes, the file has ", grouped(static_cast<uint64_t>(fileBytes)),
                                gzdirect(file) ? "" : " compressed ones"));
  return Error::success();
}

} // namespace nnc::run
