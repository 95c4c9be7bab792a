// CheckNames.cpp: every name is defined; a local hides functions, but no other local, input or parameter; a carried value
// or state is not read after it was set.
#include "frontend/Builtins.h"
#include "frontend/Checker.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::check;

namespace {

llvm::StringRef word(Local::Kind kind) {
  switch (kind) {
  case Local::Kind::Let: return "value";
  case Local::Kind::Function: return "function";
  case Local::Kind::Formal: return "parameter";
  case Local::Kind::Input: return "input";
  case Local::Kind::Param: return "parameter";
  case Local::Kind::State: return "state";
  case Local::Kind::Carry: return "carried value";
  case Local::Kind::Loop: return "loop's value";
  case Local::Kind::Value: return "value";
  }
  return "";
}

} // namespace

Local *Names::find(llvm::StringRef name) {
  for (Names *names = this; names; names = names->parent)
    if (auto it = names->locals.find(name); it != names->locals.end())
      return &it->second;
  return nullptr;
}

bool Names::hasDim(llvm::StringRef name) const {
  for (const Names *names = this; names; names = names->parent)
    if (names->dims.contains(name))
      return true;
  return false;
}

bool check::isSnakeCase(llvm::StringRef name) {
  return llvm::none_of(name, [](char c) { return llvm::isUpper(c); });
}

void Checker::unsound(Range range, const llvm::Twine &text) {
  diags.error(range, text);
  sound = false;
}

void Checker::define(const Name &name, Local::Kind kind) {
  if (name.text == "_")
    return;
  if (!isSnakeCase(name.text))
    diags.warning(Warning::Naming, name.range, "'" + name.text + "' is written in snake_case");
  if (Local *other = names->find(name.text)) {
    // A `let` at the end of a loop's turn or of a branch is gone with its block.
    diags.error(name.range, "'" + name.text + "' is defined already, as a " + word(other->kind))
        .note(other->declared, "'" + name.text + "' declared here");
    return;
  }
  Local local;
  local.kind = kind;
  local.declared = name.range;
  names->locals[name.text] = local;
}

void Checker::warnUnused(const Names &scope) {
  llvm::SmallVector<std::pair<uint32_t, llvm::StringRef>> unused;
  for (const auto &entry : scope.locals) {
    const Local &local = entry.getValue();
    if (!local.used && (local.kind == Local::Kind::Let || local.kind == Local::Kind::Function) &&
        !entry.getKey().starts_with("_"))
      unused.push_back({local.declared.begin.offset, entry.getKey()});
  }
  llvm::sort(unused);
  for (auto [offset, name] : unused)
    diags.warning(Warning::UnusedName, scope.locals.find(name)->second.declared,
                  "nothing reads '" + name + "'");
}

void Checker::use(llvm::StringRef name, Range range) {
  if (Local *local = names->find(name)) {
    local->used = true;
    if (local->next.isValid())
      diags.error(range, "'" + name + "' is read after its 'next'; bind the new value by 'let' and use that")
          .note(local->next, "'next' of '" + name + "'");
    return;
  }
  if (names->hasDim(name) || name == "training" || name == "inf" || name == "pi" ||
      (name == "step" && inTrain))
    return;
  if (Definition definition = lookup(module, name)) {
    if (owner)
      uses.add(owner, definition.decl, range);
    return;
  }
  if (findBuiltin(name) || isElementwiseName(name, context))
    return;
  // Told with the names that are near; the elaborator says the same at the same place, once.
  Scope scope;
  for (Names *n = names; n; n = n->parent) {
    for (const auto &entry : n->locals)
      scope.names[entry.getKey()];
    for (const auto &entry : n->dims)
      scope.dims[entry.getKey().str()] = Dim(1);
  }
  reportUnknownName(module, scope, name, range, context, diags);
}

/// Bare names in types bind dimensions.
void Checker::bindDims(const Type &type) {
  for (const DimExpr &dim : type.dims)
    if (const auto *name = dim.size ? llvm::dyn_cast<NameExpr>(dim.size) : nullptr)
      if (!names->find(name->name))
        names->dims.insert(name->name);
  for (const Type *part : type.parts)
    bindDims(*part);
}

void Checker::checkType(const Type &type) {
  for (const DimExpr &dim : type.dims)
    if (dim.size && !(llvm::isa<NameExpr>(dim.size) && llvm::cast<NameExpr>(dim.size)->name == "_"))
      expr(*dim.size);
  for (const Type *part : type.parts)
    checkType(*part);
  static constexpr llvm::StringLiteral elements[] = {"f",  "f32",  "f64",  "i32", "i64",
                                                     "u8", "bool", "bf16", "f16"};
  static constexpr llvm::StringLiteral plain[] = {"int", "float", "bool", "string", "init", "layer"};
  auto known = [&](llvm::ArrayRef<llvm::StringLiteral> list) {
    if (llvm::is_contained(list, type.name.text))
      return;
    llvm::SmallVector<llvm::StringRef> names(list.begin(), list.end());
    std::string hint = didYouMean(type.name.text, names);
    if (type.kind == Type::Kind::Plain && llvm::is_contained(elements, type.name.text))
      hint = "; a tensor's type has brackets, a scalar is '" + type.name.text.str() + "[]'";
    if (type.kind == Type::Kind::Tensor && llvm::is_contained(plain, type.name.text))
      hint = "; a value known while compiling has no brackets: '" + type.name.text.str() + "'";
    diags.error(type.name.range, "unknown " +
                                     llvm::Twine(type.kind == Type::Kind::Tensor ? "element type" : "type") +
                                     " '" + type.name.text + "'" + hint);
  };
  if (type.kind == Type::Kind::Tensor)
    known(elements);
  else if (type.kind == Type::Kind::Plain || type.kind == Type::Kind::List)
    known(plain);
}

void Checker::formals(List<Formal> list) {
  // Configuration is known first, so that sizes can name it.
  for (const Formal &formal : list)
    if (formal.type->kind != Type::Kind::Tensor)
      define(formal.name, Local::Kind::Formal);
  for (const Formal &formal : list)
    if (formal.type->kind == Type::Kind::Tensor) {
      bindDims(*formal.type);
      define(formal.name, Local::Kind::Formal);
    }
  for (const Formal &formal : list) {
    checkType(*formal.type);
    if (formal.defaultValue)
      expr(*formal.defaultValue);
  }
}

void Checker::signature(const Signature &s) {
  formals(s.formals);
  checkType(*s.result);
}
