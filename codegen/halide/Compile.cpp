// Compile.cpp: see Compile.h.
#include "codegen/halide/Compile.h"
#include "codegen/HalideBuffer.h"
#include "codegen/halide/Emitter.h"
#include "codegen/halide/Gemm.h"
#include "codegen/halide/InPlace.h"
#include "codegen/halide/LocalVectors.h"
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/Workers.h"
#include "codegen/halide/gpu/Lowering.h"
#include "ir/KernelRegion.h"
#include "ir/KernelCall.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <limits>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace mlir;

namespace nnc {

// What host code fills is what kernels read.
#define NNC_SAME_FIELD(OURS, FIELD, THEIRS, THEIR_FIELD)                                                     \
  static_assert(offsetof(OURS, FIELD) == offsetof(THEIRS, THEIR_FIELD) &&                                    \
                    sizeof(OURS::FIELD) == sizeof(THEIRS::THEIR_FIELD),                                      \
                "codegen/HalideBuffer.h differs from Halide's " #THEIRS)
NNC_SAME_FIELD(HalideDimension, min, halide_dimension_t, min);
NNC_SAME_FIELD(HalideDimension, extent, halide_dimension_t, extent);
NNC_SAME_FIELD(HalideDimension, stride, halide_dimension_t, stride);
NNC_SAME_FIELD(HalideDimension, flags, halide_dimension_t, flags);
NNC_SAME_FIELD(HalideBuffer, device, halide_buffer_t, device);
NNC_SAME_FIELD(HalideBuffer, deviceInterface, halide_buffer_t, device_interface);
NNC_SAME_FIELD(HalideBuffer, host, halide_buffer_t, host);
NNC_SAME_FIELD(HalideBuffer, flags, halide_buffer_t, flags);
NNC_SAME_FIELD(HalideBuffer, type, halide_buffer_t, type);
NNC_SAME_FIELD(HalideBuffer, dimensions, halide_buffer_t, dimensions);
NNC_SAME_FIELD(HalideBuffer, dim, halide_buffer_t, dim);
NNC_SAME_FIELD(HalideBuffer, padding, halide_buffer_t, padding);
#undef NNC_SAME_FIELD
static_assert(sizeof(HalideDimension) == sizeof(halide_dimension_t) &&
              sizeof(HalideBuffer) == sizeof(halide_buffer_t));
static_assert(HalideElement::encode(HalideElement::Int, 64) == halide_type_t(halide_type_int, 64).as_u32() &&
              HalideElement::encode(HalideElement::UInt, 8) == halide_type_t(halide_type_uint, 8).as_u32() &&
              HalideElement::encode(HalideElement::Float, 32) ==
                  halide_type_t(halide_type_float, 32).as_u32());

namespace {

std::vector<KernelOp> distinctKernels(ModuleOp module) {
  std::vector<KernelOp> kernels;
  llvm::StringSet<> seen;
  module.walk([&](KernelOp kernel) {
    if (seen.insert(kernel.getSymbol().value_or("kernel")).second)
      kernels.push_back(kernel);
  });
  return kernels;
}

/// What a kernel is called for, one line for each call: equal layers share a kernel, so why is a matter of calls.
void writeCalls(ModuleOp module, llvm::StringRef symbol, llvm::raw_ostream &os) {
  module.walk([&](KernelOp call) {
    if (call.getSymbol() == symbol)
      os << "//   " << call->getParentOfType<FuncOp>().getSymName() << ": " << describeCall(call).values << ", "
         << provenanceText(call.getLoc()) << '\n';
  });
}

/// Halide writes to a path only; this is one in memory.
class MemoryFile {
public:
  MemoryFile() : fd(memfd_create("nnc-kernel", MFD_CLOEXEC)) {}
  ~MemoryFile() { close(fd); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd); }
  std::string contents() const {
    std::string text(std::max<off_t>(0, lseek(fd, 0, SEEK_END)), '\0');
    size_t size = 0;
    while (size < text.size()) {
      ssize_t got = pread(fd, text.data() + size, text.size() - size, size);
      if (got <= 0)
        break;
      size += got;
    }
    text.resize(size);
    return text;
  }

private:
  int fd;
};

/// From inside a worker: which op of the kernel's body a diagnostic is about, then its text.
std::string atOp(KernelOp kernel, Location location, const std::string &text) {
  int index = -1, i = 0;
  for (Operation &op : kernel.getBody().front()) {
    if (op.getLoc() == location)
      index = i;
    ++i;
  }
  return std::to_string(index) + ":" + text;
}

/// The same for a message about the kernel as a whole.
std::string aboutKernel(const llvm::Twine &text) { return ("-1:" + text).str(); }

/// Reports a worker's message at the op it is about.
void report(KernelOp kernel, llvm::StringRef message) {
  int index = -1;
  auto [number, text] = message.split(':');
  number.getAsInteger(10, index);
  Operation *op = kernel;
  if (index >= 0)
    op = &*std::next(kernel.getBody().front().begin(), index);
  InFlightDiagnostic diagnostic = emitError(op->getLoc()) << text.trim();
  diagnostic.attachNote(kernel.getLoc()) << "in kernel '" << kernel.getSymbol().value_or("kernel") << "'";
}

/// Says how the kernel's loops run: `schedules`, and what the slow one means. Checked kernels have no other.
void explain(KernelOp kernel, llvm::StringRef schedules, const HalideOptions &options) {
  InFlightDiagnostic remark = kernel.emitRemark() << "kernel '" << kernel.getSymbol().value_or("kernel")
                                                  << "' for " << options.target << ": schedule " << schedules;
  if (schedules.contains(nameOf(Schedule::PerUse)))
    remark << (options.checks
                   ? "; plain loops, as they are checked"
                   : "; no faster one fits what it holds: sums are computed again for each element that "
                     "reads them, without vectors");
}

/// Halide prints loop nests to std::cerr only.
std::string loopNest(Halide::Pipeline &pipeline) {
  std::ostringstream text;
  std::streambuf *before = std::cerr.rdbuf(text.rdbuf());
  pipeline.print_loop_nest();
  std::cerr.rdbuf(before);
  return text.str();
}

enum class Product { Object, LoopNest, Stmt, StmtHtml, Assembly, Device };

/// The module with the entry's outputs in order of the kernel's results; Halide has them in order of the nests.
Halide::Module inOrderOfResults(const Halide::Module &module, const EmittedKernel &kernel) {
  std::vector<unsigned> order = kernel.resultOrder();
  Halide::Module ordered(module.name(), module.target());
  ordered.set_any_strict_float(module.any_strict_float());
  for (const Halide::Buffer<void> &buffer : module.buffers())
    ordered.append(buffer);
  for (Halide::Internal::LoweredFunc function : module.functions()) {
    if (function.linkage == Halide::LinkageType::External) {
      auto outputs = function.args.end() - order.size();
      std::vector<Halide::Internal::LoweredArgument> results;
      for (unsigned place : order)
        results.push_back(outputs[place]);
      std::copy(results.begin(), results.end(), outputs);
    }
    ordered.append(function);
  }
  return ordered;
}

/// The text that Halide has put into a module for a GPU's driver.
std::string deviceCode(const Halide::Module &module) {
  for (const Halide::Buffer<void> &buffer : module.buffers())
    if (llvm::StringRef(buffer.name()).contains("gpu_source_kernels")) {
      llvm::StringRef text(static_cast<const char *>(buffer.data()), buffer.size_in_bytes());
      return text.rtrim('\0').str();
    }
  return "";
}

/// What blocks of each launch have, one line each: at most.
std::string needsOf(const std::vector<BlockNeeds> &launches) {
  std::string text;
  for (const BlockNeeds &needs : launches)
    text += llvm::formatv("// a block: {0} threads, {1} bytes of shared memory\n", needs.threads, needs.sharedBytes);
  return text;
}

/// Buffers of inputs that results are written over, and the results' in Halide's names.
std::map<std::string, std::string> inPlace(KernelOp op, const EmittedKernel &kernel) {
  std::map<std::string, std::string> resultOf;
  for (auto [result, input] : resultsOverInputs(op))
    for (const LoopNest &nest : kernel.nests)
      if (auto at = llvm::find(nest.results, result); at != nest.results.end())
        resultOf[kernel.arguments[input].name] =
            nest.out.name() +
            (nest.results.size() > 1 ? "." + std::to_string(at - nest.results.begin()) : "");
  return resultOf;
}

std::string produce(KernelOp op, EmittedKernel &kernel, const KernelTarget &target, const std::string &symbol,
                    Product product) {
  std::vector<Halide::Func> outputs;
  for (const LoopNest &nest : kernel.nests)
    outputs.push_back(nest.out);
  Halide::Pipeline pipeline(outputs);
  std::vector<BlockNeeds> launches;
  if (!target.machine.fma)
    pipeline.add_custom_lowering_pass(new LowerFma);
  if (target.gpu)
    addDevicePasses(pipeline, target, &launches);
  else
    addLocalVectorsPass(pipeline);
  addInPlacePass(pipeline, inPlace(op, kernel));
  MemoryFile file;
  switch (product) {
  case Product::LoopNest: return loopNest(pipeline);
  case Product::Stmt:
    pipeline.compile_to_lowered_stmt(file.path(), kernel.arguments, Halide::Text, target.halide);
    break;
  case Product::StmtHtml:
    pipeline.compile_to_lowered_stmt(file.path(), kernel.arguments, Halide::HTML, target.halide);
    break;
  case Product::Object:
  case Product::Assembly:
  case Product::Device: {
    Halide::Module module =
        pipeline.compile_to_module(kernel.arguments, symbol, target.halide, Halide::LinkageType::External);
    if (product == Product::Device)
      return needsOf(launches) + deviceCode(module);
    auto type =
        product == Product::Object ? Halide::OutputFileType::object : Halide::OutputFileType::assembly;
    inOrderOfResults(module, kernel).compile({{type, file.path()}});
    break;
  }
  }
  return file.contents();
}

/// What tests ask a worker to do wrong.
void makeFault(llvm::StringRef fault) {
  if (fault == "crash")
    std::abort();
  if (fault == "exit")
    _exit(3);
  if (fault == "throw")
    throw std::runtime_error("a fault on purpose");
  while (fault == "hang")
    pause();
}

/// The schedules of a kernel's nests, each once; those of what they find in scratch memory first.
std::string schedulesOf(const EmittedKernel &kernel) {
  llvm::SmallVector<std::string> names;
  auto add = [&](std::string name) {
    if (!llvm::is_contained(names, name))
      names.push_back(std::move(name));
  };
  for (Schedule schedule : kernel.scratch)
    add("scratch " + nameOf(schedule).str());
  for (const LoopNest &nest : kernel.nests)
    add(nameOf(nest.schedule).str());
  return llvm::join(names, ", ");
}

/// What a worker hands over beside the product, as a line of JSON before it.
struct Decisions {
  std::string schedules;
  std::vector<Choice> choices;
  std::vector<std::string> unused; // of what the tuning chose
};

std::string lineOf(const Decisions &decisions) {
  llvm::json::Array choices;
  for (const Choice &choice : decisions.choices)
    choices.push_back(llvm::json::Array{choice.name, choice.modelled, llvm::json::Array(choice.alternatives)});
  llvm::json::Value line = llvm::json::Array{decisions.schedules, std::move(choices), llvm::json::Array(decisions.unused)};
  return llvm::formatv("{0}\n", line).str();
}

Decisions decisionsOf(llvm::StringRef line) {
  llvm::json::Value value = llvm::cantFail(llvm::json::parse(line));
  const llvm::json::Array &parts = *value.getAsArray();
  auto texts = [](const llvm::json::Value &list) {
    std::vector<std::string> result;
    for (const llvm::json::Value &text : *list.getAsArray())
      result.push_back(text.getAsString()->str());
    return result;
  };
  Decisions decisions{parts[0].getAsString()->str(), {}, texts(parts[2])};
  for (const llvm::json::Value &entry : *parts[1].getAsArray()) {
    const llvm::json::Array &choice = *entry.getAsArray();
    decisions.choices.push_back({choice[0].getAsString()->str(), choice[1].getAsString()->str(), texts(choice[2])});
  }
  return decisions;
}

/// How much work a task is, against what the machine's numbers say: less balances better, more costs less to hand over.
void chooseGrain(KernelTarget &target) {
  static const std::pair<const char *, double> grains[] = {{"1", 1}, {"1/2", 0.5}, {"2", 2}, {"1/4", 0.25}, {"8", 8}};
  std::vector<Choices::Way> ways;
  for (auto [spelling, factor] : grains)
    ways.push_back({spelling, 0});
  double factor = grains[target.chooseWay("grain", ways, 0)].second;
  target.machine.flopsPerTask *= factor;
  target.machine.bytesPerTask *= factor;
}

/// Runs in a worker: the border at which Halide's exceptions end. Returns the line of decisions, then the product.
JobOutput compileOne(KernelOp kernel, KernelTarget target, const HalideOptions &options, Product product,
                     llvm::StringRef fault) {
  std::string message;
  ScopedDiagnosticHandler handler(kernel.getContext(), [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = atOp(kernel, diagnostic.getLocation(), diagnostic.str());
    return success();
  });
  try {
    makeFault(fault);
    const TunedKernel *tuned =
        options.tuning ? options.tuning->find(kernel.getSymbol().value_or("kernel"), target.name) : nullptr;
    Choices choices(tuned ? tuned->chosen : Chosen());
    target.choices = &choices;
    if (!target.gpu)
      chooseGrain(target);
    KernelEmitter emitter(kernel, target);
    std::unique_ptr<EmittedKernel> emitted = emitter.emit();
    if (!emitted)
      return {false, message};
    std::string data = produce(kernel, *emitted, target, emitted->symbol + options.symbolSuffix, product);
    return {true, lineOf({schedulesOf(*emitted), choices.offered(), choices.unused()}) + data};
  } catch (const Halide::Error &error) {
    return {false, aboutKernel(llvm::Twine("Halide cannot compile this kernel: ") + error.what())};
  } catch (const std::exception &error) {
    return {false, aboutKernel(llvm::Twine("cannot compile this kernel: ") + error.what())};
  }
}

/// The target that options ask for; nothing, after a diagnostic, if there is none.
std::optional<KernelTarget> targetOf(ModuleOp module, const HalideOptions &options) {
  std::optional<KernelTarget> target = findKernelTarget(options.target);
  if (!target) {
    std::string names = llvm::join(kernelTargetNames(), ", ");
    module.emitError() << "unknown target '" << options.target << "', expected one of " << names;
    return std::nullopt;
  }
  if (options.checks) {
    target->checksArguments = true;
    target->halide = target->halide.without_feature(Halide::Target::NoAsserts);
  }
  if (options.onOpenCL)
    target = target->onOpenCL();
  return target;
}

/// How long a kernel takes to compile, roughly and relatively: the ops it has, of which one that uses its elements often (a
/// product, a convolution) gets register tiles, which are unrolled loops.
int64_t compileWork(KernelOp kernel) {
  constexpr int64_t tiles = 30;
  auto number = [](const std::optional<Dim> &dim) {
    return dim ? static_cast<double>(guess(dim->evaluate([](llvm::StringRef) { return std::optional<int64_t>(guess(std::nullopt)); })))
               : std::numeric_limits<double>::infinity();
  };
  int64_t work = 0;
  for (Operation &op : kernel.getBody().front()) {
    double elements = 0;
    for (Value value : llvm::concat<Value>(llvm::to_vector(op.getOperands()), llvm::to_vector(op.getResults())))
      elements += number(elementCount(dimsOf(value)));
    auto counted = dyn_cast<OperationCountOpInterface>(op);
    work += counted && number(counted.operationCount()) > 2 * elements ? tiles : 1;
  }
  return work;
}

/// The kernels that take longest first, so that no process is left with one of them when the others are through.
std::vector<size_t> longestFirst(const std::vector<KernelOp> &kernels) {
  std::vector<int64_t> work;
  for (KernelOp kernel : kernels)
    work.push_back(compileWork(kernel));
  std::vector<size_t> order(kernels.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](size_t a, size_t b) { return work[a] > work[b]; });
  return order;
}

/// A kernel's product, and how it came about.
struct Produced {
  std::string data;
  Decisions decisions;
};

llvm::Expected<std::vector<Produced>> compileAll(ModuleOp module, const std::vector<KernelOp> &kernels,
                                                    const HalideOptions &options, const KernelTarget &target,
                                                    Product product) {
  module.getContext()->disableMultithreading();
  unsigned processes = options.jobs ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  std::vector<size_t> order = longestFirst(kernels);
  std::vector<JobResult> jobs =
      runInProcesses(kernels.size(), processes, options.secondsPerKernel, [&](size_t job) {
        return compileOne(kernels[order[job]], target, options, product, order[job] == 0 ? options.workerFault : "");
      });
  std::vector<JobResult> results(kernels.size());
  for (auto [kernel, job] : llvm::zip(order, jobs))
    results[kernel] = std::move(job);
  std::vector<Produced> products;
  bool failed = false;
  for (auto [op, result] : llvm::zip(kernels, results)) {
    KernelOp kernel = op;
    switch (result.status) {
    case JobResult::Done: break;
    case JobResult::NotStarted:
      return llvm::createStringError("cannot start a process that compiles kernels: " + result.error);
    case JobResult::Failed: report(kernel, result.data); break;
    case JobResult::Crashed: report(kernel, aboutKernel("the kernel compiler crashed: " + result.error)); break;
    case JobResult::TimedOut:
      report(kernel, aboutKernel("compiling the kernel took longer than " +
                                 llvm::Twine(options.secondsPerKernel) + " seconds"));
      break;
    }
    if (options.log)
      *options.log << llvm::formatv("{0,8:F1} ms  kernel {1}\n", 1e3 * result.seconds,
                                    kernel.getSymbol().value_or("kernel"));
    failed |= result.status != JobResult::Done;
    if (result.status != JobResult::Done)
      continue;
    auto [line, made] = llvm::StringRef(result.data).split('\n');
    products.push_back({made.str(), decisionsOf(line)});
    const Decisions &decisions = products.back().decisions;
    if (options.explain)
      explain(kernel, decisions.schedules, options);
    for (const std::string &choice : decisions.unused)
      kernel.emitWarning() << "'" << choice << "', which the tuning file has for kernel '" << kernel.getSymbol().value_or("kernel")
                           << "', is no way of its schedule";
  }
  if (failed)
    return llvm::make_error<KernelError>();
  return products;
}

/// May an object need this? The linker gives the C library, the runtime the rest.
bool isAllowedSymbol(llvm::StringRef name, const KernelTarget &target) {
  static const llvm::StringSet<> allowed = {
      "halide_do_par_for", "memcpy", "memset", "memmove", "_GLOBAL_OFFSET_TABLE_",
      // libm, for f64 and for targets without the instruction
      "exp", "expm1", "log", "log1p", "pow", "tanh", "erf", "erfc", "fmod", "fmodf", "sin", "cos", "sincos",
      "floor", "ceil", "roundeven", "floorf", "ceilf", "roundevenf", "nearbyint", "nearbyintf", "rint",
      "rintf", "trunc", "truncf"};
  // halide_device_malloc gives scratch memory, and takes none from the driver (runtime/cuda/launch.c).
  static const llvm::StringSet<> allowedOfDevices = {
      "halide_copy_to_device", "halide_cuda_device_interface", "halide_cuda_initialize_kernels",
      "halide_cuda_run", "halide_cuda_finalize_kernels", "halide_device_malloc", "halide_device_free", "halide_device_free_as_destructor",
      "halide_opencl_device_interface",
      "halide_opencl_initialize_kernels", "halide_opencl_run", "halide_opencl_finalize_kernels",
      "memcpy", "memset", "_GLOBAL_OFFSET_TABLE_"};
  bool hasErrors = target.gpu || target.checksArguments;
  return (target.gpu ? allowedOfDevices : allowed).contains(name) ||
         (hasErrors && name.starts_with("halide_error"));
}

LogicalResult checkSymbols(KernelOp kernel, llvm::StringRef bytes, const KernelTarget &target) {
  auto buffer = llvm::MemoryBuffer::getMemBuffer(bytes, "kernel", false);
  auto object = llvm::object::ObjectFile::createObjectFile(buffer->getMemBufferRef());
  if (!object) {
    kernel.emitError("the kernel compiler wrote no object: ") << llvm::toString(object.takeError());
    return failure();
  }
  for (const llvm::object::SymbolRef &symbol : (*object)->symbols()) {
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    if (!flags || !name) {
      llvm::consumeError(flags.takeError());
      llvm::consumeError(name.takeError());
      continue;
    }
    if ((*flags & llvm::object::SymbolRef::SF_Undefined) && !name->empty() &&
        !isAllowedSymbol(*name, target))
      return kernel.emitError("the compiled kernel needs '") << *name << "', which no library of nnc's has";
  }
  return success();
}

} // namespace

