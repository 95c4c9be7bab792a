// run-kernels.cpp: compiles the kernels of a graph, runs them, and compares with the reference interpreter.
//
//   run-kernels graph.mlir --target=x86-64-v3 --sizes=batch=0 --sizes=batch=3 [--alias=0:1] [--time]
//
// Each function of the graph is a chain of nn.kernel ops. Every buffer ends at a page that may not be touched,
// kernels run with one thread and with two, and the bits must agree. --alias=r:i puts result r of each kernel into
// the memory of its input i.
#include "KernelLibrary.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "codegen/halide/Targets.h"
#include "ir/interpreter/Interpreter.h"
#include "ir/interpreter/Samples.h"
#include "ir/interpreter/VerifyMeaning.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SourceMgr.h"
#include <chrono>
#include <cstring>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

static llvm::cl::opt<std::string> path(llvm::cl::Positional, llvm::cl::desc("<graph.mlir>"),
                                       llvm::cl::Required);
static llvm::cl::list<std::string> targets("target",
                                           llvm::cl::desc("targets to compile for; default x86-64-v3, host"));
static llvm::cl::list<std::string> sizeLists("sizes", llvm::cl::desc("DIM=N,DIM=N: one run per option"));
static llvm::cl::list<std::string> aliases("alias", llvm::cl::desc("RESULT:INPUT"));
static llvm::cl::opt<double> tolerance("tolerance", llvm::cl::desc("for f32; f64 is held to 1e-11"),
                                       llvm::cl::init(3e-5));
static llvm::cl::opt<bool> checks("checks", llvm::cl::desc("keep Halide's asserts"));
static llvm::cl::opt<bool> onOpenCL("opencl",
                                    llvm::cl::desc("run a GPU's kernels on the machine's OpenCL device"));
static llvm::cl::opt<bool> explain("explain", llvm::cl::desc("remarks that say how kernels are scheduled"));
static llvm::cl::opt<bool> timing("time", llvm::cl::desc("print times"));
static llvm::cl::opt<std::string> emit("emit",
                                       llvm::cl::desc("print instead: halide, stmt, stmt-html, asm or ptx"));
static llvm::cl::opt<unsigned> jobs("jobs", llvm::cl::desc("compilers at a time"), llvm::cl::init(2));

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The bytes of a tensor as kernels see them, and back.
static halide_type_t memoryType(Type type) {
  if (type.isF32() || type.isF64())
    return halide_type_t(halide_type_float, type.isF32() ? 32 : 64);
  auto integer = cast<IntegerType>(type);
  if (integer.getWidth() == 1)
    return halide_type_t(halide_type_uint, 8);
  return halide_type_t(integer.isUnsigned() ? halide_type_uint : halide_type_int, integer.getWidth());
}

template <typename Visit> static void withType(Type type, Visit visit) {
  if (type.isF32())
    visit(float());
  else if (type.isF64())
    visit(double());
  else if (cast<IntegerType>(type).getWidth() == 64)
    visit(int64_t());
  else if (cast<IntegerType>(type).getWidth() == 32)
    visit(int32_t());
  else
    visit(uint8_t());
}

static void write(void *memory, const Tensor &tensor, Type type) {
  withType(type, [&](auto zero) {
    auto *data = static_cast<decltype(zero) *>(memory);
    for (int64_t i = 0; i < tensor.count(); ++i)
      data[i] = static_cast<decltype(zero)>(tensor.data[i]);
  });
}

static Tensor readBack(const void *memory, Shape shape, Type type) {
  Tensor tensor(std::move(shape));
  withType(type, [&](auto zero) {
    auto *data = static_cast<const decltype(zero) *>(memory);
    for (int64_t i = 0; i < tensor.count(); ++i)
      tensor.data[i] = static_cast<double>(data[i]);
  });
  return tensor;
}

/// Result to input.
static std::map<unsigned, unsigned> readAliases() {
  std::map<unsigned, unsigned> inputOf;
  for (llvm::StringRef alias : aliases) {
    auto [result, input] = alias.split(':');
    inputOf[std::stoi(result.str())] = std::stoi(input.str());
  }
  return inputOf;
}

