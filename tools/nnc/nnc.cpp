// nnc: compiles a model, written as text, to a library that runs and trains it.
#include "tools/nnc/Compilation.h"
#include "tools/nnc/Explain.h"
#include "tools/nnc/InternalError.h"
#include "tools/nnc/Options.h"

int main(int argc, char **argv) {
  if (argc > 1 && llvm::StringRef(argv[1]) == "explain")
    return nnc::explainMain(argc, argv);
  nnc::ParsedOptions parsed = nnc::parseOptions(argc, argv);
  if (parsed.exitStatus)
    return *parsed.exitStatus;
  nnc::installFaultHandlers(parsed.options.commandLine);
  return nnc::Compilation(parsed.options).run();
}
