// Npy.cpp: the format is a magic word, a header that is a Python dictionary, and the bytes (numpy.lib.format).
#include "codegen/explain/Npy.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"

namespace nnc::explain {

llvm::Expected<std::vector<double>> readNpy(llvm::StringRef path) {
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
  auto elements = [&](size_t size, llvm::function_ref<double(const char *)> read) {
    std::vector<double> values;
    for (size_t at = 0; at + size <= data.size(); at += size)
      values.push_back(read(data.data() + at));
    return values;
  };
  if (type == "<f8")
    return elements(8, [](const char *at) { return llvm::bit_cast<double>(llvm::support::endian::read64le(at)); });
  if (type == "<f4")
    return elements(4, [](const char *at) { return llvm::bit_cast<float>(llvm::support::endian::read32le(at)); });
  if (type == "<i8")
    return elements(8, [](const char *at) { return double(int64_t(llvm::support::endian::read64le(at))); });
  if (type == "<i4")
    return elements(4, [](const char *at) { return double(int32_t(llvm::support::endian::read32le(at))); });
  if (type == "|u1" || type == "|b1")
    return elements(1, [](const char *at) { return double(uint8_t(*at)); });
  return fail("elements of type '" + type + "'; expected f4, f8, i4, i8, u1 or b1");
}

} // namespace nnc::explain
