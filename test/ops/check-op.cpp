// RUN: %testbin/check-op --coverage %S
// RUN: not %testbin/check-op --coverage %T/no-such-directory 2>&1 | FileCheck %s
// CHECK: error: nn.abs has no test: expected cases of it in
// RUN: not %testbin/check-op --coverage %S/Inputs 2>&1 | FileCheck %s --check-prefix=POOR
// POOR-DAG: error: nn.abs has no test: expected cases of it in
// POOR-DAG: error: nn.add has too few tests: expected cases of three shapes in {{.*}}, found 2
// POOR-DAG: error: nn.exp has no test with an odd size in
// POOR-DAG: error: nn.sin has no test with an axis of one element in
// POOR-DAG: error: nn.cos has no test whose inputs are floats, for special values, in
//
// check-op.cpp: proves the ops of a case file, and that every op has one.
//
//   check-op CASES.mlir --work=PREFIX
//
// For each function f of the file, on random arguments
// (ir/interpreter/Samples.h):
//   1. gradients from nn-differentiate equal fourth-order differences of the
//   interpreted function;
//   2. second derivatives, by differentiating the gradients once more,
//   likewise;
//   3. every pass of the compiler, at -O0 and at -O2, keeps the meaning of the function and its derivatives;
//   4. printed and read again, in the short and in the generic form, it is the same graph;
//   5. the compiled library computes what the interpreter does: f, its
//   gradients, its second derivatives, for several
//      batches, in f64 and in f32; and its f64 gradients equal differences of
//      the compiled function;
//   6. and so it does for NaN, infinities, zeros of both signs, denormal numbers, which count as zeros, and no elements
//      at all (SpecialValues.h).
// Agreement is |a - n| <= tolerance * max(1, |a|, |n|).
//
//   check-op CASES.mlir --work=PREFIX --graphs
//
// Writes what the fifth step compiles, PREFIX.f64.mlir and PREFIX.f32.mlir, and checks nothing: for those who look at the
// kernels of all ops.
//
//   check-op --coverage DIRECTORY
//
// Walks all registered ops of the dialect. Each that computes something needs a
// gradient rule or a reason for having none, reference semantics, code
// generation, and the file DIRECTORY/<op>.mlir. There it stands in cases of at
// least three shapes, with an odd size and an axis of one element among them, and
// an op that reads floats is where special values reach it. What is missing is
// said by name.
#include "../support/CompiledLibrary.h"
#include "../support/Derivative.h"
#include "../support/SpecialValues.h"
#include "codegen/halide/Compile.h"
#include "codegen/halide/Emitter.h"
#include "ir/interpreter/Samples.h"
#include "ir/interpreter/VerifyMeaning.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "passes/Pipelines.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace mlir;
using namespace nnc;

static llvm::cl::opt<std::string> inputPath(llvm::cl::Positional, llvm::cl::desc("<cases.mlir>"));
static llvm::cl::opt<std::string> coverageDirectory("coverage",
                                                    llvm::cl::desc("check that every op is proven here"));
static llvm::cl::opt<std::string>
    workPrefix("work", llvm::cl::desc("where compiled libraries go; none: interpret only"));
static llvm::cl::opt<bool> graphsOnly("graphs", llvm::cl::desc("write the graphs of --work and stop"));

namespace {

constexpr double gradientTolerance = 1e-8; // the project's metric for gradients
constexpr double f64Tolerance = 1e-11;     // compiled against interpreted
constexpr double f32Tolerance = 2e-5;

/// Tells what failed as it happens, and the largest error of each kind of check
/// at the end.
class Report {
public:
  void compare(llvm::StringRef kind, const llvm::Twine &what, const Tensor &expected, const Tensor &found,
               double tolerance) {
    double error = disagreement(expected, found);
    double &worst = worstOf[kind.str()];
    worst = std::max(worst, error);
    if (error <= tolerance)
      return;
    failed = true;
    llvm::errs() << kind << ": " << what << " differs by " << llvm::format("%.2e", error) << " (tolerance "
                 << llvm::format("%.0e", tolerance) << ")\n";
    for (size_t i = 0; i < std::min<size_t>(expected.data.size(), 6); ++i)
      llvm::errs() << "    [" << i << "] expected " << llvm::format("%.12g", expected.data[i]) << ", found "
                   << llvm::format("%.12g", i < found.data.size() ? found.data[i] : NAN) << "\n";
  }

