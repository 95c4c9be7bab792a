// Compilation.cpp: the stages of the compiler in order.
#include "tools/nnc/Compilation.h"
#include "codegen/explain/Given.h"
#include "codegen/explain/MemoryReport.h"
#include "codegen/llvm/Object.h"
#include "frontend/Frontend.h"
#include "ir/Provenance.h"
#include "ir/ops/Structure.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines.h"
#include "runtime/embed/Blobs.h"
#include "tools/nnc/InternalError.h"
#include "tools/nnc/Report.h"
#include "tools/nnc/Version.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <chrono>

using namespace mlir;
using llvm::StringRef;

namespace nnc {

/// `'nn.add' op ...`: what verifiers and emitOpError() say. Passes tell users of their mistakes by emitError().
static bool isAboutOperation(StringRef message) {
  return message.starts_with("'") && message.contains("' op ");
}

Compilation::Compilation(const Options &options)
    : options(options),
      context(MLIRContext::Threading::DISABLED), // workers are forked; threads would not survive it
      total() {
  context.loadDialect<NNDialect>();
  registerKernelEmitters(context);
  context.printOpOnDiagnostic(options.isGraphInput());
  timing.setEnabled(options.timePasses);
  total = timing.getRootScope();
  for (const std::string &name : options.targets) {
    KernelTarget target = *findKernelTarget(name); // `host` by its own name
    if (llvm::any_of(targets, [&](const KernelTarget &other) { return other.name == target.name; }))
      continue;
    targets.push_back(std::move(target));
  }
  for (const KernelTarget &target : targets) {
    std::string suffix;
    if (targets.size() > 1) { // one kernel for two processors needs two names
      suffix = "_" + target.name;
      std::replace(suffix.begin(), suffix.end(), '-', '_');
    }
    suffixes.push_back(suffix);
  }
}

Compilation::~Compilation() = default;

int Compilation::run() {
  SourceMgrDiagnosticHandler printer(sources, &context);
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    bool ownFault =
        diagnostic.getSeverity() == DiagnosticSeverity::Error && graph && isAboutOperation(diagnostic.str());
    if (ownFault && internalMessage.empty())
      internalMessage = diagnostic.str();
    return success(ownFault); // else the printer has it
  });
  Status status = runStages();
  if (status == Status::Done)
    if (llvm::Error error = outputs.commit())
      status = userError(std::move(error));
  total.stop();
  if (status != Status::InternalError && !internalMessage.empty())
    status = internalError(internalMessage);
  return status == Status::Done ? 0 : status == Status::UserError ? exitUserError : exitInternalError;
}

Compilation::Status Compilation::runStages() {
  static constexpr struct {
    const char *name;
    Stage stage;
  } stages[] = {
      {"opening outputs", &Compilation::openOutputs},
      {"parsing", &Compilation::parseText},
      {"building the graph", &Compilation::lowerText},
      {"differentiating and simplifying", &Compilation::differentiate},
      {"making kernels", &Compilation::makeKernels},
      {"deciding the C interface", &Compilation::decideInterface},
      {"building host code", &Compilation::buildHost},
      {"compiling kernels", &Compilation::compileKernels},
      {"compiling host code", &Compilation::compileHost},
      {"linking", &Compilation::linkLibrary},
  };
  for (auto [name, stage] : stages) {
    setStage(name);
    auto start = std::chrono::steady_clock::now();
    TimingScope scope = total.nest(name);
    std::swap(scope, total); // passes time themselves below their stage
    Status status = (this->*stage)();
    std::swap(scope, total);
    scope.stop();
    std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    say() << llvm::formatv("{0,8:F1} ms  {1}\n", spent.count(), name);
    if (status != Status::Done || finished)
      return status;
  }
  return Status::Done;
}

//===--------------------------------------------------------------------------------------------------===//
// Text to graph
//===--------------------------------------------------------------------------------------------------===//

