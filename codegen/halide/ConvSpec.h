// ConvSpec.h: convolutions as their kernels see them, and the copy of the input that tiles read.
//
// A convolution and the gradient of its input are one form. Along each axis, output q * phases + phase meets the inputs
//
//   q * inputStride + base(phase) + j * tapStep      by the taps      first(phase) + j * tapStride,   j < count(phase)
//
// A convolution has one phase, a stride s of the input and taps in order. The gradient of a strided convolution's input
// has s phases: elements that leave the same remainder meet the same taps, so no product with a zero between positions
// is made.
#ifndef NNC_CODEGEN_HALIDE_CONVSPEC_H
#define NNC_CODEGEN_HALIDE_CONVSPEC_H

#include "codegen/halide/Emitter.h"
#include "ir/Window.h"

namespace nnc {

struct ConvAxis {
  struct Phase {
    int first, count, base;
  };

  Dim output, input; // sizes
  int inputStride = 1, tapStep = 1, tapStride = 1;
  llvm::SmallVector<Phase, 2> phases;
  bool padded = true; // a tap may meet a place outside of the input

  /// Axis `axis` of y = conv(x, w), and of dx.
  static ConvAxis forward(const Window &window, size_t axis, const Dim &x, const Dim &y);
  static ConvAxis backward(const Window &window, size_t axis, const Dim &dy, const Dim &dx);

  int taps() const; // the most of any phase
  /// The first and last place that taps meet at q = 0, over all phases.
  int lowest() const;
  int highest() const;
  /// Inputs that `count` outputs of each phase meet.
  int64_t reach(int64_t count) const { return (count - 1) * inputStride + highest() - lowest() + 1; }
  /// Outputs of a phase, if known.
  std::optional<int64_t> outputsOfPhase() const;
  /// A number of each phase as an expression of the phase.
  Halide::Expr perPhase(const Halide::Expr &phase, int Phase::*number) const;
};

/// Is this nn.conv or a gradient of it?
bool isConvolution(mlir::Operation *op);

/// y[n, outputs..., o] = sum over taps and input channels of input * filter.
struct ConvSpec {
  Halide::Type type;
  Dim batch;
  llvm::SmallVector<ConvAxis, 3> axes;
  int64_t groups, inputsPerGroup, outputsPerGroup;
  bool filterAcross; // outputs are not the last axis of the filter in memory
  mlir::Value input; // [n, positions..., channel]
  /// The filter at [taps...], input channel of a group, and output channel, which is in `group`.
  std::function<Num(llvm::ArrayRef<Halide::Expr>, Halide::Expr in, Halide::Expr out, Halide::Expr group)>
      filter;

  size_t rank() const { return axes.size(); }
  int64_t inputs() const { return groups * inputsPerGroup; }
  int64_t outputs() const { return groups * outputsPerGroup; }
  /// Each output channel has one input channel, its own.
  bool isChannelwise() const { return groups > 1 && inputsPerGroup == 1 && outputsPerGroup == 1; }
};

/// Registers that tiles leave to the products and the compiler: one, or more where there are few or no fused
/// multiply-add.
int spareRegisters(const Machine &machine);

/// A block of the input with what lies around it, zeros outside, on the stack. Function of (channel, places within the
/// block, blocks, image), spatial axes innermost first.
class InputBlock {
public:
  InputBlock(KernelEmitter &emitter, const ConvSpec &spec, llvm::ArrayRef<int64_t> outputsPerBlock,
             int64_t channels);

  static int64_t bytes(const ConvSpec &spec, llvm::ArrayRef<int64_t> outputsPerBlock, int64_t channels);

  /// At output `within` of a block (outermost first) and places after the first tap's lowest.
  Halide::Expr at(const Halide::Expr &channel, llvm::ArrayRef<Halide::Expr> places,
                  llvm::ArrayRef<Halide::Expr> blocks, const Halide::Expr &image) const;
  /// `images`: of which one turn of `level` reads.
  void schedule(const Halide::LoopLevel &level, int images);

private:
  Halide::Func copy{"input_block"};
  Halide::Var channel{"input_channel"}, image{"input_image"};
  std::vector<Halide::Var> within, block; // innermost first
  std::vector<int> extents;               // of `within`
  int64_t channels;
  int lanes;
};

} // namespace nnc

#endif
