// Link.h: objects -> a shared library, by LLD inside this process.
#ifndef NNC_CODEGEN_LINK_LINK_H
#define NNC_CODEGEN_LINK_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nnc {

/// A file for the linker, in memory.
struct LinkInput {
  std::string name; // for messages: "nn_3f5c.o"
  llvm::StringRef bytes;
  bool isStub = false; // a stub of a system library, there for its soname and symbol versions
};

enum class LinkKind {
  SharedLibrary,
  Relocatable, // one object of all, for reading
};

struct LinkOptions {
  LinkKind kind = LinkKind::SharedLibrary;
  std::string soname;
  std::vector<std::string> exports; // every other symbol stays inside
};

/// LLD did not link: the objects are at fault, and so is whoever made them.
class LinkError : public llvm::ErrorInfo<LinkError> {
public:
  static char ID;
  explicit LinkError(std::string messages) : messages(std::move(messages)) {}
  void log(llvm::raw_ostream &out) const override { out << messages; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

private:
  std::string messages; // what LLD said
};

/// Links, and returns the file's bytes. The error is a LinkError, or one of writing temporary files. The result depends on nothing but
/// the arguments: no time, no path, no identifier of the build. LLD keeps state of its own, so calls must not overlap.
llvm::Expected<llvm::SmallVector<char, 0>> link(llvm::ArrayRef<LinkInput> inputs, const LinkOptions &options);

} // namespace nnc

#endif