  void fail(const llvm::Twine &text) {
    failed = true;
    llvm::errs() << "error: " << text << "\n";
  }

  int finish() {
    for (auto &[kind, worst] : worstOf)
      llvm::outs() << llvm::sys::path::filename(inputPath) << ": " << kind << ": largest error "
                   << llvm::format("%.1e", worst) << "\n";
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
  }

private:
  std::map<std::string, double> worstOf;
  bool failed = false;
};

Report report;

} // namespace

//===--------------------------------------------------------------------------------------------------===//
// Interpreted
//===--------------------------------------------------------------------------------------------------===//

static bool differentiate(ModuleOp module) {
  PassManager passes(module.getContext());
  return succeeded(parsePassPipeline("nn.model(nn-differentiate)", passes)) && succeeded(passes.run(module));
}

static FuncOp lookup(ModuleOp module, llvm::StringRef name) {
  FuncOp found;
  module.walk([&](FuncOp function) {
    if (function.getSymName() == name)
      found = function;
  });
  return found;
}

static std::map<std::string, int64_t> sizesOf(FuncOp function) {
  return sampleSizes(function->getParentOfType<ModelOp>());
}

static Call sample(FuncOp function, std::map<std::string, int64_t> sizes) {
  return sampleCall(function, std::move(sizes), /*seed=*/1);
}

/// Adds the derivative of each named function, by nn.grad. `wrt` is filled in,
/// or obeyed where it has an entry.
static std::vector<std::string> addDerivatives(ModuleOp module, llvm::ArrayRef<std::string> names,
                                               std::map<std::string, llvm::SmallVector<unsigned>> &wrt) {
  std::vector<std::string> added;
  for (const std::string &name : names) {
    FuncOp function = lookup(module, name);
    auto known = wrt.find(name);
    llvm::SmallVector<unsigned> arguments =
        known != wrt.end() ? known->second : test::differentiableArguments(function);
    wrt[name] = arguments;
    if (!arguments.empty())
      added.push_back(test::addDerivative(function, arguments).getSymName().str());
  }
  return added;
}

/// Compares derivatives computed by rules with those by differences, for
/// functions whose nn.grad is not expanded yet.
static bool checkRules(ModuleOp module, llvm::ArrayRef<std::string> names, llvm::StringRef kind) {
  std::map<std::string, Outcome> differences;
  for (const std::string &name : names) {
    FuncOp function = lookup(module, name);
    FailureOr<Outcome> outcome = interpret(function, sample(function, sizesOf(function)));
    if (failed(outcome))
      return false;
    differences[name] = std::move(*outcome);
  }
  if (!differentiate(module))
    return false;
  for (const std::string &name : names) {
    FuncOp function = lookup(module, name);
    FailureOr<Outcome> outcome = interpret(function, sample(function, sizesOf(function)));
    if (failed(outcome))
      return false;
    for (size_t i = 0; i < outcome->results.size(); ++i)
      report.compare(kind, "@" + llvm::Twine(name) + ", " + function.resultName(i),
                     differences[name].results[i], outcome->results[i], gradientTolerance);
  }
  return true;
}

/// The module as text, short or generic.
static std::string textOf(ModuleOp module, bool generic) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, generic ? OpPrintingFlags().printGenericOpForm() : OpPrintingFlags());
  return text;
}

static void checkRoundTrip(ModuleOp module) {
  for (bool generic : {false, true}) {
    std::string text = textOf(module, generic);
    OwningOpRef<ModuleOp> again = parseSourceString<ModuleOp>(text, module.getContext());
    // Values are called after their locations, which text does not carry: what was read once is compared.
    text = again ? textOf(*again, generic) : "";
    OwningOpRef<ModuleOp> twice = parseSourceString<ModuleOp>(text, module.getContext());
    if (!again || !twice || textOf(*twice, generic) != text ||
        textOf(*twice, !generic) != textOf(*again, !generic))
      report.fail(llvm::Twine("the graph is another one after printing and reading its ") +
                  (generic ? "generic" : "short") + " form");
  }
}

/// Runs the compiler's passes with the interpreter looking on.
static void checkPasses(ModuleOp module) {
  for (unsigned level : {0, 2}) {
    OwningOpRef<ModuleOp> copy = module.clone();
    PipelineOptions options;
    options.optLevel = level;
    PassManager passes(module.getContext());
    bool changed = false;
    passes.addInstrumentation(verifyMeaning(changed));
    buildGraphPipeline(passes, options);
    buildKernelPipeline(passes, options);
    if (failed(passes.run(*copy)) || changed)
      report.fail("a pass of -O" + llvm::Twine(level) + " fails or changes what a function computes");
  }
}

