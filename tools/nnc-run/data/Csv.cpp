// Csv.cpp: tables as text. Rows are parsed straight into the arrays of the inputs they feed; nothing else of
// the file is kept.
#include "tools/nnc-run/data/CsvRecords.h"
#include "tools/nnc-run/data/DataFile.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace nnc::run {

bool recognizesCsv(std::string_view start) { return start.find('\0') == std::string_view::npos; }

namespace {

/// Makes one array out of the columns of a request, row by row.
class ColumnBuilder {
public:
  ColumnBuilder(const FieldRequest &request, const std::vector<std::string> &names, const CsvRecords &records)
      : request(request), names(names), records(records), size(elementSize(elementOf(request.rule.dtype))) {
    for (size_t i = 0; i < request.classes.size(); ++i)
      codes.emplace(request.classes[i], static_cast<int64_t>(i));
    words = !request.classes.empty() ? Words::Given
            : request.fields.size() == 1 && !isFloating(request.rule.dtype) && request.rule.dtype != NNC_BOOL
                ? Words::Undecided
                : Words::None;
  }

  Error add(const CsvRecord &record) {
    char *to = bytes.extend(size * request.fields.size());
    if (!to)
      return Error::at(records.path(), "table is larger than the memory there is");
    for (size_t field : request.fields) {
      if (Error error = addCell(record, field, to))
        return error;
      to += size;
    }
    ++rows;
    return Error::success();
  }

  Expected<Array> finish() {
    Array array;
    array.source = records.path();
    array.element = elementOf(request.rule.dtype);
    array.shape = {rows, static_cast<int64_t>(request.fields.size())};
    array.bytes = std::move(bytes);
    array.classes = request.classes;
    if (words == Words::Collected) {
      if (Error error = orderWords(array))
        return error;
    }
    return array;
  }

private:
  enum class Words {
    None,      // numbers only
    Undecided, // the first row decides
    Collected, // words, numbered as they come and put into order at the end
    Given
  };

  Error wrongCell(const CsvRecord &record, size_t field, std::string message) const {
    return records.error(record.line(field), record.column(field),
                         text(message, " (column ", quote(names[field]), ")"));
  }

  template <typename T> void store(T value, char *to) {
    visitElement(elementOf(request.rule.dtype), [&](auto type) {
      auto converted = static_cast<decltype(type)>(value);
      std::memcpy(to, &converted, sizeof(converted));
    });
  }

  Error addCell(const CsvRecord &record, size_t field, char *to) {
    std::string_view cell = record.cell(field);
    if (cell.empty())
      return wrongCell(record, field, "cell is empty");
    std::optional<double> value = parseNumber(cell);
    if (words == Words::Undecided)
      words = value ? Words::None : Words::Collected;
    if (words == Words::Given || words == Words::Collected)
      return addWord(record, field, to, value.has_value());
    if (!value)
      return wrongCell(record, field, text("text ", quote(cell), " where a number belongs"));
    // Large integers have no exact double.
    std::optional<int64_t> integer = isFloating(request.rule.dtype) ? std::nullopt : parseInteger(cell);
    if (integer ? !request.rule.accepts(*integer) : !request.rule.accepts(*value))
      return wrongCell(
          record, field,
          text("value ", integer ? request.rule.explain(*integer) : request.rule.explain(*value)));
    if (integer)
      store(*integer, to);
    else
      store(*value, to);
    return Error::success();
  }

  Error addWord(const CsvRecord &record, size_t field, char *to, bool isNumber) {
    std::string_view cell = record.cell(field);
    auto known = codes.find(cell);
    if (known == codes.end()) {
      if (words == Words::Given)
        return wrongCell(record, field,
                         text("unknown class ", quote(cell), suggestion(cell, request.classes)));
      if (isNumber)
        return wrongCell(record, field, text("number ", quote(cell), " in a column that began with words"));
      int64_t limit = request.rule.bound;
      if (limit > 0 && static_cast<int64_t>(codes.size()) == limit) {
        std::vector<std::string> earlier;
        for (auto &code : codes)
          earlier.push_back(quote(code.first));
        return wrongCell(
            record, field,
            text("class ", quote(cell), " is one too many; the model has ", limit, ": ", join(earlier)));
      }
      if (!request.rule.accepts(static_cast<int64_t>(codes.size())))
        return wrongCell(record, field,
                         text("class number ", request.rule.explain(static_cast<int64_t>(codes.size()))));
      known = codes.emplace(std::string(cell), static_cast<int64_t>(codes.size())).first;
    }
    store(known->second, to);
    return Error::success();
  }