/// The module as its memory would be planned if the aliases were variables that are updated in place: what kernels are
/// compiled from.
static OwningOpRef<ModuleOp> planned(ModuleOp module) {
  OwningOpRef<ModuleOp> clone = module.clone();
  std::map<unsigned, unsigned> inputOf = readAliases();
  clone->walk([&](KernelOp kernel) {
    OpBuilder builder(kernel);
    llvm::SmallVector<Attribute> places;
    for (unsigned r = 0; r < kernel->getNumResults(); ++r)
      places.push_back(OutputAttr::get(kernel.getContext(), r));
    for (auto [result, input] : inputOf) {
      auto variable = FlatSymbolRefAttr::get(kernel.getContext(), "alias" + std::to_string(input));
      Value old = kernel.getInputs()[input];
      kernel->setOperand(input, builder.create<LoadOp>(kernel.getLoc(), old.getType(), variable));
      places[result] = MemoryAttr::get(kernel.getContext(), variable);
    }
    if (!inputOf.empty())
      kernel.setPlacesAttr(builder.getArrayAttr(places));
  });
  return clone;
}

namespace {
struct Runner {
  KernelLibrary &library;
  const std::map<std::string, int64_t> &sizes;
  llvm::DenseMap<Value, std::shared_ptr<GuardedMemory>> memory;

  Shape shapeOf(Value value) {
    Shape shape;
    for (const Dim &dim : dimsOf(value))
      shape.push_back(
          *dim.evaluate([&](llvm::StringRef name) { return std::optional(sizes.at(name.str())); }));
    return shape;
  }
  Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

  std::shared_ptr<GuardedMemory> allocate(Value value) {
    auto guarded = std::make_shared<GuardedMemory>(countOf(shapeOf(value)) * elementBytes(elementOf(value)));
    std::memset(guarded->data(), 0xa5, guarded->size());
    return guarded;
  }

  bool call(KernelOp kernel) {
    std::vector<uint64_t> arguments;
    std::vector<std::unique_ptr<BufferArgument>> buffers;
    auto pass = [&](Value value) {
      buffers.push_back(std::make_unique<BufferArgument>(memory[value]->data(), memoryType(elementOf(value)),
                                                         shapeOf(value)));
      buffers.back()->buffer.set_host_dirty(onOpenCL);
      arguments.push_back(reinterpret_cast<uint64_t>(&buffers.back()->buffer));
    };
    std::map<unsigned, unsigned> inputOf = readAliases();
    for (Value input : kernel.getInputs())
      pass(input);
    for (const std::string &name : kernel.runtimeDims())
      arguments.push_back(sizes.at(name));
    for (OpResult result : kernel.getOutputs()) {
      auto alias = inputOf.find(result.getResultNumber());
      memory[result] = alias == inputOf.end() ? allocate(result) : memory[kernel.getInputs()[alias->second]];
      pass(result);
    }
    void *function = library.find(*kernel.getSymbol());
    if (int status = callKernel(function, arguments)) {
      kernel.emitError("returned ") << status;
      return false;
    }
    if (onOpenCL) {
      std::vector<halide_buffer_t *> all;
      for (std::unique_ptr<BufferArgument> &argument : buffers)
        all.push_back(&argument->buffer);
      llvm::ArrayRef<halide_buffer_t *> results = all;
      if (library.fetch(results.take_back(kernel.getOutputs().size()), all))
        return false;
    }
    if (timing) {
      double best = 1e9;
      for (int round = 0; round < 12; ++round) {
        int calls = best < 1e8 ? std::clamp(int(2e-3 / best), 1, 5000) : 3;
        double start = now();
        for (int i = 0; i < calls; ++i)
          callKernel(function, arguments);
        best = std::min(best, (now() - start) / calls);
      }
      llvm::outs() << *kernel.getSymbol() << ": " << llvm::format("%.2f us", best * 1e6) << "\n";
    }
    return true;
  }

  /// All results of a function.
  bool run(FuncOp function, const Call &call, std::vector<Tensor> &results) {
    for (auto [argument, tensor] : llvm::zip(function.getBody().getArguments(), call.inputs)) {
      memory[argument] = allocate(argument);
      write(memory[argument]->data(), tensor, elementOf(argument));
    }
    for (Operation &op : function.getBody().front()) {
      if (auto kernel = dyn_cast<KernelOp>(op)) {
        if (!this->call(kernel))
          return false;
      } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
        memory[reshape.getY()] = memory[reshape.getX()];
      } else if (auto done = dyn_cast<ReturnOp>(op)) {
        for (Value value : done.getValues())
          results.push_back(readBack(memory[value]->data(), shapeOf(value), elementOf(value)));
      } else {
        op.emitError("only kernels can be run");
        return false;
      }
    }
    return true;
  }
};
} // namespace

