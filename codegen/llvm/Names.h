// Names.h: which names of a text can stand in C and C++, and what becomes of the others.
//
// The rule, in one place because headers promise it:
//  - a name that is a word or a common macro of C or C++ gets a trailing underscore (`class` -> `class_`),
//  - so does one that is already taken beside it (an input called `report`),
//  - a model whose prefix is such a word, or a name of the C library, keeps it for its functions (`xor_predict`), and
//    its type is `<prefix>_model`,
//  - a prefix whose functions would fall among those of a library (`pthread_create`) is refused.
#ifndef NNC_CODEGEN_LLVM_NAMES_H
#define NNC_CODEGEN_LLVM_NAMES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace nnc {

/// A keyword, alternative token or common macro of C or C++.
bool isLanguageWord(llvm::StringRef name);

/// A function, type or object that the C library declares at file scope.
bool isLibraryName(llvm::StringRef name);

/// Functions named `<prefix>_...` belong to the C library, POSIX or nnc itself.
bool isReservedPrefix(llvm::StringRef prefix);

/// May `prefix` start names of C functions: letters, digits and single underscores, a letter first?
bool isUsablePrefix(llvm::StringRef prefix);

/// Gives out names in one scope of C, each once.
class NameScope {
public:
  /// `name` or, where that cannot be, `name` with underscores after it.
  std::string take(llvm::StringRef name);

private:
  llvm::StringSet<> taken;
};

/// `dense1.weight` -> `dense1_weight`: what is no letter, digit or underscore becomes an underscore.
std::string toIdentifier(llvm::StringRef name);

} // namespace nnc

#endif
