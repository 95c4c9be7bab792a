// DataFile.cpp: the table of formats, recognized by their first bytes, and what array formats share.
#include "tools/nnc-run/data/DataFile.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cstring>

namespace nnc::run {

namespace {
struct Format {
  const char *name;
  bool (*recognizes)(std::string_view start);
  FormatOpener open;
};
} // namespace

/// In the order of trial: CSV last, since any text passes for it.
static const Format formats[] = {
    {"IDX", recognizesIdx, openIdx},
    {"NPY", recognizesNpy, openNpy},
    {"CSV", recognizesCsv, openCsv},
};

Expected<std::unique_ptr<DataFile>> DataFile::open(const std::string &path, const ReadOptions &options) {
  Expected<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
  if (!source)
    return source.takeError();
  for (const Format &format : formats)
    if (format.recognizes((*source)->start()))
      return format.open(std::move(*source), options);
  std::vector<std::string> names;
  for (const Format &format : formats)
    names.push_back(format.name);
  return Error::at((*source)->path(),
                   text("unknown format; expected one of ", join(names), ", plain or compressed by gzip"));
}

Error ArrayFile::describe(ArrayFile &file, Element element, std::vector<int64_t> shape, bool bigEndian) {
  const std::string &path = file.source->path();
  std::optional<int64_t> bytes =
      product(shape.data(), shape.size(), static_cast<int64_t>(elementSize(element)));
  if (!bytes)
    return Error::at(path, text("header's sizes ", shapeText(shape.data(), shape.size()), " are too large"));
  if (shape.empty())
    return Error::at(path, "holds a single number, expected an array");
  if (*bytes == 0)
    return Error::at(path, text("has no items: its sizes are ", shapeText(shape.data(), shape.size())));
  if (Error error = file.source->checkPromise(static_cast<uint64_t>(*bytes)))
    return error;
  file.array.source = path;
  file.array.element = element;
  file.array.shape = std::move(shape);
  file.byteCount = static_cast<size_t>(*bytes);
  file.bigEndian = bigEndian;
  return Error::success();
}

static void swapBytes(Bytes &bytes, size_t elementSize) {
  for (char *at = bytes.data(), *end = at + bytes.size(); at < end; at += elementSize)
    std::reverse(at, at + elementSize);
}

/// Turns column-major into row-major order.
static bool transpose(Array &array) {
  Bytes ordered;
  if (!ordered.resize(array.bytes.size()))
    return false;
  size_t rank = array.shape.size(), size = elementSize(array.element);
  std::vector<int64_t> position(rank, 0), stride(rank, 1);
  for (size_t axis = 1; axis < rank; ++axis)
    stride[axis] = stride[axis - 1] * array.shape[axis - 1];
  for (int64_t i = 0, count = array.count(); i < count; ++i) {
    int64_t from = 0;
    for (size_t axis = 0; axis < rank; ++axis)
      from += position[axis] * stride[axis];
    std::memcpy(ordered.data() + static_cast<size_t>(i) * size,
                array.bytes.data() + static_cast<size_t>(from) * size, size);
    for (size_t axis = rank; axis-- > 0 && ++position[axis] == array.shape[axis];)
      position[axis] = 0;
  }
  array.bytes = std::move(ordered);
  return true;
}

Expected<std::vector<Array>> ArrayFile::read(const std::vector<FieldRequest> &requests) {
  if (requests.size() != 1)
    return Error::at(source->path(), "holds one array and can feed one input only");
  Error tooLarge =
      Error::at(source->path(), text("needs ", byteSize(byteCount), ", more memory than there is"));
  if (!array.bytes.resize(byteCount))
    return tooLarge;
  std::string what = text("an array of ", shapeText(array.shape.data(), array.shape.size()), " ",
                          elementName(array.element));
  if (Error error = source->readAll(array.bytes.data(), byteCount, what))
    return error;
  if (Error error = source->expectEnd(what))
    return error;
  bool machineIsBig = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
  if (bigEndian != machineIsBig && elementSize(array.element) > 1)
    swapBytes(array.bytes, elementSize(array.element));
  if (fortranOrder && array.shape.size() > 1 && !transpose(array))
    return tooLarge;
  if (Error error = checkValues(array, requests[0].rule))
    return error;
  std::vector<Array> arrays;
  arrays.push_back(std::move(array));
  return arrays;
}

} // namespace nnc::run
