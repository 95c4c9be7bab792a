// ScratchDirectory.h: a private directory for files that only this process reads; it is gone afterwards, also when a
// signal ends the process.
#ifndef NNC_CODEGEN_LINK_SCRATCHDIRECTORY_H
#define NNC_CODEGEN_LINK_SCRATCHDIRECTORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nnc {

class ScratchDirectory {
public:
  /// Makes one where temporary files go (TMPDIR, else /tmp), readable by this user alone.
  static llvm::Expected<ScratchDirectory> create();
  ScratchDirectory(ScratchDirectory &&other) { *this = std::move(other); }
  ScratchDirectory &operator=(ScratchDirectory &&other) {
    std::swap(directory, other.directory);
    std::swap(files, other.files);
    return *this;
  }
  ~ScratchDirectory();

  std::string path(llvm::StringRef name) const;
  /// Writes a file, which is removed with the directory.
  llvm::Error write(llvm::StringRef name, llvm::StringRef bytes);
  /// Removes this one too, which another writes.
  void expect(llvm::StringRef name);

private:
  explicit ScratchDirectory(std::string directory) : directory(std::move(directory)) {}
  std::string directory; // empty: moved from
  std::vector<std::string> files;
};

} // namespace nnc

#endif
