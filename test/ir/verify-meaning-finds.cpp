// RUN: %testbin/verify-meaning-finds
//
// verify-meaning-finds.cpp: --verify-meaning names a pass that changes a result or loses a store, and only that one.
#include "ir/interpreter/VerifyMeaning.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace nnc;

static const char *const text = R"(
nn.model @m attributes {source_name = "M", symbols = ["batch"], bounds = array<i64: 0>} {
  nn.variable @w parameter : tensor<3xf64> = <constant, 0.0>
  nn.func step @f(%x: tensor<3xf64> {nn.name = "x"}) -> (tensor<3xf64> {nn.name = "y"}) {
    %w = nn.load @w : tensor<3xf64>
    %y = nn.add %x, %w : tensor<3xf64>
    nn.store %y, @w : tensor<3xf64>
    nn.return %x : tensor<3xf64>
  }
}
)";

namespace {
enum class Fault { None, Value, Store };

/// Does nothing, or something wrong.
struct TestPass : PassWrapper<TestPass, OperationPass<FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestPass)
  explicit TestPass(Fault fault) : fault(fault) {}

  llvm::StringRef getArgument() const override { return fault == Fault::None ? "test-right" : "test-wrong"; }

  void runOnOperation() override {
    getOperation().walk([&](Operation *op) {
      OpBuilder builder(op);
      if (auto add = dyn_cast<AddOp>(op); add && fault == Fault::Value) {
        add.replaceAllUsesWith(builder.create<SubOp>(op->getLoc(), add.getLhs(), add.getRhs()).getResult());
        op->erase();
      } else if (isa<StoreOp>(op) && fault == Fault::Store) {
        op->erase();
      }
    });
  }

  Fault fault;
};
} // namespace

/// Runs a right pass and one with a fault; the errors reported.
static std::string errorsOf(Fault fault, bool &changed) {
  DialectRegistry registry;
  registry.insert<NNDialect>();
  registerReferenceSemantics(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  std::string errors;
  ScopedDiagnosticHandler handler(&context,
                                  [&](Diagnostic &diagnostic) { errors += diagnostic.str() + "\n"; });
  PassManager passes(&context);
  passes.addInstrumentation(verifyMeaning(changed));
  OpPassManager &functions = passes.nest<ModelOp>().nest<FuncOp>();
  functions.addPass(std::make_unique<TestPass>(Fault::None));
  functions.addPass(std::make_unique<TestPass>(fault));
  if (failed(passes.run(*module)))
    errors += "the passes failed\n";
  return errors;
}

static int expect(Fault fault, llvm::StringRef start) {
  bool changed = false;
  std::string errors = errorsOf(fault, changed);
  bool isRight = start.empty()
                     ? errors.empty()
                     : llvm::StringRef(errors).starts_with(start) && llvm::StringRef(errors).count('\n') == 1;
  if (isRight && changed == !start.empty())
    return 0;
  llvm::errs() << "expected '" << start << "', found '" << errors << "'\n";
  return 1;
}

int main() {
  return expect(Fault::None, "") +
         expect(Fault::Value, "pass test-wrong changed the meaning of @f: the new value of @w differs by ") +
         expect(Fault::Store, "pass test-wrong changed the meaning of @f: the new value of @w differs by ");
}
