// Pool.cpp: maxima and means under windows.
#include "codegen/explain/meaning/Windows.h"
#include "ir/ops/Pool.h"
#include <limits>

using namespace mlir;

namespace nnc::explain {

/// A fold over the taps of the window at `p`, of what they meet inside of `x`; `outside` elsewhere.
template <typename Body>
static Math overTaps(Element &element, llvm::StringRef how, const Window &window, Value x,
                     llvm::ArrayRef<Math> p, Math outside, Body body) {
  return element.fold(how, tapSizes(window), [&](llvm::ArrayRef<Math> t) {
    std::vector<Math> places;
    for (size_t axis = 0; axis < window.rank(); ++axis)
      places.push_back(meeting(window, axis, p[axis + 1], t[axis]));
    Math value = body(joined(p.front(), places, p.back()));
    return Math::where(isInside(places, spatialSizes(element, x)), value, outside);
  });
}

/// A sum over positions and taps that meet the element of `x` asked for, of `body(position)`.
template <typename Body>
static Math overMeetings(Element &element, const Window &window, Value values, Body body) {
  llvm::ArrayRef<Math> x = element.index();
  size_t rank = window.rank();
  std::vector<Math> sizes = spatialSizes(element, values), taps = tapSizes(window);
  sizes.insert(sizes.end(), taps.begin(), taps.end());
  return element.fold("sum", sizes, [&](llvm::ArrayRef<Math> k) {
    Math value = body(joined(x.front(), k.take_front(rank), x.back()));
    for (size_t axis = 0; axis < rank; ++axis)
      value = value * Math::compare("==", meeting(window, axis, k[axis], k[rank + axis]), x[axis + 1]);
    return value;
  });
}

/// The number of an element in row-major order of the spatial axes.
static Math spatialNumber(Element &element, Value x, llvm::ArrayRef<Math> at) {
  Math number = 0;
  for (size_t axis = 1; axis + 1 < at.size(); ++axis)
    number = number * element.size(x, axis) + at[axis];
  return number;
}

static constexpr double infinity = std::numeric_limits<double>::infinity();

static Math maxPool(MaxPoolOp op, Element &element) {
  return overTaps(element, "max", op.window(), op.getX(), element.index(), -infinity,
                  [&](llvm::ArrayRef<Math> at) { return element.at(0, at); });
}

/// The least number among those of the elements that equal the maximum; -1 where none is inside.
static Math maxPoolIndex(MaxPoolIndexOp op, Element &element) {
  Math best = overTaps(element, "max", op.window(), op.getX(), element.index(), -infinity,
                       [&](llvm::ArrayRef<Math> at) { return element.at(0, at); });
  Math least = overTaps(element, "min", op.window(), op.getX(), element.index(), infinity,
                        [&](llvm::ArrayRef<Math> at) {
                          return Math::where(Math::compare("==", element.at(0, at), best),
                                             spatialNumber(element, op.getX(), at), infinity);
                        });
  return Math::where(Math::compare("==", least, infinity), -1, least);
}

static Math maxUnpool(MaxUnpoolOp op, Element &element) {
  Math number = spatialNumber(element, op.getY(), element.index());
  return overMeetings(element, op.window(), op.getValues(), [&](llvm::ArrayRef<Math> p) {
    return element.at(0, p) * Math::compare("==", element.at(1, p), number);
  });
}

static Math maxPoolGather(MaxPoolGatherOp op, Element &element) {
  return overTaps(element, "sum", op.window(), op.getX(), element.index(), 0, [&](llvm::ArrayRef<Math> at) {
    Math number = spatialNumber(element, op.getX(), at);
    return element.at(0, at) * Math::compare("==", element.at(1, element.index()), number);
  });
}

/// What the mean at position p divides by.
static Math countAt(Element &element, const Window &window, bool countPadding, Value x,
                    llvm::ArrayRef<Math> p) {
  if (countPadding)
    return window.taps();
  return Math::call("maximum", {overTaps(element, "sum", window, x, p, 0,
                                         [](llvm::ArrayRef<Math>) { return Math(1); }),
                                1});
}

static Math avgPool(AvgPoolOp op, Element &element) {
  return overTaps(element, "sum", op.window(), op.getX(), element.index(), 0,
                  [&](llvm::ArrayRef<Math> at) { return element.at(0, at); }) /
         countAt(element, op.window(), op.getCountPadding(), op.getX(), element.index());
}

static Math avgUnpool(AvgUnpoolOp op, Element &element) {
  return overMeetings(element, op.window(), op.getValues(), [&](llvm::ArrayRef<Math> p) {
    return element.at(0, p) / countAt(element, op.window(), op.getCountPadding(), op.getY(), p);
  });
}

void attachPoolMeanings(MLIRContext &context) {
  attachMeaning<MaxPoolOp, maxPool>(context);
  attachMeaning<MaxPoolIndexOp, maxPoolIndex>(context);
  attachMeaning<MaxUnpoolOp, maxUnpool>(context);
  attachMeaning<MaxPoolGatherOp, maxPoolGather>(context);
  attachMeaning<AvgPoolOp, avgPool>(context);
  attachMeaning<AvgUnpoolOp, avgUnpool>(context);
}

} // namespace nnc::explain
