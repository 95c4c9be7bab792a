// Views.cpp: what `nnc` shows for people beside its stages: pictures of a function, and the viewer's page.
#include "codegen/explain/meaning/Meaning.h"
#include "codegen/view/Drawing.h"
#include "frontend/Frontend.h"
#include "ir/ops/Structure.h"
#include "tools/nnc/Compilation.h"
#include "tools/nnc/Report.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace nnc {

/// The function that --function names, or the one with the most to see; null after an error.
FuncOp Compilation::pictured() {
  FuncOp best;
  std::string names;
  for (ModelOp model : graph->getOps<ModelOp>())
    for (FuncOp func : model.getBody().getOps<FuncOp>()) {
      names += (names.empty() ? "'" : ", '") + func.getSymName().str() + "'";
      if (options.function.empty() ? !best || (func.getKind() == FunctionKind::Step && best.getKind() != FunctionKind::Step)
                                   : !best && func.getSymName() == options.function)
        best = func;
    }
  if (!best && names.empty())
    error() << "'" << options.input << "' has no function to show\n";
  else if (!best)
    error() << "no function '" << options.function << "' in '" << options.input << "'; there are " << names << "\n";
  return best;
}

Compilation::Status Compilation::emitPicture() {
  FuncOp func = pictured();
  if (!func)
    return Status::UserError;
  finish(options.emit == Emit::Onnx  ? view::onnxBytes(func)
         : options.emit == Emit::Dot ? view::dotText(view::draw(func))
                                     : view::svgText(view::draw(func)));
  return Status::Done;
}

/// What the page shows that is gone after the passes: the texts, and where gradients come from.
Compilation::Status Compilation::beginViewer() {
  std::vector<std::string> paths = frontend ? frontend->dependencies() : std::vector<std::string>{options.input};
  std::vector<view::SourceText> texts;
  for (const std::string &path : paths)
    if (auto file = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/true); file && frontend)
      texts.push_back({path, (*file)->getBuffer().str()});
  viewer = std::make_unique<view::Viewer>(llvm::sys::path::stem(options.input).str(), std::move(texts));
  explain::registerMeanings(context);
  OwningOpRef<ModuleOp> copy = graph->clone();
  llvm::Expected<std::vector<explain::Derivation>> derivations = explain::derive(*copy, nullptr);
  if (!derivations) {
    std::string message = llvm::toString(derivations.takeError());
    if (!message.empty())
      error() << message << '\n';
    return Status::UserError;
  }
  viewer->setDerivations(std::move(*derivations));
  return Status::Done;
}

Compilation::Status Compilation::emitViewer() {
  for (unsigned i = 0; i < targets.size(); ++i) {
    auto nests = kernelTexts(*graph, kernelOptions(i), KernelText::LoopNest);
    if (!nests)
      return kernelError(nests.takeError());
    auto code = kernelTexts(*graph, kernelOptions(i), targets[i].gpu ? KernelText::Device : KernelText::Assembly);
    if (!code)
      return kernelError(code.takeError());
    if (!targets[i].gpu)
      for (auto &[symbol, text] : *code)
        text = view::codeOnly(text);
    viewer->addTarget(targets[i].name, std::move(*nests), std::move(*code));
  }
  finish(viewer->page(*graph, steps, options.sizes));
  return Status::Done;
}

} // namespace nnc
