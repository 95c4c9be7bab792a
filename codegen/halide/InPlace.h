// InPlace.h: kernels that write results over their inputs.
//
// Halide takes the buffers of a kernel for different memory and tells LLVM so: a read of the input may then move behind the
// write of the result at the same place. Where the plan of memory makes them one, reads of the input are therefore
// spelled as reads of the result's buffer: the compiler then sees what is the same element and, from the index, what
// is not.
#ifndef NNC_CODEGEN_HALIDE_INPLACE_H
#define NNC_CODEGEN_HALIDE_INPLACE_H

#include "codegen/halide/HalideHeader.h"
#include <map>
#include <string>

namespace nnc {

/// `resultOf`: names of inputs' buffers and of the results' that take their place. Both have the same sizes, and are laid
/// out alike.
void addInPlacePass(Halide::Pipeline &pipeline, std::map<std::string, std::string> resultOf);

} // namespace nnc

#endif
