#include "runtime/embed/Blobs.h"

std::vector<nnc::RuntimeBlob> nnc::runtimeBlobs(std::string_view triple) {
  std::vector<RuntimeBlob> found;
  for (std::size_t i = 0; i < detail::blobCount; ++i) {
    std::string_view known = detail::blobs[i].triple;
    if (known.substr(0, known.find('-')) == triple.substr(0, triple.find('-')))
      found.push_back(detail::blobs[i]);
  }
  return found;
}
