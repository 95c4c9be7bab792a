// ElaborateElementwise.cpp: elementwise functions are ops of the dialect, found by their name: `tanh(x)` is nn.tanh.
#include "frontend/Builtins.h"
#include "frontend/StandardLibrary.h"
#include "ir/ops/Shape.h"
#include "frontend/Elaborator.h"

using namespace nnc;
using namespace nnc::ast;

/// Elementwise ops that the language writes otherwise.
static constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> spelledOtherwise[] = {
    {"add", "a + b"},  {"sub", "a - b"}, {"mul", "a * b"},     {"div", "a / b"},
    {"mod", "a % b"},  {"pow", "a ** b"}, {"neg", "-a"},    {"compare", "a < b"}, {"and", "a && b"},
    {"or", "a || b"},  {"not", "!a"},    {"cast", "a as f"},   {"select", "where(c, a, b)"}};

bool nnc::isElementwiseName(llvm::StringRef name, mlir::MLIRContext &context) {
  if (llvm::any_of(spelledOtherwise, [&](const auto &entry) { return entry.first == name; }))
    return false;
  auto op = mlir::RegisteredOperationName::lookup(("nn." + name).str(), &context);
  return op && op->hasInterface<ElementwiseOpInterface>();
}

void nnc::elementwiseNames(mlir::MLIRContext &context, llvm::SmallVectorImpl<llvm::StringRef> &names) {
  for (mlir::RegisteredOperationName op : context.getRegisteredOperations()) {
    llvm::StringRef name = op.getStringRef();
    if (name.consume_front("nn.") && isElementwiseName(name, context))
      names.push_back(name);
  }
}

void nnc::reportUnknownName(const Module &module, const Scope &scope, llvm::StringRef name, Range range,
                            mlir::MLIRContext &context, Diagnostics &diags) {
  for (const auto &[opName, text] : spelledOtherwise)
    if (name == opName) {
      diags.error(range, "there is no function '" + name + "'; write '" + text + "'");
      return;
    }
  if (diags.stopped()) // the search for near names takes its time
    return;
  llvm::SmallVector<llvm::StringRef> known = {"training", "inf", "pi"};
  for (const Scope *s = &scope; s; s = s->parent.get()) {
    for (const auto &entry : s->names)
      known.push_back(entry.getKey());
    for (const auto &entry : s->dims)
      known.push_back(entry.first);
  }
  visibleNames(module, known);
  builtinNames(known);
  elementwiseNames(context, known);
  diags.error(range, "unknown name '" + name + "'" +
                         (module.isLibrary ? didYouMean(name, known) : hintOfUnknown(name, known)));
}

/// How many operands an op takes: 1 to 3, or 0 when it does not say.
static unsigned operandCount(mlir::RegisteredOperationName op) {
  if (op.hasTrait<mlir::OpTrait::OneOperand>())
    return 1;
  if (op.hasTrait<mlir::OpTrait::NOperands<2>::Impl>())
    return 2;
  if (op.hasTrait<mlir::OpTrait::NOperands<3>::Impl>())
    return 3;
  return 0;
}

