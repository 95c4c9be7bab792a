// CompileTime.cpp: functions of sizes, lists and arguments; their values are known while compiling.
#include "frontend/Builtins.h"

using namespace nnc;
using namespace nnc::ast;

/// floordiv and ceildiv of ints.
template <bool Up> static Datum integerDivision(BuiltinCall &c) {
  std::optional<int64_t> a = c[0].value.asStaticInt(), b = c[1].value.asStaticInt();
  if (!a || !b) {
    if (c[0].value.is(Datum::Kind::Int) && c[1].value.is(Datum::Kind::Int))
      if (std::optional<Dim> exact = c[0].value.size.divExact(c[1].value.size))
        return Datum::ofInt(*exact);
    return c.e.fail(c.range, "'" + c.builtin.name + "' takes ints known while compiling, found " +
                                 describe(c[0].value) + " and " + describe(c[1].value));
  }
  if (*b <= 0)
    return c.e.fail(c[1].range, "expected a divisor above 0, found " + llvm::Twine(*b));
  int64_t quotient = *a / *b, rest = *a % *b;
  if (Up && rest > 0)
    ++quotient;
  if (!Up && rest < 0)
    --quotient;
  return Datum::ofInt(Dim(quotient));
}

static Datum reversed(BuiltinCall &c) {
  if (!c[0].value.is(Datum::Kind::List))
    return c.e.fail(c[0].range, "'reversed' takes a list, found " + describe(c[0].value));
  std::vector<Datum> elements(c[0].value.elements->rbegin(), c[0].value.elements->rend());
  return Datum::ofList(std::move(elements));
}

static Datum length(BuiltinCall &c) {
  if (!c[0].value.is(Datum::Kind::List))
    return c.e.fail(c[0].range, "'length' takes a list, found " + describe(c[0].value));
  return Datum::ofInt(Dim(int64_t(c[0].value.elements->size())));
}

/// `per_axis(kernel, 2)`: a list with one value for each of n axes; a list of one is repeated.
static Datum perAxis(BuiltinCall &c) {
  std::optional<int64_t> count = c[1].value.asStaticInt();
  if (!c[0].value.is(Datum::Kind::List) || c[0].value.elements->empty())
    return c.e.fail(c[0].range, "'per_axis' takes a list, found " + describe(c[0].value));
  if (!count || *count < 1 || *count > 16)
    return c.e.fail(c[1].range, "expected a number of axes, from 1 to 16, found " + describe(c[1].value));
  const std::vector<Datum> &list = *c[0].value.elements;
  if (list.size() == 1)
    return Datum::ofList(std::vector<Datum>(*count, list.front()));
  if (int64_t(list.size()) == *count)
    return c[0].value;
  return c.e.fail(c[0].range, "expected one value, or one for each of " + llvm::Twine(*count) +
                                  " axes, found " + llvm::Twine(list.size()));
}

/// Whether the call gave an argument of the function or optimizer at hand, or its default holds.
static Datum given(BuiltinCall &c) {
  const auto *name = c[0].expr ? llvm::dyn_cast<NameExpr>(c[0].expr) : nullptr;
  if (!name || !c.e.frame->hasFormals)
    return c.e.fail(c.range, "'given' takes the name of an argument of the function around it");
  return Datum::ofBool(c.e.frame->given.contains(name->name));
}

llvm::ArrayRef<Builtin> nnc::compileTimeBuiltins() {
  static const Builtin builtins[] = {
      {"floordiv", "a, b", integerDivision<false>},
      {"ceildiv", "a, b", integerDivision<true>},
      {"reversed", "list", reversed},
      {"length", "list", length},
      {"per_axis", "list, axes", perAxis},
      {"given", "'argument", given},
  };
  return builtins;
}
