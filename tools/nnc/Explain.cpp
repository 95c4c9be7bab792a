// Explain.cpp: the command line of `nnc explain`.
#include "tools/nnc/Explain.h"
#include "codegen/explain/Rules.h"
#include "ir/Dialect.h"
#include "tools/nnc/InternalError.h"
#include "tools/nnc/Options.h"
#include "tools/nnc/OutputFile.h"
#include "tools/nnc/Report.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

namespace cl = llvm::cl;
using llvm::StringRef;

namespace nnc {

namespace {

struct ExplainLine {
  cl::OptionCategory category{"Options of nnc explain"};

  cl::list<std::string> inputs{cl::Positional, cl::desc("<operator> | <model.nn>"), cl::cat(category)};
  cl::opt<bool> rules{"rules", cl::desc("The gradient rules of all operators"), cl::cat(category)};
  cl::opt<explain::Format> format{
      "format", cl::desc("What is written:"), cl::init(explain::Format::Text), cl::cat(category),
      cl::values(clEnumValN(explain::Format::Text, "text", "for a terminal (default)"),
                 clEnumValN(explain::Format::Markdown, "md", "Markdown, formulae between $$"),
                 clEnumValN(explain::Format::Tex, "tex", "an article for LaTeX"),
                 clEnumValN(explain::Format::Html, "html", "one page, formulae as MathML"),
                 clEnumValN(explain::Format::Json, "json", "data, formulae as SymPy reads them"))};
  cl::opt<std::string> output{"o", cl::desc("Output file (default: standard output)"), cl::init("-"),
                              cl::value_desc("file"), cl::cat(category)};
};

int explainRules(const ExplainLine &line, std::string &text) {
  mlir::MLIRContext context;
  context.loadDialect<NNDialect>();
  std::vector<explain::Rule> rules = explain::allRules(context);
  if (!line.rules) {
    const std::string &wanted = line.inputs.front();
    llvm::erase_if(rules, [&](const explain::Rule &rule) { return rule.op != wanted; });
    if (rules.empty()) {
      error() << "no operator '" << wanted << "'; `nnc explain --rules` lists all, and the name of a model's text ends "
              << "in .nn\n";
      return exitUserError;
    }
  }
  text = explain::rulesText(rules, line.format);
  return 0;
}

} // namespace

int explainMain(int argc, char **argv) {
  removeForeignOptions();
  static ExplainLine line;
  cl::HideUnrelatedOptions(line.category);
  std::vector<char *> arguments{argv[0]};
  arguments.insert(arguments.end(), argv + 2, argv + argc);
  if (!readCommandLine(static_cast<int>(arguments.size()), arguments.data(),
                       "nnc explain: shows where gradients come from\n", nullptr))
    return exitUserError;
  if (line.rules != line.inputs.empty() || line.inputs.size() > 1) {
    error() << "expected one operator, one model's text or --rules: nnc explain tanh, nnc explain model.nn\n";
    return exitUserError;
  }
  std::string text;
  if (int status = explainRules(line, text))
    return status;
  OutputFiles outputs;
  llvm::Error failed = outputs.open(line.output, line.inputs.empty() ? "" : line.inputs.front());
  if (!failed) {
    outputs.write(line.output, text);
    failed = outputs.commit();
  }
  if (failed) {
    error() << toString(std::move(failed)) << '\n';
    return exitUserError;
  }
  return 0;
}

} // namespace nnc
