// Windows.cpp: builtins that slide a window over spatial axes: convolutions and pools; and resizing.
//
// Tensors are [n, spatial..., channels], with one to three spatial axes: the number in the function's name.
#include "frontend/Builtins.h"
#include "ir/ops/Conv.h"
#include "ir/ops/Indexing.h"
#include "ir/ops/Pool.h"
#include "ir/ops/Resample.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

using PerAxis = llvm::SmallVector<int64_t, 3>;

/// A number for all spatial axes, or a list with one for each; `otherwise` where the argument is left out.
std::optional<PerAxis> perAxis(BuiltinCall &c, unsigned i, size_t rank, PerAxis otherwise, int64_t least) {
  if (!c[i].given)
    return otherwise;
  const Datum &value = c[i].value;
  std::vector<Datum> entries(rank, value);
  if (value.is(Datum::Kind::List))
    entries = *value.elements;
  PerAxis numbers;
  for (const Datum &entry : entries) {
    std::optional<int64_t> number = entry.asStaticInt();
    if (!number || *number < least) {
      c.e.error(c[i].range, "expected an int from " + llvm::Twine(least) +
                                ", or one for each spatial axis, found " + describe(entry));
      return std::nullopt;
    }
    numbers.push_back(*number);
  }
  if (numbers.size() == rank)
    return numbers;
  c.e.error(c[i].range, "expected one int for each of " + llvm::Twine(rank) + " spatial axes, found " +
                            llvm::Twine(numbers.size()));
  return std::nullopt;
}

/// A tensor [n, spatial..., channels] of floats.
mlir::Value spatialTensor(BuiltinCall &c, unsigned i, size_t rank) {
  mlir::Value x = c.floatTensor(i);
  if (!x || size_t(c[i].value.type().getRank()) == rank + 2)
    return x;
  c.e.error(c[i].range, "'" + c.builtin.name + "' takes a tensor with " + llvm::Twine(rank) +
                            (rank == 1 ? " axis" : " axes") + " between the first and the channels, found " +
                            describe(c[i].value));
  return {};
}

/// The part of a size that is known, if the rest is divisible by `stride`.
std::optional<int64_t> knownPart(const Dim &size, int64_t stride) {
  Dim known;
  if (auto term = size.getTerms().find({}); term != size.getTerms().end())
    known = Dim(term->second);
  std::optional<Dim> rest = size.sub(known);
  if (!rest || (*rest != Dim() && !rest->divExact(Dim(stride))))
    return std::nullopt;
  return known.value();
}

int64_t ceilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0 && a > 0); }

/// What "same" adds in all on an axis of `size`: as many positions as there are strides, the last begun counts.
std::optional<int64_t> samePadding(const Dim &size, int64_t span, int64_t stride) {
  std::optional<int64_t> known = knownPart(size, stride);
  if (!known)
    return std::nullopt;
  return std::max<int64_t>(0, (ceilDiv(*known, stride) - 1) * stride + span - *known);
}

/// Fills in `low` and `high` from argument `i`: "valid", "same" (more behind than before), "causal" (all before, one
/// axis), a number, one for each axis, or a pair [low, high] for each. `total` says what "same" adds on an axis.
bool setPadding(BuiltinCall &c, unsigned i, Window &window,
                llvm::function_ref<std::optional<int64_t>(size_t)> total) {
  const Datum &value = c[i].value;
  window.low.assign(window.rank(), 0);
  window.high.assign(window.rank(), 0);
  if (!c[i].given)
    return true;
  auto refuse = [&] {
    c.e.error(c[i].range,
              "'padding' is \"same\", \"valid\", \"causal\" (of one spatial axis), an int from 0, or a "
              "list with an int or a pair [before, behind] for each spatial axis; found " +
                  describe(value));
    return false;
  };
  if (value.is(Datum::Kind::String)) {
    bool causal = value.text == "causal" && window.rank() == 1;
    if (value.text == "valid")
      return true;
    if (value.text != "same" && !causal)
      return refuse();
    for (size_t axis = 0; axis < window.rank(); ++axis) {
      std::optional<int64_t> padding = causal ? window.span(axis) - 1 : total(axis);
      if (!padding) {
        c.e.error(c[i].range, "\"same\" needs a size that the stride divides, found " + describe(c[0].value));
        return false;
      }
      window.low[axis] = causal ? *padding : *padding / 2;
      window.high[axis] = *padding - window.low[axis];
    }
    return true;
  }
  std::vector<Datum> entries(window.rank(), value);
  if (value.is(Datum::Kind::List))
    entries = *value.elements;
  if (entries.size() != window.rank())
    return refuse();
  for (auto [axis, entry] : llvm::enumerate(entries)) {
    const bool isPair = entry.is(Datum::Kind::List) && entry.elements->size() == 2;
    std::optional<int64_t> low = isPair ? entry.elements->front().asStaticInt() : entry.asStaticInt();
    std::optional<int64_t> high = isPair ? entry.elements->back().asStaticInt() : low;
    if (!low || !high || *low < 0 || *high < 0)
      return refuse();
    window.low[axis] = *low;
    window.high[axis] = *high;
  }
  return true;
}

