// GraphBuilder.h: builds ops at one place and location; gradients and lowering are written with it.
#ifndef NNC_IR_GRAPHBUILDER_H
#define NNC_IR_GRAPHBUILDER_H

#include "ir/Dialect.h"
#include "mlir/IR/Builders.h"

namespace nnc {

/// A builder bound to a location. `like` arguments give a type (sizes and elements), not a value.
class GraphBuilder {
public:
  GraphBuilder(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }
  void setLoc(mlir::Location newLoc) { loc = newLoc; }

  /// Any op; its only result.
  template <typename OpT, typename... Args> mlir::Value create(Args &&...args) {
    return builder.create<OpT>(loc, std::forward<Args>(args)...)->getResult(0);
  }

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value pow(mlir::Value a, mlir::Value b);
  mlir::Value neg(mlir::Value a);
  mlir::Value log(mlir::Value a);
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no);
  mlir::Value compare(ComparePredicate predicate, mlir::Value a, mlir::Value b);
  /// A tensor of `like`'s type, every element `value`.
  mlir::Value fill(double value, mlir::Value like);
  /// The same elements converted to `like`'s element type.
  mlir::Value cast(mlir::Value value, mlir::Value like);
  /// Repeats a result of a reduction of `like` over `axes` back to `like`'s sizes.
  mlir::Value spread(mlir::Value value, mlir::Value like, llvm::ArrayRef<int64_t> axes);
  /// How many elements of `x` one element of its reduction over `axes` stands for, as a tensor of `like`'s type.
  mlir::Value count(mlir::Value x, llvm::ArrayRef<int64_t> axes, mlir::Value like);
  /// A scalar repeated to `like`'s sizes, keeping the scalar's element type.
  mlir::Value broadcastScalar(mlir::Value scalar, mlir::Value like);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace nnc

#endif
