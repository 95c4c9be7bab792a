// Frontend.cpp: reading, checking and lowering in order.
#include "frontend/Frontend.h"
#include "frontend/ASTPrinter.h"
#include "frontend/Check.h"
#include "frontend/Lower.h"
#include "frontend/Modules.h"
#include "frontend/StandardLibrary.h"

using namespace nnc;

struct Frontend::State {
  State(FrontendOptions options, llvm::raw_ostream &errors)
      : options(std::move(options)), sources(&StandardLibrary::get().getSources()),
        diags(sources, errors, this->options.diagnostics), loader(sources, diags) {}
  FrontendOptions options;
  SourceManager sources;
  Diagnostics diags;
  ModuleLoader loader;
  const Module *main = nullptr;
};

Frontend::Frontend(FrontendOptions options, llvm::raw_ostream &errors)
    : state(std::make_unique<State>(std::move(options), errors)) {}
Frontend::~Frontend() = default;

bool Frontend::parse() {
  state->main = state->loader.load(state->options.mainFile, state->options.mainText);
  return !state->diags.hasErrors();
}

void Frontend::printAST(llvm::raw_ostream &os) {
  if (state->main)
    for (const ast::File *file : state->main->files)
      nnc::printAST(*file, state->sources, os);
}

mlir::OwningOpRef<mlir::ModuleOp> Frontend::lower(mlir::MLIRContext &context) {
  context.loadDialect<NNDialect>();
  if (!state->main || state->diags.hasErrors())
    return nullptr;
  bool sound = true;
  for (const auto &module : state->loader.getModules())
    if (!module->isLibrary)
      sound &= checkModule(*module, state->diags, context);
  if (!sound)
    return nullptr;
  LowerOptions options{state->options.f64, state->options.splitsSteps, state->options.defines,
                       state->loader.getMemory()};
  return lowerProgram(*state->main, state->sources, state->diags, context, options);
}

std::vector<std::string> Frontend::dependencies() const { return state->loader.getDependencies(); }
unsigned Frontend::errorCount() const { return state->diags.errorCount(); }