/// The spatial axes of the result are called as x's where they have the same size.
Labels pooledLabels(const Datum &x, mlir::Value y) {
  Labels labels = x.labels;
  Dims before = dimsOf(x.type()), after = dimsOf(y);
  for (size_t axis = 1; axis < labels.size(); ++axis)
    if (before[axis] != after[axis])
      labels[axis] = "";
  return labels;
}

/// The same where the channels are others.
Labels convolvedLabels(const Datum &x, mlir::Value y) {
  Labels labels = pooledLabels(x, y);
  labels.back() = "";
  return labels;
}

/// The number of groups; x has `channels`, of which a filter sees `seen`.
std::optional<int64_t> groupsOf(BuiltinCall &c, unsigned i) {
  if (!c[i].given)
    return 1;
  std::optional<int64_t> groups = c[i].value.asStaticInt();
  if (groups && *groups >= 1)
    return groups;
  c.e.error(c[i].range, "'groups' is an int from 1, found " + describe(c[i].value));
  return std::nullopt;
}

/// Filter and window of a convolution; nothing after an error.
std::optional<Window> filterOf(BuiltinCall &c, size_t rank, llvm::StringRef order) {
  mlir::Value filter = c.floatTensor(1);
  if (!filter)
    return std::nullopt;
  auto type = mlir::cast<mlir::RankedTensorType>(filter.getType());
  if (size_t(type.getRank()) != rank + 2 || !type.hasStaticShape()) {
    c.e.error(c[1].range, "a filter of '" + c.builtin.name + "' has the sizes [" + llvm::Twine(rank) +
                              " of the window, " + order + "], known while compiling; found " +
                              describe(c[1].value));
    return std::nullopt;
  }
  if (type.getElementType() != mlir::getElementTypeOrSelf(c[0].value.tensor.getType())) {
    c.e.error(c[1].range,
              "element types differ: x is " + describe(c[0].value) + ", the filter " + describe(c[1].value));
    return std::nullopt;
  }
  std::optional<PerAxis> strides = perAxis(c, 2, rank, PerAxis(rank, 1), 1);
  std::optional<PerAxis> dilations = strides ? perAxis(c, 4, rank, PerAxis(rank, 1), 1) : std::nullopt;
  if (!dilations)
    return std::nullopt;
  PerAxis none(rank, 0);
  return Window(type.getShape().drop_back(2), *strides, *dilations, none, none);
}

/// The positions of `window` on x, or nothing after an error.
std::optional<Dims> positionsOf(BuiltinCall &c, const Window &window, llvm::ArrayRef<Dim> x) {
  std::string whyNot;
  std::optional<Dims> y = window.positions(x, whyNot);
  if (!y)
    c.e.error(c.range, whyNot);
  return y;
}

template <size_t Rank> Datum convolution(BuiltinCall &c) {
  mlir::Value x = spatialTensor(c, 0, Rank);
  std::optional<Window> window = x ? filterOf(c, Rank, "channels / groups, filters") : std::nullopt;
  std::optional<int64_t> groups = window ? groupsOf(c, 5) : std::nullopt;
  if (!groups)
    return Datum();
  Dims from = dimsOf(x), filter = dimsOf(c[1].value.tensor);
  if (!setPadding(c, 3, *window, [&](size_t axis) {
        return samePadding(from[axis + 1], window->span(axis), window->strides[axis]);
      }))
    return Datum();
  std::optional<Dims> to = positionsOf(c, *window, from);
  if (!to)
    return Datum();
  int64_t seen = filter[Rank].value(), filters = filter.back().value();
  if (filters % *groups != 0)
    return c.e.fail(c.range,
                    llvm::Twine(*groups) + " groups do not divide the " + llvm::Twine(filters) + " filters");
  if (from.back() != Dim(seen * *groups))
    return c.e.fail(c[1].range,
                    "the filter reads " + llvm::Twine(seen) + " channels" +
                        (*groups == 1 ? "" : " in each of " + std::to_string(*groups) + " groups") +
                        ", x is " + describe(c[0].value));
  to->back() = Dim(filters);
  if (!c.e.checkSize(*to, c[0].value.type().getElementType(), c.range))
    return Datum();
  mlir::Value y = c.e.at(c.range).create<ConvOp>(x, c[1].value.tensor, window->strides, window->dilations,
                                                 window->low, window->high, *groups);
  return Datum::ofTensor(y, convolvedLabels(c[0].value, y));
}

