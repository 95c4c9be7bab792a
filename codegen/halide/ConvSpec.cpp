// ConvSpec.cpp: see ConvSpec.h.
#include "codegen/halide/ConvSpec.h"
#include "codegen/halide/Place.h"
#include <algorithm>
#include <numeric>

using namespace Halide;

namespace nnc {

ConvAxis ConvAxis::forward(const Window &window, size_t axis, const Dim &x, const Dim &y) {
  ConvAxis a;
  a.output = y, a.input = x;
  a.inputStride = static_cast<int>(window.strides[axis]);
  a.tapStep = static_cast<int>(window.dilations[axis]);
  a.phases = {{0, static_cast<int>(window.sizes[axis]), -static_cast<int>(window.low[axis])}};
  a.padded = window.low[axis] != 0 || window.high[axis] != 0;
  return a;
}

ConvAxis ConvAxis::backward(const Window &window, size_t axis, const Dim &dy, const Dim &dx) {
  // Element i meets position p by tap t where p * stride + t * dilation - low == i. For i = q * stride + phase those are
  // the taps with t * dilation == phase + low modulo the stride, every (stride / gcd)-th.
  int stride = static_cast<int>(window.strides[axis]), dilation = static_cast<int>(window.dilations[axis]);
  int low = static_cast<int>(window.low[axis]), size = static_cast<int>(window.sizes[axis]);
  int divisor = std::gcd(stride, dilation), every = stride / divisor;
  ConvAxis a;
  a.output = dx, a.input = dy;
  a.tapStep = -(dilation / divisor);
  a.tapStride = every;
  for (int phase = 0; phase < stride; ++phase) {
    Phase made{0, 0, 0};
    for (int t = 0; t < std::min(every, size); ++t)
      if ((phase + low - t * dilation) % stride == 0)
        made = {t, (size - 1 - t) / every + 1, (phase + low - t * dilation) / stride};
    a.phases.push_back(made);
  }
  a.padded = stride != 1 || size != 1 || low != 0 || window.high[axis] != 0;
  return a;
}

int ConvAxis::taps() const {
  int most = 0;
  for (const Phase &phase : phases)
    most = std::max(most, phase.count);
  return most;
}

int ConvAxis::lowest() const {
  int least = 0;
  bool any = false;
  for (const Phase &phase : phases)
    if (phase.count > 0) {
      int at = phase.base + std::min(0, (phase.count - 1) * tapStep);
      least = any ? std::min(least, at) : at;
      any = true;
    }
  return least;
}

int ConvAxis::highest() const {
  int most = 0;
  bool any = false;
  for (const Phase &phase : phases)
    if (phase.count > 0) {
      int at = phase.base + std::max(0, (phase.count - 1) * tapStep);
      most = any ? std::max(most, at) : at;
      any = true;
    }
  return most;
}

std::optional<int64_t> ConvAxis::outputsOfPhase() const {
  std::optional<int64_t> size = output.valueIfStatic();
  if (!size)
    return std::nullopt;
  int64_t count = phases.size();
  return (*size + count - 1) / count;
}

Expr ConvAxis::perPhase(const Expr &phase, int Phase::*number) const {
  Expr value = Expr(phases.back().*number);
  for (size_t i = phases.size() - 1; i-- > 0;)
    value = select(phase == static_cast<int>(i), phases[i].*number, value);
  return Internal::simplify(value);
}

int64_t InputBlock::bytes(const ConvSpec &spec, llvm::ArrayRef<int64_t> outputsPerBlock, int64_t channels) {
  int64_t elements = channels;
  for (auto [axis, outputs] : llvm::zip(spec.axes, outputsPerBlock))
    elements *= axis.reach(outputs);
  return elements * spec.type.bytes();
}

InputBlock::InputBlock(KernelEmitter &emitter, const ConvSpec &spec, llvm::ArrayRef<int64_t> outputsPerBlock,
                       int64_t channels)
    : channels(channels), lanes(emitter.getTarget().lanes(spec.type)) {
  Place at(emitter);
  at.push(min(image, emitter.extent(spec.batch) - 1)); // the last turn may have fewer
  for (size_t axis = 0; axis < spec.rank(); ++axis) {
    const ConvAxis &a = spec.axes[axis];
    Var place("place" + std::to_string(axis)), number("block" + std::to_string(axis));
    int64_t outputs = outputsPerBlock[axis];
    at.pushChecked(number * static_cast<int>(outputs * a.inputStride) + a.lowest() + place, a.input);
    within.insert(within.begin(), place);
    block.insert(block.begin(), number);
    extents.insert(extents.begin(), static_cast<int>(a.reach(outputs)));
  }
  if (channels == spec.inputs())
    at.push(channel);
  else
    at.pushChecked(channel, Dim(spec.inputs()));
  std::vector<Var> args = {channel};
  args.insert(args.end(), within.begin(), within.end());
  args.insert(args.end(), block.begin(), block.end());
  args.push_back(image);
  copy(args) = at.elementOrZero(spec.input).expr();
}

Expr InputBlock::at(const Expr &channel, llvm::ArrayRef<Expr> places, llvm::ArrayRef<Expr> blocks,
                    const Expr &image) const {
  std::vector<Expr> args = {channel};
  args.insert(args.end(), places.rbegin(), places.rend());
  args.insert(args.end(), blocks.rbegin(), blocks.rend());
  args.push_back(image);
  return copy(args);
}

void InputBlock::schedule(const LoopLevel &level, int images) {
  copy.compute_at(level)
      .store_in(MemoryType::Register)
      .bound(channel, 0, static_cast<int>(channels))
      .bound_extent(image, images)
      .never_partition_all();
  for (size_t axis = 0; axis < within.size(); ++axis) {
    copy.bound(within[axis], 0, extents[axis]);
    copy.bound_extent(block[axis], 1);
  }
  // Few channels: a vector of places, which are not contiguous.
  if (channels >= lanes / 2)
    copy.vectorize(channel, lanes, TailStrategy::GuardWithIf);
  else
    copy.reorder(within.front(), channel).vectorize(within.front(), lanes, TailStrategy::GuardWithIf);
}

int spareRegisters(const Machine &machine) { return machine.vectorRegisters >= 32 ? 1 : machine.fma ? 2 : 4; }

} // namespace nnc
