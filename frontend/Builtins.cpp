// Builtins.cpp: finds builtins by name and sorts the arguments of their calls. What they make is in builtins/.
//
// One entry of a table there is all that a builtin needs. Elementwise functions need none (see callElementwise), and what can be
// said in the language belongs into std/*.nn.
#include "frontend/Builtins.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Arguments
//===------------------------------------------------------------------------------------------------===//

mlir::Value BuiltinCall::tensor(unsigned i) const {
  const Datum &value = args[i].value;
  if (value.isTensor())
    return value.tensor;
  if (!value.isUnknown())
    e.error(args[i].range, "'" + builtin.name + "' takes a tensor, found " + describe(value));
  return {};
}

mlir::Value BuiltinCall::floatTensor(unsigned i) const {
  mlir::Value value = tensor(i);
  if (!value || mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value.getType())))
    return value;
  e.error(args[i].range, "'" + builtin.name + "' takes floating-point numbers, found " +
                             describe(args[i].value) + "; convert it by 'as f'");
  return {};
}

bool BuiltinCall::flag(unsigned i, bool otherwise, bool &ok) const {
  if (!args[i].given)
    return otherwise;
  if (args[i].value.is(Datum::Kind::Bool))
    return args[i].value.truth;
  if (!args[i].value.isUnknown())
    e.error(args[i].range, "expected true or false, found " + describe(args[i].value));
  ok = false;
  return otherwise;
}

namespace {
struct BuiltinFormal {
  llvm::StringRef name;
  bool optional, asWritten, rest;
};
} // namespace

/// "x, 'along?, *dims" taken apart.
static llvm::SmallVector<BuiltinFormal, 4> formalsOf(const Builtin &builtin) {
  llvm::SmallVector<BuiltinFormal, 4> formals;
  llvm::SmallVector<llvm::StringRef, 4> parts;
  llvm::StringRef(builtin.formals).split(parts, ", ", -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    BuiltinFormal formal;
    formal.rest = part.consume_front("*");
    formal.asWritten = part.consume_front("'");
    formal.optional = part.consume_back("?");
    formal.name = part;
    formals.push_back(formal);
  }
  return formals;
}

Datum nnc::callBuiltin(Elaborator &e, const Builtin &builtin, Range range, const CallExpr *call,
                       const Elaborator::Argument *piped) {
  if (!builtin.handler)
    return e.notYet(call ? call->callee->range : range, "'" + builtin.name + "'");
  auto formals = formalsOf(builtin);
  BuiltinCall made{e, builtin, range, call, {}, {}};
  made.args.resize(formals.size());
  llvm::SmallVector<llvm::StringRef> names;
  for (const BuiltinFormal &formal : formals)
    names.push_back(formal.name);
  size_t next = 0;
  bool ok = true, named = false;
  auto give = [&](size_t index, const Datum *value, const Expr *expr, Range place) {
    BuiltinCall::Arg arg;
    arg.expr = expr;
    arg.range = place;
    arg.given = true;
    const bool asWritten = formals[index].asWritten || (expr && llvm::isa<PackExpr>(expr));
    if (value)
      arg.value = *value;
    else if (!asWritten)
      arg.value = e.evaluate(*expr);
    ok &= asWritten || !arg.value.isUnknown();
    if (formals[index].rest)
      made.rest.push_back(std::move(arg));
    else if (made.args[index].given) {
      e.error(place, "argument '" + names[index] + "' is given twice")
          .note(made.args[index].range, "the first time here");
      ok = false;
    } else
      made.args[index] = std::move(arg);
  };
  auto position = [&]() -> std::optional<size_t> {
    if (next >= formals.size())
      return std::nullopt;
    return formals[next].rest ? next : next++;
  };
  if (piped) {
    if (std::optional<size_t> index = position())
      give(*index, &piped->value, nullptr, piped->range);
    else
      return e.fail(range, "'" + builtin.name + "' takes no arguments");
  }
  for (const Arg &arg : call ? call->args : List<Arg>()) {
    if (arg.name) {
      named = true;
      size_t index = std::distance(names.begin(), llvm::find(names, arg.name.text));
      if (index == names.size()) {
        e.error(arg.name.range, "'" + builtin.name + "' has no argument '" + arg.name.text + "'" +
                                    didYouMean(arg.name.text, names));
        ok = false;
        continue;
      }
      give(index, nullptr, arg.value, arg.value->range);
      continue;
    }
    if (named) {
      e.error(arg.value->range, "an argument by position cannot follow one by name");
      ok = false;
      continue;
    }
    std::optional<size_t> index = position();
    if (!index)
      return e.fail(arg.value->range,
                    "too many arguments for '" + builtin.name + "': it takes " + llvm::Twine(formals.size()));
    give(*index, nullptr, arg.value, arg.value->range);
  }
  for (auto [index, formal] : llvm::enumerate(formals))
    if (ok && !formal.optional && !formal.rest && !made.args[index].given)
      return e.fail(range, "'" + builtin.name + "' needs the argument '" + formal.name + "'");
  return ok ? builtin.handler(made) : Datum();
}

//===------------------------------------------------------------------------------------------------===//
// The tables
//===------------------------------------------------------------------------------------------------===//

static llvm::ArrayRef<llvm::ArrayRef<Builtin>> tables() {
  static const llvm::ArrayRef<Builtin> all[] = {reductionBuiltins(), shapeBuiltins(),       moveBuiltins(),
                                                positionBuiltins(),  compileTimeBuiltins(), valueBuiltins(),
                                                layerBuiltins(),     attentionBuiltins(),   windowBuiltins(),     indexingBuiltins()};
  return all;
}

const Builtin *nnc::findBuiltin(llvm::StringRef name) {
  for (llvm::ArrayRef<Builtin> table : tables())
    for (const Builtin &builtin : table)
      if (builtin.name == name)
        return &builtin;
  return nullptr;
}

void nnc::builtinNames(llvm::SmallVectorImpl<llvm::StringRef> &names) {
  for (llvm::ArrayRef<Builtin> table : tables())
    for (const Builtin &builtin : table)
      names.push_back(builtin.name);
}
