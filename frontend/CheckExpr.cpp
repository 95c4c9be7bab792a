// CheckExpr.cpp: the names that expressions use and bind.
#include "frontend/Checker.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::check;

void Checker::expr(const Expr &e) {
  switch (e.kind) {
  case Expr::Kind::Name: return use(llvm::cast<NameExpr>(e).name, e.range);
  case Expr::Kind::Tuple:
    for (const Expr *element : llvm::cast<TupleExpr>(e).elements)
      expr(*element);
    return;
  case Expr::Kind::List:
    for (const Expr *element : llvm::cast<ListExpr>(e).elements)
      expr(*element);
    return;
  case Expr::Kind::Comprehension: {
    const auto &comprehension = llvm::cast<ComprehensionExpr>(e);
    for (const Each &each : comprehension.each)
      eachSource(each);
    Enter enter(*this);
    for (const Each &each : comprehension.each)
      define(each.name, Local::Kind::Loop);
    return expr(*comprehension.element);
  }
  case Expr::Kind::Call: {
    const auto &call = llvm::cast<CallExpr>(e);
    expr(*call.callee);
    for (const Arg &arg : call.args)
      expr(*arg.value);
    return checkArgumentNames(call);
  }
  case Expr::Kind::Index: {
    const auto &index = llvm::cast<IndexExpr>(e);
    expr(*index.base);
    for (const Subscript &sub : index.subscripts)
      for (const Expr *part : {sub.index, sub.end, sub.step})
        if (part)
          expr(*part);
    return;
  }
  case Expr::Kind::Member: {
    const auto &member = llvm::cast<MemberExpr>(e);
    if (const auto *name = llvm::dyn_cast<NameExpr>(member.base);
        name && !names->find(name->name) && isAlias(module, name->name)) {
      Definition definition = lookupQualified(module, name->name, member.member.text);
      if (definition && owner)
        uses.add(owner, definition.decl, e.range);
      else if (!definition)
        diags.error(member.member.range, "'" + name->name + "' defines no '" + member.member.text + "'");
      return;
    }
    return expr(*member.base);
  }
  case Expr::Kind::Chain:
    for (const Expr *operand : llvm::cast<ChainExpr>(e).operands)
      expr(*operand);
    return;
  case Expr::Kind::Unary: return expr(*llvm::cast<UnaryExpr>(e).operand);
  case Expr::Kind::Cast: return expr(*llvm::cast<CastExpr>(e).operand);
  case Expr::Kind::Choice: {
    const auto &choice = llvm::cast<ChoiceExpr>(e);
    expr(*choice.condition);
    expr(*choice.whenTrue);
    return expr(*choice.whenFalse);
  }
  case Expr::Kind::Pipe: {
    const auto &pipe = llvm::cast<PipeExpr>(e);
    expr(*pipe.first);
    for (const Expr *stage : pipe.stages)
      expr(*stage);
    return;
  }
  case Expr::Kind::Scan: {
    const auto &scan = llvm::cast<ScanExpr>(e);
    for (const ScanSource &source : scan.sources)
      eachSource(source.each);
    if (scan.along)
      use(scan.along.text, scan.along.range);
    llvm::SmallVector<Name> values;
    for (const ScanSource &source : scan.sources)
      values.push_back(source.each.name);
    return loop(values, scan.carries, *scan.body);
  }
  case Expr::Kind::For: {
    const auto &f = llvm::cast<ForExpr>(e);
    for (const Each &each : f.each)
      eachSource(each);
    llvm::SmallVector<Name> values;
    for (const Each &each : f.each)
      values.push_back(each.name);
    return loop(values, f.carries, *f.body);
  }
  case Expr::Kind::Reduce: {
    const auto &reduce = llvm::cast<ReduceExpr>(e);
    Enter enter(*this);
    indices(reduce.indices);
    if (reduce.where)
      expr(*reduce.where);
    return expr(*reduce.body);
  }
  default: return;
  }
}

void Checker::eachSource(const Each &each) {
  expr(*each.first);
  if (each.last)
    expr(*each.last);
}

/// Indices are a name space of their own, which hides all others.
void Checker::indices(List<Name> list) {
  for (const Name &index : list)
    names->locals[index.text] = {Local::Kind::Loop, index.range, true, {}};
}

void Checker::loop(llvm::ArrayRef<Name> values, List<Carry> carries, const Block &body) {
  for (const Carry &carry : carries)
    expr(*carry.value);
  Enter enter(*this);
  names->loop = &body;
  for (const Name &value : values)
    define(value, Local::Kind::Loop);
  for (const Carry &carry : carries)
    define(carry.name, Local::Kind::Carry);
  block(body, Place::Loop);
}

void Checker::checkArgumentNames(const CallExpr &call) {
  const auto *name = llvm::dyn_cast<NameExpr>(call.callee);
  if (!name || names->find(name->name))
    return;
  Definition definition = lookup(module, name->name);
  List<Formal> formals;
  if (const auto *layer = llvm::dyn_cast_or_null<LayerDecl>(definition.decl))
    formals = layer->formals;
  else if (const auto *fn = llvm::dyn_cast_or_null<FnDecl>(definition.decl))
    formals = fn->signature.formals;
  else if (const auto *op = llvm::dyn_cast_or_null<OpDecl>(definition.decl))
    formals = op->formals;
  else
    return;
  llvm::SmallVector<llvm::StringRef> known;
  for (const Formal &formal : formals)
    known.push_back(formal.name.text);
  for (const Arg &arg : call.args)
    if (arg.name && !llvm::is_contained(known, arg.name.text))
      diags.error(arg.name.range, "'" + name->name + "' has no argument '" + arg.name.text + "'" +
                                      didYouMean(arg.name.text, known));
}
