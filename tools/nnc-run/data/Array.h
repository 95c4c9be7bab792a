// Array.h: numbers of a data file as they lie in memory, and what a model's input accepts of them.
//
// An array keeps the element type of its file (images stay bytes); samples are converted when a batch is
// made.
#ifndef NNC_RUN_DATA_ARRAY_H
#define NNC_RUN_DATA_ARRAY_H

#include "runtime/nnc.h"
#include "tools/nnc-run/support/Error.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace nnc::run {

enum class Element { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F32, F64 };

size_t elementSize(Element element);
const char *elementName(Element element);
/// The element type with the same representation as a model's `dtype`.
Element elementOf(nnc_dtype dtype);
inline bool isFloating(nnc_dtype dtype) { return dtype == NNC_F32 || dtype == NNC_F64; }

/// Calls `visit(T())` with the C++ type of the element; a Bool is a byte that is 0 or 1.
template <typename Visitor> auto visitElement(Element element, Visitor &&visit) {
  switch (element) {
  case Element::Bool:
  case Element::U8: return visit(uint8_t());
  case Element::I8: return visit(int8_t());
  case Element::U16: return visit(uint16_t());
  case Element::I16: return visit(int16_t());
  case Element::U32: return visit(uint32_t());
  case Element::I32: return visit(int32_t());
  case Element::U64: return visit(uint64_t());
  case Element::I64: return visit(int64_t());
  case Element::F32: return visit(float());
  case Element::F64: break;
  }
  return visit(double());
}

/// Memory that is not touched before it is written: pages a file promised but never delivers cost nothing.
class Bytes {
public:
  Bytes() = default;
  Bytes(Bytes &&other) noexcept { *this = std::move(other); }
  Bytes &operator=(Bytes &&other) noexcept {
    std::swap(memory, other.memory);
    std::swap(used, other.used);
    std::swap(capacity, other.capacity);
    return *this;
  }
  ~Bytes() { free(memory); }

  /// False if there is not enough memory; the contents are then as before.
  [[nodiscard]] bool resize(size_t size);
  /// Room for `size` more bytes at the end; null if there is not enough memory.
  [[nodiscard]] char *extend(size_t size);
  char *data() { return memory; }
  const char *data() const { return memory; }
  size_t size() const { return used; }

private:
  char *memory = nullptr;
  size_t used = 0, capacity = 0;
};

struct Array {
  std::string source; // the file, for messages
  Element element = Element::F32;
  std::vector<int64_t>
      shape; // row-major; the first axis counts samples where the model has a sample dimension
  Bytes bytes;
  std::vector<std::string> classes; // text behind the numbers, if they were words in the file

  template <typename T> const T *as() const { return reinterpret_cast<const T *>(bytes.data()); }
  int64_t count() const; // of numbers; sizes were checked when the array was made
};

/// What the numbers of one model input must be.
struct ValueRule {
  nnc_dtype dtype = NNC_F32;
  // As in nnc_value: where `bound` > 0 integers lie in [0, bound) or equal `ignore`, which is `bound` if
  // there is none.
  int64_t bound = 0, ignore = 0;

  bool accepts(double value) const;
  bool accepts(int64_t value) const;
  /// Why `value` is not accepted: "is 12, expected 0 to 9".
  std::string explain(double value) const;
  std::string explain(int64_t value) const;
};

/// Fails with the place of the first number that `rule` does not accept.
Error checkValues(const Array &array, const ValueRule &rule);

/// How samples become numbers of an input: value * scale + shift, in the input's type.
struct Affine {
  double scale = 1, shift = 0;
  bool isIdentity() const { return scale == 1 && shift == 0; }
};

/// Writes rows `indices[0..count)` of `array` (axis 0) to `destination` as `dtype`. Values were checked
/// before.
void gatherRows(const Array &array, int64_t rowNumbers, const size_t *indices, size_t count, nnc_dtype dtype,
                const Affine &affine, void *destination);

} // namespace nnc::run

#endif
