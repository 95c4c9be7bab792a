// Conv.cpp: the three sides of the sum that is a convolution.
#include "codegen/explain/meaning/Windows.h"
#include "ir/ops/Conv.h"

using namespace mlir;

namespace nnc::explain {

static std::vector<Math> meetings(const Window &window, llvm::ArrayRef<Math> p, llvm::ArrayRef<Math> t) {
  std::vector<Math> places;
  for (size_t axis = 0; axis < window.rank(); ++axis)
    places.push_back(meeting(window, axis, p[axis], t[axis]));
  return places;
}

/// floor(o / filters) * channels: where the channels of filter o's group begin.
static Math groupStart(Math filter, Math filters, Math channels, int64_t groups) {
  return groups == 1 ? Math(0) : Math::call("floor", {filter / filters}) * channels;
}

static Math conv(ConvOp op, Element &element) {
  Window window = op.window();
  size_t rank = window.rank();
  llvm::ArrayRef<Math> y = element.index();
  std::vector<Math> sizes = tapSizes(window);
  Math channels = element.size(op.getW(), rank);
  sizes.push_back(channels);
  Math filters = Math(dimsOf(op.getW())[rank + 1].value() / op.getGroups());
  return element.fold("sum", sizes, [&](llvm::ArrayRef<Math> tap) {
    std::vector<Math> places = meetings(window, y.slice(1, rank), tap);
    Math channel = groupStart(y.back(), filters, channels, op.getGroups()) + tap[rank];
    std::vector<Math> weight = tap.vec();
    weight.push_back(y.back());
    Math product = element.at(0, joined(y[0], places, channel)) * element.at(1, weight);
    return Math::where(isInside(places, spatialSizes(element, op.getX())), product, 0);
  });
}

static Math inputGradient(ConvInputGradientOp op, Element &element) {
  Window window = op.window();
  size_t rank = window.rank();
  llvm::ArrayRef<Math> x = element.index();
  int64_t filters = dimsOf(op.getW())[rank + 1].value() / op.getGroups();
  Math channels = element.size(op.getW(), rank);
  std::vector<Math> sizes = spatialSizes(element, op.getDy()), taps = tapSizes(window);
  sizes.insert(sizes.end(), taps.begin(), taps.end());
  sizes.push_back(filters);
  return element.fold("sum", sizes, [&](llvm::ArrayRef<Math> k) {
    llvm::ArrayRef<Math> p = k.take_front(rank), t = k.slice(rank, rank);
    Math group = op.getGroups() == 1 ? Math(0) : Math::call("floor", {x.back() / channels});
    Math filter = group * Math(filters) + k.back();
    std::vector<Math> weight = t.vec();
    weight.push_back(x.back() - group * channels);
    weight.push_back(filter);
    Math product = element.at(0, joined(x[0], p, filter)) * element.at(1, weight);
    for (auto [place, at] : llvm::zip(meetings(window, p, t), x.slice(1, rank)))
      product = product * Math::compare("==", place, at);
    return product;
  });
}

static Math filterGradient(ConvFilterGradientOp op, Element &element) {
  Window window = op.window();
  size_t rank = window.rank();
  llvm::ArrayRef<Math> w = element.index();
  Math filters = Math(dimsOf(op.getY())[rank + 1].value() / op.getGroups());
  Math channels = element.size(op.getY(), rank);
  std::vector<Math> sizes = {element.size(op.getX(), 0)};
  for (const Math &size : spatialSizes(element, op.getDy()))
    sizes.push_back(size);
  return element.fold("sum", sizes, [&](llvm::ArrayRef<Math> k) {
    std::vector<Math> places = meetings(window, k.drop_front(), w.take_front(rank));
    Math channel = groupStart(w.back(), filters, channels, op.getGroups()) + w[rank];
    Math product =
        element.at(0, joined(k[0], places, channel)) * element.at(1, joined(k[0], k.drop_front(), w.back()));
    return Math::where(isInside(places, spatialSizes(element, op.getX())), product, 0);
  });
}

void attachConvMeanings(MLIRContext &context) {
  attachMeaning<ConvOp, conv>(context);
  attachMeaning<ConvInputGradientOp, inputGradient>(context);
  attachMeaning<ConvFilterGradientOp, filterGradient>(context);
}

} // namespace nnc::explain
