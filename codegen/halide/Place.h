// Place.h: where an element is read that its tensor may not have: padding, windows over the border, integers that name
// any position.
#ifndef NNC_CODEGEN_HALIDE_PLACE_H
#define NNC_CODEGEN_HALIDE_PLACE_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// An index, axis by axis. `at` is kept inside of the tensor, so that it can be read in any case; `inside` says whether
/// it is what was asked for, and is the constant true where that is known.
class Place {
public:
  explicit Place(KernelEmitter &emitter) : emitter(emitter) {}

  ExprIndex at;
  Halide::Expr inside = Halide::Internal::const_true();

  /// A position that is inside.
  void push(const Halide::Expr &position) { at.push_back(position); }
  void pushChecked(const Halide::Expr &position, const Dim &size);
  /// A position that an element of an integer tensor names, of any width.
  void pushInteger(const Num &position, const Dim &size);
  void require(const Halide::Expr &condition);

  /// The element of `value` at `at`, inside or not; 0 if `value` has none.
  Num read(mlir::Value value) const;
  /// The element of `value` here, or `otherwise` outside.
  Num elementOr(mlir::Value value, const Num &otherwise) const;
  /// The element of `value` here, or 0 outside.
  Num elementOrZero(mlir::Value value) const;

private:
  KernelEmitter &emitter;
  Dims checked; // sizes that may be 0 though the result has elements
};

} // namespace nnc

#endif
