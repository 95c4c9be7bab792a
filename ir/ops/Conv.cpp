// Conv.cpp: type rules and gradients of convolutions.
#include "ir/ops/Conv.h"
#include "ir/GraphBuilder.h"

using namespace mlir;

namespace nnc {

/// The type of conv(x, w), or nothing, with the reason, if they do not fit.
template <typename OpT>
static RankedTensorType resultOf(RankedTensorType x, RankedTensorType w, OpT op, std::string &whyNot) {
  auto refuse = [&](const Twine &reason) {
    whyNot = reason.str();
    return RankedTensorType();
  };
  if (x.getElementType() != w.getElementType())
    return refuse("element types of x and the filter differ");
  if (!w.hasStaticShape() || w.getRank() < 3)
    return refuse("expects a filter [kernel..., channels, filters] of static sizes, found " +
                  dimsText(dimsOf(w)));
  ArrayRef<int64_t> filter = w.getShape();
  Window window(filter.drop_back(2), op.getStrides(), op.getDilations(), op.getLow(), op.getHigh());
  if (!window.isValid(whyNot))
    return {};
  std::optional<Dims> y = window.positions(dimsOf(x), whyNot);
  if (!y)
    return {};
  int64_t channels = filter[window.rank()], filters = filter.back(), groups = op.getGroups();
  if (groups < 1 || filters % groups != 0)
    return refuse("expects groups that divide the " + Twine(filters) + " filters, found " + Twine(groups));
  if (dimsOf(x).back() != Dim(channels * groups))
    return refuse("x has " + dimsOf(x).back().str() + " channels, the filter reads " + Twine(channels) +
                  " in " + Twine(groups) + (groups == 1 ? " group" : " groups"));
  y->back() = Dim(filters);
  return makeTensor(*y, x.getElementType());
}

std::optional<Dim> filterOperations(Value positions, Value filter) {
  Dims sizes = dimsOf(positions);
  sizes.append(llvm::to_vector<4>(llvm::drop_end(dimsOf(filter))));
  return operationsOver(2, sizes);
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  std::string whyNot;
  RankedTensorType type = resultOf(cast<RankedTensorType>(adaptor.getX().getType()),
                                   cast<RankedTensorType>(adaptor.getW().getType()), adaptor, whyNot);
  if (!type)
    return emitOptionalError(loc, "'nn.conv' op ", whyNot);
  types.push_back(type);
  return success();
}

/// Gradients: conv of x and the filter must have dy's type.
template <typename OpT> static LogicalResult verifySides(OpT op, Value x, Value filter, Value dy) {
  std::string whyNot;
  RankedTensorType type =
      resultOf(cast<RankedTensorType>(x.getType()), cast<RankedTensorType>(filter.getType()), op, whyNot);
  if (!type)
    return op.emitOpError(whyNot);
  if (type != dy.getType())
    return op.emitOpError("expects dy of sizes ")
           << dimsText(dimsOf(type)) << ", found " << dimsText(dimsOf(dy));
  return success();
}
LogicalResult ConvInputGradientOp::verify() { return verifySides(*this, getY(), getW(), getDy()); }
LogicalResult ConvFilterGradientOp::verify() { return verifySides(*this, getX(), getY(), getDy()); }

namespace {
/// One side of a convolution from the two others, with the window and groups of `op`.
template <typename OpT> struct Sides {
  GraphBuilder &g;
  OpT op;

  Value conv(Value x, Value w) {
    return g.create<ConvOp>(x, w, op.getStrides(), op.getDilations(), op.getLow(), op.getHigh(),
                            op.getGroups());
  }
  Value input(Value dy, Value w, Value like) {
    return g.create<ConvInputGradientOp>(like.getType(), dy, w, op.getStrides(), op.getDilations(),
                                         op.getLow(), op.getHigh(), op.getGroups());
  }
  Value filter(Value x, Value dy, Value like) {
    return g.create<ConvFilterGradientOp>(like.getType(), x, dy, op.getStrides(), op.getDilations(),
                                          op.getLow(), op.getHigh(), op.getGroups());
  }
};
} // namespace

SmallVector<Value> convGradient(GraphBuilder &g, ConvOp op, Value dy) {
  Sides<ConvOp> sides{g, op};
  return {sides.input(dy, op.getW(), op.getX()), sides.filter(op.getX(), dy, op.getW())};
}

SmallVector<Value> convInputGradientGradient(GraphBuilder &g, ConvInputGradientOp op, Value dy) {
  Sides<ConvInputGradientOp> sides{g, op};
  return {sides.conv(dy, op.getW()), sides.filter(dy, op.getDy(), op.getW())};
}

SmallVector<Value> convFilterGradientGradient(GraphBuilder &g, ConvFilterGradientOp op, Value dy) {
  Sides<ConvFilterGradientOp> sides{g, op};
  return {sides.input(op.getDy(), dy, op.getX()), sides.conv(op.getX(), dy)};
}

void registerConvOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Conv.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Conv.cpp.inc"
