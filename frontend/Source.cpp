// Source.cpp: reading texts, and finding line and column of a place.
#include "frontend/Source.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cassert>

using namespace nnc;
namespace fs = llvm::sys::fs;

static std::string sizeLimitText() {
  return "larger than the limit of " + std::to_string(SourceManager::maxFileBytes >> 20) + " MiB";
}

SourceFile *SourceManager::read(llvm::StringRef path, std::string &reason) {
  auto file = std::make_unique<SourceFile>();
  file->name = path.str();
  if (path == "-") {
    file->name = "<stdin>";
    auto buffer = llvm::MemoryBuffer::getSTDIN();
    if (!buffer) {
      reason = buffer.getError().message();
      return nullptr;
    }
    file->buffer = std::move(*buffer);
  } else {
    // Looked at before it is opened: opening a FIFO would wait for a writer, and /dev/zero never ends.
    fs::file_status status;
    if (std::error_code error = fs::status(path, status)) {
      reason = error.message();
      return nullptr;
    }
    if (fs::is_directory(status)) {
      reason = llvm::make_error_code(llvm::errc::is_a_directory).message();
      return nullptr;
    }
    if (!fs::is_regular_file(status)) {
      reason = "not a regular file";
      return nullptr;
    }
    if (status.getSize() > maxFileBytes) {
      reason = sizeLimitText();
      return nullptr;
    }
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/true,
                                              /*IsVolatile=*/true);
    if (!buffer) {
      reason = buffer.getError().message();
      return nullptr;
    }
    file->buffer = std::move(*buffer);
    file->directory = llvm::sys::path::parent_path(path).str();
  }
  if (file->buffer->getBufferSize() > maxFileBytes) {
    reason = sizeLimitText();
    return nullptr;
  }
  if (nextBase + uint64_t(file->buffer->getBufferSize()) > maxTotalBytes) {
    reason =
        "all texts together are larger than the limit of " + std::to_string(maxTotalBytes >> 20) + " MiB";
    return nullptr;
  }
  return insert(std::move(file));
}

SourceFile *SourceManager::add(llvm::StringRef name, llvm::StringRef text, bool isLibrary) {
  auto file = std::make_unique<SourceFile>();
  file->name = name.str();
  file->buffer = llvm::MemoryBuffer::getMemBuffer(text, name, /*RequiresNullTerminator=*/false);
  file->directory = llvm::sys::path::parent_path(name).str();
  file->isLibrary = isLibrary;
  return insert(std::move(file));
}

SourceFile *SourceManager::insert(std::unique_ptr<SourceFile> file) {
  file->base = nextBase;
  llvm::StringRef text = file->text();
  nextBase += text.size() + 1; // the end of one file is not the begin of the next
  // "\n", "\r\n" and a lone "\r" each end a line.
  file->lineStarts.push_back(0);
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
      file->lineStarts.push_back(i + 1);
  files.push_back(std::move(file));
  return files.back().get();
}

const SourceFile &SourceManager::fileOf(Loc loc) const {
  assert(loc.isValid() && "no place");
  if (before && loc.offset < before->nextBase)
    return before->fileOf(loc);
  auto it = llvm::upper_bound(files, loc.offset, [](uint32_t offset, const std::unique_ptr<SourceFile> &f) {
    return offset < f->base;
  });
  assert(it != files.begin() && "a place before all files");
  return **std::prev(it);
}

Position SourceManager::position(Loc loc) const {
  const SourceFile &file = fileOf(loc);
  uint32_t offset = loc.offset - file.base;
  auto it = llvm::upper_bound(file.lineStarts, offset);
  uint32_t line = it - file.lineStarts.begin();
  return {&file, line, offset - file.lineStarts[line - 1] + 1};
}

Range SourceManager::find(llvm::StringRef fileName, uint32_t line, uint32_t column) const {
  for (const auto &file : files) {
    if (file->name != fileName || line == 0 || line > file->lineStarts.size() || column == 0)
      continue;
    uint32_t begin = file->lineStarts[line - 1] + column - 1, end = begin;
    llvm::StringRef text = file->text();
    while (end < text.size() && (llvm::isAlnum(text[end]) || text[end] == '_'))
      ++end;
    return {{file->base + begin}, {file->base + std::max(end, begin + 1)}};
  }
  return before ? before->find(fileName, line, column) : Range();
}

llvm::StringRef SourceManager::text(Range range) const {
  const SourceFile &file = fileOf(range.begin);
  return file.text().slice(range.begin.offset - file.base, range.end.offset - file.base);
}

llvm::StringRef SourceManager::lineText(const SourceFile &file, uint32_t line) const {
  uint32_t begin = file.lineStarts[line - 1];
  uint32_t end = line < file.lineStarts.size() ? file.lineStarts[line] : file.text().size();
  return file.text().slice(begin, end).rtrim("\r\n");
}
