// HalideBuffer.h: how a kernel takes a tensor, for code that must not know Halide.
//
// Host code fills these structs on its stack and kernels read them as halide_buffer_t and halide_dimension_t.
// codegen/halide/Compile.cpp, which sees Halide's own, refuses to be compiled if they differ.
#ifndef NNC_CODEGEN_HALIDEBUFFER_H
#define NNC_CODEGEN_HALIDEBUFFER_H

#include <cstdint>

namespace nnc {

struct HalideDimension {
  int32_t min, extent, stride;
  uint32_t flags;
};

/// halide_type_t, as the number its bytes are.
struct HalideElement {
  enum Code : uint32_t { Int, UInt, Float };
  static constexpr uint32_t encode(Code code, uint32_t bits) { return code | bits << 8 | 1u << 16; }
};

struct HalideBuffer {
  uint64_t device;
  const void *deviceInterface;
  uint8_t *host;
  uint64_t flags;
  uint32_t type; // of HalideElement
  int32_t dimensions;
  HalideDimension *dim;
  void *padding;
};

} // namespace nnc

#endif
