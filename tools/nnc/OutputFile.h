// OutputFile.h: files that appear whole or not at all.
#ifndef NNC_TOOLS_NNC_OUTPUTFILE_H
#define NNC_TOOLS_NNC_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nnc {

/// Files that belong together. They are opened before the work begins, so that a path that cannot be written is an
/// error at once, written under other names in the same directories, and get their names when all are complete.
class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  ~OutputFiles(); // removes what was not committed

  /// Prepares `path`; "-" is standard output.
  llvm::Error open(llvm::StringRef path, bool executable = false);
  /// An error if one of these files, which are read, would be overwritten. Called again as more of them are known.
  llvm::Error spare(llvm::ArrayRef<std::string> inputs) const;
  /// Sets what the file will hold.
  void write(llvm::StringRef path, llvm::StringRef bytes);
  /// Writes all, then gives all their names; after an error none has changed.
  llvm::Error commit();

private:
  struct File {
    std::string path;      // as the user wrote it
    std::string target;    // where it leads: a link is written through
    std::string temporary; // empty: not a plain file, written directly
    int descriptor = -1;
    bool executable = false;
    std::string bytes;
  };
  std::vector<File> files;
};

} // namespace nnc

#endif
