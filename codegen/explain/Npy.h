// Npy.h: numbers of NumPy's .npy files.
#ifndef NNC_CODEGEN_EXPLAIN_NPY_H
#define NNC_CODEGEN_EXPLAIN_NPY_H

#include "ir/interpreter/Tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace nnc::explain {

struct NpyArray {
  std::vector<double> numbers; // row-major
  Shape shape;
};

/// An array of f4, f8, i4, i8, u1 or b1, little-endian, in row-major order. Fails with the words of a message.
llvm::Expected<NpyArray> readNpy(llvm::StringRef path);

} // namespace nnc::explain

#endif
