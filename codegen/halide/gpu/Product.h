// gpu/Product.h: matrix products on a GPU.
//
// A block of threads owns a tile of the result, a thread some of its rows and columns, in registers. The sum goes over k
// in short stretches; of each the block first copies the tile's rows of lhs and columns of rhs to shared memory, k
// outermost, so that a thread reads its rows and columns as 16-byte words, whatever way the operands lie in memory. Where
// operands are made of 16-byte words, these are copied whole. What the next stretch needs is under way while the present
// one is added up (gpu/Prefetch.h).
//
// A thread's rows and columns are groups of four neighbours, the groups as far apart as the tile allows: neighbouring
// threads then read neighbouring words. What is beyond the ends of k is copied as 0, beyond the last row or column as the
// last one.
//
// Each element is one chain of fused multiply-adds in order of k; or where the result has too few tiles for the device and k
// is long, one for each of some parts of k, which lie in scratch memory and are added up in order (gpu/Scratch.h).
#ifndef NNC_CODEGEN_HALIDE_GPU_PRODUCT_H
#define NNC_CODEGEN_HALIDE_GPU_PRODUCT_H

#include "codegen/halide/Gemm.h"

namespace nnc {

struct ProductTile {
  int rows, columns;             // of a block
  int threadRows, threadColumns; // of a thread
  int depth;                     // of a stretch of k
};

struct ProductPlan {
  ProductTile tile;
  int parts; // of k
  Dim partLength; // whole stretches, but for the last part
};

/// Chooses from sizes and target alone; nothing where a block would have too little to share.
std::optional<ProductPlan> planProduct(const ContractSpec &spec, const Dims &batch, const KernelTarget &target);

class DeviceProduct : public Contractor {
public:
  /// `axes` are the result's loop variables: batch axes, the part if k has some, m, n. `inWords`: tensors begin at 16-byte
  /// words and are f32.
  DeviceProduct(const ContractSpec &spec, const ProductPlan &plan, std::vector<Halide::Var> axes,
                const std::function<Halide::Expr(const Dim &)> &extent, bool inWords);

  Num value() const override;
  void schedule(LoopNest &nest) override;

private:
  struct Split {
    Halide::VarOrRVar group, thread, item;
  };

  ContractSpec spec;
  ProductTile tile;
  std::vector<Halide::Var> axes;
  Halide::Func sum{"private_product"}, left{"staged_left"}, right{"staged_right"};
  bool leftInWords = false, rightInWords = false; // the copies go by words
  Halide::Var row{"row"}, column{"column"}, depth{"depth"};
  Halide::RDom k;
};

} // namespace nnc

#endif
