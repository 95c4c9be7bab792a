// IndexNotation.h: what equations mean: `y[n, o] = sum(i) x[n, i] * w[i, o]`.
//
// The value of an expression is a tensor with one axis for each index that it depends on (IndexedValue). Reading a
// tensor at affine subscripts is one nn.access; arithmetic brings its operands to the union of their indices and is
// elementwise there; a reduction folds axes away. A sum of products is not taken in the space of all its indices where
// a matrix product does it (IndexContract.cpp). Gradients follow from those of the ops.
//
// Whether subscripts stay inside is proven with Dim polynomials in which an index is a symbol (SizeFacts.h).
#ifndef NNC_FRONTEND_INDEXNOTATION_H
#define NNC_FRONTEND_INDEXNOTATION_H

#include "frontend/Elaborator.h"
#include "frontend/SizeFacts.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nnc {

/// Numbers of indices, in some order.
using IndexList = llvm::SmallVector<unsigned, 4>;

struct IndexedValue {
  Datum datum;               // a tensor, or a number known while compiling
  IndexList axes;            // the index of each axis of the tensor
  std::optional<Dim> affine; // an index as a value, as `2 * i + 1`, whose element type the place decides
  bool isUnknown() const { return datum.isUnknown() && !affine; }
  bool dependsOn(unsigned index) const { return llvm::is_contained(axes, index); }
};

class IndexNotation {
public:
  explicit IndexNotation(Elaborator &e) : e(e), facts(e.model.bounds) {}

  /// The tensor an equation defines. `extents` are the sizes declared for it: one per index, or none at all.
  Datum evaluate(const ast::Equation &equation, llvm::ArrayRef<Dim> extents);

private:
  //===------------------------------------------------------------------------------------------------===//
  // Indices and their ranges (IndexNotation.cpp)
  //===------------------------------------------------------------------------------------------------===//

  struct Index {
    llvm::StringRef name;
    Range declared;
    std::string symbol; // in Dim polynomials
    Dim extent;
    llvm::StringRef label; // of the axis whose range it takes
  };
  /// Makes an index visible; false if the name is taken.
  std::optional<unsigned> declare(const ast::Name &name);
  std::optional<unsigned> findIndex(llvm::StringRef name) const;
  bool mentionsIndex(const ast::Expr &expr) const;
  /// Calls back for each `x[..., i, ...]` in the expression: the tensor, the axis, the place of the index.
  using BareUse = llvm::function_ref<void(const Datum &, const ast::IndexExpr &, unsigned, Range)>;
  void forEachBareUse(const ast::Expr &expr, llvm::StringRef index, BareUse use);
  bool inferExtent(unsigned index, const ast::Expr &body, const ast::Expr *where);
  bool setExtent(unsigned index, const Dim &extent, Range place);

  /// A condition: forms that are at least 0 where it holds, and comparisons that are no such forms.
  struct Condition {
    llvm::SmallVector<Dim, 4> forms;
    llvm::SmallVector<std::pair<const ast::ChainExpr *, size_t>, 2> comparisons; // and which operator of it
    bool isEmpty() const { return forms.empty() && comparisons.empty(); }
  };
  bool readCondition(const ast::Expr &expr, Condition &condition);
  /// Drops what the ranges of indices imply.
  void simplify(Condition &condition) const;
  bool isNever(const Condition &condition) const;
  void assume(const Condition &condition);
  void assumeNegation(const Condition &condition);

  //===------------------------------------------------------------------------------------------------===//
  // Subscripts (IndexAccess.cpp)
  //===------------------------------------------------------------------------------------------------===//

  /// The form of an expression; nothing if it is none, with the reason reported if `mustBe`.
  std::optional<Dim> affineForm(const ast::Expr &expr, bool mustBe);
  std::optional<Dim> affineChain(const ast::ChainExpr &chain, bool mustBe);
  struct Read {
    const ast::IndexExpr *expr = nullptr;
    Datum tensor;
    Dims sizes;
    llvm::SmallVector<Dim, 4> forms; // one per axis of the tensor
  };
  std::optional<Read> readAt(const ast::IndexExpr &expr);
  const Datum &baseOf(const ast::IndexExpr &expr);
  bool checkInside(const Read &read);
  void reportOutside(const Read &read, unsigned axis, const Dim &form, bool below);
  IndexedValue emitRead(const Read &read, double fill);
  /// A form with the indices under their names: "t + k - 1".
  std::string formText(const Dim &form) const;