Datum Elaborator::callElementwise(const Callable &callable, const Arguments &arguments, Range range) {
  auto op = *mlir::RegisteredOperationName::lookup(callable.opName, &model.context);
  unsigned count = operandCount(op);
  // Operands by position; attributes (the slope of leaky_relu) by name or behind them.
  llvm::SmallVector<llvm::StringRef> attributeNames;
  for (mlir::StringAttr name : op.getAttributeNames())
    attributeNames.push_back(name.getValue());
  llvm::SmallVector<Argument, 3> operands;
  mlir::NamedAttrList attributes;
  bool ok = true;
  for (const Argument &argument : arguments) {
    llvm::StringRef attribute = argument.name.text;
    if (!argument.name) {
      if (operands.size() < count) {
        operands.push_back(argument);
        continue;
      }
      size_t extra = attributes.getAttrs().size();
      if (extra >= attributeNames.size())
        return fail(argument.range,
                    "too many arguments for '" + callable.name + "': it takes " + llvm::Twine(count));
      attribute = attributeNames[extra];
    } else if (!llvm::is_contained(attributeNames, attribute)) {
      error(argument.name.range, "'" + callable.name + "' has no argument '" + attribute + "'" +
                                     didYouMean(attribute, attributeNames));
      ok = false;
      continue;
    }
    if (argument.value.isUnknown())
      return Datum();
    std::optional<double> number = argument.value.asDouble();
    if (!number)
      return fail(argument.range,
                  "'" + attribute + "' is a number known while compiling, found " + describe(argument.value));
    attributes.set(attribute, builder.getF64FloatAttr(*number));
  }
  if (!ok || llvm::any_of(operands, [](const Argument &a) { return a.value.isUnknown(); }))
    return Datum();
  if (operands.size() != count)
    return fail(range, "'" + callable.name + "' takes " + llvm::Twine(count) +
                           (count == 1 ? " argument" : " arguments") + ", found " +
                           llvm::Twine(operands.size()));

  const bool allNumbers =
      llvm::all_of(operands, [](const Argument &a) { return a.value.asDouble().has_value(); });
  Labels labels;
  llvm::SmallVector<Operand, 3> unified;
  llvm::SmallVector<mlir::Value, 3> values;
  llvm::SmallVector<double, 3> numbers;
  // Of numbers the op is made beside the graph, to ask it for its meaning.
  auto scalarType = mlir::RankedTensorType::get({}, builder.getF64Type());
  mlir::Block aside;
  mlir::OpBuilder asideBuilder(&model.context);
  asideBuilder.setInsertionPointToStart(&aside);
  if (allNumbers) {
    for (const Argument &operand : operands) {
      numbers.push_back(*operand.value.asDouble());
      values.push_back(
          asideBuilder.create<FillOp>(location(range), scalarType, builder.getF64FloatAttr(numbers.back())));
    }
  } else {
    for (Argument &operand : operands) {
      if (!operand.value.isTensor() && !operand.value.isNumber() && !operand.value.is(Datum::Kind::Bool) &&
          !operand.value.is(Datum::Kind::List))
        return fail(operand.range, "'" + callable.name + "' takes tensors, found " + describe(operand.value));
      unified.push_back({&operand.value, operand.expr, operand.range});
    }
    if (llvm::none_of(operands, [](const Argument &a) { return a.value.isTensor(); }))
      return fail(range, "'" + callable.name + "' takes tensors, found " + describe(operands[0].value));
    if (!unify(unified, range, range, labels))
      return Datum();
    for (const Operand &operand : unified)
      values.push_back(operand.datum->tensor);
  }
  mlir::OperationState state(location(range), op);
  state.addOperands(values);
  state.addAttributes(attributes.getAttrs());
  auto *infer = op.getInterface<mlir::InferTypeOpInterface>();
  assert(infer && "an elementwise op that can be called infers its type");
  mlir::OpaqueProperties noProperties(nullptr);
  llvm::SmallVector<mlir::Type, 1> types;
  if (failed(infer->inferReturnTypes(&model.context, state.location, values,
                                     state.attributes.getDictionary(&model.context), noProperties, {},
                                     types)))
    return Datum();
  state.addTypes(types);
  mlir::OpBuilder &where = allNumbers ? asideBuilder : builder;
  mlir::Operation *made = where.create(state);
  Datum result;
  bool valid = true;
  {
    // The op itself knows which element types it takes.
    mlir::ScopedDiagnosticHandler silence(&model.context, [](mlir::Diagnostic &) { return mlir::success(); });
    valid = succeeded(op.verifyInvariants(made));
  }
  if (!valid) {
    made->erase();
    return fail(range, "'" + callable.name + "' does not take " + describe(operands[0].value) +
                           (allNumbers ? "" : "; convert it by 'as'"));
  }
  if (allNumbers)
    return Datum::ofFloat(mlir::cast<ElementwiseOpInterface>(made).evaluate(numbers));
  return Datum::ofTensor(made->getResult(0), labels);
}
