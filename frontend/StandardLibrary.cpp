// StandardLibrary.cpp: see StandardLibrary.h.
#include "frontend/StandardLibrary.h"
#include "frontend/Parser.h"
#include "llvm/Support/raw_ostream.h"

using namespace nnc;

namespace {
struct LibraryFile {
  const char *name;
  llvm::StringRef text;
};
/// Embedded when nnc is built.
const LibraryFile libraryFiles[] = {
#include "frontend/std.inc"
};
} // namespace

const StandardLibrary &StandardLibrary::get() {
  static const StandardLibrary library;
  return library;
}

std::string nnc::hintOfUnknown(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> known) {
  return StandardLibrary::get().getModule().names.contains(name)
             ? "; it is in the standard library, which 'use nn' brings"
             : didYouMean(name, known);
}

StandardLibrary::StandardLibrary() {
  Diagnostics diags(sources, llvm::errs(), {});
  module.name = "nn";
  module.isLibrary = true;
  for (const LibraryFile &file : libraryFiles)
    module.files.push_back(
        Parser(*sources.add(file.name, file.text, /*isLibrary=*/true), diags, memory).parseFile());
  collectNames(module, diags);
  assert(!diags.hasErrors() && "the standard library has errors");
}
