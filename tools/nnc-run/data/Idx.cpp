// Idx.cpp: the format of MNIST and its relatives. Big-endian: 0, 0, element type, rank; rank sizes of 32
// bits; the numbers, row-major.
#include "tools/nnc-run/data/DataFile.h"
#include "tools/nnc-run/support/Text.h"

#include <optional>

namespace nnc::run {

static std::optional<Element> elementOfCode(unsigned char code) {
  switch (code) {
  case 0x08: return Element::U8;
  case 0x09: return Element::I8;
  case 0x0b: return Element::I16;
  case 0x0c: return Element::I32;
  case 0x0d: return Element::F32;
  case 0x0e: return Element::F64;
  default: return std::nullopt;
  }
}

bool recognizesIdx(std::string_view start) {
  return start.size() >= 4 && start[0] == 0 && start[1] == 0 &&
         elementOfCode(static_cast<unsigned char>(start[2])).has_value();
}

namespace {
class IdxFile : public ArrayFile {
public:
  Error readHeader(std::unique_ptr<ByteSource> from) {
    source = std::move(from);
    unsigned char magic[4];
    if (Error error = source->readAll(reinterpret_cast<char *>(magic), 4, "the header"))
      return error;
    std::vector<int64_t> shape;
    for (unsigned axis = 0; axis < magic[3]; ++axis) {
      unsigned char size[4];
      if (Error error =
              source->readAll(reinterpret_cast<char *>(size), 4, text("size ", axis, " of the header")))
        return error;
      shape.push_back(static_cast<int64_t>(size[0]) << 24 | size[1] << 16 | size[2] << 8 | size[3]);
    }
    return describe(*this, *elementOfCode(magic[2]), std::move(shape), /*bigEndian=*/true);
  }
};
} // namespace

Expected<std::unique_ptr<DataFile>> openIdx(std::unique_ptr<ByteSource> source, const ReadOptions &) {
  auto file = std::make_unique<IdxFile>();
  if (Error error = file->readHeader(std::move(source)))
    return error;
  return std::unique_ptr<DataFile>(std::move(file));
}

} // namespace nnc::run