  //===------------------------------------------------------------------------------------------------===//
  // Values (IndexValue.cpp)
  //===------------------------------------------------------------------------------------------------===//

  IndexedValue value(const ast::Expr &expr);
  IndexedValue plainValue(const ast::Expr &expr);
  IndexedValue chainValue(const ast::ChainExpr &chain);
  IndexedValue callValue(const ast::CallExpr &call);
  IndexedValue choiceValue(const ast::ChoiceExpr &choice);
  IndexedValue combine(ast::Op op, Range opRange, const IndexedValue &lhs, const ast::Expr *lhsExpr,
                       const IndexedValue &rhs, const ast::Expr *rhsExpr, Range whole);
  IndexedValue select(const IndexedValue &condition, const IndexedValue &yes, const IndexedValue &no,
                      Range range);
  /// The truth of a condition, for each point of its indices.
  IndexedValue mask(const Condition &condition, Range range);
  IndexedValue affineTensor(const Dim &form, mlir::Type elementType, Range range);
  IndexedValue unknown() const { return {}; }
  IndexedValue fail(Range range, const llvm::Twine &text) {
    e.error(range, text);
    return {};
  }
  /// Indices of both, those of the value with more of them first.
  static IndexList unionOf(const IndexedValue &a, const IndexedValue &b);
  /// The value with exactly the axes of `order`, repeated along those that it does not depend on.
  IndexedValue align(const IndexedValue &value, llvm::ArrayRef<unsigned> order, Range range);
  /// The value as a tensor of some type: numbers and indices become those of `elementType`.
  IndexedValue materialize(const IndexedValue &value, mlir::Type elementType, Range range);
  Dims extentsOf(llvm::ArrayRef<unsigned> axes) const;
  IndexList indicesOf(const Dim &form) const;

  //===------------------------------------------------------------------------------------------------===//
  // Reductions (IndexReduce.cpp), products of tensors (IndexContract.cpp)
  //===------------------------------------------------------------------------------------------------===//

  enum class Reduction { Sum, Prod, Max, Min };
  /// What an excluded term is replaced by.
  static Datum identityOf(Reduction reduction, mlir::Type elementType);
  IndexedValue reduceValue(const ast::ReduceExpr &expr);
  IndexedValue reduceOver(const ast::ReduceExpr &expr);
  IndexedValue foldAxes(Reduction reduction, const IndexedValue &value, llvm::ArrayRef<unsigned> over,
                        Range range);
  struct Factor {
    const ast::Expr *expr;
    bool divides;
    Range opRange;
  };
  /// The factors of a product; `negative` is turned for each minus before one.
  static void flatten(const ast::Expr &expr, bool divides, Range opRange,
                      llvm::SmallVectorImpl<Factor> &factors, bool &negative);
  /// Whether a condition holds wherever these tensors are read inside of themselves.
  bool isRangeCheck(const Condition &condition, llvm::ArrayRef<const ast::IndexExpr *> reads);
  /// A value that is used only where a condition holds; elsewhere what is read outside is `fill`.
  IndexedValue guarded(const Condition &condition, double fill, llvm::function_ref<IndexedValue()> make);
  IndexedValue sumOfProduct(const ast::ReduceExpr &expr, llvm::ArrayRef<unsigned> over,
                            const Condition &condition);

  struct Product {
    IndexList batch, rows, inner, columns;
    Product swapped() const { return {batch, columns, inner, rows}; }
  };
  double costOf(llvm::ArrayRef<unsigned> axes) const;
  /// Sums the product of float tensors of one type over all indices that are not in `kept`.
  IndexedValue contract(llvm::SmallVector<IndexedValue, 4> factors, llvm::ArrayRef<unsigned> kept,
                        Range range);
  IndexedValue contractPair(IndexedValue a, IndexedValue b, llvm::ArrayRef<unsigned> kept, Range range);
  IndexedValue matrixProduct(const IndexedValue &a, const IndexedValue &b, const Product &product,
                             Range range);

  Elaborator &e;
  SizeFacts facts;
  std::vector<Index> indices; // all ever declared
  IndexList visible;          // innermost last
  double guardFill = 1.0;     // what a read gives outside, where a condition keeps it from being used
  const ast::ReduceExpr *enclosing = nullptr;
  llvm::DenseMap<const ast::IndexExpr *, Datum> bases;
};

} // namespace nnc

#endif
