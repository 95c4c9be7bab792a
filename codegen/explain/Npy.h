// Npy.h: numbers of NumPy's .npy files.
#ifndef NNC_CODEGEN_EXPLAIN_NPY_H
#define NNC_CODEGEN_EXPLAIN_NPY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace nnc::explain {

/// The elements of an array of f4, f8, i4, i8 or u1, little-endian, in row-major order. Fails with the words of a message.
llvm::Expected<std::vector<double>> readNpy(llvm::StringRef path);

} // namespace nnc::explain

#endif
