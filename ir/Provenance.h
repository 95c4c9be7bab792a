// Provenance.h: why an op is here and what its value is called, kept in its location.
//
// The frontend gives each op NameLoc("h1", file:line:col). Autodiff and the optimizer wrap the forward op's location:
// FusedLoc<#nn.provenance<adjoint, "product rule", 0, "h1">>[NameLoc("d_h1", file:line:col)]. An op of a layer has the
// layer's name around its place: NameLoc("h1", FusedLoc<"dense1">[file:line:col]).
#ifndef NNC_IR_PROVENANCE_H
#define NNC_IR_PROVENANCE_H

#include "ir/Dialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Location.h"

namespace nnc {

/// A location that says: made by `rule` for operand `operand` of the op at `forward`, which computes `of`, under the
/// name `name` (empty: no name).
mlir::Location provenanceLoc(mlir::Location forward, Role role, llvm::StringRef rule, int32_t operand,
                             llvm::StringRef name, llvm::StringRef of);
mlir::Location provenanceLoc(mlir::Operation *forward, Role role, llvm::StringRef rule, int32_t operand,
                             llvm::StringRef name);

/// The innermost-made provenance of a location, or null for an op of the forward pass.
ProvenanceAttr provenanceOf(mlir::Location loc);

/// The name a value has in the source (`h1`, `d_h1`), or empty.
llvm::StringRef sourceName(mlir::Location loc);

/// The name a value has in the source, else a word for what it is ("relu", "matmul"); empty for an argument that stands for
/// nothing outside.
std::string describedName(mlir::Value value);

/// `loc`, a place without a name, in the layer of that name (`blocks.0.attention`).
mlir::Location inLayer(mlir::Location loc, llvm::StringRef layer);

/// The innermost layer that the op, or the forward op it was made for, is part of; empty outside of layers.
llvm::StringRef layerOf(mlir::Location loc);

/// The place in the text, or null.
mlir::FileLineColLoc sourcePlace(mlir::Location loc);

/// `loc` under another name.
mlir::Location renamed(mlir::Location loc, llvm::StringRef name);

/// `adjoint of h1 by the matrix product, operand 0, mlp.nn:5:9`: a provenance and its place for people. Of an op of the
/// forward pass it is the place alone.
std::string provenanceText(mlir::Location loc);

/// Prints a graph with a comment behind each op that the forward pass does not have, saying why it is here.
void printWithProvenance(mlir::ModuleOp module, llvm::raw_ostream &out);

} // namespace nnc

#endif
