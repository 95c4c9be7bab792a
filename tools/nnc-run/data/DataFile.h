// DataFile.h: what every data format offers to the rest of nnc-run: named fields that are read as arrays.
//
// A table (CSV) has one field per column; a file with one array (IDX, NPY) has a single field without a name.
// A new format implements `DataFile` in a file of its own, declares how it is recognized and opened below, and adds a row to the
// table in DataFile.cpp.
#ifndef NNC_RUN_DATA_DATAFILE_H
#define NNC_RUN_DATA_DATAFILE_H

#include "tools/nnc-run/data/Array.h"
#include "tools/nnc-run/data/ByteSource.h"
#include "tools/nnc-run/support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace nnc::run {

enum class Header { Auto, Yes, No };

struct ReadOptions {
  Header header = Header::Auto; // of tables: the first row has names; Auto: if none of its cells is a number
  char separator = 0;           // of tables: 0 takes the most frequent one of , ; and tab in the first row
};

/// One array wanted from a file: samples by the fields' numbers, side by side.
struct FieldRequest {
  std::vector<size_t> fields;
  ValueRule rule;
  /// Words for the integers 0, 1, ...: cells must be among them. Empty: words are allowed where an integer is
  /// wanted from a single column, and are numbered in alphabetical order.
  std::vector<std::string> classes;
};

class DataFile {
public:
  static Expected<std::unique_ptr<DataFile>> open(const std::string &path, const ReadOptions &options);
  virtual ~DataFile() = default;

  /// Names of the fields, in the file's order; a file that is one array has the single field "".
  virtual const std::vector<std::string> &fields() const = 0;
  /// Whether fields are columns that can be joined at will.
  virtual bool isTable() const { return false; }
  /// Reads the rest of the file, once. Every number has been checked against its request's rule.
  virtual Expected<std::vector<Array>> read(const std::vector<FieldRequest> &requests) = 0;
};

using FormatOpener = Expected<std::unique_ptr<DataFile>> (*)(std::unique_ptr<ByteSource>,
                                                             const ReadOptions &);

bool recognizesIdx(std::string_view start);
Expected<std::unique_ptr<DataFile>> openIdx(std::unique_ptr<ByteSource> source, const ReadOptions &options);

bool recognizesNpy(std::string_view start);
Expected<std::unique_ptr<DataFile>> openNpy(std::unique_ptr<ByteSource> source, const ReadOptions &options);

bool recognizesCsv(std::string_view start);
Expected<std::unique_ptr<DataFile>> openCsv(std::unique_ptr<ByteSource> source, const ReadOptions &options);

/// Base of the formats that hold one array after a header: knows how to read it once the header is
/// understood.
class ArrayFile : public DataFile {
public:
  const std::vector<std::string> &fields() const override { return names; }
  Expected<std::vector<Array>> read(const std::vector<FieldRequest> &requests) override;

protected:
  /// Checks the promised sizes. Bytes that are not in the machine's order are swapped after reading.
  static Error describe(ArrayFile &file, Element element, std::vector<int64_t> shape, bool bigEndian);

  std::vector<std::string> names = {""};
  std::unique_ptr<ByteSource> source;
  Array array;
  size_t byteCount = 0;
  bool bigEndian = false, fortranOrder = false;
};

} // namespace nnc::run

#endif
