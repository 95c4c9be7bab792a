// Viewer.h: one page that shows a model at every stage, and what corresponds between them.
//
// The page is viewer.html with its style and script, which are files beside this one, and data: everything else. What
// corresponds is found by the numbers that setIds() gives ops, which survive the passes that make kernels, and by places in
// the source.
#ifndef NNC_CODEGEN_VIEW_VIEWER_H
#define NNC_CODEGEN_VIEW_VIEWER_H

#include "codegen/explain/Derivation.h"
#include "codegen/view/Steps.h"
#include <map>

namespace nnc::view {

struct SourceText {
  std::string name, text; // as locations name it
};

/// Texts of kernels by symbol, of all targets in the same order.
using KernelTexts = std::vector<std::pair<std::string, std::string>>;

class Viewer {
public:
  /// The first source is the model's own.
  Viewer(std::string title, std::vector<SourceText> sources) : title(std::move(title)), sources(std::move(sources)) {}

  void setDerivations(std::vector<explain::Derivation> made) { derivations = std::move(made); }
  /// Numbers the ops of the joint graph, and draws its functions.
  void draw(mlir::ModuleOp joint);
  /// For a target: kernels as Halide's loop nests, and as assembly (see codeOnly) or PTX.
  void addTarget(std::string name, KernelTexts nests, KernelTexts code) {
    targets.push_back({std::move(name), std::move(nests), std::move(code)});
  }
  /// The page. `planned` is the graph after the last pass. Bytes are given for the run-time dimensions in `sizes`, 1 where it
  /// does not name them.
  std::string page(mlir::ModuleOp planned, const StepRecorder &steps, const std::map<std::string, int64_t> &sizes);

private:
  struct Op {
    std::string file, role, rule, name, layer;
    unsigned line, column;
  };
  struct Target {
    std::string name;
    KernelTexts nests, code;
  };
  friend class PageData;

  std::string title;
  std::vector<SourceText> sources;
  std::vector<explain::Derivation> derivations;
  std::map<int64_t, Op> ops;
  std::map<std::string, std::string> pictures; // by model and function
  std::vector<Target> targets; // at least one
};

/// What of an assembler's text is code: labels and instructions, without directives, comments and constants.
std::string codeOnly(llvm::StringRef assembly);

} // namespace nnc::view

#endif
