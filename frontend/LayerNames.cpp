// LayerNames.cpp: the names of layers, and with them of their parameters; a promise to the user's files.
//
// A layer is named by the `let` that binds it, else by the argument that receives it, else by its kind and a number
// from 1 in text order: `dense1`. Elements of bound lists are numbered from 0; anonymous lists and compositions add no
// level. The numbers count untaken branches too, so that a `-D` does not shift them.
#include "frontend/Elaborator.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;

std::string nnc::snakeCase(llvm::StringRef camel) {
  std::string result;
  for (size_t i = 0; i < camel.size(); ++i) {
    char c = camel[i];
    bool upper = c >= 'A' && c <= 'Z';
    if (upper && i > 0 && camel[i - 1] != '_') {
      bool afterLower = camel[i - 1] >= 'a' && camel[i - 1] <= 'z';
      bool beforeLower = i + 1 < camel.size() && camel[i + 1] >= 'a' && camel[i + 1] <= 'z';
      bool afterUpper = camel[i - 1] >= 'A' && camel[i - 1] <= 'Z';
      if (afterLower || (afterUpper && beforeLower))
        result += '_';
    }
    result += llvm::toLower(c);
  }
  return result;
}

void Elaborator::setPath(LayerValue &layer, std::string path) {
  layer.named = true;
  layer.path = std::move(path);
  if (layer.kind != LayerValue::Kind::Instance || !layer.decl)
    return;
  Naming own;
  own.prefix = layer.path;
  for (auto [formal, value] : llvm::zip(layer.decl->formals, layer.config))
    nameLayer(value, own, formal.name.text);
}

void Elaborator::nameLayer(const Datum &datum, Naming &naming, llvm::StringRef component) {
  if (component.empty())
    return;
  if (datum.is(Datum::Kind::Layer))
    return nameLayer(*datum.layer, naming, component);
  if (!datum.is(Datum::Kind::List))
    return;
  Naming inner;
  inner.prefix = naming.prefix + component.str() + ".";
  for (auto [index, element] : llvm::enumerate(*datum.elements))
    nameLayer(element, inner, std::to_string(index));
}

void Elaborator::nameLayer(LayerValue &layer, Naming &naming, llvm::StringRef component) {
  if (layer.named || component == "_" || component.empty())
    return;
  switch (layer.kind) {
  case LayerValue::Kind::Instance: return setPath(layer, naming.prefix + component.str() + ".");
  case LayerValue::Kind::Composition: {
    Naming inner;
    inner.prefix = naming.prefix + component.str() + ".";
    layer.named = true;
    layer.path = inner.prefix;
    for (const LayerPtr &part : layer.parts)
      nameAnonymous(*part, inner);
    return;
  }
  case LayerValue::Kind::View: layer.named = true; return nameLayer(*layer.parts.front(), naming, component);
  case LayerValue::Kind::Function: return;
  }
}

void Elaborator::nameAnonymous(LayerValue &layer, Naming &naming) {
  if (layer.named)
    return;
  switch (layer.kind) {
  case LayerValue::Kind::Instance: {
    std::string kind = snakeCase(layer.decl->name.text);
    unsigned number = ++naming.counters[kind];
    return setPath(layer, naming.prefix + kind + std::to_string(number) + ".");
  }
  case LayerValue::Kind::Composition:
  case LayerValue::Kind::View:
    layer.named = true;
    layer.path = naming.prefix;
    for (const LayerPtr &part : layer.parts)
      nameAnonymous(*part, naming);
    return;
  case LayerValue::Kind::Function: return;
  }
}

//===------------------------------------------------------------------------------------------------===//
// Untaken branches
//===------------------------------------------------------------------------------------------------===//

namespace {
/// Counts the layers of a text that would get numbers, without evaluating it. What an argument or a `let` would name
/// is left out; a loop counts once.
class AnonymousCounter {
public:
  AnonymousCounter(const Module &module, Naming &naming) : module(module), naming(naming) {}

  void block(const Block &b) {
    for (const Stmt *s : b.statements)
      stmt(*s);
  }

