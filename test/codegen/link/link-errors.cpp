// RUN: %testbin/link-errors %t

// What LLD says becomes the error; the process goes on and links again; nothing is left of temporary files.
#include "codegen/link/Link.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

static void check(bool condition, llvm::StringRef text, llvm::StringRef found) {
  if (condition)
    return;
  llvm::errs() << "expected " << text << ", found: " << found << '\n';
  std::exit(1);
}

static std::string failure(llvm::ArrayRef<nnc::LinkInput> inputs) {
  auto result = nnc::link(inputs, {nnc::LinkKind::SharedLibrary, "a.so", {"f"}});
  if (result)
    return "success";
  llvm::Error error = result.takeError();
  std::string kind = error.isA<nnc::LinkError>() ? "link: " : "file: ";
  return kind + llvm::toString(std::move(error));
}

static unsigned entries(llvm::StringRef directory) {
  unsigned count = 0;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(directory, error), end; it != end; it.increment(error))
    ++count;
  return count;
}

int main(int argc, char **argv) {
  std::string directory = argv[1];
  llvm::sys::fs::create_directories(directory);
  setenv("TMPDIR", directory.c_str(), 1);

  std::string message = failure({{"broken.o", "\177ELF but no more", false}});
  check(llvm::StringRef(message).starts_with("link: ") && llvm::StringRef(message).contains("broken.o"),
        "the name of the broken object", message);
  message = failure({{"text.o", "not an object at all", false}});
  check(llvm::StringRef(message).contains("text.o"), "the name of the text", message);
  check(entries(directory) == 0, "an empty directory for temporary files", directory);

  setenv("TMPDIR", (directory + "/missing").c_str(), 1);
  message = failure({});
  check(llvm::StringRef(message).starts_with("file: ") && llvm::StringRef(message).contains("missing") &&
            llvm::StringRef(message).contains("TMPDIR"),
        "the directory that is missing", message);
  return 0;
}
