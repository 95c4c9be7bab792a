// Page.h: the viewer's files as one.
#ifndef NNC_CODEGEN_VIEW_PAGE_H
#define NNC_CODEGEN_VIEW_PAGE_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace nnc::view {

/// viewer.html with viewer.css, viewer.js and the data, a JSON text, in their places. Needs no other file and no network.
std::string pageText(llvm::StringRef title, llvm::StringRef json);

} // namespace nnc::view

#endif
