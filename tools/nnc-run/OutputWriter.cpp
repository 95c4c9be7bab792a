// OutputWriter.cpp: NPY and CSV.
#include "tools/nnc-run/OutputWriter.h"
#include "tools/nnc-run/data/Array.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/OutputFile.h"
#include "tools/nnc-run/support/Text.h"

#include <charconv>

namespace nnc::run {

int64_t OutputArray::rows() const { return shape.empty() ? 1 : shape[0]; }

int64_t OutputArray::rowNumbers() const {
  return shape.empty() ? 1 : product(shape.data() + 1, shape.size() - 1).value_or(0);
}

namespace {

class NpyWriter : public OutputWriter {
public:
  NpyWriter(std::unique_ptr<OutputFile> output, const OutputArray &array) : file(std::move(output)) {
    rowBytes = static_cast<size_t>(array.rowNumbers()) * elementSize(elementOf(array.dtype));
    std::string shape;
    for (int64_t size : array.shape)
      shape += text(size, ", ");
    if (array.shape.size() > 1)
      shape.resize(shape.size() - 2);
    else if (!shape.empty())
      shape.pop_back();
    std::string header =
        text("{'descr': '", descr(array.dtype), "', 'fortran_order': False, 'shape': (", shape, "), }");
    // Magic, version, length and header together fill a multiple of 64 bytes.
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    std::string start = "\x93NUMPY\x01";
    start += '\0';
    start += static_cast<char>(header.size() & 0xff);
    start += static_cast<char>(header.size() >> 8);
    file->write(start);
    file->write(header);
  }

  void write(const std::vector<const void *> &data, int64_t rows) override {
    file->write({static_cast<const char *>(data[0]), rowBytes * static_cast<size_t>(rows)});
  }
  Error finish() override { return file->commit(); }

private:
  static std::string descr(nnc_dtype dtype) {
    const char *order = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ">" : "<";
    switch (dtype) {
    case NNC_F32: return text(order, "f4");
    case NNC_F64: return text(order, "f8");
    case NNC_I32: return text(order, "i4");
    case NNC_I64: return text(order, "i8");
    case NNC_U8: return "|u1";
    case NNC_BOOL: break;
    }
    return "|b1";
  }

  std::unique_ptr<OutputFile> file;
  size_t rowBytes;
};

class CsvWriter : public OutputWriter {
public:
  CsvWriter(std::unique_ptr<OutputFile> output, std::vector<OutputArray> given, char separator)
      : file(std::move(output)), arrays(std::move(given)), separator(separator) {
    std::string header;
    for (const OutputArray &array : arrays)
      for (int64_t i = 0, count = array.rowNumbers(); i < count; ++i) {
        header += header.empty() ? "" : std::string(1, separator);
        header += count == 1 ? array.name : text(array.name, "_", i);
      }
    file->write(header + "\n");
  }

  void write(const std::vector<const void *> &data, int64_t rows) override {
    std::string line;
    for (int64_t row = 0; row < rows; ++row) {
      line.clear();
      for (size_t a = 0; a < arrays.size(); ++a)
        visitElement(elementOf(arrays[a].dtype), [&](auto type) {
          using T = decltype(type);
          int64_t count = arrays[a].rowNumbers();
          const T *values = static_cast<const T *>(data[a]) + row * count;
          for (int64_t i = 0; i < count; ++i) {
            // The shortest text that reads back as the same number.
            char buffer[32];
            if (!line.empty())
              line += separator;
            line.append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), values[i]).ptr);
          }
        });
      line += '\n';
      file->write(line);
    }
  }
  Error finish() override { return file->commit(); }

private:
  std::unique_ptr<OutputFile> file;
  std::vector<OutputArray> arrays;
  char separator;
};

bool endsWith(const std::string &path, std::string_view ending) {
  return path.size() >= ending.size() &&
         path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

} // namespace

Expected<std::unique_ptr<OutputWriter>> OutputWriter::create(const std::string &path,
                                                             std::vector<OutputArray> arrays) {
  bool npy = endsWith(path, ".npy"), tsv = endsWith(path, ".tsv");
  if (!npy && !tsv && !endsWith(path, ".csv") && path != "-")
    return Error::at(path, "unknown format of output, expected a name that ends with .npy, .csv or .tsv");
  if (npy && arrays.size() != 1)
    return Error::at(path, text("an .npy file holds one array; say which of ", arrays.size(),
                                " outputs with --output NAME=FILE"));
  for (const OutputArray &array : arrays)
    if (!npy && array.rows() != arrays[0].rows())
      return Error::at(path, text("outputs ", quote(arrays[0].name), " and ", quote(array.name),
                                  " have different numbers of rows; give each its own file"));
  Expected<std::unique_ptr<OutputFile>> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  if (npy)
    return std::unique_ptr<OutputWriter>(std::make_unique<NpyWriter>(std::move(*file), arrays[0]));
  return std::unique_ptr<OutputWriter>(
      std::make_unique<CsvWriter>(std::move(*file), std::move(arrays), tsv ? '\t' : ','));
}

} // namespace nnc::run
