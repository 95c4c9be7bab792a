// Dialect.h: the `nn` dialect in C++: attributes, traits and interfaces. Ops are in ir/ops, one header per family,
// so that a new op touches only what names it.
#ifndef NNC_IR_DIALECT_H
#define NNC_IR_DIALECT_H

#include "ir/Dim.h"
#include "ir/Scalar.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>

namespace nnc {
class GraphBuilder;
class InterpreterContext;

/// What a gradient rule says of itself: for explanations and documentation. Equations are texts as of
/// codegen/explain/Formula.h, in letters of the rule's own.
struct GradientRule {
  llvm::StringRef name;
  llvm::StringRef forward;                  // what the op computes
  llvm::StringRef words;                    // of letters that no equation explains, or empty
  llvm::StringRef before;                   // what `formula` is the simplification of, or empty
  llvm::StringRef formula;                  // the adjoints
  llvm::ArrayRef<llvm::StringRef> operands; // their letters, in order; optional operands may be missing at the end
  llvm::ArrayRef<llvm::StringRef> results;  // likewise
  llvm::ArrayRef<llvm::StringRef> saves;    // operands and results the backward pass reads
};

/// An adjoint that comes into a block from outside.
struct Seed {
  mlir::Value value, adjoint;
};

/// Appends to a block, before its terminator, the adjoints of `wrt` from those of the seeds' values; null where no
/// path leads.
using DifferentiateBlock = llvm::function_ref<mlir::FailureOr<llvm::SmallVector<mlir::Value>>(
    mlir::Block &, llvm::ArrayRef<Seed>, llvm::ArrayRef<mlir::Value> wrt)>;

/// On ops that are part of checkpoints, until nn-differentiate: the checkpoints' numbers, the outermost first.
inline constexpr llvm::StringLiteral kCheckpointAttr = "nn.checkpoint";

/// What the rule of an op with a region gives back.
struct RegionGradient {
  llvm::SmallVector<mlir::Value> dOperands;
  /// Takes the op's place; its first results are the op's. Null: the op stays.
  mlir::Operation *replacement = nullptr;
};

/// One operation per element of the results, or of what is reduced; none for an op that moves elements.
std::optional<Dim> usualOperationCount(mlir::Operation *op);
/// `factor` multiplications, additions or both for every combination of indices of these sizes.
std::optional<Dim> operationsOver(int64_t factor, llvm::ArrayRef<Dim> sizes);

/// Gives an op's results their printed names: those of the source, else what describes them. Results of a kernel or loop
/// are called as the values inside that they are.
void nameResults(mlir::Operation *op, mlir::OpAsmSetValueNameFn setName);
/// The same for the arguments of a kernel's or loop's region, which are called as what they stand for.
void nameArguments(mlir::Region &region, mlir::OpAsmSetValueNameFn setName);

/// Folds an elementwise op whose operands are all splats, by its scalar meaning.
mlir::LogicalResult foldElementwise(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands,
                                    llvm::SmallVectorImpl<mlir::OpFoldResult> &results);

template <typename ConcreteOp>
class FoldsElementwise : public mlir::OpTrait::TraitBase<ConcreteOp, FoldsElementwise> {
public:
  static mlir::LogicalResult foldTrait(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands,
                                       llvm::SmallVectorImpl<mlir::OpFoldResult> &results) {
    return foldElementwise(op, operands, results);
  }
};

template <typename ConcreteOp>
class SameMemory : public mlir::OpTrait::TraitBase<ConcreteOp, SameMemory> {};
template <typename ConcreteOp> class IndexMap : public mlir::OpTrait::TraitBase<ConcreteOp, IndexMap> {};
template <typename ConcreteOp>
class MovesElements : public mlir::OpTrait::TraitBase<ConcreteOp, MovesElements> {};
template <typename ConcreteOp>
class Contraction : public mlir::OpTrait::TraitBase<ConcreteOp, Contraction> {};
template <typename ConcreteOp> class Windowed : public mlir::OpTrait::TraitBase<ConcreteOp, Windowed> {};

template <typename ConcreteOp>
class WholeKernel : public mlir::OpTrait::TraitBase<ConcreteOp, WholeKernel> {};

/// Marks ops that hold or connect computations (functions, variables, kernels) instead of being one.
template <typename ConcreteOp>
class IsStructure : public mlir::OpTrait::TraitBase<ConcreteOp, IsStructure> {};
} // namespace nnc

#include "ir/Dialect.h.inc"
#include "ir/Enums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.h.inc"

#include "ir/Interfaces.h.inc"

#endif