  void expr(const Expr *e) {
    if (!e)
      return;
    switch (e->kind) {
    case Expr::Kind::Tuple:
      for (const Expr *element : llvm::cast<TupleExpr>(e)->elements)
        expr(element);
      return;
    case Expr::Kind::List:
      for (const Expr *element : llvm::cast<ListExpr>(e)->elements)
        expr(element);
      return;
    case Expr::Kind::Comprehension: return expr(llvm::cast<ComprehensionExpr>(e)->element);
    case Expr::Kind::Call: {
      const auto *call = llvm::cast<CallExpr>(e);
      if (const LayerDecl *layer = constructed(*call)) {
        ++naming.counters[snakeCase(layer->name.text)];
        return; // its arguments are named by it
      }
      expr(call->callee);
      for (const Arg &arg : call->args)
        expr(arg.value);
      return;
    }
    case Expr::Kind::Index: return expr(llvm::cast<IndexExpr>(e)->base);
    case Expr::Kind::Member: return expr(llvm::cast<MemberExpr>(e)->base);
    case Expr::Kind::Chain:
      for (const Expr *operand : llvm::cast<ChainExpr>(e)->operands)
        expr(operand);
      return;
    case Expr::Kind::Unary: return expr(llvm::cast<UnaryExpr>(e)->operand);
    case Expr::Kind::Cast: return expr(llvm::cast<CastExpr>(e)->operand);
    case Expr::Kind::Choice: {
      const auto *choice = llvm::cast<ChoiceExpr>(e);
      expr(choice->whenTrue);
      return expr(choice->whenFalse);
    }
    case Expr::Kind::Pipe: {
      const auto *pipe = llvm::cast<PipeExpr>(e);
      expr(pipe->first);
      for (const Expr *stage : pipe->stages)
        expr(stage);
      return;
    }
    case Expr::Kind::Scan: {
      const auto *scan = llvm::cast<ScanExpr>(e);
      for (const ScanSource &source : scan->sources)
        expr(source.each.first);
      for (const Carry &carry : scan->carries)
        expr(carry.value);
      return block(*scan->body);
    }
    case Expr::Kind::For: {
      const auto *loop = llvm::cast<ForExpr>(e);
      for (const Carry &carry : loop->carries)
        expr(carry.value);
      return block(*loop->body);
    }
    default: return;
    }
  }

private:
  const LayerDecl *constructed(const CallExpr &call) const {
    Definition definition;
    if (const auto *name = llvm::dyn_cast<NameExpr>(call.callee)) {
      definition = lookup(module, name->name);
    } else if (const auto *member = llvm::dyn_cast<MemberExpr>(call.callee)) {
      if (const auto *base = llvm::dyn_cast<NameExpr>(member->base))
        definition = lookupQualified(module, base->name, member->member.text);
    }
    return llvm::dyn_cast_or_null<LayerDecl>(definition.decl);
  }

  /// Whether a `let` of this value would name it.
  bool isLayerValued(const Expr *e) const {
    if (const auto *call = llvm::dyn_cast<CallExpr>(e))
      return constructed(*call);
    if (const auto *pipe = llvm::dyn_cast<PipeExpr>(e))
      return isLayerValued(pipe->first);
    if (const auto *list = llvm::dyn_cast<ListExpr>(e))
      return !list->elements.empty() && isLayerValued(list->elements.front());
    if (const auto *comprehension = llvm::dyn_cast<ComprehensionExpr>(e))
      return isLayerValued(comprehension->element);
    return false;
  }

  void stmt(const Stmt &s) {
    switch (s.kind) {
    case Stmt::Kind::Let:
      if (const auto &let = llvm::cast<LetStmt>(s); !isLayerValued(let.value))
        expr(let.value);
      return;
    case Stmt::Kind::If: {
      const auto &branch = llvm::cast<IfStmt>(s);
      block(*branch.then);
      if (branch.otherwise)
        block(*branch.otherwise);
      return;
    }
    case Stmt::Kind::Next: return expr(llvm::cast<NextStmt>(s).value);
    case Stmt::Kind::Return:
      for (const Expr *value : llvm::cast<ReturnStmt>(s).values)
        expr(value);
      return;
    case Stmt::Kind::Yield:
      for (const Expr *value : llvm::cast<YieldStmt>(s).values)
        expr(value);
      return;
    default: return;
    }
  }

  const Module &module;
  Naming &naming;
};
} // namespace

void Elaborator::countUntaken(const Block &block) {
  AnonymousCounter(*frame->module, *frame->naming).block(block);
}

void Elaborator::countUntaken(const Expr &expr) {
  AnonymousCounter(*frame->module, *frame->naming).expr(&expr);
}