void registerKernelEmitters(MLIRContext &context) {
  context.loadDialect<NNDialect>();
  registerEmitters(context);
}

char KernelError::ID;

llvm::Expected<std::vector<KernelObject>> compileKernels(ModuleOp module, const HalideOptions &options) {
  std::optional<KernelTarget> target = targetOf(module, options);
  if (!target)
    return llvm::make_error<KernelError>();
  std::vector<KernelOp> kernels = distinctKernels(module);
  llvm::Expected<std::vector<Produced>> objects =
      compileAll(module, kernels, options, *target, Product::Object);
  if (!objects)
    return objects.takeError();
  std::vector<KernelObject> result;
  bool ok = true;
  for (auto [kernel, made] : llvm::zip(kernels, *objects)) {
    ok &= succeeded(checkSymbols(kernel, made.data, *target));
    result.push_back({kernel.getSymbol().value_or("kernel").str() + options.symbolSuffix,
                      std::vector<char>(made.data.begin(), made.data.end()), std::move(made.decisions.choices)});
  }
  if (!ok)
    return llvm::make_error<KernelError>();
  return result;
}

llvm::Expected<std::vector<std::pair<std::string, std::string>>>
kernelTexts(ModuleOp module, const HalideOptions &options, KernelText kind) {
  std::optional<KernelTarget> target = targetOf(module, options);
  if (!target)
    return llvm::make_error<KernelError>();
  std::vector<KernelOp> kernels = distinctKernels(module);
  Product product = kind == KernelText::LoopNest   ? Product::LoopNest
                    : kind == KernelText::Stmt     ? Product::Stmt
                    : kind == KernelText::StmtHtml ? Product::StmtHtml
                    : kind == KernelText::Device   ? Product::Device
                                                   : Product::Assembly;
  llvm::Expected<std::vector<Produced>> texts = compileAll(module, kernels, options, *target, product);
  if (!texts)
    return texts.takeError();
  std::vector<std::pair<std::string, std::string>> result;
  for (auto [kernel, text] : llvm::zip(kernels, *texts))
    result.push_back({kernel.getSymbol().value_or("kernel").str(), std::move(text.data)});
  return result;
}

llvm::Error printKernels(ModuleOp module, const HalideOptions &options, KernelText kind,
                         llvm::raw_ostream &os) {
  auto texts = kernelTexts(module, options, kind);
  if (!texts)
    return texts.takeError();
  for (const auto &[symbol, text] : *texts) {
    if (kind != KernelText::StmtHtml)
      os << (kind == KernelText::Assembly ? "# " : kind == KernelText::Device ? "// kernel " : "// ") << symbol << '\n';
    if (kind == KernelText::LoopNest || kind == KernelText::Stmt)
      writeCalls(module, symbol, os);
    os << text;
    if (!llvm::StringRef(text).ends_with("\n"))
      os << '\n';
  }
  return llvm::Error::success();
}

} // namespace nnc
