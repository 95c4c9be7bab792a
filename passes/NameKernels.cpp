// NameKernels.cpp: a symbol for each kernel, from a spelling of everything its code depends on.
#include "ir/KernelRegion.h"
#include "ir/ops/Structure.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_NAMEKERNELS
#include "passes/Passes.h.inc"

namespace {

/// Spells a kernel so that two have the same spelling exactly if the same code serves both.
class Spelling {
public:
  explicit Spelling(KernelOp kernel) : kernel(kernel), os(text) {
    for (auto [index, name] : llvm::enumerate(kernel.runtimeDims()))
      dimNumber[name] = index;
    for (BlockArgument argument : kernel.getBody().getArguments()) {
      os << "in ";
      spell(argument.getType());
      number(argument);
    }
    for (Operation &op : kernel.getBody().front())
      spell(op);
    for (auto [result, input] : resultsOverInputs(kernel))
      os << "result " << result << " over input " << input << "\n";
  }

  StringRef str() const { return text; }

private:
  void number(Value value) {
    unsigned next = numbers.size();
    numbers[value] = next;
    os << " %" << next << "\n";
  }

  void spell(const Dim &dim) {
    Dim renamed;
    for (const auto &[monomial, coefficient] : dim.getTerms()) {
      Dim term(coefficient);
      for (const std::string &symbol : monomial)
        term = *term.mul(Dim::symbol("d" + std::to_string(dimNumber.lookup(symbol))));
      renamed = *renamed.add(term);
    }
    os << renamed.str();
  }

  void spell(Type type) {
    auto tensor = cast<RankedTensorType>(type);
    os << "[";
    llvm::interleave(dimsOf(tensor), os, [&](const Dim &dim) { spell(dim); }, ", ");
    os << "]" << tensor.getElementType();
  }

  void spell(Attribute attribute) {
    if (auto dim = dyn_cast<DimValueAttr>(attribute)) {
      spell(*Dim::parse(dim.getText()));
    } else if (auto list = dyn_cast<ArrayAttr>(attribute)) {
      os << "[";
      llvm::interleave(list, os, [&](Attribute element) { spell(element); }, ", ");
      os << "]";
    } else {
      os << attribute;
    }
  }

  void spell(Operation &op) {
    os << op.getName() << "(";
    llvm::interleave(
        op.getOperands(), os, [&](Value operand) { os << "%" << numbers.lookup(operand); }, ", ");
    os << ")";
    for (NamedAttribute attribute : op.getAttrs()) {
      os << " " << attribute.getName().getValue() << "=";
      spell(attribute.getValue());
    }
    os << " -> ";
    for (Value result : op.getResults()) {
      spell(result.getType());
      number(result);
    }
    os << "\n";
  }

  KernelOp kernel;
  std::string text;
  llvm::raw_string_ostream os;
  llvm::StringMap<unsigned> dimNumber;
  llvm::DenseMap<Value, unsigned> numbers;
};

struct NameKernelsPass : impl::NameKernelsBase<NameKernelsPass> {
  void runOnOperation() override {
    getOperation().walk([](KernelOp kernel) {
      KernelShape shape = KernelShape::of(kernel);
      Operation &last = *std::prev(kernel.getBody().front().end());
      Operation *speaking = !shape.anchors.empty() ? shape.anchors.front() : last.getPrevNode();
      std::string name = speaking ? speaking->getName().stripDialect().str() : "copy";
      uint64_t hash = llvm::xxh3_64bits(Spelling(kernel).str());
      kernel.setSymbol(name + "_" + llvm::utohexstr(hash, /*LowerCase=*/true, /*Width=*/16));
    });
  }
};

} // namespace
} // namespace nnc
