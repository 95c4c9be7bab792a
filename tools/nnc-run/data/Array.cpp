// Array.cpp: checks that run once over a data set, and the conversion that runs for every batch.
#include "tools/nnc-run/data/Array.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>

namespace nnc::run {

size_t elementSize(Element element) {
  return visitElement(element, [](auto type) { return sizeof(type); });
}

const char *elementName(Element element) {
  static const char *const names[] = {"bool", "u8",  "i8",  "u16", "i16", "u32",
                                      "i32",  "u64", "i64", "f32", "f64"};
  return names[static_cast<size_t>(element)];
}

Element elementOf(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_F32: return Element::F32;
  case NNC_F64: return Element::F64;
  case NNC_I32: return Element::I32;
  case NNC_I64: return Element::I64;
  case NNC_U8: return Element::U8;
  case NNC_BOOL: break;
  }
  return Element::Bool;
}

bool Bytes::resize(size_t size) {
  if (size > capacity) {
    char *grown = static_cast<char *>(realloc(memory, size));
    if (!grown)
      return false;
    memory = grown;
    capacity = size;
  }
  used = size;
  return true;
}

char *Bytes::extend(size_t size) {
  size_t start = used;
  if (size > SIZE_MAX / 4 - used)
    return nullptr;
  if (used + size > capacity) {
    size_t wanted = std::max<size_t>({used + size, capacity * 2, 4096});
    if (!resize(wanted))
      return nullptr;
  }
  used = start + size;
  return memory + start;
}

int64_t Array::count() const { return product(shape.data(), shape.size()).value_or(0); }

static int64_t largest(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_I32: return INT32_MAX;
  case NNC_U8: return UINT8_MAX;
  case NNC_BOOL: return 1;
  default: return INT64_MAX;
  }
}

static int64_t smallest(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_I32: return INT32_MIN;
  case NNC_I64: return INT64_MIN;
  default: return 0;
  }
}

bool ValueRule::accepts(int64_t value) const {
  if (isFloating(dtype))
    return true;
  if (value < smallest(dtype) || value > largest(dtype))
    return false;
  return bound <= 0 || (value >= 0 && value < bound) || (value == ignore && ignore != bound);
}

bool ValueRule::accepts(double value) const {
  if (dtype == NNC_F64)
    return std::isfinite(value);
  if (dtype == NNC_F32)
    return std::fabs(value) <= FLT_MAX;
  // The doubles -2^63 and 2^63 enclose exactly the values that convert to int64_t.
  return value == std::trunc(value) && value >= -0x1p63 && value < 0x1p63 &&
         accepts(static_cast<int64_t>(value));
}

static std::string expectation(const ValueRule &rule) {
  switch (rule.dtype) {
  case NNC_F64: return "a finite number";
  case NNC_F32: return "a finite number of at most 3.4e38";
  case NNC_BOOL: return "0 or 1";
  default: break;
  }
  if (rule.bound <= 0)
    return text("an integer from ", smallest(rule.dtype), " to ", largest(rule.dtype));
  std::string range = text("an integer from 0 to ", rule.bound - 1);
  return rule.ignore == rule.bound || (rule.ignore >= 0 && rule.ignore < rule.bound)
             ? range
             : text(range, " or ", rule.ignore);
}

std::string ValueRule::explain(double value) const {
  return text("is ", value, ", expected ", expectation(*this));
}
std::string ValueRule::explain(int64_t value) const {
  return text("is ", value, ", expected ", expectation(*this));
}

/// "item 17" or "item 17, number [2, 3]", counted from 0 as the file's axes are.
static std::string placeInArray(const Array &array, int64_t index) {
  int64_t row = array.shape[0] ? array.count() / array.shape[0] : 1;
  std::string place = text("item ", index / row);
  if (row == 1)
    return place;
  std::vector<std::string> position;
  int64_t rest = index % row;
  for (size_t axis = array.shape.size(); axis-- > 1;) {
    position.insert(position.begin(), std::to_string(rest % array.shape[axis]));
    rest /= array.shape[axis];
  }
  return text(place, ", number [", join(position), "]");
}

Error checkValues(const Array &array, const ValueRule &rule) {
  return visitElement(array.element, [&](auto type) -> Error {
    using T = decltype(type);
    using Wide = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
    // Narrow integers always fit a floating input: nothing to look at, which matters for sets of images.
    if (std::is_integral_v<T> && isFloating(rule.dtype))
      return Error::success();
    const T *values = array.as<T>();
    for (int64_t i = 0, count = array.count(); i < count; ++i) {
      if (std::is_same_v<T, uint64_t> && static_cast<uint64_t>(values[i]) > INT64_MAX)
        return Error::at(array.source,
                         text(placeInArray(array, i), " ", rule.explain(static_cast<double>(values[i]))));
      if (!rule.accepts(static_cast<Wide>(values[i])))
        return Error::at(array.source,
                         text(placeInArray(array, i), " ", rule.explain(static_cast<Wide>(values[i]))));
    }
    return Error::success();
  });
}

template <typename From, typename To>
static void convertRow(const From *__restrict from, int64_t count, const Affine &affine, To *__restrict to) {
  if constexpr (std::is_floating_point_v<To>) {
    if (!affine.isIdentity()) {
      const To scale = static_cast<To>(affine.scale), shift = static_cast<To>(affine.shift);
      for (int64_t i = 0; i < count; ++i)
        to[i] = static_cast<To>(from[i]) * scale + shift;
      return;
    }
  }
  for (int64_t i = 0; i < count; ++i)
    to[i] = static_cast<To>(from[i]);
}

/// Shuffled rows lie anywhere in a large array: asking for them ahead hides most of the wait.
static void prefetch(const char *row, size_t bytes) {
  constexpr size_t cacheLine = 64, most = 64 * cacheLine; // further on in a row, the hardware has caught up
  for (size_t at = 0; at < std::min(bytes, most); at += cacheLine)
    __builtin_prefetch(row + at);
}

void gatherRows(const Array &array, int64_t rowNumbers, const size_t *indices, size_t count, nnc_dtype dtype,
                const Affine &affine, void *destination) {
  visitElement(array.element, [&](auto fromType) {
    visitElement(elementOf(dtype), [&](auto toType) {
      using From = decltype(fromType);
      using To = decltype(toType);
      const From *from = array.as<From>();
      To *to = static_cast<To *>(destination);
      constexpr size_t ahead = 4;
      for (size_t row = 0; row < count; ++row, to += rowNumbers) {
        if (row + ahead < count)
          prefetch(
              reinterpret_cast<const char *>(from + static_cast<int64_t>(indices[row + ahead]) * rowNumbers),
              static_cast<size_t>(rowNumbers) * sizeof(From));
        const From *source = from + static_cast<int64_t>(indices[row]) * rowNumbers;
        if (std::is_same_v<From, To> && affine.isIdentity())
          std::memcpy(to, source, static_cast<size_t>(rowNumbers) * sizeof(To));
        else
          convertRow(source, rowNumbers, affine, to);
      }
    });
  });
}

} // namespace nnc::run
