// Given.cpp: reads what is given, finds the run-time sizes that it tells, and checks each number against its type.
#include "codegen/explain/Given.h"
#include "codegen/explain/Math.h"
#include "ir/Provenance.h"
#include "ir/interpreter/Cost.h"
#include "ir/interpreter/Samples.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;

namespace nnc::explain {

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

//===--------------------------------------------------------------------------------------------------===//
// Reading
//===--------------------------------------------------------------------------------------------------===//

llvm::Error addGiven(llvm::StringRef text, Setting &setting) {
  auto [name, numbers] = text.contains('=') || !text.ends_with(".npy") ? text.split('=') : std::pair("", text);
  if (numbers.empty() || (name.empty() && text.starts_with("=")))
    return failure("expected --at=name=1,2,3, --at=name=file.npy or --at=file.npy, found '" + text + "'");
  Given given;
  if (numbers.ends_with(".npy")) {
    llvm::Expected<NpyArray> array = readNpy(numbers);
    if (!array)
      return array.takeError();
    given = {std::move(array->numbers), std::move(array->shape)};
  } else {
    size_t rows = 0, columns = 0;
    for (llvm::StringRef row : llvm::split(numbers, ';')) {
      size_t before = given.numbers.size();
      for (llvm::StringRef part : llvm::split(row, ',')) {
        double value;
        if (part.trim().getAsDouble(value))
          return failure("'" + part + "' in --at=" + text + " is no number");
        given.numbers.push_back(value);
      }
      size_t count = given.numbers.size() - before;
      if (rows++ && count != columns)
        return failure("rows of " + llvm::Twine(columns) + " and " + llvm::Twine(count) + " numbers in --at=" + text);
      columns = count;
    }
    if (rows > 1)
      given.shape = Shape{static_cast<int64_t>(rows), static_cast<int64_t>(columns)};
  }
  for (double number : given.numbers)
    if (!std::isfinite(number))
      return failure("--at=" + text + " holds a number that is not finite, or too large for 64 bits");
  if (!setting.given.try_emplace(name.str(), std::move(given)).second)
    return failure("numbers for " + (name.empty() ? "the input" : "'" + name.str() + "'") + " are given twice");
  return llvm::Error::success();
}

//===--------------------------------------------------------------------------------------------------===//
// Names and sizes
//===--------------------------------------------------------------------------------------------------===//

/// The types of a function's inputs and of its model's variables, by name.
static std::map<std::string, RankedTensorType> namedTypes(FuncOp function) {
  std::map<std::string, RankedTensorType> types;
  for (VariableOp variable : function->getParentOfType<ModelOp>().getBody().getOps<VariableOp>())
    types[variable.getSymName().str()] = cast<RankedTensorType>(variable.getType());
  for (BlockArgument argument : function.getArguments())
    types[function.argumentName(argument.getArgNumber()).str()] = cast<RankedTensorType>(argument.getType());
  return types;
}

/// The inputs that data is for; hyperparameters have values of their own.
static std::vector<std::string> dataInputs(FuncOp function) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.argumentRole(i) == "input")
      names.push_back(function.argumentName(i).str());
  return names;
}

/// Numbers without a name get that of the function's one input.
static llvm::Expected<Setting> named(FuncOp function, const Setting &setting) {
  Setting result = setting;
  auto unnamed = result.given.extract("");
  if (unnamed.empty())
    return result;
  std::vector<std::string> names = dataInputs(function);
  if (names.size() != 1)
    return failure("function '" + function.getSymName() + "' has " +
                   (names.empty() ? "no input" : "the inputs '" + llvm::join(names, "', '") + "'") +
                   "; expected --at=name=file.npy");
  unnamed.key() = names.front();
  if (!result.given.insert(std::move(unnamed)).inserted)
    return failure("numbers for '" + names.front() + "' are given twice");
  return result;
}

static llvm::Error checkSizes(llvm::ArrayRef<ModelOp> models, const std::map<std::string, int64_t> &sizes) {
  for (const auto &[name, size] : sizes) {
    std::string known;
    bool isFound = false;
    for (ModelOp model : models)
      for (auto [symbol, bound] : llvm::zip(model.getSymbols().getAsValueRange<StringAttr>(), model.getBounds())) {
        known += (known.empty() ? "'" : ", '") + symbol.str() + "'";
        if (symbol != name)
          continue;
        isFound = true;
        if (bound > 0 && size > bound)
          return failure("'" + name + "' is at most " + llvm::Twine(bound) + "; " + llvm::Twine(size) + " is given");
      }
    if (!isFound)
      return failure("the model has no run-time dimension '" + name + "'; it has " + (known.empty() ? "none" : known));
  }
  return llvm::Error::success();
}

