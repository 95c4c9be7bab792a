// CsvRecords.cpp: a reader with one character of lookahead over a buffer that is refilled as it goes.
#include "tools/nnc-run/data/CsvRecords.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>

namespace nnc::run {

/// Longer rows are refused: without a bound, one unclosed quote would read a whole file into memory.
static constexpr size_t longestRow = size_t(64) << 20;

static char mostFrequentSeparator(std::string_view start) {
  std::string_view row = start.substr(0, start.find_first_of("\r\n"));
  char best = ',';
  auto most = std::count(row.begin(), row.end(), best);
  for (char candidate : {';', '\t'}) {
    auto occurrences = std::count(row.begin(), row.end(), candidate);
    if (occurrences > most) {
      best = candidate;
      most = occurrences;
    }
  }
  return best;
}

CsvRecords::CsvRecords(std::unique_ptr<ByteSource> from, char separator)
    : source(std::move(from)), separator(separator ? separator : mostFrequentSeparator(source->start())) {
  buffer.resize(size_t(1) << 16);
}

Error CsvRecords::error(int64_t line, int64_t column, std::string message) const {
  return Error::at(text(source->path(), ":", line, ":", column), std::move(message));
}

Error CsvRecords::fill() {
  Expected<size_t> got = source->read(buffer.data(), buffer.size());
  if (!got)
    return got.takeError();
  position = 0;
  filled = *got;
  return Error::success();
}

/// Steps over one character, keeping `peek` valid.
Error CsvRecords::advance() {
  if (buffer[position] == '\n') {
    ++line;
    column = 1;
  } else {
    ++column;
  }
  return ++position == filled ? fill() : Error::success();
}

Error CsvRecords::readQuoted(CsvRecord &record) {
  int64_t openLine = line, openColumn = column;
  if (Error failed = advance())
    return failed;
  for (;;) {
    int c = peek();
    if (c == End)
      return error(openLine, openColumn, "quote is never closed");
    if (Error failed = advance())
      return failed;
    if (c == '"') {
      if (peek() != '"')
        break;
      if (Error failed = advance())
        return failed;
    }
    if (record.characters.size() == longestRow)
      return error(openLine, openColumn, text("row is longer than ", byteSize(longestRow)));
    record.characters += static_cast<char>(c);
  }
  while (peek() == ' ')
    if (Error failed = advance())
      return failed;
  int c = peek();
  if (c != End && c != '\n' && c != '\r' && c != separator)
    return error(line, column, "text after the closing quote, expected a separator");
  return Error::success();
}

/// Reads up to, not including, the separator or line end.
Error CsvRecords::readCell(CsvRecord &record) {
  while (peek() == ' ')
    if (Error failed = advance())
      return failed;
  CsvRecord::Cell cell = {record.characters.size(), 0, line, column};
  if (peek() == '"') {
    if (Error failed = readQuoted(record))
      return failed;
    cell.end = record.characters.size();
  } else {
    for (int c = peek(); c != End && c != '\n' && c != '\r' && c != separator; c = peek()) {
      if (c == 0)
        return error(line, column, "byte 0 in text; is this a binary or UTF-16 file?");
      if (record.characters.size() == longestRow)
        return error(cell.line, cell.column, text("row is longer than ", byteSize(longestRow)));
      record.characters += static_cast<char>(c);
      if (Error failed = advance())
        return failed;
    }
    cell.end = record.characters.size();
    while (cell.end > cell.begin &&
           (record.characters[cell.end - 1] == ' ' || record.characters[cell.end - 1] == '\t'))
      --cell.end;
  }
  record.cells.push_back(cell);
  return Error::success();
}

Expected<bool> CsvRecords::next(CsvRecord &record) {
  if (!started) {
    started = true;
    if (Error failed = fill())
      return failed;
    if (std::string_view(buffer).substr(0, std::min<size_t>(filled, 3)) == "\xef\xbb\xbf")
      position = 3;
    if (position == filled)
      if (Error failed = fill())
        return failed;
  }
  for (;;) {
    record.characters.clear();
    record.cells.clear();
    if (peek() == End)
      return false;
    for (;;) {
      if (Error failed = readCell(record))
        return failed;
      if (peek() != separator)
        break;
      if (Error failed = advance())
        return failed;
    }
    bool returned = peek() == '\r';
    if (returned)
      if (Error failed = advance())
        return failed;
    if (peek() == '\n') {
      if (Error failed = advance())
        return failed;
    } else if (returned) {
      // A lone carriage return ends a line, too (old Macintosh files).
      ++line;
      column = 1;
    }
    bool blank = record.size() == 1 && record.cell(0).empty();
    if (!blank)
      return true;
  }
}

} // namespace nnc::run
