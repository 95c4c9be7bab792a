// Sizes.h: arithmetic of sizes that schedules are chosen by.
#ifndef NNC_CODEGEN_HALIDE_SIZES_H
#define NNC_CODEGEN_HALIDE_SIZES_H

#include "ir/Dim.h"
#include <algorithm>
#include <optional>

namespace nnc {

/// The quotient rounded up, of numbers that are not negative.
inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
/// The next multiple.
inline int64_t roundUp(int64_t n, int64_t multiple) { return ceilDiv(n, multiple) * multiple; }

/// Sizes known at run time only are taken to be 64 where a guess is needed.
inline int64_t guess(const std::optional<int64_t> &size) { return std::max<int64_t>(1, size.value_or(64)); }
inline int64_t guess(const Dim &size) { return guess(size.valueIfStatic()); }

/// The same of a size made of others, with 64 for each of them: 256 times the batch is 16384.
inline int64_t guessOfTerms(const Dim &size) {
  return guess(size.evaluate([](llvm::StringRef) { return std::optional<int64_t>(64); }));
}

} // namespace nnc

#endif