Compilation::Status Compilation::openOutputs() {
  say() << versionText() << ", for";
  for (const KernelTarget &target : targets)
    say() << ' ' << target.name;
  say() << '\n';
  if (llvm::Error error = outputs.open(options.output, options.emit == Emit::Library))
    return userError(std::move(error));
  for (const std::string &path : {options.headerPath(), options.dependencyFile})
    if (!path.empty())
      if (llvm::Error error = outputs.open(path))
        return userError(std::move(error));
  std::vector<std::string> inputs = options.responseFiles;
  inputs.push_back(options.input);
  if (!options.tuned.empty())
    inputs.push_back(options.tuned);
  if (llvm::Error error = outputs.spare(inputs))
    return userError(std::move(error));
  if (options.tuned.empty())
    return Status::Done;
  bool stale = false;
  llvm::Expected<Tuning> read = Tuning::read(options.tuned, versionText(), stale);
  if (!read)
    return userError(read.takeError());
  tuning = std::move(*read);
  if (stale && !llvm::is_contained(options.warnings, "none"))
    warning() << "'" << options.tuned << "' was measured with another compiler, so it is not used; --tune measures anew\n";
  return Status::Done;
}

Compilation::Status Compilation::parseText() {
  if (options.isGraphInput())
    return readGraph();
  FrontendOptions frontendOptions;
  frontendOptions.mainFile = options.input;
  frontendOptions.defines = options.defines;
  frontendOptions.f64 = options.f64;
  frontendOptions.splitsSteps = options.splitsSteps;
  frontendOptions.diagnostics.colour = options.colour;
  frontendOptions.diagnostics.warningFlags = options.warnings;
  frontend = std::make_unique<Frontend>(std::move(frontendOptions), llvm::errs());
  bool parsed = frontend->parse();
  setReproducerFiles(frontend->dependencies());
  if (!parsed)
    return Status::UserError;
  if (llvm::Error error = outputs.spare(frontend->dependencies()))
    return userError(std::move(error));
  if (options.emit == Emit::AST || options.saveTemps) {
    std::string tree;
    llvm::raw_string_ostream stream(tree);
    frontend->printAST(stream);
    saveTemp("ast.txt", tree);
    if (options.emit == Emit::AST)
      finish(tree);
  }
  return Status::Done;
}

Compilation::Status Compilation::readGraph() {
  if (options.emit == Emit::AST) {
    error() << "'" << options.input << "' is a graph; only texts in the language have a tree\n";
    return Status::UserError;
  }
  auto file = llvm::MemoryBuffer::getFileOrSTDIN(options.input, /*IsText=*/true);
  if (!file) {
    error() << "cannot read '" << options.input << "': " << file.getError().message() << '\n';
    return Status::UserError;
  }
  sources.AddNewSourceBuffer(std::move(*file), llvm::SMLoc());
  setReproducerFiles({options.input});
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return Status::UserError;
  graph = std::move(module);
  return Status::Done;
}

Compilation::Status Compilation::lowerText() {
  if (frontend) {
    OwningOpRef<ModuleOp> module = frontend->lower(context);
    if (!module)
      return Status::UserError;
    graph = std::move(module);
    setReproducerFiles(frontend->dependencies());
  }
  if (Status status = namePrefixes(); status != Status::Done)
    return status;
  if (llvm::Error error = explain::checkSizes(*graph, options.sizes))
    return userError(std::move(error));
  std::string text = printed(*graph);
  saveTemp("graph.mlir", text);
  if (options.emit == Emit::Graph)
    finish(text);
  return Status::Done;
}

/// --prefix: the model's symbol is what its C functions start with.
Compilation::Status Compilation::namePrefixes() {
  auto models = llvm::to_vector(graph->getOps<ModelOp>());
  for (const std::string &prefix : options.prefixes) {
    auto [model, name] = StringRef(prefix).split('=');
    ModelOp target;
    if (name.empty()) {
      name = prefix;
      if (models.size() == 1) {
        target = models.front();
      } else {
        error() << "'" << options.input << "' has " << models.size()
                << " models: say which one, as in --prefix="
                << (models.empty() ? "Model" : models.front().getSourceName()) << "=" << name << '\n';
        return Status::UserError;
      }
    }
    for (ModelOp candidate : models)
      if (candidate.getSourceName() == model && !target)
        target = candidate;
    if (!target) {
      error() << "no model '" << model << "' in '" << options.input << "', as --prefix=" << prefix
              << " asks for\n";
      return Status::UserError;
    }
    target.setSymName(name);
  }
  return Status::Done;
}

