// Interface.cpp: from the functions of an nn module to those of C.
#include "codegen/llvm/Interface.h"
#include "codegen/llvm/Names.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc {

llvm::ArrayRef<StringRef> fixedFunctionNames() {
  static constexpr StringRef names[] = {"create",      "destroy",      "error_text", "status_text",
                                        "device_text", "memory_bytes", "get",        "set",
                                        "save",        "load",         "metadata",   "set_threads"};
  return names;
}

StringRef cTypeOf(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(32))
    return "int32_t";
  if (type.isInteger(64))
    return "int64_t";
  return "uint8_t"; // u8 and bool
}

uint64_t bytesOf(RankedTensorType type) {
  uint64_t bytes = elementBytes(type.getElementType());
  for (int64_t extent : type.getShape())
    bytes *= extent;
  return bytes;
}

std::string ModelInterface::macro(StringRef name) const {
  return StringRef(prefix).upper() + "_" + name.str();
}

std::vector<VariableOp> ModelInterface::variables() const {
  auto ops = op.getBody().getOps<VariableOp>();
  return {ops.begin(), ops.end()};
}

int ModelInterface::variableIndex(StringRef name) const {
  for (auto [index, variable] : llvm::enumerate(variables()))
    if (variable.getSymName() == name)
      return index;
  return -1;
}

int ModelInterface::functionIndex(StringRef name) const {
  for (auto [index, function] : llvm::enumerate(functions))
    if (function.name == name)
      return index;
  return -1;
}

std::vector<std::pair<const FunctionInterface *, KernelOp>> ModelInterface::kernelCalls() const {
  std::vector<std::pair<const FunctionInterface *, KernelOp>> calls;
  for (const FunctionInterface &function : functions) {
    FuncOp op = function.op;
    op.walk([&](KernelOp kernel) { calls.emplace_back(&function, kernel); });
  }
  return calls;
}

std::vector<std::string> LibraryInterface::exportedNames() const {
  std::vector<std::string> names = {"nnc_describe"};
  for (const ModelInterface &model : models) {
    for (StringRef name : fixedFunctionNames())
      names.push_back(model.prefix + "_" + name.str());
    if (!model.resets.empty())
      names.push_back(model.prefix + "_reset");
    for (const FunctionInterface &function : model.functions) {
      if (!function.isInternal())
        names.push_back(function.cName);
      if (!function.hyperDefaults.empty())
        names.push_back(function.hyperDefaults);
    }
  }
  llvm::sort(names);
  return names;
}

//===--------------------------------------------------------------------------------------------------===//
// One function
//===--------------------------------------------------------------------------------------------------===//

static StringRef textOf(DictionaryAttr attributes, StringRef key) {
  auto text = attributes ? attributes.getAs<StringAttr>(key) : StringAttr();
  return text ? text.getValue() : "";
}

static ValueInterface valueOf(unsigned index, StringRef name, StringRef role, Type type,
                              DictionaryAttr attributes) {
  ValueInterface value;
  value.index = index;
  value.name = name.empty() ? "value" + std::to_string(index) : name.str();
  value.role = role.str();
  value.type = cast<RankedTensorType>(type);
  value.documentation = textOf(attributes, "nn.doc").str();
  if (!attributes)
    return value;
  if (auto number = attributes.getAs<FloatAttr>("nn.default"))
    value.defaultValue = number.getValueAsDouble();
  if (auto bound = attributes.getAs<IntegerAttr>("nn.index_bound"))
    value.indexBound = value.indexIgnore = bound.getInt();
  if (auto sizes = attributes.getAs<ArrayAttr>("nn.index_sizes"))
    for (StringAttr size : sizes.getAsRange<StringAttr>())
      value.indexSizes.push_back(*Dim::parse(size.getValue()));
  if (auto ignore = attributes.getAs<IntegerAttr>("nn.index_ignore"))
    value.indexIgnore = ignore.getInt();
  return value;
}

/// Without the word that says what the function does: `train_step` -> `train`, `evaluate` -> ``.
static StringRef stemOf(StringRef function) {
  for (StringRef suffix : {"evaluate", "step", "gradients", "update"})
    if (function.consume_back(suffix))
      break;
  function.consume_back("_");
  return function;
}

