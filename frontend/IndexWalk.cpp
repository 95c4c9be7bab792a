// IndexWalk.cpp: walks over expressions of index notation, and of the ordinary ones that stand in their subscripts.
#include "frontend/IndexWalk.h"

using namespace nnc;
using namespace nnc::ast;

void nnc::walkIndexExpr(const Expr &expr, llvm::function_ref<bool(const Expr &)> enter) {
  if (!enter(expr))
    return;
  switch (expr.kind) {
  case Expr::Kind::Chain:
    for (const Expr *operand : llvm::cast<ChainExpr>(expr).operands)
      walkIndexExpr(*operand, enter);
    return;
  case Expr::Kind::Unary: return walkIndexExpr(*llvm::cast<UnaryExpr>(expr).operand, enter);
  case Expr::Kind::Cast: return walkIndexExpr(*llvm::cast<CastExpr>(expr).operand, enter);
  case Expr::Kind::Call:
    for (const Arg &arg : llvm::cast<CallExpr>(expr).args)
      walkIndexExpr(*arg.value, enter);
    return;
  case Expr::Kind::Tuple:
    for (const Expr *element : llvm::cast<TupleExpr>(expr).elements)
      walkIndexExpr(*element, enter);
    return;
  case Expr::Kind::List:
    for (const Expr *element : llvm::cast<ListExpr>(expr).elements)
      walkIndexExpr(*element, enter);
    return;
  case Expr::Kind::Index:
    for (const Subscript &sub : llvm::cast<IndexExpr>(expr).subscripts)
      for (const Expr *part : {sub.index, sub.end, sub.step})
        if (part)
          walkIndexExpr(*part, enter);
    return;
  case Expr::Kind::Choice: {
    const auto &choice = llvm::cast<ChoiceExpr>(expr);
    for (const Expr *part : {choice.condition, choice.whenTrue, choice.whenFalse})
      walkIndexExpr(*part, enter);
    return;
  }
  case Expr::Kind::Pipe: {
    const auto &pipe = llvm::cast<PipeExpr>(expr);
    walkIndexExpr(*pipe.first, enter);
    for (const Expr *stage : pipe.stages)
      walkIndexExpr(*stage, enter);
    return;
  }
  case Expr::Kind::Reduce: {
    const auto &reduce = llvm::cast<ReduceExpr>(expr);
    if (reduce.where)
      walkIndexExpr(*reduce.where, enter);
    return walkIndexExpr(*reduce.body, enter);
  }
  default: return;
  }
}

void nnc::forEachReadName(const Expr &expr, llvm::function_ref<void(const NameExpr &)> found) {
  walkIndexExpr(expr, [&](const Expr &part) {
    const Expr *base = &part;
    if (const auto *read = llvm::dyn_cast<IndexExpr>(&part))
      base = read->base;
    while (const auto *member = llvm::dyn_cast<MemberExpr>(base))
      base = member->base;
    if (const auto *name = llvm::dyn_cast<NameExpr>(base))
      found(*name);
    return true;
  });
}
