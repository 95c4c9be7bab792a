// Lower.h: a checked program to the nn dialect: one nn.model per model, one nn.func per C function.
#ifndef NNC_FRONTEND_LOWER_H
#define NNC_FRONTEND_LOWER_H

#include "frontend/Elaborator.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/StringSet.h"

namespace nnc {

struct LowerOptions {
  bool f64 = false;
  bool splitsSteps = false; // train blocks get the two halves of their steps too
  std::vector<std::string> defines;
  llvm::BumpPtrAllocator &memory; // of trees, here of -D values
};

/// Null after any error.
mlir::OwningOpRef<mlir::ModuleOp> lowerProgram(const Module &mainModule, SourceManager &sources,
                                               Diagnostics &diags, mlir::MLIRContext &context,
                                               const LowerOptions &options);

/// Runs the model's text, and that of the entry named `e.wantedEntry`, in `e`. `inside` is called where all names are
/// visible.
void runModel(Elaborator &e, llvm::function_ref<void(Elaborator::Frame &)> inside);
/// An empty function of the model.
FuncOp addFunction(ModelState &model, llvm::StringRef name, FunctionKind kind, Range place);
/// The functions of a train block. `trained` receives the names of the parameters it updates.
void lowerTrain(ModelState &model, const ast::TrainDecl &decl, llvm::StringRef name,
                llvm::StringSet<> &trained);

/// Warnings about what a function computes (GraphWarnings.cpp).
void warnOfGraph(ModelState &model, FuncOp func);
/// What `averaged(l)` reads becomes the moving average of the train block that keeps one, or, of a parameter that is
/// never trained, the parameter.
void resolveAverages(ModelState &model, const llvm::StringSet<> &trained);
/// Says which state each entry keeps to itself, as the attribute `nn.resets` of the model.
void findResets(ModelState &model, llvm::ArrayRef<llvm::StringRef> entries);

} // namespace nnc

#endif
