// Tensor.h: a dense array of doubles, the interpreter's only kind of value.
//
// Doubles hold every value of the dialect's element types that a test uses: i32 and ui8 exactly, i64 up to
// 2^53.
#ifndef NNC_IR_INTERPRETER_TENSOR_H
#define NNC_IR_INTERPRETER_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace nnc {

using Shape = llvm::SmallVector<int64_t, 4>;
using Index = llvm::SmallVector<int64_t, 4>;

/// Number of elements of a shape; 1 for a scalar.
int64_t countOf(llvm::ArrayRef<int64_t> shape);

/// Calls `visit` for every index of `shape`, the last axis fastest.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

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