static FunctionInterface functionOf(FuncOp op, const ModelInterface &model) {
  FunctionInterface function;
  function.op = op;
  function.name = op.getSymName().str();
  function.cName = model.prefix + "_" + function.name;

  std::vector<ValueInterface> seeds;
  for (unsigned i = 0; i < op.getNumArguments(); ++i) {
    ValueInterface value =
        valueOf(i, op.argumentName(i), op.argumentRole(i), op.getArgumentTypes()[i], op.getArgAttrDict(i));
    if (value.role == "instance_seed")
      continue; // bodies read it from the frame
    auto &list = value.role == "hyper" ? function.hypers : value.role == "seed" ? seeds : function.inputs;
    list.push_back(std::move(value));
  }
  llvm::append_range(function.inputs, seeds);
  for (unsigned i = 0; i < op.getNumResults(); ++i) {
    ValueInterface value =
        valueOf(i, op.resultName(i), op.resultRole(i), op.getResultTypes()[i], op.getResultAttrDict(i));
    (value.role == "output" ? function.outputs : function.reported).push_back(std::move(value));
  }

  // A run-time dimension is an argument of the functions whose inputs or outputs name it, or whose kernels do: what is
  // drawn at random has sizes that no input has.
  llvm::StringSet<> named;
  auto collect = [&](TypeRange types) {
    for (Type type : types)
      for (const Dim &dim : dimsOf(cast<RankedTensorType>(type)))
        for (const auto &[monomial, coefficient] : dim.getTerms())
          for (const std::string &symbol : monomial)
            named.insert(symbol);
  };
  collect(op.getArgumentTypes());
  collect(op.getResultTypes());
  op.walk([&](KernelOp kernel) {
    for (const std::string &dim : kernel.runtimeDims())
      named.insert(dim);
  });

  NameScope parameters;
  function.instanceName = parameters.take("model");
  for (auto [index, symbol] : llvm::enumerate(model.symbols))
    if (named.contains(symbol.name)) {
      function.symbols.push_back(index);
      function.symbolNames.push_back(parameters.take(symbol.name));
    }
  for (ValueInterface &value : function.inputs)
    value.cName = parameters.take(value.name);
  for (ValueInterface &value : function.outputs)
    value.cName = parameters.take(value.name);
  function.hyperName = parameters.take("hyper");
  function.reportName = parameters.take("report");
  NameScope hyperFields, reportFields;
  for (ValueInterface &value : function.hypers)
    value.cName = hyperFields.take(value.name);
  for (ValueInterface &value : function.reported)
    value.cName = reportFields.take(value.name);
  return function;
}

//===--------------------------------------------------------------------------------------------------===//
// Structs: functions that report the same share one struct
//===--------------------------------------------------------------------------------------------------===//

static bool sameFields(const std::vector<ValueInterface> &a, const std::vector<ValueInterface> &b) {
  return llvm::equal(a, b, [](const ValueInterface &x, const ValueInterface &y) {
    return x.name == y.name && (x.role == "metric_count") == (y.role == "metric_count");
  });
}

/// The name of a struct with these fields: `<prefix>_<kind>` if that is free or the same, else with the stem too.
static std::string structFor(ModelInterface &model, llvm::ArrayRef<std::string> candidates,
                             const std::vector<ValueInterface> &fields) {
  for (const std::string &candidate : candidates) {
    auto known = llvm::find_if(model.structs, [&](const StructInterface &s) { return s.cName == candidate; });
    if (known == model.structs.end()) {
      model.structs.push_back({candidate, fields});
      return candidate;
    }
    if (sameFields(known->fields, fields))
      return candidate;
  }
  std::string unique = candidates.back();
  while (llvm::any_of(model.structs, [&](const StructInterface &s) { return s.cName == unique; }))
    unique += '_';
  model.structs.push_back({unique, fields});
  return unique;
}

static void decideStructs(ModelInterface &model) {
  std::string reportName = model.prefix + "_report";
  for (FunctionInterface &function : model.functions) {
    if (function.isInternal())
      continue;
    std::string stem = stemOf(function.name).str();
    std::string base = model.prefix + (stem.empty() ? "" : "_" + stem);
    if (!function.hypers.empty()) {
      function.hyperType = structFor(model, {base + "_hyper"}, function.hypers);
      function.hyperDefaults = function.hyperType + "_defaults";
      // Two functions of one train block share the struct; the first has the function for its defaults.
      for (FunctionInterface &other : model.functions)
        if (&other != &function && other.hyperDefaults == function.hyperDefaults)
          function.hyperDefaults.clear();
    }
    if (!function.reported.empty())
      function.reportType = structFor(model, {reportName, base + "_report"}, function.reported);
  }
}

