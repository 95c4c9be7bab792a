// AttentionNest.h: what loop nests of attention have in common, on a CPU (Attention.cpp) and a GPU (gpu/Attention.cpp).
//
// One side (queries or keys) lies across: blocks of `width` of its rows. The other streams past in turns of `length` rows.
// Rows behind the end of a side are read as its last one, and seen by nobody.
#ifndef NNC_CODEGEN_HALIDE_ATTENTIONNEST_H
#define NNC_CODEGEN_HALIDE_ATTENTIONNEST_H

#include "codegen/halide/Emitter.h"
#include <optional>

namespace nnc {

/// The operands of nn.attention, and with dy and what the forward pass keeps of a row those of its gradient.
struct AttentionOperands {
  mlir::Value q, k, v, mask;
  double scale;
  bool causal;
  Halide::Type type;
  mlir::Value statistic = {}, correction = {}, dy = {};
};

/// Where a key is not seen this is added to its score; a score below the other counts as not seen.
double unseenScore(Halide::Type type);
double leastScore(Halide::Type type);

class AttentionNest {
public:
  AttentionNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, LoopNest &nest);

  /// A row of a block or a turn, by its number there.
  Halide::Expr acrossIndex(const Halide::Expr &lane) const { return outer.front() * width + lane; }
  Halide::Expr streamIndex(const Halide::Expr &turn, const Halide::Expr &item) const { return turn * length + item; }
  /// The same where it is read.
  Halide::Expr acrossRow(const Halide::Expr &lane) const { return clamped(acrossIndex(lane), acrossSize, width); }
  Halide::Expr streamRow(const Halide::Expr &turn, const Halide::Expr &item) const {
    return clamped(streamIndex(turn, item), streamSize, length);
  }
  /// The index of an operand's row, of an element of it.
  ExprIndex at(const Halide::Expr &row) const;
  ExprIndex at(const Halide::Expr &row, const Halide::Expr &position) const;
  /// Arguments of a function that has a value for each block.
  std::vector<Halide::Expr> args(std::initializer_list<Halide::Expr> first) const;
  std::vector<Halide::Var> vars(std::initializer_list<Halide::Var> first) const;

  /// Whether the query sees the key at (lane, item) of a turn, beyond what is known while compiling.
  std::optional<Num> isSeen(const Halide::Expr &lane, const Halide::Expr &turn, const Halide::Expr &item) const;
  /// Whether any query sees any key of a turn.
  std::optional<Halide::Expr> isTurnNeeded(const Halide::Expr &turn) const;

  KernelEmitter &emitter;
  const AttentionOperands &operands;
  bool queriesAcross;
  LoopNest &nest;
  int width = 0, length = 0;
  Dim acrossSize, streamSize;
  std::vector<Halide::Var> outer; // block, then batch axes, innermost first

private:
  Halide::Expr clamped(const Halide::Expr &index, const Dim &size, int64_t block) const;
};

} // namespace nnc

#endif