//===--------------------------------------------------------------------------------------------------===//
// Graph to kernels
//===--------------------------------------------------------------------------------------------------===//

Compilation::Status Compilation::runPasses(const char *name,
                                           llvm::function_ref<void(OpPassManager &)> build) {
  PassManager pm(graph->getContext(), ModuleOp::getOperationName());
  if (failed(applyPassManagerCLOptions(pm)))
    return Status::UserError;
  pm.enableTiming(total);
  if (recordsSteps())
    pm.addInstrumentation(steps.makeInstrumentation());
  build(pm);
  if (succeeded(pm.run(*graph)))
    return Status::Done;
  if (!internalMessage.empty())
    return internalError(internalMessage);
  return Status::UserError;
}

void Compilation::choose(PipelineOptions &pipeline) {
  pipeline.optLevel = options.optLevel;
  pipeline.explainFusion = options.explainFusion;
  pipeline.explainMemory = options.explainMemory;
  pipeline.rewrites = recordsSteps() ? &steps : nullptr;
}

bool Compilation::recordsSteps() const { return options.emit == Emit::Passes || options.emit == Emit::Viewer; }

Compilation::Status Compilation::differentiate() {
  if (options.from >= From::Backward) {
    show(*graph, Emit::Backward, "backward.mlir"); // never asked for where kernels come in
    return Status::Done;
  }
  if (options.emit == Emit::Viewer)
    if (Status status = beginViewer(); status != Status::Done)
      return status;
  PipelineOptions pipeline;
  choose(pipeline);
  Status status = runPasses("gradients", [&](OpPassManager &pm) { buildGradientPipeline(pm, pipeline); });
  if (status != Status::Done)
    return status;
  show(*graph, Emit::BackwardRaw, "backward-raw.mlir");
  if (finished)
    return Status::Done;
  status = runPasses("graph", [&](OpPassManager &pm) { buildSimplificationPipeline(pm, pipeline); });
  if (status != Status::Done)
    return status;
  show(*graph, Emit::Backward, "backward.mlir");
  return Status::Done;
}

Compilation::Status Compilation::makeKernels() {
  if (options.emit == Emit::Dot || options.emit == Emit::Svg || options.emit == Emit::Onnx)
    return emitPicture();
  if (viewer)
    viewer->draw(*graph);

  if (options.from < From::Kernels) {
    PipelineOptions pipeline;
    choose(pipeline);
    Status status = runPasses("kernels", [&](OpPassManager &pm) { buildKernelPipeline(pm, pipeline); });
    if (status != Status::Done)
      return status;
  }
  show(*graph, Emit::Kernels, "kernels.mlir");
  if (options.emit == Emit::Passes)
    finish(view::stepsText(steps.getSteps()));
  if (viewer)
    return emitViewer();
  if (options.emit == Emit::MemoryReport) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    explain::writeMemoryReport(*graph, options.sizes, stream);
    finish(text);
  }
  if (options.emit == Emit::Halide || options.emit == Emit::Stmt || options.emit == Emit::StmtHtml ||
      options.emit == Emit::PTX)
    return emitKernelText();
  return Status::Done;
}

Compilation::Status Compilation::emitKernelText() {
  KernelText kind = options.emit == Emit::Halide ? KernelText::LoopNest
                    : options.emit == Emit::Stmt ? KernelText::Stmt
                    : options.emit == Emit::PTX  ? KernelText::Device
                                                 : KernelText::StmtHtml;
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (unsigned i = 0; i < targets.size(); ++i)
    if (kind != KernelText::Device || targets[i].gpu)
      if (llvm::Error error = printKernels(*graph, kernelOptions(i), kind, stream))
        return kernelError(std::move(error));
  finish(text);
  return Status::Done;
}

//===--------------------------------------------------------------------------------------------------===//
// Code
//===--------------------------------------------------------------------------------------------------===//

