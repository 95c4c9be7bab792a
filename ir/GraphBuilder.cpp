// GraphBuilder.cpp: the ops of several families, under short names.
#include "ir/GraphBuilder.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc {

Value GraphBuilder::add(Value a, Value b) { return create<AddOp>(a, b); }
Value GraphBuilder::sub(Value a, Value b) { return create<SubOp>(a, b); }
Value GraphBuilder::mul(Value a, Value b) { return create<MulOp>(a, b); }
Value GraphBuilder::div(Value a, Value b) { return create<DivOp>(a, b); }
Value GraphBuilder::pow(Value a, Value b) { return create<PowOp>(a, b); }
Value GraphBuilder::neg(Value a) { return create<NegOp>(a); }
Value GraphBuilder::log(Value a) { return create<LogOp>(a); }
Value GraphBuilder::select(Value condition, Value yes, Value no) {
  return create<SelectOp>(condition, yes, no);
}
Value GraphBuilder::compare(ComparePredicate predicate, Value a, Value b) {
  return create<CompareOp>(predicate, a, b);
}

Value GraphBuilder::fill(double value, Value like) {
  return create<FillOp>(like.getType(), builder.getF64FloatAttr(value));
}

Value GraphBuilder::cast(Value value, Value like) {
  auto type =
      withElementType(mlir::cast<RankedTensorType>(value.getType()), getElementTypeOrSelf(like.getType()));
  return type == value.getType() ? value : create<CastOp>(type, value);
}

Value GraphBuilder::spread(Value value, Value like, llvm::ArrayRef<int64_t> axes) {
  auto likeType = mlir::cast<RankedTensorType>(like.getType());
  llvm::SmallVector<int64_t> kept;
  for (int64_t axis = 0; axis < likeType.getRank(); ++axis)
    if (!llvm::is_contained(axes, axis))
      kept.push_back(axis);
  auto type = withElementType(likeType, getElementTypeOrSelf(value.getType()));
  return create<BroadcastOp>(type, value, kept);
}

Value GraphBuilder::broadcastScalar(Value scalar, Value like) {
  auto type =
      withElementType(mlir::cast<RankedTensorType>(like.getType()), getElementTypeOrSelf(scalar.getType()));
  return type == scalar.getType() ? scalar : create<BroadcastOp>(type, scalar, llvm::ArrayRef<int64_t>());
}

Value GraphBuilder::count(Value x, llvm::ArrayRef<int64_t> axes, Value like) {
  Dims dims = dimsOf(x);
  Dims reduced;
  for (int64_t axis : axes)
    reduced.push_back(dims[axis]);
  std::optional<Dim> size = elementCount(reduced);
  assert(size && "the count of a verified tensor overflows");
  if (size->isStatic())
    return fill(static_cast<double>(size->value()), like);
  auto scalar = RankedTensorType::get({}, getElementTypeOrSelf(like.getType()));
  Value count =
      create<SizeOp>(scalar, DimValueAttr::get(builder.getContext(), builder.getStringAttr(size->str())));
  return broadcastScalar(count, like);
}

} // namespace nnc
