// Npy.cpp: the format is a magic word, a header that is a Python dictionary, and the bytes (numpy.lib.format).
#include "codegen/explain/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"

namespace nnc::explain {

/// The numbers of `'shape': (3, 4), `; nothing if there are none.
static std::optional<Shape> shapeOf(llvm::StringRef header) {
  if (!header.contains("'shape': ("))
    return std::nullopt;
  Shape shape;
  for (llvm::StringRef part : llvm::split(header.split("'shape': (").second.split(')').first, ',')) {
    int64_t size;
    if (part.trim().empty()) // behind the last comma
      continue;
    if (part.trim().getAsInteger(10, size) || size < 0)
      return std::nullopt;
    shape.push_back(size);
  }
  return shape;
}

/// The elements; nothing if the bytes are not as many as they should be.
template <typename Stored>
static std::optional<std::vector<double>> elements(llvm::StringRef bytes, llvm::ArrayRef<int64_t> shape) {
  uint64_t count = 1;
  for (int64_t size : shape)
    if (__builtin_mul_overflow(count, static_cast<uint64_t>(size), &count))
      return std::nullopt;
  if (bytes.size() % sizeof(Stored) != 0 || bytes.size() / sizeof(Stored) != count)
    return std::nullopt;
  std::vector<double> values;
  for (size_t at = 0; at < bytes.size(); at += sizeof(Stored))
    values.push_back(static_cast<double>(
        llvm::support::endian::read<Stored, llvm::endianness::little, llvm::support::unaligned>(bytes.data() + at)));
  return values;
}

llvm::Expected<NpyArray> readNpy(llvm::StringRef path) {
  auto fail = [&](const llvm::Twine &why) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "cannot read '" + path + "': " + why);
  };
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(file.getError().message());
  llvm::StringRef bytes = (*file)->getBuffer();
  if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY"))
    return fail("it is no .npy file");
  bool isFirst = bytes[6] == 1; // of the versions: the length of the header has two bytes, later four
  size_t start = isFirst ? 10 : 12;
  size_t length = isFirst ? llvm::support::endian::read16le(bytes.data() + 8)
                          : llvm::support::endian::read32le(bytes.data() + 8);
  if (bytes.size() < start + length)
    return fail("its header is cut off");
  llvm::StringRef header = bytes.substr(start, length), data = bytes.substr(start + length);
  if (header.contains("'fortran_order': True"))
    return fail("its elements are in column-major order");
  llvm::StringRef type = header.split("'descr': '").second.split('\'').first;
  std::optional<Shape> shape = shapeOf(header);
  if (!shape)
    return fail("its header has no shape");
  std::optional<std::vector<double>> numbers;
  if (type == "<f8")
    numbers = elements<double>(data, *shape);
  else if (type == "<f4")
    numbers = elements<float>(data, *shape);
  else if (type == "<i8")
    numbers = elements<int64_t>(data, *shape);
  else if (type == "<i4")
    numbers = elements<int32_t>(data, *shape);
  else if (type == "|u1" || type == "|b1")
    numbers = elements<uint8_t>(data, *shape);
  else
    return fail("elements of type '" + type + "'; expected f4, f8, i4, i8, u1 or b1");
  if (!numbers)
    return fail("it does not hold as many elements as its shape says");
  return NpyArray{std::move(*numbers), std::move(*shape)};
}

} // namespace nnc::explain
