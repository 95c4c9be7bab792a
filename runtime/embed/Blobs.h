// Blobs.h: the compiled runtime as bytes inside nnc, one set for each target it can link for.
#ifndef NNC_RUNTIME_EMBED_BLOBS_H
#define NNC_RUNTIME_EMBED_BLOBS_H

#include <cstddef>
#include <string_view>
#include <vector>

namespace nnc {

/// A file to give to the linker.
struct RuntimeBlob {
  std::string_view triple; ///< "x86_64-unknown-linux-gnu"
  std::string_view
      name; ///< "pool.o": an object, all of which are linked; "libc.so.6": a stub with that soname
  std::string_view bytes;

  bool isStub() const { return name.find(".so.") != std::string_view::npos; }
};

/// What to link into a model for `triple`, of which the architecture counts (only Linux with glibc is known),
/// in a fixed order: objects, then stubs. Empty for a target nnc was built without.
std::vector<RuntimeBlob> runtimeBlobs(std::string_view triple);

namespace detail {
extern const RuntimeBlob blobs[];
extern const std::size_t blobCount;
} // namespace detail

} // namespace nnc

#endif
