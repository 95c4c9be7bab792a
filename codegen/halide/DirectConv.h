// DirectConv.h: convolutions, and gradients of their inputs, without a matrix of patches.
//
// A register tile holds `pixels` neighbours along the last spatial axis times `vectors` of output channels. Each step of
// the sum over taps and input channels loads a row of the filter once for all pixels and a number of the input once for
// all vectors. Around it, from inside out: tiles of a row, rows of a block, phases, groups of output channels, blocks,
// images; a task is some of the last three.
//
// Rows that taps find outside of the input are left out, and columns where a tile is a whole row: its taps are unrolled, so
// each has the pixels that it meets. Where a tap may leave the input otherwise, it is read from a padded copy of the block
// on the stack. The filter is read where it is if its outputs are contiguous and fill vectors;
// else a task first copies the part for its group of outputs ("panel").
//
// Each element is one chain of fused multiply-adds, taps outside, channels inside, whatever the tiles and blocks.
#ifndef NNC_CODEGEN_HALIDE_DIRECTCONV_H
#define NNC_CODEGEN_HALIDE_DIRECTCONV_H

#include "codegen/halide/ConvSpec.h"
#include "codegen/halide/Sizes.h"

namespace nnc {

struct DirectConvPlan {
  int pixels, vectors;                 // of the register tile
  int columns;                         // output channels of a tile: vectors times lanes
  llvm::SmallVector<int64_t, 3> block; // outputs of each phase, per axis
  bool tileIsRow; // of an input that is not copied; taps of the last axis are unrolled
  bool copiesInput, copiesFilter;
  bool tasksOfBlocks; // else of whole images
  int imagesPerTask;
  int groupsPerTask; // of output channels

  int lanes() const { return columns / vectors; }
  /// Whether taps that leave the input along an axis are left out.
  bool leavesOut(const ConvSpec &spec, size_t axis) const;
  /// Channels of the input's copy: whole tiles where each output channel has its own.
  int64_t copiedChannels(const ConvSpec &spec) const {
    return spec.isChannelwise() ? ceilDiv(spec.inputs(), columns) * columns : spec.inputs();
  }
};

/// Chooses from sizes and target alone; nothing if a general reduction has to do.
std::optional<DirectConvPlan> planDirectConv(const ConvSpec &spec, const KernelTarget &target);

class DirectConv : public Contractor {
public:
  /// `axes` are the result's loop variables: image, spatial axes, channel.
  DirectConv(KernelEmitter &emitter, const ConvSpec &spec, const DirectConvPlan &plan,
             std::vector<Halide::Var> axes);

  Num value() const override;
  void schedule(LoopNest &nest) override;

private:
  bool isOneBlock(size_t axis) const;
  void definePanel();
  void scheduleSum(const Halide::LoopLevel &tileLoop);
  void schedulePanel(const Halide::LoopLevel &level);

  ConvSpec spec;
  DirectConvPlan plan;
  std::vector<Halide::Var> axes;
  std::optional<InputBlock> input;
  Halide::Func sum{"convolution"}, panel{"filter_panel"};
  Halide::RDom r, columns;
  Halide::Var column{"column"}, group{"column_group"}, image{"image"}, depth{"depth"};
  std::vector<Halide::Var> place, phase, block, tap; // outermost first
  bool ragged;                                       // the last group has fewer channels
};

} // namespace nnc

#endif
