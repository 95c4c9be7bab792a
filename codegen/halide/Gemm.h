// Gemm.h: matrix products, their tiles and schedules.
//
// All forms (y = x w, dx = dy wT, dw = xT dy) have one inner loop: a tile of `rows` x `vectors` accumulators in
// registers, each step multiplying one number of lhs per row with a few vectors of rhs. What differs is how rhs
// gets to be contiguous across the tile, and how k is blocked:
//
//   Direct   rhs is read where it is: the columns are contiguous and their number a multiple of the tile's.
//   Panel    a task first copies its columns of rhs ("panel"), transposed or padded as needed, k at once.
//   Blocked  the same in blocks of k, for k that is long or known at run time only. The accumulators of a block
//            of rows then live on the stack between blocks. Nothing is copied where the tile is as wide as rhs.
//
// A row by itself (a prediction for one example) waits for rhs to come from memory: tasks go down a wide stretch of
// columns, some rows of rhs at a time, with their sums on the stack. Where the number of rows is known at run time
// only, kernels have that way for the case that there is one. A product with one column is computed as its transpose.
//
// Each element is one chain of fused multiply-adds in order of k in all of them: tiles, panels and tasks never
// change the bits. Nothing is allocated but on the stack.
#ifndef NNC_CODEGEN_HALIDE_GEMM_H
#define NNC_CODEGEN_HALIDE_GEMM_H

#include "codegen/halide/Emitter.h"
#include <optional>

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

/// The same product with rows and columns exchanged, where `spec` has one column: that column is a row.
ContractSpec asOneRow(const ContractSpec &spec);

struct GemmPlan {
  enum Form { Direct, Panel, Blocked } form;
  int rows, vectors; // of the register tile
  int unrollK;
  bool copies;       // columns of rhs, to a panel
  int blockK;        // Blocked: length of a block of k
  int rowsPerTask;   // in tiles
  int panelsPerTask;
  bool panelsOuter;  // neighbouring tasks read the same columns of rhs, not the same rows of lhs
  int columns;       // of the tile: vectors times lanes
  int lanes;
};

/// Chooses from sizes and target alone. Sizes known at run time only are taken to be 64 where a guess is needed.
GemmPlan planGemm(const ContractSpec &spec, const KernelTarget &target);

/// How a row by itself is computed.
struct RowPlan {
  int columns; // of a task
  int lanes;
  int depth;   // rows of rhs that are added at a time
};

/// Nothing if there is always more than one row, or rhs has no whole vectors along its rows.
std::optional<RowPlan> planRow(const ContractSpec &spec, const KernelTarget &target);

class Gemm : public Contractor {
public:
  /// Defines the functions. `axes` are the result's loop variables: batch axes, m, n.
  Gemm(const ContractSpec &spec, std::vector<Halide::Var> axes, const KernelTarget &target,
       const std::function<Halide::Expr(const Dim &)> &extent);

  /// The product at the result's own index.
  Num value() const override;
  bool leavesRowsOpen() const override { return plan.form == GemmPlan::Blocked && spec.m != Dim(1); }
  /// Fuses with what the kernel does to the product's elements.
  void schedule(LoopNest &nest) override;

private:
  void scheduleTiles(Halide::Stage out, LoopNest &nest);
  void scheduleRow(Halide::Stage out, LoopNest &nest);
  void fuseTasks(Halide::Stage &out, Halide::Var tasks);
  void scheduleBlocked(const Halide::LoopLevel &panelLoop);
  void schedulePanelStages();

  ContractSpec spec;
  std::vector<Halide::Var> axes;
  GemmPlan plan;
  Halide::Func sum{"product"}, panel{"panel"};
  std::optional<RowPlan> rowPlan;
  Halide::Expr isRow; // whether there is one row, if that is known at run time only
  Halide::Func single{"row_product"};
  Halide::RDom k, columns;
  Halide::Var column{"column"}, depth{"depth"}, panelIndex{"panel_index"};
  Halide::Var xo{"xo"}, xi{"xi"}, yo{"yo"}; // panel, lane of a vector, tile of rows
  bool ragged = false; // the last panel has fewer columns
};

} // namespace nnc

#endif