/// The adjoint of a convolution as a function of its own: position p, tap t and stride s make element p * s + t - low.
template <size_t Rank> Datum transposedConvolution(BuiltinCall &c) {
  mlir::Value x = spatialTensor(c, 0, Rank);
  std::optional<Window> window = x ? filterOf(c, Rank, "filters / groups, channels") : std::nullopt;
  std::optional<int64_t> groups = window ? groupsOf(c, 5) : std::nullopt;
  std::optional<PerAxis> more = groups ? perAxis(c, 6, Rank, PerAxis(Rank, 0), 0) : std::nullopt;
  if (!more)
    return Datum();
  // "same" makes as many elements as there are strides.
  const bool same = c[3].given && c[3].value.is(Datum::Kind::String) && c[3].value.text == "same";
  if (!setPadding(c, 3, *window, [&](size_t axis) -> std::optional<int64_t> {
        return std::max<int64_t>(0, window->span(axis) - window->strides[axis]);
      }))
    return Datum();
  Dims from = dimsOf(x), filter = dimsOf(c[1].value.tensor), to = from;
  for (size_t axis = 0; axis < Rank; ++axis) {
    int64_t stride = window->strides[axis], extra = (*more)[axis];
    if (same && !c[6].given)
      extra = std::max<int64_t>(0, stride - window->span(axis));
    if (extra >= std::max(stride, window->dilations[axis]))
      return c.e.fail(c[6].range, "'output_padding' is below the stride, found " + llvm::Twine(extra));
    int64_t rest = window->span(axis) - stride - window->low[axis] - window->high[axis] + extra;
    std::optional<Dim> size = from[axis + 1].mul(Dim(stride));
    size = size ? size->add(Dim(rest)) : std::nullopt;
    if (!size || (size->isStatic() && size->value() < 1))
      return c.e.fail(c.range, "this leaves no element on spatial axis " + llvm::Twine(axis) + " of " +
                                   describe(c[0].value));
    to[axis + 1] = *size;
  }
  int64_t made = filter[Rank].value(), channels = filter.back().value();
  if (channels % *groups != 0)
    return c.e.fail(c.range, llvm::Twine(*groups) + " groups do not divide the " + llvm::Twine(channels) +
                                 " channels");
  if (from.back() != filter.back())
    return c.e.fail(c[1].range,
                    "the filter reads " + llvm::Twine(channels) + " channels, x is " + describe(c[0].value));
  to.back() = Dim(made * *groups);
  if (!c.e.checkSize(to, c[0].value.type().getElementType(), c.range))
    return Datum();
  std::optional<Dims> back = positionsOf(c, *window, to);
  if (!back)
    return Datum();
  for (size_t axis = 1; axis <= Rank; ++axis)
    if ((*back)[axis] != from[axis])
      return c.e.fail(c.range, "no convolution of spatial axis " + llvm::Twine(axis - 1) + " of size " +
                                   to[axis].str() + " has " + from[axis].str() + " positions");
  mlir::Value y = c.e.at(c.range).create<ConvInputGradientOp>(
      makeTensor(to, c[0].value.type().getElementType()), x, c[1].value.tensor, window->strides,
      window->dilations, window->low, window->high, *groups);
  return Datum::ofTensor(y, convolvedLabels(c[0].value, y));
}