llvm::Error checkSizes(ModuleOp module, const std::map<std::string, int64_t> &sizes) {
  return checkSizes(llvm::to_vector(module.getOps<ModelOp>()), sizes);
}

llvm::Error checkNames(llvm::ArrayRef<FuncOp> functions, const Setting &setting) {
  llvm::SmallVector<ModelOp> models;
  for (FuncOp function : functions)
    if (auto model = function->getParentOfType<ModelOp>(); !llvm::is_contained(models, model))
      models.push_back(model);
  if (llvm::Error error = checkSizes(models, setting.sizes))
    return error;
  for (const auto &[name, given] : setting.given)
    if (!name.empty() && llvm::none_of(functions, [&](FuncOp function) { return namedTypes(function).count(name); }))
      return failure(functions.size() == 1
                         ? "function '" + FuncOp(functions.front()).getSymName() + "' has no input or parameter '" + name + "'"
                         : "no function with a gradient has an input or parameter '" + llvm::Twine(name) + "'");
  return llvm::Error::success();
}

/// The sizes of numbers that are given, for a type; nothing where they do not tell: a list tells at most one unknown.
static std::optional<Shape> shapeOf(const Given &given, llvm::ArrayRef<Dim> dims) {
  if (given.shape)
    return given.shape->size() == dims.size() ? given.shape : std::nullopt;
  int64_t count = static_cast<int64_t>(given.numbers.size()), known = 1;
  Shape shape;
  std::optional<size_t> unknown;
  for (auto [axis, dim] : llvm::enumerate(dims)) {
    shape.push_back(dim.valueIfStatic().value_or(0));
    if (!dim.isStatic() && unknown)
      return std::nullopt;
    if (!dim.isStatic())
      unknown = axis;
    else
      known *= shape.back();
  }
  if (!unknown || known == 0 || count % known != 0)
    return std::nullopt;
  shape[*unknown] = count / known;
  return shape;
}

/// The run-time sizes of a call: as asked for, else as what is given has them, else small.
static llvm::Expected<std::map<std::string, int64_t>> sizesOf(FuncOp function, const Setting &setting) {
  auto model = function->getParentOfType<ModelOp>();
  std::map<std::string, int64_t> sizes = sampleSizes(model);
  std::map<std::string, std::string> tellers; // who told a dimension
  std::map<std::string, RankedTensorType> types = namedTypes(function);
  for (const auto &[name, given] : setting.given) {
    auto type = types.find(name);
    if (type == types.end())
      continue;
    Dims dims = dimsOf(type->second);
    std::optional<Shape> shape = shapeOf(given, dims);
    if (!shape)
      continue;
    for (auto [dim, size] : llvm::zip(dims, *shape)) {
      std::optional<std::string> symbol = dim.symbolIfBare();
      if (!symbol || setting.sizes.count(*symbol))
        continue;
      if (size < 1)
        return failure("'" + name + "' has no elements: its '" + *symbol + "' is 0");
      auto [teller, isFirst] = tellers.try_emplace(*symbol, name);
      if (!isFirst && sizes[*symbol] != size)
        return failure("'" + *symbol + "' is " + llvm::Twine(sizes[*symbol]) + " in what is given for '" + teller->second +
                       "', and " + llvm::Twine(size) + " in what is given for '" + name + "'");
      sizes[*symbol] = size;
    }
  }
  for (auto [name, size] : sizes)
    if (auto asked = setting.sizes.find(name); asked != setting.sizes.end())
      sizes[name] = asked->second;
  std::map<std::string, int64_t> told;
  for (const auto &[name, teller] : tellers)
    told[name] = sizes[name];
  if (llvm::Error error = checkSizes(model, told))
    return error;
  return sizes;
}

//===--------------------------------------------------------------------------------------------------===//
// Numbers
//===--------------------------------------------------------------------------------------------------===//

static std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// Fails if an element cannot be what the type of its tensor holds.
static llvm::Error checkElements(llvm::StringRef name, Type element, const std::optional<IndexRange> &range,
                                 llvm::ArrayRef<double> numbers) {
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer)
    return llvm::Error::success();
  bool isSigned = !integer.isUnsigned() && integer.getWidth() > 1;
  double high = std::ldexp(1.0, static_cast<int>(integer.getWidth()) - (isSigned ? 1 : 0)) - 1;
  double low = isSigned ? -high - 1 : 0;
  if (range) {
    low = 0;
    high = static_cast<double>(range->bound) - 1;
  }
  for (double number : numbers) {
    bool isIgnored = range && range->ignored && number == static_cast<double>(*range->ignored);
    if (!isIgnored && (number != std::floor(number) || number < low || number > high))
      return failure("'" + name + "' holds " + llvm::Twine(numberText(number)) + "; expected whole numbers from " +
                     numberText(low) + " to " + numberText(high));
  }
  return llvm::Error::success();
}

