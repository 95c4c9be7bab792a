// Place.cpp: see Place.h.
#include "codegen/halide/Place.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {

void Place::require(const Expr &condition) {
  inside = Halide::Internal::is_const_one(inside) ? condition : inside && condition;
}

void Place::pushChecked(const Expr &position, const Dim &size) {
  Expr count = emitter.extent(size);
  at.push_back(max(min(position, count - 1), 0));
  require(position >= 0 && position < count);
  checked.push_back(size);
}

void Place::pushInteger(const Num &position, const Dim &size) {
  // Compared as wide as it is: an i64 may name anything.
  Halide::Type type = position.type().bits() > 32 ? Halide::Int(64) : Halide::Int(32);
  Expr number = castTo(position, type).expr(), count = Halide::cast(type, emitter.extent(size));
  at.push_back(Halide::cast(Halide::Int(32), max(min(number, count - 1), 0)));
  require(number >= 0 && number < count);
  checked.push_back(size);
}

Num Place::read(Value value) const { return emitter.unlessEmpty(checked, emitter.element(value, at)); }

Num Place::elementOr(Value value, const Num &otherwise) const {
  return Halide::Internal::is_const_one(inside) ? read(value) : select(Num(inside), read(value), otherwise);
}

Num Place::elementOrZero(Value value) const {
  return elementOr(value, constant(halideType(getElementTypeOrSelf(value.getType())), 0.0));
}

} // namespace nnc