//===--------------------------------------------------------------------------------------------------===//
// Models
//===--------------------------------------------------------------------------------------------------===//

static FailureOr<ModelInterface> modelOf(ModelOp op) {
  ModelInterface model;
  model.op = op;
  model.prefix = op.getSymName().str();
  model.sourceName = op.getSourceName().str();
  if (auto doc = op->getAttrOfType<StringAttr>("doc"))
    model.documentation = doc.getValue().str();
  if (!isUsablePrefix(model.prefix)) {
    return op.emitError() << "'" << model.prefix
                          << "' cannot start the names of C functions: expected letters, digits "
                          << "and single underscores, a letter first; name another one with '--prefix'";
  }
  if (isReservedPrefix(model.prefix)) {
    return op.emitError()
           << "the C functions of model '" << model.sourceName << "' would be named '" << model.prefix
           << "_...', as functions of the C library or of nnc are; name another prefix with '--prefix'";
  }
  bool taken =
      isLanguageWord(model.prefix) || isLibraryName(model.prefix) || StringRef(model.prefix).ends_with("_t");
  model.typeName = taken ? model.prefix + "_model" : model.prefix;

  NameScope maxNames;
  for (auto [symbol, bound] : llvm::zip(op.getSymbols(), op.getBounds())) {
    std::string name = cast<StringAttr>(symbol).getValue().str();
    model.symbols.push_back({name, maxNames.take("max_" + name), bound});
  }
  for (FuncOp function : op.getBody().getOps<FuncOp>())
    model.functions.push_back(functionOf(function, model));
  if (auto resets = op->getAttrOfType<DictionaryAttr>("nn.resets"))
    for (NamedAttribute reset : resets) {
      model.resets.push_back({reset.getName().str(), {}});
      for (auto variable : cast<ArrayAttr>(reset.getValue()).getAsRange<FlatSymbolRefAttr>())
        model.resets.back().variables.push_back(model.variableIndex(variable.getValue()));
    }
  decideStructs(model);
  return model;
}

/// Every name at file scope, with the model that declares it: no two may be equal.
static LogicalResult checkUnique(const LibraryInterface &library) {
  llvm::StringMap<const ModelInterface *> declared;
  LogicalResult result = success();
  for (const ModelInterface &model : library.models) {
    auto declare = [&](const std::string &name) {
      auto [entry, isNew] = declared.try_emplace(name, &model);
      if (isNew)
        return;
      auto diagnostic = model.op.emitError()
                        << "the name '" << name
                        << "' would appear twice in the header; name another prefix with "
                        << "'--prefix=" << model.sourceName << "=...'";
      if (entry->second != &model)
        diagnostic.attachNote(entry->second->op.getLoc())
            << "also declared for model '" << entry->second->sourceName << "'";
      result = failure();
    };
    declare(model.typeName);
    for (StringRef name : fixedFunctionNames())
      declare(model.prefix + "_" + name.str());
    if (!model.resets.empty())
      declare(model.prefix + "_reset");
    for (StringRef name : {"options", "status"})
      declare(model.prefix + "_" + name.str());
    for (const StructInterface &s : model.structs)
      declare(s.cName);
    for (const FunctionInterface &function : model.functions) {
      if (!function.isInternal())
        declare(function.cName);
      if (!function.hyperDefaults.empty())
        declare(function.hyperDefaults);
    }
  }
  return result;
}

FailureOr<LibraryInterface> describeInterface(ModuleOp module) {
  LibraryInterface library;
  bool failed = false;
  for (ModelOp op : module.getOps<ModelOp>()) {
    FailureOr<ModelInterface> model = modelOf(op);
    if (mlir::failed(model))
      failed = true;
    else
      library.models.push_back(std::move(*model));
  }
  if (failed || mlir::failed(checkUnique(library)))
    return failure();
  return library;
}

} // namespace nnc
