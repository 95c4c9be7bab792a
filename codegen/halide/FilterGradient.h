// FilterGradient.h: gradients of a convolution's filter.
//
//   dw[taps, c, o] = sum over images and positions of x[image, position met by the taps, c] * dy[image, position, o]
//
// A register tile holds some channels c, the taps of a row (and of a second axis, where channels are few) and `vectors`
// of o. Each step of the sum loads a row of dy once for all of them. The sum over the positions of a turn, a block of a
// few images, is made in registers and then added to memory that stays in the cache ("partial"), while the turn's x and
// dy do so, too.
//
// A filter of few numbers has several partials, each of its own slice of the images, on the stack of the caller: tasks are
// slices and taps of the first axis. One of many has tasks for its own parts, which go through all images. How many
// slices there are depends on sizes alone, and the order of each sum is fixed.
#ifndef NNC_CODEGEN_HALIDE_FILTERGRADIENT_H
#define NNC_CODEGEN_HALIDE_FILTERGRADIENT_H

#include "codegen/halide/ConvSpec.h"
#include "codegen/halide/Sizes.h"

namespace nnc {

struct FilterGradientPlan {
  int channels, vectors;               // of the register tile
  bool holdsRow, holdsPlane;           // all taps of the last axis, of the one before it
  int columns;                         // vectors times lanes
  llvm::SmallVector<int64_t, 3> block; // positions of a turn
  int imagesPerTurn;
  int slices;          // 0: no slices, tasks are parts of the filter
  int channelsPerTask; // without slices
  bool copiesInput, copiesAdjoint;

  int lanes() const { return columns / vectors; }
  int64_t paddedOutputs(const ConvSpec &spec) const { return ceilDiv(spec.outputs(), columns) * columns; }
};

/// `spec` is that of the convolution. Chooses from sizes and target alone; nothing if a general reduction has to do.
std::optional<FilterGradientPlan> planFilterGradient(const ConvSpec &spec, const KernelTarget &target);

class FilterGradient : public Contractor {
public:
  /// `axes` are the result's loop variables: taps, input channel, output channel.
  FilterGradient(KernelEmitter &emitter, const ConvSpec &spec, mlir::Value adjoint,
                 const FilterGradientPlan &plan, std::vector<Halide::Var> axes);

  Num value() const override;
  void schedule(LoopNest &nest) override;

private:
  void definePositions(mlir::Value adjoint);
  void defineAdjointCopy(mlir::Value adjoint);
  void schedulePartial();
  void scheduleTile(const Halide::LoopLevel &level);
  int tileTaps(size_t axis) const;

  KernelEmitter &emitter;
  ConvSpec spec;
  FilterGradientPlan plan;
  std::vector<Halide::Var> axes;
  std::optional<InputBlock> input;
  Halide::Func tile{"filter_tile"}, partial{"filter_partial"}, adjointCopy{"adjoint_block"};
  Halide::RDom r, turns;
  Halide::Var column{"column"}, channel{"channel"}, slice{"slice"}, turn{"turn"};
  std::vector<Halide::Var> tap, block; // outermost first
  Halide::Var copiedImage{"copied_image"};
  std::vector<Halide::Var> copiedPlace, copiedBlock;
};

} // namespace nnc

#endif
