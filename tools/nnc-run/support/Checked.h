// Checked.h: products and sums of sizes that come from outside; nothing when they overflow.
#ifndef NNC_RUN_SUPPORT_CHECKED_H
#define NNC_RUN_SUPPORT_CHECKED_H

#include <cstddef>
#include <cstdint>
#include <optional>

namespace nnc::run {

inline std::optional<int64_t> product(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_mul_overflow(a, b, &result))
    return std::nullopt;
  return result;
}

/// Product of sizes, none of which may be negative; the empty product is 1.
inline std::optional<int64_t> product(const int64_t *sizes, size_t count, int64_t first = 1) {
  std::optional<int64_t> result = first;
  for (size_t i = 0; i < count && result; ++i)
    result = sizes[i] < 0 ? std::nullopt : product(*result, sizes[i]);
  return result;
}

} // namespace nnc::run

#endif
