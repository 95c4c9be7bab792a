// GraphWarnings.cpp: what looks wrong only in the graph: layers that add nothing, and losses that cannot reach them.
#include "frontend/Lower.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Shape.h"
#include "llvm/ADT/DenseMap.h"

using namespace nnc;

static Range placeOf(ModelState &model, mlir::Operation *op) {
  mlir::FileLineColLoc place = sourcePlace(op->getLoc());
  return place ? model.diags.getSources().find(place.getFilename(), place.getLine(), place.getColumn())
               : Range();
}

/// The product `x @ parameter` that a value is, with at most a bias added; null if it is anything else, or is read by
/// others too.
static MatmulOp linearLayer(mlir::Value value) {
  if (!value.hasOneUse())
    return nullptr;
  if (auto add = value.getDefiningOp<AddOp>()) {
    auto bias = add.getRhs().getDefiningOp<BroadcastOp>();
    if (!bias || !bias.getX().getDefiningOp<LoadOp>() || !add.getLhs().hasOneUse())
      return nullptr;
    value = add.getLhs();
  }
  auto product = value.getDefiningOp<MatmulOp>();
  return product && product.getRhs().getDefiningOp<LoadOp>() ? product : MatmulOp();
}

/// Two linear layers in a row are one, unless the second reads fewer features than the one would: a bottleneck.
static void warnOfLinearStack(ModelState &model, FuncOp func) {
  for (MatmulOp second : func.getBody().front().getOps<MatmulOp>()) {
    if (!second.getRhs().getDefiningOp<LoadOp>())
      continue;
    MatmulOp first = linearLayer(second.getLhs());
    if (!first)
      continue;
    auto lastAxis = [](mlir::Value value) { return dimsOf(value).back().valueIfStatic().value_or(0); };
    int64_t in = lastAxis(first.getLhs()), between = lastAxis(first.getResult()),
            out = lastAxis(second.getResult());
    if (between < std::min(in, out))
      continue;
    Range place = placeOf(model, second), before = placeOf(model, first);
    if (place.isValid())
      model.diags
          .warning(
              Warning::LinearStack, place,
              "two linear layers with nothing between are one linear layer; put an activation between them")
          .note(before, "the first one");
  }
}

/// A sigmoid's slope is at most 1/4: behind eight of them at most 1.5e-5 of a gradient is left.
static constexpr unsigned sigmoidLimit = 8;

/// The number of sigmoids on the path with the fewest from an input to each value; a sum with a shorter path, as of a
/// residual layer, lets gradients through.
static void warnOfSigmoidStack(ModelState &model, FuncOp func) {
  llvm::DenseMap<mlir::Value, unsigned> depth; // of what depends on inputs
  mlir::Block &block = func.getBody().front();
  for (mlir::BlockArgument argument : block.getArguments())
    depth[argument] = 0;
  for (mlir::Operation &op : block) {
    std::optional<unsigned> least;
    for (mlir::Value operand : op.getOperands())
      if (auto known = depth.find(operand); known != depth.end())
        least = std::min(least.value_or(known->second), known->second);
    if (!least)
      continue;
    const unsigned here = *least + mlir::isa<SigmoidOp>(op);
    for (mlir::Value result : op.getResults())
      depth[result] = here;
    if (here != sigmoidLimit || !mlir::isa<SigmoidOp>(op))
      continue;
    if (Range place = placeOf(model, &op); place.isValid())
      model.diags.warning(Warning::SigmoidStack, place,
                          "gradients that pass " + llvm::Twine(sigmoidLimit) +
                              " sigmoids in a row shrink to 1/65536 at most; use another activation, or a "
                              "residual layer");
  }
}

void nnc::warnOfGraph(ModelState &model, FuncOp func) {
  warnOfLinearStack(model, func);
  warnOfSigmoidStack(model, func);
}