//===--------------------------------------------------------------------------------------------------===//
// Compiled
//===--------------------------------------------------------------------------------------------------===//

static bool writeGraph(ModuleOp module, const std::string &path) {
  std::error_code code;
  llvm::raw_fd_ostream file(path, code);
  if (code)
    return report.fail(path + ": " + code.message()), false;
  file << module;
  return true;
}

/// Runs nnc on the module.
static bool compile(ModuleOp module, const std::string &stem) {
  std::string graph = stem + ".mlir", library = stem + ".so";
  if (!writeGraph(module, graph))
    return false;
  llvm::ErrorOr<std::string> nnc = llvm::sys::findProgramByName("nnc");
  if (!nnc)
    return report.fail("nnc is not on the PATH"), false;
  if (llvm::sys::ExecuteAndWait(*nnc, {*nnc, graph, "-o", library}) != 0)
    return report.fail("nnc refuses " + graph), false;
  return true;
}

/// The derivative of result 0 by differences of the compiled function itself.
static Tensor compiledDifferences(test::CompiledModel &library, const std::string &name, Call call,
                                  unsigned argument) {
  Tensor &x = call.inputs[argument];
  Tensor derivative(x.shape);
  std::vector<Tensor> results;
  auto totalAt = [&](int64_t i, double value) {
    double kept = std::exchange(x.data[i], value);
    if (!library.call(name, call, results))
      report.fail(library.error());
    x.data[i] = kept;
    return results.empty() ? NAN : results[0].data[0];
  };
  for (int64_t i = 0; i < x.count(); ++i) {
    double at = x.data[i], h = 1e-3;
    derivative.data[i] =
        (totalAt(i, at - 2 * h) - 8 * totalAt(i, at - h) + 8 * totalAt(i, at + h) - totalAt(i, at + 2 * h)) /
        (12 * h);
  }
  return derivative;
}

/// Whether differences of the function's numbers are its derivative: not where a gradient is stopped on purpose, nor
/// where f32 in between rounds the numbers coarsely.
static bool hasPlainDerivative(FuncOp function) {
  return !function
              .walk([](Operation *op) -> WalkResult {
                bool rounds = llvm::any_of(op->getResultTypes(),
                                           [](Type type) { return getElementTypeOrSelf(type).isF32(); });
                return success(!isa<StopGradientOp>(op) && !rounds);
              })
              .wasInterrupted();
}

/// A compiled function and the interpreted one at the edges of numbers and sizes.
static void checkSpecialValues(FuncOp function, test::CompiledModel &library, llvm::StringRef type,
                               double tolerance) {
  std::map<std::string, int64_t> sizes = sizesOf(function);
  std::vector<test::SpecialCall> calls = test::specialCalls(function, sample(function, sizes));
  if (sizes.count("batch")) {
    sizes["batch"] = 0;
    calls.push_back({"batch 0", sample(function, sizes)});
  }
  const std::string name = function.getSymName().str();
  const test::Freedom freedom = test::freedomOf(function);
  if (freedom.gaps)
    tolerance *= 4; // sums of many products whose factors are up to 2.5
  for (auto &[about, call] : calls) {
    Call plain = test::withoutDenormals(function, call);
    plain.precision = Precision::AsTyped;
    FailureOr<Outcome> expected = interpret(function, plain);
    std::vector<Tensor> found;
    bool done = succeeded(expected) && library.call(name, call, found);
    // Libraries refuse a call that has nothing to read and something to write.
    auto isEmpty = [](const Tensor &tensor) { return tensor.count() == 0; };
    bool refuses = succeeded(expected) && llvm::any_of(call.inputs, isEmpty) &&
                   !llvm::all_of(expected->results, isEmpty);
    if (refuses && !done && llvm::StringRef(library.error()).contains("a size is 0, but"))
      continue;
    if (refuses || !done)
      return report.fail("@" + name + ", " + about + ": " +
                         (done ? "should refuse an empty call" : llvm::StringRef(library.error())));
    for (auto [i, tensor] : llvm::enumerate(found)) {
      std::string difference = test::specialDifference(function.getResultTypes()[i], expected->results[i], tensor,
                                                       tolerance, freedom);
      if (!difference.empty())
        return report.fail("compiled " + type + " @" + name + ", " + function.resultName(i) + ", " + about +
                           ": " + difference);
    }
  }
}