static bool sameBits(const std::vector<Tensor> &a, const std::vector<Tensor> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Tensor &x, const Tensor &y) {
    return x.data.size() == y.data.size() &&
           std::memcmp(x.data.data(), y.data.data(), x.data.size() * sizeof(double)) == 0;
  });
}

static bool runFunction(FuncOp function, KernelLibrary &library, llvm::StringRef target,
                        llvm::StringRef sizeText) {
  std::map<std::string, int64_t> sizes = sampleSizes(function->getParentOfType<ModelOp>());
  llvm::SmallVector<llvm::StringRef> parts;
  sizeText.split(parts, ',', -1, false);
  for (llvm::StringRef part : parts)
    sizes[part.split('=').first.str()] = std::stoll(part.split('=').second.str());
  Call call = sampleCall(function, sizes, 1);
  // What the kernels are given is what their types hold.
  for (auto [argument, tensor] : llvm::zip(function.getBody().getArguments(), call.inputs))
    for (double &number : tensor.data)
      number = scalar::castTo(number, getElementTypeOrSelf(argument.getType()));

  std::vector<Tensor> results[2];
  for (int threads : {1, 2}) {
    Pool::get().setThreads(threads);
    if (timing)
      llvm::outs() << target << " " << sizeText << ", threads: " << threads << "\n";
    Runner runner{library, sizes, llvm::DenseMap<Value, std::shared_ptr<GuardedMemory>>()};
    if (!runner.run(function, call, results[threads - 1]))
      return false;
  }
  if (!sameBits(results[0], results[1])) {
    function.emitError("one and two threads give different bits on ") << target << " with " << sizeText;
    return false;
  }
  if (timing)
    return true;
  FailureOr<Outcome> expected = interpret(function, call);
  if (failed(expected))
    return false;
  bool good = true;
  for (auto [i, result] : llvm::enumerate(results[0])) {
    double error = disagreement(expected->results[i], result);
    bool isDouble = getElementTypeOrSelf(function.getFunctionType().getResult(i)).isF64();
    if (!(error <= (isDouble ? 1e-11 : tolerance))) {
      function.emitError("result ") << i << " differs by " << error << " on " << target << " with '"
                                    << sizeText << "'";
      for (int64_t k = 0; k < std::min<int64_t>(result.count(), 8); ++k)
        llvm::errs() << "  " << k << ": expected " << expected->results[i].data[k] << ", found "
                     << result.data[k] << "\n";
      good = false;
    }
  }
  return good;
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(argc, argv);
  DialectRegistry registry;
  registry.insert<NNDialect>();
  registerReferenceSemantics(registry);
  MLIRContext context(registry);
  registerKernelEmitters(context);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, sources, &context);
  if (!module)
    return 1;
  if (targets.empty())
    for (const char *name : {"x86-64-v3", "host"})
      targets.push_back(name);
  if (sizeLists.empty())
    sizeLists.push_back("");
  bool good = true;
  for (const std::string &target : targets) {
    HalideOptions options;
    options.target = target;
    options.checks = checks;
    options.onOpenCL = onOpenCL;
    options.explain = explain;
    options.jobs = jobs;
    if (!emit.empty()) {
      KernelText kind = emit == "halide" ? KernelText::LoopNest
                        : emit == "stmt" ? KernelText::Stmt
                        : emit == "asm"  ? KernelText::Assembly
                        : emit == "ptx"  ? KernelText::Device
                                         : KernelText::StmtHtml;
      if (llvm::errorToBool(printKernels(*planned(*module), options, kind, llvm::outs())))
        return 1;
      continue;
    }
    double start = now();
    std::unique_ptr<KernelLibrary> library = KernelLibrary::load(*planned(*module), options);
    if (!library)
      return 1;
    if (timing)
      llvm::outs() << target << ": compiled in "
                   << llvm::format("%.3f s, %zu bytes", now() - start, library->objectBytes()) << "\n";
    for (const std::string &sizes : sizeLists)
      module->walk([&](FuncOp function) { good &= runFunction(function, *library, target, sizes); });
  }
  return good ? 0 : 1;
}
