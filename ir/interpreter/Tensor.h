// Tensor.h: a dense array of doubles, the interpreter's only kind of value.
//
// Doubles hold every value of the dialect's element types that a test uses: i32 and ui8 exactly, i64 up to
// 2^53.
#ifndef NNC_IR_INTERPRETER_TENSOR_H
#define NNC_IR_INTERPRETER_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

namespace nnc {

using Shape = llvm::SmallVector<int64_t, 4>;
using Index = llvm::SmallVector<int64_t, 4>;

/// Number of elements of a shape; 1 for a scalar.
int64_t countOf(llvm::ArrayRef<int64_t> shape);

/// Calls `visit` for every index of `shape`, the last axis fastest.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

/// How many elements further the next one along each axis of a row-major tensor lies.
Shape stepsOf(llvm::ArrayRef<int64_t> shape);

/// Calls `visit(a, b, ...)` for every index of `shape`, the last axis fastest, with positions in the data of as many tensors
/// as there are `steps`: one more along an axis of `shape` is that many elements further in the tensor, 0 where the tensor
/// does not have the axis.
template <size_t N, typename Visit>
void forEachPosition(llvm::ArrayRef<int64_t> shape, const std::array<Shape, N> &steps, Visit visit) {
  if (countOf(shape) == 0)
    return;
  std::array<int64_t, N> positions = {};
  Index index(shape.size(), 0);
  for (size_t axis = 0; axis != SIZE_MAX;) {
    std::apply(visit, positions);
    for (axis = shape.size(); axis-- > 0;) {
      const bool wraps = ++index[axis] == shape[axis];
      for (size_t n = 0; n < N; ++n)
        positions[n] += wraps ? -steps[n][axis] * (shape[axis] - 1) : steps[n][axis];
      if (!wraps)
        break;
      index[axis] = 0;
    }
  }
}

/// y += factor * x, element by element: what products and convolutions are made of. The two do not overlap.
inline void addMultiple(double *__restrict y, double factor, const double *__restrict x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] += factor * x[i];
}

struct Tensor {
  Shape shape;
  std::vector<double> data; // row-major

  Tensor() = default;
  explicit Tensor(Shape shape, double value = 0.0)
      : shape(std::move(shape)), data(countOf(this->shape), value) {}
  static Tensor scalar(double value) { return Tensor(Shape(), value); }

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t count() const { return static_cast<int64_t>(data.size()); }
  int64_t position(llvm::ArrayRef<int64_t> index) const;
  double &at(llvm::ArrayRef<int64_t> index) { return data[position(index)]; }
  double at(llvm::ArrayRef<int64_t> index) const { return data[position(index)]; }
};

} // namespace nnc

#endif
