// HalideHeader.h: Halide's one header, without the warnings it causes.
//
// Halide reports faults by exceptions. They are caught where this directory is entered (Compile.cpp) and never
// unwind through frames of LLVM or MLIR.
#ifndef NNC_CODEGEN_HALIDE_HALIDEHEADER_H
#define NNC_CODEGEN_HALIDE_HALIDEHEADER_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <Halide.h>
#pragma GCC diagnostic pop

#endif