/// The window of a pool on x, from the arguments size, stride (else the size) and padding, and dilation where `dilation`
/// says which argument that is. Nothing after an error.
std::optional<Window> poolWindow(BuiltinCall &c, size_t rank, unsigned dilation) {
  mlir::Value x = spatialTensor(c, 0, rank);
  std::optional<PerAxis> sizes = x ? perAxis(c, 1, rank, {}, 1) : std::nullopt;
  std::optional<PerAxis> strides = sizes ? perAxis(c, 2, rank, *sizes, 1) : std::nullopt;
  std::optional<PerAxis> dilations = strides ? PerAxis(rank, 1) : std::optional<PerAxis>();
  if (dilations && dilation != 0)
    dilations = perAxis(c, dilation, rank, *dilations, 1);
  if (!dilations)
    return std::nullopt;
  PerAxis none(rank, 0);
  Window window(*sizes, *strides, *dilations, none, none);
  Dims from = dimsOf(x);
  if (!setPadding(c, 3, window,
                  [&](size_t axis) {
                    return samePadding(from[axis + 1], window.span(axis), window.strides[axis]);
                  }) ||
      !positionsOf(c, window, from))
    return std::nullopt;
  return window;
}

template <typename OpT, size_t Rank> Datum maxPool(BuiltinCall &c) {
  std::optional<Window> window = poolWindow(c, Rank, 4);
  if (!window)
    return Datum();
  mlir::Value y = c.e.at(c.range).create<OpT>(c[0].value.tensor, window->sizes, window->strides,
                                              window->dilations, window->low, window->high);
  return Datum::ofTensor(y, pooledLabels(c[0].value, y));
}

template <size_t Rank> Datum avgPool(BuiltinCall &c) {
  std::optional<Window> window = poolWindow(c, Rank, 0);
  bool ok = window.has_value();
  const bool countPadding = ok && c.flag(4, false, ok);
  if (!ok)
    return Datum();
  mlir::Value y =
      c.e.at(c.range).create<AvgPoolOp>(c[0].value.tensor, window->sizes, window->strides, window->dilations,
                                        window->low, window->high, countPadding);
  return Datum::ofTensor(y, pooledLabels(c[0].value, y));
}

/// The sizes asked for, where those of x are known and resampling can make them.
std::optional<PerAxis> newSizes(BuiltinCall &c, size_t rank) {
  mlir::Value x = spatialTensor(c, 0, rank);
  std::optional<PerAxis> sizes = x ? perAxis(c, 1, rank, {}, 1) : std::nullopt;
  if (!sizes)
    return std::nullopt;
  constexpr int64_t most = 1 << 14;
  Dims from = dimsOf(x), to = from;
  for (size_t axis = 0; axis < rank; ++axis) {
    to[axis + 1] = Dim((*sizes)[axis]);
    if (!from[axis + 1].isStatic() || from[axis + 1].value() > most || (*sizes)[axis] > most) {
      c.e.error(c.range, "'" + c.builtin.name + "' changes sizes known while compiling, of at most " +
                             llvm::Twine(most) + "; found " + describe(c[0].value));
      return std::nullopt;
    }
  }
  return c.e.checkSize(to, c[0].value.type().getElementType(), c.range) ? sizes : std::nullopt;
}

/// One spatial axis after the other.
Datum resampled(BuiltinCall &c, const PerAxis &sizes, llvm::StringRef mode) {
  mlir::Value y = c[0].value.tensor;
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    Dims dims = dimsOf(y);
    if (dims[axis + 1] == Dim(size))
      continue;
    dims[axis + 1] = Dim(size);
    y = c.e.at(c.range).create<ResampleOp>(makeTensor(dims, c[0].value.type().getElementType()), y,
                                           c.e.builder.getI64IntegerAttr(axis + 1),
                                           c.e.builder.getStringAttr(mode));
  }
  return Datum::ofTensor(y, pooledLabels(c[0].value, y));
}

template <size_t Rank> Datum resize(BuiltinCall &c) {
  std::optional<PerAxis> sizes = newSizes(c, Rank);
  if (!sizes)
    return Datum();
  static const llvm::StringLiteral linear[] = {"linear", "bilinear", "trilinear"};
  const bool isText = c[2].given && c[2].value.is(Datum::Kind::String);
  if (!c[2].given || (isText && c[2].value.text == "nearest"))
    return resampled(c, *sizes, "nearest");
  if (isText && c[2].value.text == linear[Rank - 1])
    return resampled(c, *sizes, "linear");
  return c.e.fail(c[2].range,
                  "'mode' is \"nearest\" or \"" + linear[Rank - 1] + "\", found " + describe(c[2].value));
}

