// Source.h: the texts being compiled and places in them.
//
// A place is one 32-bit offset into the concatenation of all files, so that every token and tree node can
// carry its range cheaply. Line and column are worked out only when something is reported.
#ifndef NNC_FRONTEND_SOURCE_H
#define NNC_FRONTEND_SOURCE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nnc {

/// One place in the text; offset 0 is "nowhere".
struct Loc {
  uint32_t offset = 0;
  bool isValid() const { return offset != 0; }
  Loc advanced(uint32_t bytes) const { return {offset + bytes}; }
  bool operator==(Loc other) const { return offset == other.offset; }
  bool operator<(Loc other) const { return offset < other.offset; }
};

/// From `begin` up to, not including, `end`; both in the same file.
struct Range {
  Loc begin, end;
  Range() = default;
  Range(Loc begin, Loc end) : begin(begin), end(end) {}
  bool isValid() const { return begin.isValid(); }
  Range upTo(Range last) const { return {begin, last.end}; }
};

/// One text: a file, or a part of the standard library inside the compiler.
struct SourceFile {
  std::string name;      // as printed in messages
  std::string directory; // where `use "x.nn"` is looked up
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  uint32_t base = 0; // offset of the first byte
  bool isLibrary = false;
  std::vector<uint32_t> lineStarts; // offsets relative to base
  llvm::StringRef text() const { return buffer->getBuffer(); }
};

struct Position {
  const SourceFile *file = nullptr;
  uint32_t line = 0;
  uint32_t column = 0; // in bytes, from 1
};

class SourceManager {
public:
  static constexpr uint64_t maxFileBytes = uint64_t(64) << 20;
  static constexpr uint64_t maxTotalBytes = uint64_t(1) << 31;

  /// `before`: texts whose places come first, and which outlive these.
  explicit SourceManager(const SourceManager *before = nullptr)
      : before(before), nextBase(before ? before->nextBase : 1) {}

  /// Reads a regular file ("-": standard input). Returns null and the reason when it cannot.
  SourceFile *read(llvm::StringRef path, std::string &reason);
  /// Adds a text that is in memory already (and stays there).
  SourceFile *add(llvm::StringRef name, llvm::StringRef text, bool isLibrary);

  const SourceFile &fileOf(Loc loc) const;
  Position position(Loc loc) const;
  /// The word at a line and column of a file, or an invalid range.
  Range find(llvm::StringRef fileName, uint32_t line, uint32_t column) const;
  /// The characters of a range.
  llvm::StringRef text(Range range) const;
  /// The line `line` (from 1) of `file`, without its end.
  llvm::StringRef lineText(const SourceFile &file, uint32_t line) const;

private:
  SourceFile *insert(std::unique_ptr<SourceFile> file);
  std::vector<std::unique_ptr<SourceFile>> files; // in order of base
  const SourceManager *before;
  uint32_t nextBase;
};

} // namespace nnc

#endif
