// Shape.cpp: emitters of constants and of ops that move elements.
#include "codegen/halide/Emitters.h"
#include "ir/ops/Shape.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

struct FillEmitter : EmitOpInterface::ExternalModel<FillEmitter, FillOp> {
  Num element(Operation *op, KernelEmitter &, llvm::ArrayRef<Expr>) const {
    auto fill = cast<FillOp>(op);
    Type type = getElementTypeOrSelf(fill.getType());
    return constant(halideType(type), scalar::castTo(fill.getValue().convertToDouble(), type));
  }
};

struct ConstantEmitter : EmitOpInterface::ExternalModel<ConstantEmitter, ConstantDataOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto data = cast<DenseElementsAttr>(cast<ConstantDataOp>(op).getValue());
    Type elementType = data.getElementType();
    Halide::Type type = halideType(elementType);
    std::vector<double> values;
    for (const APFloat &value : asDoubles(data))
      values.push_back(value.convertToDouble());
    if (data.isSplat())
      return constant(type, values.front());
    Expr position = Expr(0);
    for (auto [at, size] : llvm::zip(index, data.getType().getShape()))
      position = position * static_cast<int>(size) + at;
    if (emitter.getTarget().gpu)
      return chosenFrom(values, type, position);
    // The numbers become read-only data of the object. Halide aligns that less than it assumes of buffers; an element
    // in front keeps vectors from starting where it would load them as aligned.
    Halide::Type stored = type.is_bool() ? Halide::UInt(8) : type;
    Halide::Buffer<void> buffer(stored, {static_cast<int>(values.size()) + 1},
                                emitter.uniqueName("constants"));
    store(buffer, 0, 0.0);
    for (size_t i = 0; i < values.size(); ++i)
      store(buffer, i + 1, values[i]);
    return castTo(Num(buffer(std::vector<Expr>{position + 1})), type);
  }

private:
  /// The number at a position, by halving: a kernel brings no data of its own to a device.
  static Num chosenFrom(llvm::ArrayRef<double> values, Halide::Type type, const Expr &position, int first = 0) {
    if (values.size() == 1)
      return constant(type, values.front());
    int half = static_cast<int>(values.size()) / 2;
    return select(Num(position < first + half),
                  chosenFrom(values.take_front(half), type, position, first),
                  chosenFrom(values.drop_front(half), type, position, first + half));
  }

  static std::vector<APFloat> asDoubles(DenseElementsAttr data) {
    std::vector<APFloat> values;
    bool isUnsigned = data.getElementType().isUnsignedInteger() || data.getElementType().isInteger(1);
    if (isa<FloatType>(data.getElementType()))
      for (APFloat value : data.getValues<APFloat>()) {
        bool losesInfo;
        value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
        values.push_back(value);
      }
    else
      for (APInt value : data.getValues<APInt>())
        values.push_back(APFloat(isUnsigned ? static_cast<double>(value.getZExtValue())
                                            : static_cast<double>(value.getSExtValue())));
    return values;
  }

  static void store(Halide::Buffer<void> &buffer, size_t i, double value) {
    Halide::Type type = buffer.type();
    void *at = static_cast<char *>(buffer.data()) + i * type.bytes();
    auto put = [&](auto number) { *static_cast<decltype(number) *>(at) = number; };
    if (type == Halide::Float(32))
      put(static_cast<float>(value));
    else if (type == Halide::Float(64))
      put(value);
    else if (type == Halide::Int(32))
      put(static_cast<int32_t>(value));
    else if (type == Halide::Int(64))
      put(static_cast<int64_t>(value));
    else
      put(static_cast<uint8_t>(value));
  }
};

struct SizeEmitter : EmitOpInterface::ExternalModel<SizeEmitter, SizeOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr>) const {
    auto size = cast<SizeOp>(op);
    Expr value = emitter.extent(*Dim::parse(size.getDim().getText().getValue()));
    return castTo(Num(value), getElementTypeOrSelf(size.getType()));
  }
};

struct BroadcastEmitter : EmitOpInterface::ExternalModel<BroadcastEmitter, BroadcastOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto broadcast = cast<BroadcastOp>(op);
    Dims from = dimsOf(broadcast.getX()), to = dimsOf(broadcast.getY());
    ExprIndex at;
    for (auto [axis, target] : llvm::enumerate(broadcast.getDims()))
      at.push_back(from[axis] == to[target] ? index[target] : Expr(0));
    return emitter.element(broadcast.getX(), at);
  }
};

struct TransposeEmitter : EmitOpInterface::ExternalModel<TransposeEmitter, TransposeOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto transpose = cast<TransposeOp>(op);
    ExprIndex at(index.begin(), index.end());
    for (auto [to, from] : llvm::enumerate(transpose.getPermutation()))
      at[from] = index[to];
    return emitter.element(transpose.getX(), at);
  }
};

/// Inside a kernel a reshape is index arithmetic: the element with the same number in row-major order.
struct ReshapeEmitter : EmitOpInterface::ExternalModel<ReshapeEmitter, ReshapeOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto reshape = cast<ReshapeOp>(op);
    Expr number = Expr(0);
    for (auto [at, dim] : llvm::zip(index, dimsOf(reshape.getY())))
      number = number * emitter.extent(dim) + at;
    Dims from = dimsOf(reshape.getX());
    ExprIndex at(from.size());
    for (size_t axis = from.size(); axis-- > 0;) {
      Expr size = emitter.extent(from[axis]);
      at[axis] = axis == 0 ? number : number % size;
      number = number / size;
    }
    return emitter.element(reshape.getX(), at);
  }
};

struct HoldEmitter : EmitOpInterface::ExternalModel<HoldEmitter, HoldOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    return emitter.element(cast<HoldOp>(op).getX(), index);
  }
};

} // namespace

void registerShapeEmitters(MLIRContext &context) {
  FillOp::attachInterface<FillEmitter>(context);
  ConstantDataOp::attachInterface<ConstantEmitter>(context);
  SizeOp::attachInterface<SizeEmitter>(context);
  BroadcastOp::attachInterface<BroadcastEmitter>(context);
  TransposeOp::attachInterface<TransposeEmitter>(context);
  ReshapeOp::attachInterface<ReshapeEmitter>(context);
  HoldOp::attachInterface<HoldEmitter>(context);
}

} // namespace nnc