/// Numbers are to be read: what takes minutes, or more memory than there may be, is refused before it begins.
static llvm::Error checkExtent(FuncOp function, const std::map<std::string, int64_t> &sizes) {
  constexpr double mostOperations = 1e10, mostElements = 5e8;
  auto sizeOf = [&](const Dim &dim) {
    double value = 0; // 64 bits may be too few
    for (const auto &[symbols, coefficient] : dim.getTerms()) {
      double term = static_cast<double>(coefficient);
      for (const std::string &symbol : symbols)
        if (auto size = sizes.find(symbol); size != sizes.end())
          term *= static_cast<double>(size->second);
      value += term;
    }
    return value;
  };
  double operations = 0, elements = 0;
  for (BlockArgument argument : function.getArguments())
    elements += elementsOf(argument, sizeOf);
  for (Operation &op : function.getBody().front())
    if (ProvenanceAttr how = provenanceOf(op.getLoc()); !how || how.getRole() != Role::Optimizer) {
      operations += interpreterCost(&op, sizeOf);
      for (Value result : op.getResults())
        elements += elementsOf(result, sizeOf);
    }
  if (operations <= mostOperations && elements <= mostElements)
    return llvm::Error::success();
  std::string text;
  for (const auto &[name, size] : sizes)
    text += (text.empty() ? "" : ", ") + name + "=" + std::to_string(size);
  auto number = [](double value) { return llvm::formatv("{0:e0}", value).str(); };
  bool isTooLong = operations > mostOperations;
  return failure("at these sizes" + (text.empty() ? "" : " (" + text + ")") + " the gradients of '" + function.getSymName() + "' take " +
                 (isTooLong ? "about " + number(operations) + " operations" : number(elements) + " elements of memory") +
                 "; numbers are worked for up to " + number(isTooLong ? mostOperations : mostElements) +
                 (text.empty() ? "" : ", so give smaller ones with --size=dimension=n or --at"));
}

llvm::Expected<nnc::Call> callOf(FuncOp function, const Setting &asGiven) {
  llvm::Expected<Setting> resolved = named(function, asGiven);
  if (!resolved)
    return resolved.takeError();
  const Setting &setting = *resolved;
  llvm::Expected<std::map<std::string, int64_t>> sizes = sizesOf(function, setting);
  if (!sizes)
    return sizes.takeError();
  if (llvm::Error error = checkExtent(function, *sizes))
    return error;
  auto model = function->getParentOfType<ModelOp>();
  nnc::Call call = sampleArguments(function, *sizes, setting.seed);
  for (auto [number, argument] : llvm::enumerate(function.getArguments()))
    if (auto value = function.getArgAttrOfType<FloatAttr>(number, "nn.default"))
      call.inputs[number].data.assign(call.inputs[number].data.size(), value.getValueAsDouble());
  for (VariableOp variable : model.getBody().getOps<VariableOp>()) // as in an instance with this seed
    call.variables[variable.getSymName().str()] = initialValue(variable, setting.seed);
  std::map<std::string, RankedTensorType> types = namedTypes(function);
  for (const auto &[name, given] : setting.given) {
    auto type = types.find(name);
    if (type == types.end())
      continue; // another function's
    Tensor *tensor = nullptr;
    std::optional<IndexRange> range;
    if (auto variable = call.variables.find(name); variable != call.variables.end())
      tensor = &variable->second;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.argumentName(i) == name) {
        tensor = &call.inputs[i];
        range = indexRangeOf(function.getArgument(i), call.sizes);
      }
    bool isOne = tensor->count() == 1 && given.numbers.size() == 1; // [] and [1] are told apart by nobody
    if (tensor->data.size() != given.numbers.size())
      return failure("'" + name + "' has " + llvm::Twine(tensor->data.size()) + " elements, of shape " +
                     shapeText(tensor->shape) + "; " + llvm::Twine(given.numbers.size()) + " are given" +
                     (given.shape ? ", of shape " + shapeText(*given.shape) : ""));
    if (given.shape && *given.shape != tensor->shape && !isOne)
      return failure("'" + name + "' has the shape " + shapeText(tensor->shape) + "; " + shapeText(*given.shape) +
                     " is given");
    if (llvm::Error error = checkElements(name, type->second.getElementType(), range, given.numbers))
      return error;
    tensor->data = given.numbers;
  }
  return call;
}

} // namespace nnc::explain
