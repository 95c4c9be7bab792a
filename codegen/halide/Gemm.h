// Gemm.h: matrix products, their tiles and schedules.
//
// All forms (y = x w, dx = dy wT, dw = xT dy) have one inner loop: a tile of `rows` x `vectors` accumulators in
// registers, each step multiplying one number of lhs per row with a few vectors of rhs. What differs is how rhs
// gets to be contiguous across the tile, and how k is blocked:
//
//   Direct   rhs is read where it is: the columns are contiguous and their number a multiple of the tile's.
//   Panel    a task first copies its columns of rhs ("panel"), transposed or padded as needed, k at once.
//   Blocked  the same in blocks of k, for k that is long or known at run time only. The accumulators of a block
//            of rows then live on the stack between blocks.
//
// Each element is one chain of fused multiply-adds in order of k in all of them: tiles, panels and tasks never
// change the bits. Nothing is allocated but on the stack.
#ifndef NNC_CODEGEN_HALIDE_GEMM_H
#define NNC_CODEGEN_HALIDE_GEMM_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// What a matrix product computes: y[batch..., m, n] = sum over k of lhs(batch, m, k) * rhs(batch, k, n).
struct ContractSpec {
  Dim m, n, k;
  Halide::Type type;
  bool rhsAcross; // k is the last axis of rhs in memory
  bool lhsDown;   // m is the last axis of lhs in memory
  std::function<Num(llvm::ArrayRef<Halide::Expr> batch, Halide::Expr m, Halide::Expr k)> lhs;
  std::function<Num(llvm::ArrayRef<Halide::Expr> batch, Halide::Expr k, Halide::Expr n)> rhs;
};

struct GemmPlan {
  enum Form { Direct, Panel, Blocked } form;
  int rows, vectors; // of the register tile
  int unrollK;
  int blockK;        // Blocked: length of a block of k
  int rowsPerTask;   // in tiles; 0: all
  int panelsPerTask; // 0: all
  int columns;       // of the tile: vectors times lanes
  int lanes;
};

/// Chooses from sizes and target alone. Sizes known at run time only are taken to be 64 where a guess is needed.
GemmPlan planGemm(const ContractSpec &spec, const KernelTarget &target);

class Gemm : public Contractor {
public:
  /// Defines the functions. `axes` are the result's loop variables: batch axes, m, n.
  Gemm(const ContractSpec &spec, std::vector<Halide::Var> axes, const KernelTarget &target,
       const std::function<Halide::Expr(const Dim &)> &extent);

  /// The product at the result's own index.
  Num value() const override;
  bool leavesRowsOpen() const override { return plan.form == GemmPlan::Blocked; }
  /// Fuses with what the kernel does to the product's elements.
  void schedule(LoopNest &nest) override;

private:
  void scheduleBlocked(const Halide::LoopLevel &panelLoop);
  void schedulePanelStages();

  ContractSpec spec;
  std::vector<Halide::Var> axes;
  GemmPlan plan;
  Halide::Func sum{"product"}, panel{"panel"};
  Halide::RDom k, columns;
  Halide::Var column{"column"}, depth{"depth"}, panelIndex{"panel_index"};
  bool ragged = false; // the last panel has fewer columns
};

} // namespace nnc

#endif