static void checkCompiled(ModuleOp module, const std::string &stem, llvm::StringRef type, double tolerance,
                          const std::map<std::string, llvm::SmallVector<unsigned>> &wrt) {
  if (!compile(module, stem))
    return;
  test::CompiledModel library(stem + ".so");
  if (!library.isOpen())
    return report.fail(library.error());
  std::string against = ("compiled " + type + " against interpreter").str();
  module.walk([&](FuncOp function) {
    std::string name = function.getSymName().str();
    std::map<std::string, int64_t> sizes = sizesOf(function);
    llvm::SmallVector<int64_t> batches = {sizes.count("batch") ? sizes["batch"] : 0};
    if (sizes.count("batch"))
      batches.append({1, 19});
    for (int64_t batch : batches) {
      if (sizes.count("batch"))
        sizes["batch"] = batch;
      Call call = sample(function, sizes);
      if (type == "f64") // so that a conversion to f32 in between rounds in both
        call.precision = Precision::AsTyped;
      FailureOr<Outcome> expected = interpret(function, call);
      std::vector<Tensor> found;
      if (failed(expected) || !library.call(name, call, found))
        return report.fail("@" + llvm::Twine(name) + ": " + library.error());
      for (size_t i = 0; i < found.size(); ++i)
        report.compare(against,
                       "@" + llvm::Twine(name) + ", batch " + llvm::Twine(batch) + ", " +
                           function.resultName(i),
                       expected->results[i], found[i], tolerance);
    }
    checkSpecialValues(function, library, type, tolerance);
    if (type != "f64" || !llvm::StringRef(name).ends_with("_d") || !hasPlainDerivative(function))
      return;
    Call call = sample(function, sizesOf(function));
    std::vector<Tensor> found;
    if (!library.call(name, call, found))
      return report.fail(library.error());
    auto arguments = wrt.find(llvm::StringRef(name).drop_back(2).str());
    for (auto [i, argument] : llvm::enumerate(arguments->second))
      report.compare("compiled gradient against differences",
                     "@" + llvm::Twine(name) + ", " + function.resultName(i + 1),
                     compiledDifferences(library, name, call, argument), found[i + 1], gradientTolerance);
  });
}

/// The module with f32 in place of f64.
static OwningOpRef<ModuleOp> asSingle(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  for (size_t at = 0; (at = text.find("xf64", at)) != std::string::npos;)
    text.replace(at, 4, "xf32");
  for (size_t at = 0; (at = text.find("tensor<f64", at)) != std::string::npos;)
    text.replace(at, 10, "tensor<f32");
  return parseSourceString<ModuleOp>(text, module.getContext());
}

//===--------------------------------------------------------------------------------------------------===//
// Files and ops
//===--------------------------------------------------------------------------------------------------===//

static int checkFile(MLIRContext &context) {
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(inputPath, &context);
  if (!module)
    return EXIT_FAILURE;
  std::vector<std::string> names;
  module->walk([&](FuncOp function) { names.push_back(function.getSymName().str()); });

  // `module` has its derivatives expanded order by order, each against differences. `nested` is the graph as a user
  // may write it, second derivatives as nn.grad of nn.grad.
  std::map<std::string, llvm::SmallVector<unsigned>> wrt;
  std::vector<std::string> first = addDerivatives(*module, names, wrt);
  OwningOpRef<ModuleOp> nested = module->clone();
  OwningOpRef<ModuleOp> single = asSingle(*nested);
  if (!single)
    return EXIT_FAILURE;
  OwningOpRef<ModuleOp> compiled = nested->clone();
  if (!graphsOnly) {
    if (!checkRules(*module, first, "gradient rule"))
      return EXIT_FAILURE;
    std::vector<std::string> second = addDerivatives(*module, first, wrt);
    if (!checkRules(*module, second, "second derivative"))
      return EXIT_FAILURE;
    addDerivatives(*nested, first, wrt);
    checkRoundTrip(*nested);
    if (!differentiate(*nested))
      return EXIT_FAILURE;
    checkRoundTrip(*nested);
    checkPasses(*nested);
  }

  // Second derivatives are made of the ops that first ones are, so two cases of them are compiled, for the time's sake.
  if (first.size() > 2)
    first.resize(2);
  addDerivatives(*compiled, first, wrt);
  if (!differentiate(*compiled) || !differentiate(*single))
    return EXIT_FAILURE;
  if (graphsOnly) {
    writeGraph(*compiled, workPrefix + ".f64.mlir");
    writeGraph(*single, workPrefix + ".f32.mlir");
  } else if (!workPrefix.empty()) {
    checkCompiled(*compiled, workPrefix + ".f64", "f64", f64Tolerance, wrt);
    checkCompiled(*single, workPrefix + ".f32", "f32", f32Tolerance, wrt);
  }
  return report.finish();
}