Compilation::Status Compilation::decideInterface() {
  FailureOr<LibraryInterface> described = describeInterface(*graph);
  if (failed(described))
    return Status::UserError;
  interface = std::move(*described);
  if (interface.models.empty()) {
    error() << "'" << options.input << "' has no model, so there is nothing to compile\n";
    return Status::UserError;
  }
  std::string header = headerText(interface, compilerName());
  if (!options.headerPath().empty())
    outputs.write(options.headerPath(), header);
  if (options.emit == Emit::Header)
    finish(header);
  return Status::Done;
}

Compilation::Status Compilation::buildHost() {
  FailureOr<OwningOpRef<ModuleOp>> module = buildHostModule(interface, &context, hostOptions());
  if (failed(module))
    return internalError(internalMessage.empty() ? "host code could not be built" : internalMessage);
  host = std::move(*module);
  if (failed(verify(*host)))
    return internalError(internalMessage);
  show(*host, Emit::LLVM, "llvm.mlir");
  if (options.emit == Emit::Assembly)
    return emitAssembly();
  return Status::Done;
}

Compilation::Status Compilation::emitAssembly() {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (unsigned i = 0; i < targets.size(); ++i)
    if (llvm::Error error = printKernels(*graph, kernelOptions(i), KernelText::Assembly, stream))
      return kernelError(std::move(error));
  FailureOr<llvm::SmallVector<char, 0>> assembly =
      compileHostModule(*host, targets.front().triple, ObjectKind::Assembly);
  if (failed(assembly))
    return internalError("host code could not be compiled");
  stream << StringRef(assembly->data(), assembly->size());
  finish(text);
  return Status::Done;
}

Compilation::Status Compilation::compileKernels() {
  for (unsigned i = 0; i < targets.size(); ++i) {
    llvm::Expected<std::vector<KernelObject>> compiled = nnc::compileKernels(*graph, kernelOptions(i));
    if (!compiled)
      return kernelError(compiled.takeError());
    for (KernelObject &kernel : *compiled) {
      saveTemp(kernel.symbol + ".o", {kernel.bytes.data(), kernel.bytes.size()});
      kernels.push_back(std::move(kernel));
    }
  }
  say() << kernels.size() << " kernels\n";
  return Status::Done;
}

Compilation::Status Compilation::compileHost() {
  FailureOr<llvm::SmallVector<char, 0>> object =
      compileHostModule(*host, targets.front().triple, ObjectKind::Object);
  if (failed(object))
    return internalError("host code could not be compiled");
  hostObject = std::move(*object);
  saveTemp("host.o", {hostObject.data(), hostObject.size()});
  return Status::Done;
}

Compilation::Status Compilation::linkLibrary() {
  LinkOptions linkOptions;
  linkOptions.kind = options.emit == Emit::Object ? LinkKind::Relocatable : LinkKind::SharedLibrary;
  linkOptions.soname = options.output == "-" ? "model.so" : llvm::sys::path::filename(options.output).str();
  linkOptions.exports = interface.exportedNames();
  llvm::Expected<llvm::SmallVector<char, 0>> library = link(linkInputs(), linkOptions);
  if (!library) {
    llvm::Error error = library.takeError();
    return error.isA<LinkError>() ? internalError(llvm::toString(std::move(error)))
                                  : userError(std::move(error));
  }
  say() << library->size() << " bytes\n";
  finish({library->data(), library->size()});
  return Status::Done;
}

std::vector<LinkInput> Compilation::linkInputs() const {
  std::vector<LinkInput> inputs;
  for (const KernelObject &kernel : kernels)
    inputs.push_back({kernel.symbol + ".o", {kernel.bytes.data(), kernel.bytes.size()}});
  inputs.push_back({"host.o", {hostObject.data(), hostObject.size()}});
  if (options.emit == Emit::Library)
    for (const RuntimeBlob &blob : runtimeBlobs(targets.front().triple))
      inputs.push_back({std::string(blob.name), {blob.bytes.data(), blob.bytes.size()}, blob.isStub()});
  return inputs;
}

