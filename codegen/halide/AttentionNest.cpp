// AttentionNest.cpp: see AttentionNest.h.
#include "codegen/halide/AttentionNest.h"

using Halide::Expr;
using Halide::Var;

namespace nnc {

double unseenScore(Halide::Type type) { return type.bits() == 64 ? -1e301 : -1e37; }
double leastScore(Halide::Type type) { return type.bits() == 64 ? -1e300 : -1e36; }

AttentionNest::AttentionNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, LoopNest &nest)
    : emitter(emitter), operands(operands), queriesAcross(queriesAcross), nest(nest) {
  Dims q = dimsOf(operands.q), k = dimsOf(operands.k);
  acrossSize = q[q.size() - 2], streamSize = k[k.size() - 2];
  if (!queriesAcross)
    std::swap(acrossSize, streamSize);
  outer.push_back(Var("block"));
  for (size_t axis = q.size() - 2; axis-- > 0;)
    outer.push_back(Var("batch" + std::to_string(axis)));
}

Expr AttentionNest::clamped(const Expr &index, const Dim &size, int64_t block) const {
  return isMultiple(size, block) ? index : min(index, emitter.extent(size) - 1);
}

ExprIndex AttentionNest::at(const Expr &row) const {
  ExprIndex index(outer.rbegin(), outer.rend() - 1);
  index.push_back(row);
  return index;
}

ExprIndex AttentionNest::at(const Expr &row, const Expr &position) const {
  ExprIndex index = at(row);
  index.push_back(position);
  return index;
}

std::vector<Expr> AttentionNest::args(std::initializer_list<Expr> first) const {
  std::vector<Expr> all(first);
  all.insert(all.end(), outer.begin(), outer.end());
  return all;
}

std::vector<Var> AttentionNest::vars(std::initializer_list<Var> first) const {
  std::vector<Var> all(first);
  all.insert(all.end(), outer.begin(), outer.end());
  return all;
}

std::optional<Num> AttentionNest::isSeen(const Expr &lane, const Expr &turn, const Expr &item) const {
  std::optional<Num> seen;
  auto also = [&](Num condition) { seen = seen ? logicalAnd(*seen, condition) : condition; };
  if (!isMultiple(streamSize, length))
    also(Num(streamIndex(turn, item) < emitter.extent(streamSize)));
  if (operands.causal) {
    Expr query = queriesAcross ? acrossIndex(lane) : streamIndex(turn, item);
    Expr key = queriesAcross ? streamIndex(turn, item) : acrossIndex(lane);
    Expr later = emitter.extent(queriesAcross ? streamSize : acrossSize) -
                 emitter.extent(queriesAcross ? acrossSize : streamSize);
    also(Num(key <= query + later));
  }
  if (operands.mask) {
    Expr query = queriesAcross ? acrossRow(lane) : streamRow(turn, item);
    Expr key = queriesAcross ? streamRow(turn, item) : acrossRow(lane);
    ExprIndex index = at(query, key);
    for (auto [axis, size] : llvm::enumerate(dimsOf(operands.mask)))
      if (size == Dim(1))
        index[axis] = 0;
    also(castTo(emitter.element(operands.mask, index), Halide::Bool()));
  }
  return seen;
}

std::optional<Expr> AttentionNest::isTurnNeeded(const Expr &turn) const {
  if (!operands.causal)
    return std::nullopt;
  Expr sizeAcross = emitter.extent(acrossSize), sizeStream = emitter.extent(streamSize);
  Expr firstAcross = acrossIndex(0), firstStream = streamIndex(turn, 0);
  if (queriesAcross) // the first key of the turn and the last query of the block
    return firstStream <= min(firstAcross + width, sizeAcross) - 1 + sizeStream - sizeAcross;
  return firstAcross <= min(firstStream + length, sizeStream) - 1 + sizeAcross - sizeStream;
}

} // namespace nnc
