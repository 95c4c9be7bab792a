// Derivative.cpp: building derivative functions.
#include "Derivative.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/Twine.h"
#include <numeric>

using namespace mlir;

namespace nnc::test {

static bool isFloat(Type type) { return isa<FloatType>(getElementTypeOrSelf(type)); }

llvm::SmallVector<unsigned> differentiableArguments(FuncOp function) {
  llvm::SmallVector<unsigned> wrt;
  for (BlockArgument argument : function.getArguments()) {
    if (!isFloat(argument.getType()))
      continue;
    llvm::DenseSet<Value> reached = {argument};
    for (Operation &op : function.getBody().front())
      if (isa<DifferentiableOpInterface, RegionDifferentiableOpInterface>(op) &&
          llvm::any_of(op.getOperands(), [&](Value operand) { return reached.contains(operand); }))
        for (Value result : op.getResults())
          if (isFloat(result.getType()))
            reached.insert(result);
    if (llvm::any_of(function.returnOp().getValues(), [&](Value value) { return reached.contains(value); }))
      wrt.push_back(argument.getArgNumber());
  }
  return wrt;
}

static DictionaryAttr named(Builder &builder, const llvm::Twine &name) {
  return builder.getDictionaryAttr(builder.getNamedAttr("nn.name", builder.getStringAttr(name)));
}

FuncOp addDerivative(FuncOp function, llvm::ArrayRef<unsigned> wrt) {
  OpBuilder builder(function->getContext());
  builder.setInsertionPointAfter(function);
  auto derivative = cast<FuncOp>(builder.clone(*function));
  derivative.setSymName((function.getSymName() + "_d").str());
  Block &body = derivative.getBody().front();
  ReturnOp end = derivative.returnOp();
  builder.setInsertionPoint(end);
  GraphBuilder g(builder, function.getLoc());

  llvm::SmallVector<Attribute> argumentAttributes, resultAttributes;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    argumentAttributes.push_back(function.getArgAttrDict(i) ? function.getArgAttrDict(i)
                                                            : builder.getDictionaryAttr({}));

  Value total;
  for (auto [index, value] : llvm::enumerate(llvm::to_vector(end.getValues()))) {
    if (!isFloat(value.getType()))
      continue;
    Value weight = body.addArgument(value.getType(), function.getLoc());
    argumentAttributes.push_back(named(builder, function.getSymName() + "_weight" + llvm::Twine(index)));
    llvm::SmallVector<int64_t> axes(cast<RankedTensorType>(value.getType()).getRank());
    std::iota(axes.begin(), axes.end(), 0);
    Value product = g.mul(value, weight);
    Value part = axes.empty() ? product : g.create<SumOp>(product, axes);
    total = total ? g.add(total, part) : part;
  }
  llvm::SmallVector<Value> sources, results = {total};
  resultAttributes.push_back(named(builder, "total"));
  for (unsigned argument : wrt) {
    sources.push_back(body.getArgument(argument));
    resultAttributes.push_back(named(builder, "d_" + derivative.argumentName(argument)));
  }
  auto grad = builder.create<GradOp>(function.getLoc(), total, sources);
  results.append(grad.result_begin(), grad.result_end());
  end->setOperands(results);

  derivative.setFunctionType(
      builder.getFunctionType(body.getArgumentTypes(), ValueRange(results).getTypes()));
  derivative.setArgAttrsAttr(builder.getArrayAttr(argumentAttributes));
  derivative.setResAttrsAttr(builder.getArrayAttr(resultAttributes));
  return derivative;
}

} // namespace nnc::test
