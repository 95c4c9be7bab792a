// Windows.h: where windows meet elements, as arithmetic, for convolutions and pools. Private to the meanings.
#ifndef NNC_CODEGEN_EXPLAIN_MEANING_WINDOWS_H
#define NNC_CODEGEN_EXPLAIN_MEANING_WINDOWS_H

#include "codegen/explain/meaning/Meaning.h"
#include "ir/Window.h"

namespace nnc::explain {

/// The element of a spatial axis that tap t of position p meets.
inline Math meeting(const Window &window, size_t axis, const Math &p, const Math &t) {
  return p * Math(window.strides[axis]) + t * Math(window.dilations[axis]) - Math(window.low[axis]);
}

/// Whether elements are inside of their axes: [0, size).
inline Math isInside(llvm::ArrayRef<Math> places, llvm::ArrayRef<Math> sizes) {
  Math inside;
  for (auto [place, size] : llvm::zip(places, sizes)) {
    Math both = Math::compare(">=", place, 0) * Math::compare("<", place, size);
    inside = inside ? inside * both : both;
  }
  return inside;
}

inline std::vector<Math> tapSizes(const Window &window) {
  return std::vector<Math>(window.sizes.begin(), window.sizes.end());
}

/// Sizes of the axes between the first and the last.
inline std::vector<Math> spatialSizes(Element &element, mlir::Value value) {
  std::vector<Math> sizes;
  for (size_t axis = 1; axis + 1 < dimsOf(value).size(); ++axis)
    sizes.push_back(element.size(value, axis));
  return sizes;
}

/// [first, middle..., last].
inline std::vector<Math> joined(Math first, llvm::ArrayRef<Math> middle, Math last) {
  std::vector<Math> all = {first};
  all.insert(all.end(), middle.begin(), middle.end());
  all.push_back(last);
  return all;
}

} // namespace nnc::explain

#endif
