// nnc: compiles a model, written as text, to a library that runs and trains it.
#include "tools/nnc/Compilation.h"
#include "tools/nnc/Explain.h"
#include "tools/nnc/InternalError.h"
#include "tools/nnc/Options.h"
#include "tools/nnc/Tune.h"

int main(int argc, char **argv) {
  if (argc > 1 && llvm::StringRef(argv[1]) == "explain")
    return nnc::explainMain(argc, argv);
  nnc::ParsedOptions parsed = nnc::parseOptions(argc, argv);
  if (parsed.exitStatus)
    return *parsed.exitStatus;
  nnc::installFaultHandlers(parsed.options.commandLine);
  if (!parsed.options.tune.empty()) {
    if (int status = nnc::tune(parsed.options))
      return status;
    parsed.options.tuned = parsed.options.tune;
  }
  return nnc::Compilation(parsed.options).run();
}