  /// Words were numbered by first appearance, which shuffling a file would change; alphabetical order is
  /// stable.
  Error orderWords(Array &array) {
    std::vector<int64_t> ordered(codes.size());
    for (auto &[word, code] : codes) {
      ordered[static_cast<size_t>(code)] = static_cast<int64_t>(array.classes.size());
      array.classes.push_back(word);
    }
    return visitElement(array.element, [&](auto type) -> Error {
      using T = decltype(type);
      T *values = reinterpret_cast<T *>(array.bytes.data());
      for (int64_t row = 0; row < rows; ++row)
        values[row] = static_cast<T>(ordered[static_cast<size_t>(values[row])]);
      return Error::success();
    });
  }

  const FieldRequest &request;
  const std::vector<std::string> &names;
  const CsvRecords &records;
  size_t size;
  Words words;
  std::map<std::string, int64_t, std::less<>> codes;
  Bytes bytes;
  int64_t rows = 0;
};

class CsvFile : public DataFile {
public:
  CsvFile(std::unique_ptr<ByteSource> source, char separator) : records(std::move(source), separator) {}

  const std::vector<std::string> &fields() const override { return names; }
  bool isTable() const override { return true; }

  Error readHeader(Header header) {
    Expected<bool> any = records.next(first);
    if (!any)
      return any.takeError();
    if (!*any)
      return Error::at(records.path(), "table has no rows");
    hasHeader = header == Header::Yes;
    if (header == Header::Auto) {
      hasHeader = true;
      for (size_t i = 0; i < first.size(); ++i)
        hasHeader &= !parseNumber(first.cell(i)).has_value();
    }
    for (size_t i = 0; i < first.size(); ++i)
      names.push_back(hasHeader ? std::string(first.cell(i)) : std::to_string(i + 1));
    return Error::success();
  }

  Expected<std::vector<Array>> read(const std::vector<FieldRequest> &requests) override {
    std::vector<ColumnBuilder> builders;
    builders.reserve(requests.size());
    for (const FieldRequest &request : requests)
      builders.emplace_back(request, names, records);
    int64_t rows = 0;
    for (bool pending = !hasHeader;; pending = false) {
      if (!pending) {
        Expected<bool> more = records.next(first);
        if (!more)
          return more.takeError();
        if (!*more)
          break;
      }
      if (first.size() != names.size())
        return records.error(first.line(0), first.column(0),
                             text("row has ", first.size(), first.size() == 1 ? " cell" : " cells",
                                  ", expected ", names.size(), " as in the first row"));
      for (ColumnBuilder &builder : builders)
        if (Error error = builder.add(first))
          return error;
      ++rows;
    }
    if (rows == 0)
      return Error::at(records.path(), "table has a header, but no rows");
    std::vector<Array> arrays;
    for (ColumnBuilder &builder : builders) {
      Expected<Array> array = builder.finish();
      if (!array)
        return array.takeError();
      arrays.push_back(std::move(*array));
    }
    return arrays;
  }

private:
  CsvRecords records;
  CsvRecord first; // the row read last; after readHeader, the first one
  std::vector<std::string> names;
  bool hasHeader = false;
};

} // namespace

Expected<std::unique_ptr<DataFile>> openCsv(std::unique_ptr<ByteSource> source, const ReadOptions &options) {
  auto file = std::make_unique<CsvFile>(std::move(source), options.separator);
  if (Error error = file->readHeader(options.header))
    return error;
  return std::unique_ptr<DataFile>(std::move(file));
}

} // namespace nnc::run
