// Explain.cpp: the command line of `nnc explain`.
#include "tools/nnc/Explain.h"
#include "codegen/explain/Derivation.h"
#include "codegen/explain/Rules.h"
#include "codegen/explain/meaning/Meaning.h"
#include "frontend/Frontend.h"
#include "ir/Dialect.h"
#include "mlir/Parser/Parser.h"
#include "tools/nnc/InternalError.h"
#include "tools/nnc/OptionParsers.h"
#include "tools/nnc/Options.h"
#include "tools/nnc/OutputFile.h"
#include "tools/nnc/Report.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace cl = llvm::cl;
using llvm::StringRef;

namespace nnc {

namespace {

struct ExplainLine {
  cl::OptionCategory category{"Options of nnc explain"};

  cl::list<std::string> inputs{cl::Positional, cl::desc("<operator> | <model.nn>"), cl::cat(category)};
  cl::opt<bool> rules{"rules", cl::desc("The gradient rules of all operators"), cl::cat(category)};
  cl::opt<explain::Format, false, NameParser<explain::Format>> format{
      "format", cl::desc("What is written:"), cl::init(explain::Format::Text), cl::cat(category),
      cl::values(clEnumValN(explain::Format::Text, "text", "for a terminal (default)"),
                 clEnumValN(explain::Format::Markdown, "md", "Markdown, formulae between $$"),
                 clEnumValN(explain::Format::Tex, "tex", "an article for LaTeX"),
                 clEnumValN(explain::Format::Html, "html", "one page, formulae as MathML"),
                 clEnumValN(explain::Format::Json, "json", "data, formulae as SymPy reads them"))};
  cl::opt<std::string> output{"o", cl::desc("Output file (default: standard output)"), cl::init("-"),
                              cl::value_desc("file"), cl::cat(category)};
  cl::list<std::string> defines{"D", cl::Prefix, cl::value_desc("name=value"), cl::cat(category),
                                cl::desc("Set a model's parameter: hidden=256, Cnn.rate=0.1")};
  cl::opt<bool> everyLayer{"every-layer", cl::desc("Equal layers are written out, not told once"), cl::cat(category)};
  cl::opt<bool> numbers{"numbers", cl::desc("Work all values and adjoints with numbers, small ones where none are given"),
                        cl::cat(category)};
  cl::list<std::string> at{"at", cl::value_desc("name=1,2,..."), cl::cat(category),
                           cl::desc("Numbers of an input or parameter, rows with ';' between them, or name=file.npy, or file.npy for a model with one input; implies --numbers")};
  cl::list<std::string> sizes{"size", cl::value_desc("dimension=n"), cl::cat(category),
                              cl::desc("A run-time dimension for these numbers: batch=1 (default: as --at has it, else small)")};
  cl::opt<std::string> seed{"seed", cl::desc("Of numbers that are not given (default: 1)"), cl::value_desc("n"),
                            cl::cat(category)};
};

/// `tanh` names an operator; a text is a file with a suffix, in a directory, or `-`.
bool isFile(StringRef input) { return input == "-" || input.contains('.') || input.contains('/'); }

int explainRules(const ExplainLine &line, mlir::MLIRContext &context, std::string &text) {
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

/// The graph of a text, or of a file of the nn dialect; null after an error, which is printed.
mlir::OwningOpRef<mlir::ModuleOp> readModel(const ExplainLine &line, mlir::MLIRContext &context,
                                            llvm::SourceMgr &sources) {
  const std::string &input = line.inputs.front();
  if (StringRef(input).ends_with(".mlir")) {
    auto file = llvm::MemoryBuffer::getFileOrSTDIN(input, /*IsText=*/true);
    if (!file) {
      error() << "cannot read '" << input << "': " << file.getError().message() << '\n';
      return {};
    }
    sources.AddNewSourceBuffer(std::move(*file), llvm::SMLoc());
    return mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  }
  FrontendOptions options;
  options.mainFile = input;
  options.defines.assign(line.defines.begin(), line.defines.end());
  options.f64 = true; // numbers are worked in f64; no rule depends on the type
  options.diagnostics.warningFlags = {"none"}; // they are the compiler's to give
  Frontend frontend(std::move(options), llvm::errs());
  if (!frontend.parse())
    return {};
  return frontend.lower(context);
}

/// Reads --at, --size and --seed; false after an error, which is printed.
bool readSetting(const ExplainLine &line, explain::Setting &setting) {
  if (!readNumber(line.seed, setting.seed))
    return false;
  for (const std::string &text : line.at)
    if (llvm::Error failed = explain::addGiven(text, setting)) {
      error() << toString(std::move(failed)) << '\n';
      return false;
    }
  for (StringRef text : line.sizes)
    if (!readSize(text, setting.sizes))
      return false;
  return true;
}

/// Options of a model's page have no meaning for a rule; false after an error, which is printed.
bool readsNoModelOptions(const ExplainLine &line) {
  const std::pair<const cl::Option &, StringRef> options[] = {{line.numbers, "--numbers"}, {line.at, "--at"},
                                                              {line.sizes, "--size"}, {line.seed, "--seed"},
                                                              {line.defines, "-D"}, {line.everyLayer, "--every-layer"}};
  for (const auto &[option, name] : options)
    if (option.getNumOccurrences() > 0) {
      error() << name << " is for a model's text: a rule has no numbers and no parameters of its own; "
              << (line.rules ? "--rules prints" : "'" + line.inputs.front() + "' is an operator, and nnc explain prints")
              << " rules alone\n";
      return false;
    }
  return true;
}

int explainModel(const ExplainLine &line, mlir::MLIRContext &context, std::string &text) {
  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler printer(sources, &context);
  explain::Setting setting;
  bool hasNumbers = line.numbers || !line.at.empty() || !line.sizes.empty() || line.seed.getNumOccurrences() > 0;
  if (!readSetting(line, setting))
    return exitUserError;
  mlir::OwningOpRef<mlir::ModuleOp> module = readModel(line, context, sources);
  if (!module)
    return exitUserError;
  llvm::Expected<std::vector<explain::Derivation>> derivations = explain::derive(*module, hasNumbers ? &setting : nullptr);
  if (!derivations) {
    if (std::string message = toString(derivations.takeError()); !message.empty())
      error() << message << '\n';
    return exitUserError;
  }
  if (derivations->empty()) {
    error() << "'" << line.inputs.front() << "' takes no gradient: it has no train block and no grad(...)\n";
    return exitUserError;
  }
  text = explain::derivationText(*derivations, line.format, line.everyLayer ? explain::Extent::Complete : explain::Extent::Short);
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
  installFaultHandlers("nnc explain");
  mlir::DialectRegistry registry;
  registerReferenceSemantics(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<NNDialect>();
  explain::registerMeanings(context);
  std::string text;
  bool isModel = !line.rules && isFile(line.inputs.front());
  if (!isModel && !readsNoModelOptions(line))
    return exitUserError;
  if (int status = isModel ? explainModel(line, context, text) : explainRules(line, context, text))
    return status;
  OutputFiles outputs;
  llvm::Error failed = outputs.open(line.output);
  if (!failed && isModel)
    failed = outputs.spare({line.inputs.front()});
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
