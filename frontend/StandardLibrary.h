// StandardLibrary.h: the texts of frontend/std, parsed.
#ifndef NNC_FRONTEND_STANDARDLIBRARY_H
#define NNC_FRONTEND_STANDARDLIBRARY_H

#include "frontend/Modules.h"

namespace nnc {

/// The library is the same for all programs, so a process parses it once. Its places come before those of all other texts:
/// a program's SourceManager begins behind the library's.
class StandardLibrary {
public:
  static const StandardLibrary &get();

  const SourceManager &getSources() const { return sources; }
  const Module &getModule() const { return module; }

private:
  StandardLibrary();

  SourceManager sources;
  llvm::BumpPtrAllocator memory;
  Module module;
};

/// What to say behind "unknown name 'x'" where the module that reads it is the user's: that the library has it, which is
/// not used, else which of the known names is near.
std::string hintOfUnknown(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> known);

} // namespace nnc

#endif