/// What the cases of an op show of it.
static void checkCases(llvm::StringRef op, llvm::StringRef path, ModuleOp cases) {
  std::set<std::string> shapes;
  bool odd = false, unit = false, hasAxes = false, readsFloats = false, meetsSpecialValues = false;
  cases.walk([&](Operation *one) {
    if (one->getName().getStringRef() != op)
      return;
    std::string shape;
    llvm::raw_string_ostream stream(shape);
    auto look = [&](TypeRange types) {
      for (Type type : types) {
        auto tensor = dyn_cast<RankedTensorType>(type);
        if (!tensor)
          continue;
        hasAxes |= tensor.getRank() > 0;
        odd |= llvm::any_of(tensor.getShape(), [](int64_t size) { return size > 1 && size % 2; });
        unit |= llvm::is_contained(tensor.getShape(), 1);
        stream << tensor << " ";
      }
    };
    look(one->getOperandTypes());
    look(one->getResultTypes());
    shapes.insert(stream.str());
    auto isFloat = [](Type type) { return isa<FloatType>(getElementTypeOrSelf(type)); };
    if (llvm::any_of(one->getOperandTypes(), isFloat)) {
      readsFloats = true;
      meetsSpecialValues |= llvm::any_of(one->getParentOfType<FuncOp>().getArgumentTypes(), isFloat);
    }
  });
  if (shapes.empty())
    report.fail(op + " has no test: expected cases of it in " + path);
  else if (hasAxes && shapes.size() < 3)
    report.fail(op + " has too few tests: expected cases of three shapes in " + path + ", found " +
                llvm::Twine(shapes.size()));
  else if (hasAxes && !odd)
    report.fail(op + " has no test with an odd size in " + path);
  else if (hasAxes && !unit)
    report.fail(op + " has no test with an axis of one element in " + path);
  else if (readsFloats && !meetsSpecialValues)
    report.fail(op + " has no test whose inputs are floats, for special values, in " + path);
}

static int checkCoverage(MLIRContext &context) {
  context.getOrLoadDialect<NNDialect>();
  registerKernelEmitters(context);
  int64_t count = 0;
  for (RegisteredOperationName name : context.getRegisteredOperations()) {
    if (name.getDialectNamespace() != "nn" || name.hasTrait<IsStructure>())
      continue;
    ++count;
    llvm::StringRef op = name.getStringRef();
    bool has = name.hasInterface<DifferentiableOpInterface>(),
         hasReason = name.hasInterface<NonDifferentiableOpInterface>();
    if (has == hasReason)
      report.fail(op + (has ? " has both a gradient and a reason for having none" : " has no gradient"));
    if (!name.hasInterface<ReferenceOpInterface>())
      report.fail(op + " has no reference semantics");
    if (!name.hasInterface<EmitOpInterface>() && !name.hasInterface<EmitWholeKernelOpInterface>())
      report.fail(op + " has no code generation");
    std::string cases = coverageDirectory + "/" + op.drop_front(3).str() + ".mlir";
    if (!llvm::sys::fs::exists(cases)) {
      report.fail(op + " has no test: expected cases of it in " + cases);
      continue;
    }
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(cases, &context);
    if (!module)
      report.fail("cannot read " + llvm::Twine(cases));
    else
      checkCases(op, cases, *module);
  }
  llvm::outs() << count << " ops that compute\n";
  if (count == 0)
    report.fail("no ops are registered");
  return report.finish();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "proof of ops\n");
  registerPasses();
  DialectRegistry registry;
  registry.insert<NNDialect>();
  registerReferenceSemantics(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  return coverageDirectory.empty() ? checkFile(context) : checkCoverage(context);
}