HalideOptions Compilation::kernelOptions(unsigned variant) const {
  HalideOptions result;
  result.target = targets[variant].name;
  result.checks = options.optLevel == 0;
  result.explain = options.explainSchedules;
  result.tuning = tuning ? &*tuning : nullptr;
  result.jobs = options.jobs;
  result.log = options.verbose ? &llvm::errs() : nullptr;
  result.workerFault = options.workerFault;
  if (options.workerFault == "hang")
    result.secondsPerKernel = 1;
  result.symbolSuffix = suffixes[variant];
  return result;
}

HostOptions Compilation::hostOptions() const {
  HostOptions result;
  result.compiler = compilerName();
  result.recordsCalls = options.profile == Profile::Ops;
  for (auto [target, suffix] : llvm::zip(targets, suffixes))
    result.variants.push_back({target.name, target.cpuFeatures, suffix, target.gpu ? target.name : ""});
  // The first variant that runs on a machine is taken, so those that ask for more come first.
  llvm::stable_sort(result.variants, [](const HostVariant &a, const HostVariant &b) {
    return llvm::popcount(a.cpuFeatures) > llvm::popcount(b.cpuFeatures);
  });
  return result;
}

//===--------------------------------------------------------------------------------------------------===//
// Results and messages
//===--------------------------------------------------------------------------------------------------===//

void Compilation::finish(StringRef result) {
  outputs.write(options.output, result);
  if (!options.dependencyFile.empty())
    outputs.write(options.dependencyFile, dependencyRule());
  finished = true;
}

void Compilation::show(ModuleOp module, Emit stage, StringRef suffix) {
  if (options.emit != stage && !options.saveTemps)
    return;
  std::string text = printed(module);
  saveTemp(suffix, text);
  if (options.emit == stage)
    finish(text);
}

std::string Compilation::printed(ModuleOp module) const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  printWithProvenance(module, stream);
  return text;
}

/// A path as make reads it.
static std::string escapedForMake(StringRef path) {
  std::string result;
  for (char c : path) {
    if (c == ' ' || c == '#')
      result += '\\';
    if (c == '$')
      result += '$';
    result += c;
  }
  return result;
}

std::string Compilation::dependencyRule() const {
  std::string rule = escapedForMake(options.dependencyTarget) + ":";
  std::vector<std::string> paths = frontend ? frontend->dependencies() : std::vector<std::string>{options.input};
  if (!options.tuned.empty())
    paths.push_back(options.tuned);
  for (const std::string &path : paths)
    if (path != "-")
      rule += " \\\n  " + escapedForMake(path);
  return rule + "\n";
}

void Compilation::saveTemp(StringRef suffix, StringRef bytes) {
  if (!options.saveTemps)
    return;
  StringRef input = options.input == "-" ? "stdin" : StringRef(options.input);
  llvm::SmallString<128> path(*options.saveTemps);
  if (path.empty())
    path = options.output == "-" ? "" : llvm::sys::path::parent_path(options.output);
  if (!path.empty())
    llvm::sys::fs::create_directories(path);
  std::string number = std::to_string(++savedTemps);
  llvm::sys::path::append(path, llvm::sys::path::stem(input) + "." + std::string(number.size() < 2, '0') +
                                    number + "-" + suffix);
  std::error_code failed;
  llvm::raw_fd_ostream stream(path, failed);
  if (!failed)
    stream << bytes;
  if (failed || stream.has_error()) {
    llvm::errs() << "nnc: warning: cannot save '" << path
                 << "': " << (failed ? failed : stream.error()).message() << '\n';
    stream.clear_error();
  }
}

Compilation::Status Compilation::kernelError(llvm::Error problem) {
  if (!problem.isA<KernelError>())
    return userError(std::move(problem));
  std::string text = llvm::toString(std::move(problem));
  return internalError(internalMessage.empty() ? text : internalMessage);
}

Compilation::Status Compilation::userError(llvm::Error problem) {
  error() << llvm::toString(std::move(problem)) << '\n';
  return Status::UserError;
}

Compilation::Status Compilation::internalError(StringRef message) {
  reportInternalError(message);
  return Status::InternalError;
}

llvm::raw_ostream &Compilation::say() const { return options.verbose ? llvm::errs() : llvm::nulls(); }

} // namespace nnc
