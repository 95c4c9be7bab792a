// CsvRecords.h: rows of a CSV file after RFC 4180, each cell with its place in the file.
#ifndef NNC_RUN_DATA_CSVRECORDS_H
#define NNC_RUN_DATA_CSVRECORDS_H

#include "tools/nnc-run/data/ByteSource.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nnc::run {

/// One row. Cells are valid until the next one is read.
class CsvRecord {
public:
  size_t size() const { return cells.size(); }
  /// The cell's text: blanks around it removed unless it was in quotes.
  std::string_view cell(size_t index) const {
    return std::string_view(characters).substr(cells[index].begin, cells[index].end - cells[index].begin);
  }
  int64_t line(size_t index) const { return cells[index].line; }
  int64_t column(size_t index) const { return cells[index].column; }

private:
  friend class CsvRecords;
  struct Cell {
    size_t begin, end;
    int64_t line, column; // from 1; columns count bytes, as compilers do
  };
  std::string characters;
  std::vector<Cell> cells;
};

class CsvRecords {
public:
  /// Separator 0: chosen from the first row.
  CsvRecords(std::unique_ptr<ByteSource> source, char separator);

  /// Reads the next row that is not blank; false at the end.
  Expected<bool> next(CsvRecord &record);

  const std::string &path() const { return source->path(); }
  Error error(int64_t line, int64_t column, std::string message) const;

private:
  static constexpr int End = -1;
  Error fill();
  int peek() const { return position < filled ? static_cast<unsigned char>(buffer[position]) : End; }
  Error advance();
  Error readCell(CsvRecord &record);
  Error readQuoted(CsvRecord &record);

  std::unique_ptr<ByteSource> source;
  char separator;
  std::string buffer;
  size_t position = 0, filled = 0;
  int64_t line = 1, column = 1;
  bool started = false;
};

} // namespace nnc::run

#endif
