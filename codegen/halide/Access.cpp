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
    Dims mayBeEmpty; // though there are elements to compute
    Expr inside;     // all tests that the sizes do not prove
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
      // Where the coordinate is the index and a number, what is inside is one stretch.
      const bool moves = coordinate.divisor == 1 && llvm::count(coordinate.coefficients, 0) + 1 ==
                                                        static_cast<int64_t>(coordinate.coefficients.size());
      if (moves && coordinate.coefficients.back() == 1) {
        std::optional<Dim> first = Dim(0).sub(coordinate.constant);
        if (tests.low && first)
          emitter.noteSeam(index.back(), *first);
        if (std::optional<Dim> end = first ? first->add(operand[axis]) : std::nullopt; tests.high && end)
          emitter.noteSeam(index.back(), *end);
      }
      Expr last = emitter.extent(operand[axis]) - 1;
      if (tests.low)
        require(position >= 0);
      if (tests.high)
        require(position <= last);
      if (tests.high && !isNeverNegative(*operand[axis].sub(Dim(1)), sizes))
        mayBeEmpty.push_back(operand[axis]);
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
    value = emitter.unlessEmpty(mayBeEmpty, value);
    mlir::Type type = getElementTypeOrSelf(access.getType());
    return select(Num(inside), value,
                  constant(halideType(type), scalar::castTo(access.getFill().convertToDouble(), type)));
  }

private:
  static Expr numerator(const Coordinate &coordinate, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) {
    if (std::optional<int64_t> axis = coordinate.plainIndex())
      return index[*axis];
    if (llvm::any_of(coordinate.coefficients, [](int64_t coefficient) { return coefficient < 0; }))
      emitter.noteBackwards();
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

struct ConcatEmitter : EmitOpInterface::ExternalModel<ConcatEmitter, ConcatOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto concat = cast<ConcatOp>(op);
    int64_t axis = concat.getAxis(), last = concat.getParts().size() - 1;
    // A choice among readings of all parts, each kept inside its part.
    std::optional<Num> chosen;
    Dim end = dimsOf(concat.getY())[axis];
    for (int64_t k = last; k >= 0; --k) {
      Value part = concat.getParts()[k];
      Dim size = dimsOf(part)[axis], start = *end.sub(size);
      emitter.noteSeam(index[axis], start);
      ExprIndex at(index.begin(), index.end());
      if (k > 0)
        at[axis] = Halide::max(at[axis] - emitter.extent(start), 0);
      if (k < last)
        at[axis] = Halide::min(k == 0 ? Halide::likely(at[axis]) : at[axis], emitter.extent(size) - 1);
      Num value = emitter.unlessEmpty({size}, emitter.element(part, at));
      chosen = chosen ? select(Num(index[axis] < emitter.extent(end)), value, *chosen) : value;
      end = start;
    }
    return *chosen;
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
  ConcatOp::attachInterface<ConcatEmitter>(context);
  IotaOp::attachInterface<IotaEmitter>(context);
}

} // namespace nnc
