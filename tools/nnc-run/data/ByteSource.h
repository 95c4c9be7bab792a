// ByteSource.h: the bytes of a data file, gunzipped if it is compressed, read from front to back.
#ifndef NNC_RUN_DATA_BYTESOURCE_H
#define NNC_RUN_DATA_BYTESOURCE_H

#include "tools/nnc-run/support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct gzFile_s;

namespace nnc::run {

class ByteSource {
public:
  /// "-" is the standard input.
  static Expected<std::unique_ptr<ByteSource>> open(const std::string &path);
  ~ByteSource();
  ByteSource(const ByteSource &) = delete;
  ByteSource &operator=(const ByteSource &) = delete;

  /// The first bytes of the file (up to 4096), for recognizing its format; still to be read.
  std::string_view start() const { return head; }

  /// Reads up to `size` bytes; fewer only at the end.
  Expected<size_t> read(char *to, size_t size);
  /// Reads `size` bytes; `what` they are is named if the file ends before.
  Error readAll(char *to, size_t size, std::string_view what);
  /// Fails if there are more bytes.
  Error expectEnd(std::string_view after);
  /// Fails if the file is too small to hold `size` more bytes, however well compressed. Lets a reader refuse
  /// a header's promise before it allocates.
  Error checkPromise(uint64_t size) const;

  const std::string &path() const { return name; }

private:
  ByteSource() = default;
  std::string name, head;
  size_t headRead = 0;
  gzFile_s *file = nullptr;
  int64_t fileBytes = -1; // on disk; -1 if this is no regular file
};

} // namespace nnc::run

#endif
