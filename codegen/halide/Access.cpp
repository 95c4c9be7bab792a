// Access.cpp: emitters of elements at computed places.
#include "ir/ops/Access.h"
#include "codegen/halide/Emitters.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

struct AccessEmitter : EmitOpInterface::ExternalModel<AccessEmitter, AccessOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto access = cast<AccessOp>(op);
    Dims operand = dimsOf(access.getX()), sizes = dimsOf(access.getY());
    ExprIndex at;
    Expr inside; // all tests that the sizes do not prove
    auto require = [&](const Expr &condition) {
      inside = inside.defined() ? inside && condition : condition;
    };
    AccessMap map = access.coordinates();
    for (auto [axis, coordinate] : llvm::enumerate(map)) {
      CoordinateTests tests = testsOf(coordinate, operand[axis], sizes);
      Expr position = numerator(coordinate, emitter, index);
      if (coordinate.divisor != 1) {
        int divisor = static_cast<int>(coordinate.divisor);
        if (tests.exact)
          require(position % divisor == 0);
        position = position / divisor; // rounds down: what is negative stays so
      }
      Expr last = emitter.extent(operand[axis]) - 1;
      if (tests.low)
        require(position >= 0);
      if (tests.high)
        require(position <= last);
      // Both sides of a choice are computed, so what is read is kept inside. Of the contiguous axis, loops get a part of
      // their own where nothing has to be kept.
      if ((tests.low || tests.high) && axis + 1 == map.size())
        position = Halide::likely(position);
      if (tests.high)
        position = Halide::min(position, last);
      if (tests.low)
        position = Halide::max(position, 0);
      at.push_back(position);
    }
    Num value = emitter.element(access.getX(), at);
    if (!inside.defined())
      return value;
    mlir::Type type = getElementTypeOrSelf(access.getType());
    return select(Num(inside), value,
                  constant(halideType(type), scalar::castTo(access.getFill().convertToDouble(), type)));
  }

private:
  static Expr numerator(const Coordinate &coordinate, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) {
    if (std::optional<int64_t> axis = coordinate.plainIndex())
      return index[*axis];
    Expr sum;
    auto add = [&](const Expr &term) { sum = sum.defined() ? sum + term : term; };
    for (auto [coefficient, position] : llvm::zip(coordinate.coefficients, index))
      if (coefficient != 0)
        add(coefficient == 1 ? position : position * static_cast<int>(coefficient));
    if (!sum.defined() || coordinate.constant != Dim(0))
      add(emitter.extent(coordinate.constant));
    return sum;
  }
};

struct IotaEmitter : EmitOpInterface::ExternalModel<IotaEmitter, IotaOp> {
  Num element(Operation *op, KernelEmitter &, llvm::ArrayRef<Expr> index) const {
    auto iota = cast<IotaOp>(op);
    return castTo(Num(index[iota.getAxis()]), getElementTypeOrSelf(iota.getType()));
  }
};

} // namespace

void registerAccessEmitters(MLIRContext &context) {
  AccessOp::attachInterface<AccessEmitter>(context);
  IotaOp::attachInterface<IotaEmitter>(context);
}

} // namespace nnc
