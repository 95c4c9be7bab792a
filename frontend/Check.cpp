// Check.cpp: walks all bodies of a module with their scopes.
#include "frontend/Check.h"
#include "frontend/CheckOperator.h"
#include "frontend/Checker.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::check;

namespace {

bool isCamelCase(llvm::StringRef name) { return llvm::isUpper(name.front()) && !name.contains('_'); }

} // namespace

bool Checker::run() {
  for (const File *file : module.files)
    for (const Decl *decl : file->declarations)
      checkDecl(*decl);
  // Each circle is met once, however many declarations are on it.
  for (const File *file : module.files)
    for (const Decl *decl : file->declarations)
      sound &= uses.isFree(decl, diags);
  return sound;
}

void Checker::checkDecl(const Decl &decl) {
  const bool isType = decl.kind == Decl::Kind::Model || decl.kind == Decl::Kind::Layer;
  if (decl.name && decl.kind != Decl::Kind::Use && decl.kind != Decl::Kind::Train) {
    if (isType && !isCamelCase(decl.name.text))
      diags.warning(Warning::Naming, decl.name.range, "'" + decl.name.text + "' is written in CamelCase");
    if (!isType && !isSnakeCase(decl.name.text))
      diags.warning(Warning::Naming, decl.name.range, "'" + decl.name.text + "' is written in snake_case");
  }
  owner = &decl;
  inTrain = decl.kind == Decl::Kind::Optimizer || decl.kind == Decl::Kind::Train;
  entries.clear();
  Enter enter(*this);
  switch (decl.kind) {
  case Decl::Kind::Use: break;
  case Decl::Kind::Const: {
    const ConstStmt &constant = *llvm::cast<ConstDecl>(decl).constant;
    if (constant.type)
      checkType(*constant.type);
    expr(*constant.value);
    break;
  }
  case Decl::Kind::Model: {
    const auto &model = llvm::cast<ModelDecl>(decl);
    configuration(model.formals);
    block(*model.body, Place::Model);
    break;
  }
  case Decl::Kind::Layer: {
    const auto &layer = llvm::cast<LayerDecl>(decl);
    configuration(layer.formals);
    if (layer.hasSignature) {
      Enter inner(*this);
      signature(layer.signature);
      block(*layer.body, Place::Layer);
      break;
    }
    defineAhead(*layer.body);
    block(*layer.body, Place::FunctionLayer);
    for (auto &entry : names->locals) // also from outside
      if (entry.getValue().kind == Local::Kind::Function)
        entry.getValue().used = true;
    break;
  }
  case Decl::Kind::Fn: {
    const auto &fn = llvm::cast<FnDecl>(decl);
    signature(fn.signature);
    block(*fn.body, Place::Function);
    break;
  }
  case Decl::Kind::Op: {
    const auto &op = llvm::cast<OpDecl>(decl);
    formals(op.formals);
    for (const Formal &result : op.results) {
      checkType(*result.type);
      define(result.name, Local::Kind::Value);
    }
    sound &= checkOperator(op, diags);
    for (const Equation &equation : op.equations) // they see each other
      if (!names->find(equation.name.text))
        define(equation.name, Local::Kind::Let);
    for (const Equation &equation : op.equations) {
      Enter inner(*this);
      indices(equation.indices);
      expr(*equation.value);
    }
    break;
  }
  case Decl::Kind::Optimizer: {
    const auto &optimizer = llvm::cast<OptimizerDecl>(decl);
    formals(optimizer.formals);
    signature(optimizer.signature);
    block(*optimizer.body, Place::Optimizer);
    break;
  }
  case Decl::Kind::Train: break; // its names are the model's; see LowerTrain.cpp
  }
  owner = nullptr;
}

void Checker::configuration(List<Formal> list) {
  formals(list);
  for (const Formal &formal : list)
    if (formal.type->kind == Type::Kind::Tensor)
      diags.error(formal.type->range,
                  "a parameter here is known while compiling: int, float, bool, string, init, "
                  "layer or a list; tensors are inputs, or the second list of a layer");
}

/// In a layer of functions all names see each other, and the dimensions of all its functions.
void Checker::defineAhead(const Block &body) {
  for (const Stmt *s : body.statements) {
    if (const auto *let = llvm::dyn_cast<LetStmt>(s)) {
      for (const Name &name : let->names)
        define(name, Local::Kind::Let);
    } else if (const auto *equation = llvm::dyn_cast<EquationStmt>(s)) {
      define(equation->equation.name, Local::Kind::Let);
    } else if (const auto *constant = llvm::dyn_cast<ConstStmt>(s)) {
      define(constant->name, Local::Kind::Let);
    } else if (const auto *variable = llvm::dyn_cast<VariableStmt>(s)) {
      define(variable->name, variable->isState ? Local::Kind::State : Local::Kind::Param);
    } else if (const auto *fn = llvm::dyn_cast<FnStmt>(s)) {
      define(fn->name, Local::Kind::Function);
      for (const Formal &formal : fn->signature.formals)
        bindDims(*formal.type);
    }
  }
}

bool nnc::checkModule(const Module &module, Diagnostics &diags, mlir::MLIRContext &context) {
  return Checker(module, diags, context).run();
}
