// Link.cpp: calls LLD on files in a scratch directory.
#include "codegen/link/Link.h"
#include "codegen/link/ScratchDirectory.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

using llvm::StringRef;

namespace nnc {

char LinkError::ID;

/// `{ global: a; b; local: *; };`
static std::string versionScript(const std::vector<std::string> &exports) {
  std::string script = "{\n  global:\n";
  for (const std::string &name : exports)
    script += "    " + name + ";\n";
  return script + "  local: *;\n};\n";
}

static std::vector<std::string> arguments(const LinkOptions &options, const ScratchDirectory &scratch) {
  // One thread: the parallel parts of the compiler are processes, and what is linked is small.
  std::vector<std::string> arguments = {"ld.lld",
                                        "--threads=1",
                                        "--error-limit=0",
                                        "--color-diagnostics=never",
                                        "--build-id=none",
                                        "--no-mmap-output-file", // a full disk is an error then, not a signal
                                        "-o",
                                        scratch.path("out")};
  if (options.kind == LinkKind::Relocatable) {
    arguments.push_back("-r");
    return arguments;
  }
  arguments.insert(
      arguments.end(),
      {"-shared", "--soname=" + options.soname, "--version-script=" + scratch.path("exports"),
       "--gc-sections",
       "--as-needed",    // libm is named only if a kernel calls it
       "--no-undefined", // a symbol nobody defines is an error now, not when the library is loaded
       "--discard-locals", "--hash-style=gnu", "-O1", "-z", "relro", "-z", "now", "-z", "noexecstack"});
  return arguments;
}

llvm::Expected<llvm::SmallVector<char, 0>> link(llvm::ArrayRef<LinkInput> inputs,
                                                const LinkOptions &options) {
  llvm::Expected<ScratchDirectory> scratch = ScratchDirectory::create();
  if (!scratch)
    return scratch.takeError();
  if (llvm::Error error = scratch->write("exports", versionScript(options.exports)))
    return error;
  std::vector<std::string> command = arguments(options, *scratch);
  for (auto [index, input] : llvm::enumerate(inputs)) {
    // Stubs come after the objects that need them; the number keeps equal names apart.
    std::string name = std::to_string(index) + "." + input.name;
    if (llvm::Error error = scratch->write(name, input.bytes))
      return error;
    command.push_back(scratch->path(name));
  }

  llvm::SmallVector<const char *> argv;
  for (const std::string &argument : command)
    argv.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream out(messages);
  scratch->expect("out");
  lld::Result result = lld::lldMain(argv, out, out, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0 || !result.canRunAgain)
    return llvm::make_error<LinkError>(StringRef(messages).rtrim().str());

  auto file =
      llvm::MemoryBuffer::getFile(scratch->path("out"), /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createStringError("cannot read the linked library: " + file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  return llvm::SmallVector<char, 0>(bytes.begin(), bytes.end());
}

} // namespace nnc
