// nnc-interpret: runs one function of a graph by the reference interpreter and prints what it computes. For
// tests and for looking at what a graph means.
//
//   nnc-interpret graph.mlir --function=f --input=x=1,2,3 --variable=w=0.5,0.5 --size=batch=3
//
// What is not given is drawn at random from --seed. With --initial, variables have the values that a compiled
// library's instance with that seed starts from.
#include "ir/interpreter/Samples.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace nnc;

static llvm::cl::opt<std::string> inputPath(llvm::cl::Positional, llvm::cl::desc("<graph.mlir>"),
                                            llvm::cl::init("-"));
static llvm::cl::opt<std::string> functionName("function", llvm::cl::desc("name of the function"),
                                               llvm::cl::Required);
static llvm::cl::list<std::string> inputs("input", llvm::cl::desc("NAME=NUMBER,NUMBER,..."));
static llvm::cl::list<std::string> variables("variable", llvm::cl::desc("NAME=NUMBER,NUMBER,..."));
static llvm::cl::list<std::string> sizes("size", llvm::cl::desc("DIMENSION=NUMBER"));
static llvm::cl::opt<uint64_t> seed("seed", llvm::cl::desc("of what is not given"), llvm::cl::init(1));
static llvm::cl::opt<bool>
    fromStart("initial", llvm::cl::desc("variables have the initial values of an instance made with --seed"));
static llvm::cl::opt<bool> asTyped("as-typed",
                                   llvm::cl::desc("round f32 values to f32 instead of keeping f64"));

static int fail(const llvm::Twine &text) {
  llvm::errs() << "error: " << text << "\n";
  return EXIT_FAILURE;
}

/// Replaces a tensor's numbers by those of `NAME=a,b,c`.
static bool fill(Tensor &tensor, llvm::StringRef numbers) {
  llvm::SmallVector<llvm::StringRef> parts;
  numbers.split(parts, ',');
  if (static_cast<int64_t>(parts.size()) != tensor.count())
    return false;
  for (auto [number, part] : llvm::zip(tensor.data, parts)) {
    char *end = nullptr;
    std::string text = part.trim().str();
    number = std::strtod(text.c_str(), &end); // reads nan and inf, too
    if (text.empty() || *end)
      return false;
  }
  return true;
}

static void print(llvm::StringRef name, const Tensor &tensor) {
  llvm::outs() << name << " [";
  llvm::interleaveComma(tensor.shape, llvm::outs());
  llvm::outs() << "] =";
  for (double number : tensor.data)
    if (std::isnan(number)) // printf shows its sign, which means nothing
      llvm::outs() << " nan";
    else
      llvm::outs() << " " << llvm::format("%.10g", number);
  llvm::outs() << "\n";
}

static int run(ModuleOp module) {
  FuncOp function;
  module.walk([&](FuncOp candidate) {
    if (candidate.getSymName() == functionName)
      function = candidate;
  });
  if (!function)
    return fail("there is no function '" + functionName + "'");

  std::map<std::string, int64_t> chosen = sampleSizes(function->getParentOfType<ModelOp>());
  for (llvm::StringRef text : sizes) {
    auto [name, number] = text.split('=');
    auto dimension = chosen.find(name.str());
    if (dimension == chosen.end() || number.getAsInteger(10, dimension->second) || dimension->second < 0)
      return fail("'--size=" + text + "' names no run-time dimension, or no size");
  }
  Call call = sampleCall(function, chosen, seed);
  if (fromStart)
    for (VariableOp variable : function->getParentOfType<ModelOp>().getBody().getOps<VariableOp>())
      call.variables[variable.getSymName().str()] = initialValue(variable, seed);
  call.precision = asTyped ? Precision::AsTyped : Precision::Exact;
  for (llvm::StringRef text : inputs) {
    auto [name, numbers] = text.split('=');
    bool found = false;
    for (unsigned i = 0; i < function.getNumArguments() && !found; ++i)
      found = function.argumentName(i) == name && fill(call.inputs[i], numbers);
    if (!found)
      return fail("'--input=" + text + "' names no argument, or another number of elements than it has");
  }
  for (llvm::StringRef text : variables) {
    auto [name, numbers] = text.split('=');
    auto variable = call.variables.find(name.str());
    if (variable == call.variables.end() || !fill(variable->second, numbers))
      return fail("'--variable=" + text + "' names no variable, or another number of elements than it has");
  }

  FailureOr<Outcome> outcome = interpret(function, call);
  if (failed(outcome))
    return EXIT_FAILURE;
  for (auto [index, tensor] : llvm::enumerate(outcome->results)) {
    llvm::StringRef name = function.resultName(index);
    print(name.empty() ? "result " + std::to_string(index) : name.str(), tensor);
  }
  for (auto &[name, tensor] : outcome->stored)
    print("@" + name, tensor);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "reference interpreter of nnc's graphs\n");
  DialectRegistry registry;
  registry.insert<NNDialect>();
  registerReferenceSemantics(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(inputPath, &context);
  return module ? run(*module) : EXIT_FAILURE;
}