/// Position i of an adaptive pool from `from` to `to` elements sees [floor(i from / to), ceil((i + 1) from / to)).
/// Where `to` divides `from` that is a pool. Else each window is laid out by itself, its last element repeated up to the
/// longest one, and a pool of windows side by side sees them.
mlir::Value adaptiveMaximum(GraphBuilder g, mlir::Value x, size_t rank, size_t axis, int64_t to) {
  const int64_t from = dimsOf(x)[axis + 1].value();
  int64_t width = from / to;
  if (from % to != 0) {
    width = 0;
    for (int64_t i = 0; i < to; ++i)
      width = std::max(width, ceilDiv((i + 1) * from, to) - i * from / to);
    llvm::SmallVector<int32_t> places;
    for (int64_t i = 0; i < to; ++i)
      for (int64_t k = 0; k < width; ++k)
        places.push_back(int32_t(std::min(i * from / to + k, ceilDiv((i + 1) * from, to) - 1)));
    auto type = mlir::RankedTensorType::get({to * width}, g.getBuilder().getI32Type());
    mlir::Value index = g.create<ConstantDataOp>(mlir::DenseElementsAttr::get(type, llvm::ArrayRef(places)));
    x = g.create<GatherOp>(x, index, uint64_t(axis + 1));
  }
  PerAxis sizes(rank, 1), ones(rank, 1), none(rank, 0);
  sizes[axis] = width;
  return g.create<MaxPoolOp>(x, sizes, sizes, ones, none, none);
}

/// The last axis first, so that of equal maxima the first in row-major order has the gradient.
template <size_t Rank> Datum adaptiveMaxPool(BuiltinCall &c) {
  std::optional<PerAxis> sizes = newSizes(c, Rank);
  if (!sizes)
    return Datum();
  mlir::Value y = c[0].value.tensor;
  for (size_t axis = Rank; axis-- > 0;)
    if (dimsOf(y)[axis + 1] != Dim((*sizes)[axis]))
      y = adaptiveMaximum(c.e.at(c.range), y, Rank, axis, (*sizes)[axis]);
  return Datum::ofTensor(y, pooledLabels(c[0].value, y));
}

template <size_t Rank> Datum adaptiveAvgPool(BuiltinCall &c) {
  std::optional<PerAxis> sizes = newSizes(c, Rank);
  return sizes ? resampled(c, *sizes, "average") : Datum();
}

} // namespace

llvm::ArrayRef<Builtin> nnc::windowBuiltins() {
  static const Builtin builtins[] = {
      {"conv1d", "x, filter, stride?, padding?, dilation?, groups?", convolution<1>},
      {"conv2d", "x, filter, stride?, padding?, dilation?, groups?", convolution<2>},
      {"conv3d", "x, filter, stride?, padding?, dilation?, groups?", convolution<3>},
      {"conv_transpose1d", "x, filter, stride?, padding?, dilation?, groups?, output_padding?",
       transposedConvolution<1>},
      {"conv_transpose2d", "x, filter, stride?, padding?, dilation?, groups?, output_padding?",
       transposedConvolution<2>},
      {"conv_transpose3d", "x, filter, stride?, padding?, dilation?, groups?, output_padding?",
       transposedConvolution<3>},
      {"max_pool1d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolOp, 1>},
      {"max_pool2d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolOp, 2>},
      {"max_pool3d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolOp, 3>},
      {"max_pool_index1d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolIndexOp, 1>},
      {"max_pool_index2d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolIndexOp, 2>},
      {"max_pool_index3d", "x, size, stride?, padding?, dilation?", maxPool<MaxPoolIndexOp, 3>},
      {"avg_pool1d", "x, size, stride?, padding?, count_padding?", avgPool<1>},
      {"avg_pool2d", "x, size, stride?, padding?, count_padding?", avgPool<2>},
      {"avg_pool3d", "x, size, stride?, padding?, count_padding?", avgPool<3>},
      {"adaptive_avg_pool1d", "x, size", adaptiveAvgPool<1>},
      {"adaptive_avg_pool2d", "x, size", adaptiveAvgPool<2>},
      {"adaptive_avg_pool3d", "x, size", adaptiveAvgPool<3>},
      {"adaptive_max_pool1d", "x, size", adaptiveMaxPool<1>},
      {"adaptive_max_pool2d", "x, size", adaptiveMaxPool<2>},
      {"adaptive_max_pool3d", "x, size", adaptiveMaxPool<3>},
      {"resize1d", "x, size, mode?", resize<1>},
      {"resize2d", "x, size, mode?", resize<2>},
      {"resize3d", "x, size, mode?", resize<3>},
  };
  return builtins;
}
