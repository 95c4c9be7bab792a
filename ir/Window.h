// Window.h: windows that slide over the spatial axes of a tensor: where convolutions and pools read.
#ifndef NNC_IR_WINDOW_H
#define NNC_IR_WINDOW_H

#include "ir/Dim.h"
#include "mlir/Support/LLVM.h"
#include <string>

namespace nnc {

/// One entry per spatial axis. The tensors are [n, spatial..., channels]; position p and tap t of an axis meet its
/// element p * stride + t * dilation - low, if it has one.
struct Window {
  llvm::SmallVector<int64_t, 3> sizes, strides, dilations, low, high;

  Window(llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> dilations,
         llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high)
      : sizes(sizes), strides(strides), dilations(dilations), low(low), high(high) {}

  size_t rank() const { return sizes.size(); }
  /// Elements from the first tap to the last.
  int64_t span(size_t axis) const { return dilations[axis] * (sizes[axis] - 1) + 1; }
  /// How many taps there are.
  int64_t taps() const;

  /// Whether its numbers make sense; if not, why.
  bool isValid(std::string &whyNot) const;
  /// Number of positions on an axis of `size` elements, padding included; nothing, with the reason, if there is none
  /// or it is no polynomial: a run-time size must be divisible by the stride, but for a constant.
  std::optional<Dim> positions(size_t axis, const Dim &size, std::string &whyNot) const;
  /// [n, spatial..., channels] to [n, positions..., channels].
  std::optional<Dims> positions(llvm::ArrayRef<Dim> x, std::string &whyNot) const;
};

} // namespace nnc

#endif
