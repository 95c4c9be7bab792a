// Options.cpp: the command line, by llvm::cl. Options of LLVM's own libraries are taken out, so that --help, and what
// is suggested after a typing error, are nnc's; MLIR's (--mlir-print-ir-after-all) stay.
#include "tools/nnc/Options.h"
#include "codegen/halide/Targets.h"
#include "codegen/llvm/Names.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tools/nnc/OptionParsers.h"
#include "tools/nnc/Report.h"
#include "tools/nnc/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;
using llvm::StringRef;

namespace nnc {

namespace {

struct CommandLine {
  cl::OptionCategory category{"Options of nnc"};

  cl::list<std::string> inputs{cl::Positional, cl::desc("<model.nn>"), cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::desc("Output file; its suffix says what is wanted (.so .h .o .s .mlir .html .svg .dot .onnx)"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<Emit, false, NameParser<Emit>> emit{
      "emit", cl::desc("Stop at a stage and show or write it:"), cl::init(Emit::Library), cl::cat(category),
      cl::values(clEnumValN(Emit::AST, "ast", "tree of the text"),
                 clEnumValN(Emit::Graph, "graph", "graph of each function, nn dialect"),
                 clEnumValN(Emit::BackwardRaw, "backward-raw", "with gradients and updates, as the rules make them"),
                 clEnumValN(Emit::Backward, "backward", "the same, simplified"),
                 clEnumValN(Emit::Dot, "dot", "picture of a function, for Graphviz"),
                 clEnumValN(Emit::Svg, "svg", "the same, drawn"),
                 clEnumValN(Emit::Onnx, "onnx", "graph of a function, for Netron"),
                 clEnumValN(Emit::Kernels, "kernels", "fused to kernels, memory planned"),
                 clEnumValN(Emit::Passes, "passes", "what each pass up to there changed, as differences"),
                 clEnumValN(Emit::Viewer, "viewer", "a page that shows all of it, and what corresponds"),
                 clEnumValN(Emit::Halide, "halide", "definitions and schedules of the kernels"),
                 clEnumValN(Emit::Stmt, "stmt", "loops of the kernels"),
                 clEnumValN(Emit::StmtHtml, "stmt-html", "the same as a page"),
                 clEnumValN(Emit::LLVM, "llvm", "host code, llvm dialect"),
                 clEnumValN(Emit::Assembly, "asm", "assembly of kernels and host code"),
                 clEnumValN(Emit::PTX, "ptx", "what kernels for the target cuda run on the GPU"),
                 clEnumValN(Emit::Object, "obj", "kernels and host code as one object"),
                 clEnumValN(Emit::Header, "header", "C header of the models"),
                 clEnumValN(Emit::Library, "so", "shared library, with its header beside it (default)"))};
  cl::opt<bool> assembly{"S", cl::desc("Same as --emit=asm"), cl::cat(category)};
  cl::opt<bool> object{"c", cl::desc("Same as --emit=obj"), cl::cat(category)};
  cl::opt<std::string> optLevel{
      "O",
      cl::Prefix,
      cl::value_desc("0..3"),
      cl::cat(category),
      cl::desc("0: a kernel per op, checked; 1: fusion; 2 (default): schedules; 3: more")};
  cl::opt<bool> splitsSteps{
      "split-step", cl::cat(category),
      cl::desc("Make <train>_gradients and <train>_update beside each <train>_step, so that "
               "gradients can be summed over machines in between")};
  cl::opt<std::string> dtype{"dtype", cl::desc("What `f` is in the text: f32 (default) or f64"),
                             cl::init("f32"), cl::value_desc("type"), cl::cat(category)};
  cl::list<std::string> targets{
      "target", cl::CommaSeparated, cl::value_desc("cpu,..."), cl::cat(category),
      cl::desc("Processors to compile kernels for; several: one library for all of them")};
  cl::opt<bool> printTargets{"print-targets", cl::desc("List the processors and stop"), cl::cat(category)};
  cl::list<std::string> defines{"D", cl::Prefix, cl::value_desc("name=value"), cl::cat(category),
                                cl::desc("Set a model's parameter: hidden=256, Cnn.rate=0.1")};
  cl::list<std::string> warnings{"W", cl::Prefix, cl::value_desc("warning"), cl::cat(category),
                                 cl::desc("-Wname, -Wno-name, -Wall, -Werror, -Werror=name")};
  cl::opt<bool> noWarnings{"w", cl::desc("No warnings"), cl::cat(category)};
  cl::list<std::string> prefixes{"prefix", cl::value_desc("[Model=]name"), cl::cat(category),
                                 cl::desc("What the names of a model's C functions start with")};
  cl::opt<From, false, NameParser<From>> from{"from", cl::desc("Where a .mlir file enters:"), cl::init(From::Graph), cl::cat(category),
                     cl::values(clEnumValN(From::Graph, "graph", "as printed by --emit=graph (default)"),
                                clEnumValN(From::Backward, "backward", "as printed by --emit=backward"),
                                clEnumValN(From::Kernels, "kernels", "as printed by --emit=kernels"))};
  cl::opt<Report, false, NameParser<Report>> report{
      "report", cl::desc("Stop and show, instead of a stage:"), cl::init(Report::None), cl::cat(category),
      cl::values(clEnumValN(Report::Memory, "memory",
                            "what the workspace holds and when, what is kept for the backward pass and for whom"))};
  cl::opt<std::string> function{"function", cl::value_desc("name"), cl::cat(category),
                                cl::desc("What dot, svg and onnx show: predict, train_step (default: the step of training)")};
  cl::list<std::string> sizes{"size", cl::value_desc("dimension=n"), cl::cat(category),
                              cl::desc("A run-time dimension for --report, --emit=viewer (default: 1) and --tune: batch=64")};
  cl::opt<Profile, false, NameParser<Profile>> profile{
      "profile", cl::desc("Make a library that can tell where its time goes (nnc-run profile):"),
      cl::init(Profile::None), cl::cat(category),
      cl::values(clEnumValN(Profile::Ops, "ops", "when each kernel call begins and ends"))};
  cl::opt<std::string> tune{"tune", cl::value_desc("file"), cl::cat(category),
                            cl::desc("Measure schedules on this machine, at the sizes of --size; keep what was found in the "
                                     "file, and compile with it")};
  cl::opt<std::string> tuned{"tuned", cl::value_desc("file"), cl::cat(category),
                             cl::desc("Compile with the schedules that --tune found")};
  cl::list<std::string> explain{"explain", cl::CommaSeparated, cl::value_desc("fusion,memory,schedules"),
                                cl::cat(category), cl::desc("Remarks on what was decided, and why")};
  cl::opt<std::string> saveTemps{"save-temps", cl::ValueOptional, cl::value_desc("dir"), cl::cat(category),
                                 cl::desc("Keep every stage as a numbered file")};
  cl::opt<std::string> jobs{"jobs", cl::value_desc("n"), cl::cat(category),
                            cl::desc("Kernels compiled side by side (default: one per CPU)")};
  cl::alias jobsShort{"j", cl::Prefix, cl::aliasopt(jobs), cl::desc("Same as --jobs"), cl::cat(category)};
  cl::opt<bool> dependencies{"MD", cl::desc("Write the files read as a rule for make"), cl::cat(category)};
  cl::opt<std::string> dependencyFile{"MF", cl::value_desc("file"), cl::cat(category),
                                      cl::desc("Where -MD writes (default: output with .d)")};
  cl::opt<std::string> dependencyTarget{"MT", cl::value_desc("target"), cl::cat(category),
                                        cl::desc("Target of that rule (default: the output)")};
  cl::opt<std::string> colour{"color", cl::init("auto"), cl::value_desc("when"), cl::cat(category),
                              cl::desc("Colours in messages: auto, always, never")};
  cl::opt<std::string> workerFault{
      "worker-fault", cl::Hidden, cl::value_desc("fault"), cl::cat(category),
      cl::desc("For tests: the first kernel's worker will crash, hang, exit or throw")};
  cl::opt<bool> timePasses{"time-passes", cl::desc("Times of the stages and passes"), cl::cat(category)};
  cl::opt<bool> verbose{"v", cl::desc("Say what is done"), cl::cat(category)};
};

void printVersion(llvm::raw_ostream &out) {
  out << versionText() << '\n';
  if (std::optional<KernelTarget> host = findKernelTarget("host"))
    out << "Target: " << host->triple << '\n';
}

/// The stage a suffix asks for.
std::optional<Emit> emitOfSuffix(StringRef suffix) {
  if (suffix == ".h" || suffix == ".hpp")
    return Emit::Header;
  if (suffix == ".o")
    return Emit::Object;
  if (suffix == ".s")
    return Emit::Assembly;
  if (suffix == ".mlir")
    return Emit::Graph;
  if (suffix == ".html")
    return Emit::StmtHtml;
  if (suffix == ".dot")
    return Emit::Dot;
  if (suffix == ".svg")
    return Emit::Svg;
  if (suffix == ".onnx")
    return Emit::Onnx;
  if (suffix == ".so")
    return Emit::Library;
  return std::nullopt;
}

std::string withSuffix(StringRef path, StringRef suffix) {
  llvm::SmallString<128> result = path;
  llvm::sys::path::replace_extension(result, suffix);
  return result.str().str();
}

/// Whether a stage is, or needs, one before the file that comes in.
bool showsEarlier(Emit emit, From from) {
  bool tellsPasses = emit == Emit::Passes || emit == Emit::Viewer;
  switch (from) {
  case From::Graph:
    return false;
  case From::Backward:
    return emit == Emit::Graph || emit == Emit::BackwardRaw || emit == Emit::Viewer;
  case From::Kernels:
    return (emit > Emit::AST && emit < Emit::Kernels) || tellsPasses;
  }
  return false;
}

/// As --emit spells it.
StringRef nameOf(cl::opt<Emit, false, NameParser<Emit>> &option, Emit emit) {
  NameParser<Emit> &names = option.getParser();
  for (unsigned i = 0; i < names.getNumOptions(); ++i)
    if (static_cast<const cl::OptionValue<Emit> &>(names.getOptionValue(i)).getValue() == emit)
      return names.getOption(i);
  return "";
}

/// Can there be one library for these targets?
bool checkTargets(const Options &options) {
  std::optional<KernelTarget> first;
  bool hasCpu = false, hasGpu = false;
  for (const std::string &name : options.targets) {
    std::optional<KernelTarget> target = findKernelTarget(name);
    if (!target) {
      error() << "unknown target '" << name << "'; known are " << llvm::join(kernelTargetNames(), ", ")
              << "\n";
      return false;
    }
    if (!first)
      first = target;
    if (target->triple != first->triple) {
      error() << "targets '" << first->name << "' and '" << name
              << "' are of two architectures; each wants a library of its own\n";
      return false;
    }
    (target->gpu ? hasGpu : hasCpu) = true;
  }
  if (options.emit == Emit::PTX && !hasGpu) {
    error() << "--emit=ptx shows what runs on a GPU; expected one among the targets, as in --target=cuda\n";
    return false;
  }
  bool hasHostCode =
      options.emit == Emit::LLVM || options.emit == Emit::Object || options.emit == Emit::Library;
  if (!hasCpu && hasHostCode) {
    error() << "a library runs on a CPU as well, which '" << options.targets.front()
            << "' is not; expected one beside it, as in --target=host," << options.targets.front() << "\n";
    return false;
  }
  return true;
}

/// Can this be measured here?
bool checkTuning(const Options &options) {
  if (options.tune.empty())
    return true;
  if (!options.tuned.empty()) {
    error() << "--tune compiles with what its file holds; expected no --tuned beside it\n";
    return false;
  }
  if (options.input == "-") {
    error() << "--tune compiles many times; expected a file, found standard input\n";
    return false;
  }
  if (options.emit != Emit::Library || options.optLevel == 0) {
    error() << "--tune measures the library that is made; expected no other stage, and no -O0\n";
    return false;
  }
  std::string host = findKernelTarget("host")->name;
  if (options.targets.size() != 1 || findKernelTarget(options.targets.front())->name != host) {
    error() << "--tune measures on this machine; expected --target=host, which is " << host << "\n";
    return false;
  }
  return true;
}

/// Fills `options`; false after an error.
bool convert(CommandLine &line, Options &options) {
  if (line.inputs.size() != 1) {
    if (line.inputs.empty())
      error() << "no input file; expected: nnc <model.nn> [-o <model.so>]\n";
    else
      error() << "expected one input file, found " << line.inputs.size() << ": '" << line.inputs[0] << "', '"
              << line.inputs[1] << "'" << (line.inputs.size() > 2 ? ", ..." : "")
              << "; one file brings in others by `use`\n";
    return false;
  }
  options.input = line.inputs[0];
  options.output = line.output;
  options.emit = line.emit;
  bool given = line.emit.getNumOccurrences() > 0;
  StringRef before = "--emit"; // the option that asked
  for (auto [flag, emit] : {std::pair(&line.assembly, Emit::Assembly), std::pair(&line.object, Emit::Object)})
    if (*flag) {
      if (given && options.emit != emit) {
        error() << "-" << flag->ArgStr << " and " << before << " ask for different stages\n";
        return false;
      }
      options.emit = emit;
      given = true;
      before = emit == Emit::Assembly ? "-S" : "-c";
    }
  if (line.report != Report::None) {
    if (given) {
      error() << "--report and --emit ask for different things\n";
      return false;
    }
    options.emit = Emit::MemoryReport;
    given = true;
  }
  options.function = line.function;
  for (const std::string &size : line.sizes)
    if (!readSize(size, options.sizes))
      return false;
  if (!given)
    options.emit = emitOfSuffix(llvm::sys::path::extension(options.output)).value_or(Emit::Library);
  if (options.output.empty()) {
    StringRef stem = options.input == "-" ? "model" : llvm::sys::path::stem(options.input);
    options.output = options.emit == Emit::Library  ? stem.str() + ".so"
                     : options.emit == Emit::Object ? stem.str() + ".o"
                                                    : "-";
  }
  if (options.emit == Emit::Library && options.headerPath() == options.output) {
    error() << "the header of a library goes beside it as '" << options.headerPath()
            << "', which is the output's own name; did you mean --emit=header?\n";
    return false;
  }

  if (line.optLevel.getNumOccurrences() > 0 &&
      (StringRef(line.optLevel).getAsInteger(10, options.optLevel) || options.optLevel > 3)) {
    error() << "expected -O0 to -O3, found -O" << line.optLevel << "\n";
    return false;
  }
  if (line.dtype != "f32" && line.dtype != "f64") {
    error() << "expected --dtype=f32 or --dtype=f64, found '" << line.dtype << "'\n";
    return false;
  }
  options.f64 = line.dtype == "f64";
  options.splitsSteps = line.splitsSteps;
  options.profile = line.profile;
  options.targets.assign(line.targets.begin(), line.targets.end());
  if (options.targets.empty())
    options.targets.push_back("host");
  if (!checkTargets(options))
    return false;

  options.defines.assign(line.defines.begin(), line.defines.end());
  options.warnings.assign(line.warnings.begin(), line.warnings.end());
  if (line.noWarnings)
    options.warnings.push_back("none");
  for (const std::string &prefix : line.prefixes) {
    StringRef name =
        StringRef(prefix).contains('=') ? StringRef(prefix).split('=').second : StringRef(prefix);
    if (!isUsablePrefix(name)) {
      error() << "'" << name
              << "' cannot start the names of C functions: expected letters, digits and single "
              << "underscores, a letter first\n";
      return false;
    }
    options.prefixes.push_back(prefix);
  }
  for (const std::string &topic : line.explain) {
    bool *flag = llvm::StringSwitch<bool *>(topic)
                     .Case("fusion", &options.explainFusion)
                     .Case("memory", &options.explainMemory)
                     .Case("schedules", &options.explainSchedules)
                     .Default(nullptr);
    if (!flag) {
      error() << "expected fusion, memory or schedules behind --explain=, found '" << topic << "'\n";
      return false;
    }
    *flag = true;
  }
  if (line.saveTemps.getNumOccurrences() > 0)
    options.saveTemps = line.saveTemps;
  options.from = line.from;
  if (line.from.getNumOccurrences() > 0 && !options.isGraphInput()) {
    error() << "--from says where a graph enters; '" << options.input << "' is no '.mlir' file\n";
    return false;
  }
  if (showsEarlier(options.emit, options.from)) {
    error() << "--emit=" << nameOf(line.emit, options.emit) << " shows what comes before the file that --from says '"
            << options.input << "' is\n";
    return false;
  }
  options.tune = line.tune;
  options.tuned = line.tuned;
  if (!checkTuning(options))
    return false;
  if (!options.sizes.empty() && options.emit != Emit::MemoryReport && options.emit != Emit::Viewer && options.tune.empty()) {
    error() << "--size says with what sizes --report and --emit=viewer count and --tune measures; a library takes any\n";
    return false;
  }
  if (!readNumber(line.jobs, options.jobs))
    return false;
  options.workerFault = line.workerFault;
  options.verbose = line.verbose;
  options.timePasses = line.timePasses;

  if (line.dependencies || !line.dependencyFile.empty()) {
    options.dependencyFile = line.dependencyFile;
    options.dependencyTarget = line.dependencyTarget.empty() ? options.output : line.dependencyTarget;
    if (options.dependencyFile.empty())
      options.dependencyFile = withSuffix(options.output == "-" ? options.input : options.output, ".d");
    if (options.dependencyTarget == "-") {
      error() << "-MD needs a target: name the output with -o, or the target with -MT\n";
      return false;
    }
  }
  if (line.colour != "auto" && line.colour != "always" && line.colour != "never") {
    error() << "expected --color=auto, always or never, found '" << line.colour << "'\n";
    return false;
  }
  options.colour = line.colour == "always";
  if (line.colour == "auto") {
    std::optional<std::string> noColour = llvm::sys::Process::GetEnv("NO_COLOR");
    options.colour = llvm::sys::Process::StandardErrHasColors() && (!noColour || noColour->empty());
  }
  return true;
}

} // namespace

void removeForeignOptions() {
  llvm::SmallVector<cl::Option *> foreign;
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (!name.starts_with("help") && name != "version" && name != "h")
      foreign.push_back(option);
  for (cl::Option *option : foreign)
    option->removeArgument();
}

bool readCommandLine(int argc, char **argv, const char *overview, const char *variable) {
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  if (cl::ParseCommandLineOptions(argc, argv, overview, &stream, variable))
    return true;
  if (messages.empty()) // a parser has spoken
    return false;
  // cl begins its messages with the program's name and a colon; ours say `error` too.
  StringRef text = StringRef(messages).trim();
  text.consume_front(llvm::sys::path::filename(argv[0]));
  text.consume_front(argv[0]);
  text.consume_front(":");
  error() << text.trim() << '\n';
  return false;
}

bool Options::isGraphInput() const { return llvm::sys::path::extension(input) == ".mlir"; }

std::string Options::headerPath() const {
  // Beside a device there is no place: `-o /dev/null` only checks.
  bool isFile = output != "-" && (!llvm::sys::fs::exists(output) || llvm::sys::fs::is_regular_file(output) ||
                                  llvm::sys::fs::is_directory(output));
  return emit == Emit::Library && isFile ? withSuffix(output, ".h") : "";
}

ParsedOptions parseOptions(int argc, char **argv) {
  removeForeignOptions();
  static CommandLine line; // to the end of the process: LLD parses options of LLVM's later, and visits all
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  cl::HideUnrelatedOptions(line.category);
  cl::SetVersionPrinter(printVersion);

  ParsedOptions parsed;
  for (int i = 0; i < argc; ++i) {
    parsed.options.commandLine += (i ? " " : "") + std::string(argv[i]);
    if (StringRef argument = argv[i]; argument.consume_front("@"))
      parsed.options.responseFiles.push_back(argument.str());
  }
  if (!readCommandLine(argc, argv,
                       "nnc: compiles neural networks, written as text, to libraries that run and train them\n"
                       "nnc explain: shows how their gradients come about (nnc explain --help)\n\n"
                       "@file stands for the arguments in that file.",
                       "NNC_FLAGS")) {
    parsed.exitStatus = 1;
    return parsed;
  }
  if (line.printTargets) {
    for (const std::string &name : kernelTargetNames()) {
      llvm::outs() << name;
      if (name == "host")
        if (std::optional<KernelTarget> target = findKernelTarget(name))
          llvm::outs() << " (" << target->name << ")";
      llvm::outs() << '\n';
    }
    parsed.exitStatus = 0;
  } else if (!convert(line, parsed.options)) {
    parsed.exitStatus = 1;
  }
  return parsed;
}

} // namespace nnc
