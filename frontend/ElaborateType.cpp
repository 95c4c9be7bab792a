// ElaborateType.cpp: types as written, dimensions, and fitting arguments to them.
#include "frontend/Elaborator.h"

using namespace nnc;
using namespace nnc::ast;

mlir::Type Elaborator::elementType(const Name &name) {
  if (name.text == "f")
    return floatType;
  if (name.text == "f32")
    return builder.getF32Type();
  if (name.text == "f64")
    return builder.getF64Type();
  if (name.text == "i32")
    return builder.getI32Type();
  if (name.text == "i64")
    return builder.getI64Type();
  if (name.text == "u8")
    return builder.getIntegerType(8, /*isSigned=*/false);
  if (name.text == "bool")
    return builder.getI1Type();
  if (name.text == "bf16" || name.text == "f16") {
    notYet(name.range, "'" + name.text + "'");
    return {};
  }
  error(name.range, "unknown element type '" + name.text + "'" +
                        didYouMean(name.text, {"f", "f32", "f64", "i32", "i64", "u8", "bool"}));
  return {};
}

void Elaborator::addSymbol(llvm::StringRef name, Range place) {
  if (llvm::is_contained(model.symbols, name.str()))
    return;
  model.symbols.push_back(name.str());
  model.symbolPlaces[name] = place;
}

std::string Elaborator::typeAsWritten(const Type &type) { return diags.getSources().text(type.range).str(); }

/// The name a dimension has in the text, for axis labels.
static llvm::StringRef labelOf(const Expr &size) {
  if (const auto *name = llvm::dyn_cast<NameExpr>(&size))
    return name->name;
  if (const auto *number = llvm::dyn_cast<IntExpr>(&size))
    return number->value == 1 ? "1" : "";
  return "";
}

std::optional<Dim> Elaborator::resolveDim(const DimExpr &dim, bool bindsSymbols, llvm::StringRef &label) {
  label = labelOf(*dim.size);
  if (const auto *name = llvm::dyn_cast<NameExpr>(dim.size)) {
    if (name->name == "_") {
      error(name->range, "'_' is a size that the body gives; here it must be said");
      return std::nullopt;
    }
    Binding *binding = frame->scope->find(name->name);
    if (!binding && !frame->scope->findDim(name->name)) {
      if (bindsSymbols) {
        addSymbol(name->name, name->range);
        Dim symbol = Dim::symbol(name->name);
        // Run-time dimensions belong to the whole model, entries included.
        frame->scope->dims[name->name.str()] = symbol;
        frame->scope->dimPlaces[name->name.str()] = name->range;
        return symbol;
      }
      if (!lookup(*frame->module, name->name)) {
        llvm::SmallVector<llvm::StringRef> known;
        for (const Scope *scope = frame->scope.get(); scope; scope = scope->parent.get()) {
          for (const auto &entry : scope->dims)
            known.push_back(entry.first);
          for (const auto &entry : scope->names)
            if (entry.getValue().value.is(Datum::Kind::Int))
              known.push_back(entry.getKey());
        }
        error(name->range, "unknown dimension '" + name->name + "'" + didYouMean(name->name, known));
        return std::nullopt;
      }
    }
  }
  return evaluateSize(*dim.size);
}

bool Elaborator::checkSize(llvm::ArrayRef<Dim> dims, mlir::Type elementType, Range range) {
  constexpr size_t maxRank = 16;
  constexpr int64_t maxBytes = int64_t(1) << 40;
  if (dims.size() > maxRank) {
    error(range, "a tensor has at most " + llvm::Twine(maxRank) + " axes, found " + llvm::Twine(dims.size()));
    return false;
  }
  for (const Dim &dim : dims)
    if (std::optional<int64_t> value = dim.valueIfStatic(); value && *value < 0) {
      error(range, "a size cannot be negative, found " + llvm::Twine(*value));
      return false;
    } else if (value && *value == 0) {
      error(range, "a tensor of this compiler is not empty; one of its sizes is 0");
      return false;
    }
  // A run-time dimension is at least 1, so the bytes for that must fit already.
  std::optional<Dim> count = elementCount(dims);
  std::optional<Dim> bytes = count ? count->mul(Dim(elementBytes(elementType))) : std::nullopt;
  std::optional<int64_t> least =
      bytes ? bytes->evaluate([](llvm::StringRef) { return std::optional<int64_t>(1); }) : std::nullopt;
  if (least && *least <= maxBytes)
    return true;
  error(range, "this tensor is too large: " + dimsText(dims) + " of " + elementName(elementType) + " take " +
                   (least ? "about " + std::to_string(*least >> 30) + " GiB" : "more than 2**63 bytes") +
                   "; the limit is 1024 GiB");
  return false;
}

mlir::RankedTensorType Elaborator::resolveType(const Type &type, Labels &labels, bool bindsSymbols) {
  if (type.kind != Type::Kind::Tensor) {
    error(type.range,
          "expected the type of a tensor, as 'f[batch, 784]' or 'f[]', found '" + typeAsWritten(type) + "'");
    return {};
  }
  mlir::Type element = elementType(type.name);
  Dims dims;
  bool ok = bool(element);
  for (const DimExpr &dim : type.dims) {
    if (!dim.size) {
      const Dims *pack = frame->scope->findPack(dim.pack.text);
      if (!pack) {
        error(dim.range, "'..." + dim.pack.text + "' stands for no axes here");
        ok = false;
        continue;
      }
      for (const Dim &size : *pack) {
        dims.push_back(size);
        labels.push_back("");
      }
      continue;
    }
    llvm::StringRef label;
    std::optional<Dim> size = resolveDim(dim, bindsSymbols, label);
    if (!size) {
      ok = false;
      continue;
    }
    if (std::optional<int64_t> value = size->valueIfStatic(); value && *value < 1) {
      error(dim.range, "a size is at least 1, found " + llvm::Twine(*value));
      ok = false;
      continue;
    }
    dims.push_back(*size);
    labels.push_back(label);
  }
  if (!ok || !checkSize(dims, element, type.range))
    return {};
  return makeTensor(dims, element);
}

//===------------------------------------------------------------------------------------------------===//
// Configuration
//===------------------------------------------------------------------------------------------------===//

/// Whether a value is of the compile-time type `name`, or a number that stands for a float.
static bool isConfig(llvm::StringRef name, const Datum &value) {
  using Kind = Datum::Kind;
  return (name == "int" && value.is(Kind::Int)) || (name == "float" && value.asDouble()) ||
         (name == "bool" && value.is(Kind::Bool)) || (name == "string" && value.is(Kind::String));
}

Datum Elaborator::fitConfig(const Type &type, const Datum &value, Range range, llvm::StringRef what) {
  using Kind = Datum::Kind;
  if (value.isUnknown())
    return value;
  auto mismatch = [&](const llvm::Twine &expected) {
    return fail(range, "'" + what + "' is " + expected + ", found " + describe(value));
  };
  if (type.kind == Type::Kind::Layer)
    return value.isLayerLike() ? value : mismatch("a layer");
  if (type.kind == Type::Kind::List) {
    Type element;
    element.kind = type.name.text == "layer" ? Type::Kind::Layer : Type::Kind::Plain;
    element.name = type.name;
    element.range = type.range;
    // One value stands for the list of it alone: `kernel: 3` where each axis may have its own.
    const bool fits = element.kind == Type::Kind::Layer ? value.isLayerLike() : isConfig(type.name.text, value);
    if (!value.is(Kind::List) && !fits)
      return mismatch("a list of " + type.name.text);
    std::vector<Datum> elements;
    for (const Datum &e : value.is(Kind::List) ? *value.elements : std::vector<Datum>{value}) {
      elements.push_back(fitConfig(element, e, range, what));
      if (elements.back().isUnknown())
        return Datum();
    }
    return Datum::ofList(std::move(elements));
  }
  if (type.kind != Type::Kind::Plain)
    return fail(type.range,
                "expected a compile-time type (int, float, bool, string, init, layer, [int]), found '" +
                    typeAsWritten(type) + "'");
  llvm::StringRef name = type.name.text;
  if (name == "int") {
    if (value.is(Kind::Int))
      return value;
    return mismatch("an int");
  }
  if (name == "float") {
    if (std::optional<double> number = value.asDouble())
      return Datum::ofFloat(*number);
    return mismatch("a float");
  }
  if (name == "bool")
    return value.is(Kind::Bool) ? value : mismatch("a bool");
  if (name == "string")
    return value.is(Kind::String) ? value : mismatch("a string");
  if (name == "init") {
    if (value.is(Kind::Init) || value.is(Kind::List))
      return value;
    if (std::optional<double> number = value.asDouble()) {
      InitSpec spec;
      spec.a = *number;
      return Datum::ofInit(spec);
    }
    return mismatch("an initial value, as 'zeros()'");
  }
  return fail(type.range,
              "unknown type '" + name + "'" +
                  didYouMean(name, {"int", "float", "bool", "string", "init", "layer"}) +
                  (name == "f" || name == "i32" ? "; a tensor has brackets, a scalar is '" + name + "[]'"
                                                : llvm::Twine("")));
}

//===------------------------------------------------------------------------------------------------===//
// Tensor arguments
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::fitFormal(const Formal &formal, const Argument &argument, llvm::StringRef callee,
                            Scope &dimsScope) {
  if (formal.type->kind == Type::Kind::Tensor)
    return fitTensor(formal, argument, callee, dimsScope);
  return fitConfig(*formal.type, argument.value, argument.range, formal.name.text);
}

Datum Elaborator::fitTensor(const Formal &formal, const Argument &argument, llvm::StringRef callee,
                            Scope &dimsScope) {
  const Type &type = *formal.type;
  Datum value = argument.value;
  mlir::Type element = elementType(type.name);
  if (!element || value.isUnknown())
    return Datum();
  const bool isLiteral = value.isNumber() || value.is(Datum::Kind::Bool) || value.is(Datum::Kind::Init) ||
                         value.is(Datum::Kind::List);
  auto what = [&] { return "'" + formal.name.text.str() + "' of '" + callee.str() + "'"; };
  if (!value.isTensor() && !isLiteral)
    return fail(argument.range,
                what() + " is a tensor, " + typeAsWritten(type) + "; found " + describe(value));

  // A bare name binds; all else, and a name that is a number here, is checked.
  auto isBinding = [&](const DimExpr &dim) -> const NameExpr * {
    const auto *name = dim.size ? llvm::dyn_cast<NameExpr>(dim.size) : nullptr;
    if (!name || frame->scope->find(name->name) || dimsScope.dims.count(name->name.str()))
      return nullptr;
    return name;
  };

  if (isLiteral) {
    // A literal takes the sizes that the place has; they must be known from arguments before it.
    Dims dims;
    for (const DimExpr &dim : type.dims) {
      if (!dim.size) {
        auto pack = dimsScope.packs.find(dim.pack.text.str());
        if (pack != dimsScope.packs.end())
          dims.append(pack->second.begin(), pack->second.end());
        continue; // an unbound pack holds no axes: a literal is a scalar
      }
      if (const NameExpr *name = isBinding(dim))
        return fail(argument.range, what() + " is " + typeAsWritten(type) + "; " + describe(value) +
                                        " does not say how large '" + name->name + "' is");
      std::optional<Dim> size = evaluateSize(*dim.size);
      if (!size)
        return Datum();
      dims.push_back(*size);
    }
    for (const DimExpr &dim : type.dims)
      if (!dim.size)
        dimsScope.packs.try_emplace(dim.pack.text.str(), Dims());
    if (!checkSize(dims, element, argument.range))
      return Datum();
    mlir::RankedTensorType tensorType = makeTensor(dims, element);
    mlir::Value tensor = asTensor(value, tensorType, argument.range);
    if (!tensor)
      return fail(argument.range, what() + " is " + typeText(tensorType) + ", found " + describe(value));
    return Datum::ofTensor(tensor);
  }

  if (value.type().getElementType() != element) {
    auto report = error(argument.range, what() + " is " + typeAsWritten(type) + ", found " + describe(value) +
                                            "; convert it by 'as " + type.name.text + "'");
    report.note(formal.name.range, "'" + formal.name.text + "' declared here");
    return Datum();
  }
  Dims dims = dimsOf(value.type());
  size_t fixed = llvm::count_if(type.dims, [](const DimExpr &dim) { return dim.size; });
  const bool hasPack = fixed != type.dims.size();
  auto ranksDiffer = [&] {
    auto report = error(argument.range, what() + " is " + typeAsWritten(type) + ", with " +
                                            (hasPack ? "at least " : "") + llvm::Twine(fixed) +
                                            (fixed == 1 ? " axis" : " axes") + "; found " + describe(value));
    report.note(formal.name.range, "'" + formal.name.text + "' declared here");
    return Datum();
  };
  if (hasPack ? dims.size() < fixed : dims.size() != fixed)
    return ranksDiffer();
  size_t axis = 0;
  Labels labels;
  for (const DimExpr &dim : type.dims) {
    if (!dim.size) {
      size_t count = dims.size() - fixed;
      Dims pack(dims.begin() + axis, dims.begin() + axis + count);
      Labels packLabels(value.labels.begin() + axis, value.labels.begin() + axis + count);
      auto [it, isNew] = dimsScope.packs.try_emplace(dim.pack.text.str(), pack);
      if (isNew) {
        dimsScope.callerPacks[dim.pack.text.str()] = packLabels;
        dimsScope.dimPlaces["..." + dim.pack.text.str()] = argument.range;
      } else if (it->second != pack) {
        // Axes that may be repeated, because they were written `1`, are brought to the sizes of the others.
        bool repeats = it->second.size() == pack.size() && fixed == 0;
        for (size_t i = 0; repeats && i < pack.size(); ++i)
          repeats = pack[i] == it->second[i] || packLabels[i] == "1";
        if (repeats || (pack.empty() && fixed == 0)) {
          mlir::Value wide = broadcastTo(value.tensor, it->second, argument.range);
          return wide ? Datum::ofTensor(wide) : Datum();
        }
        auto report =
            error(argument.range, what() + " is " + typeAsWritten(type) + " with '..." + dim.pack.text +
                                      "' = " + dimsText(it->second) + ", found " + describe(value));
        if (auto place = dimsScope.dimPlaces.find("..." + dim.pack.text.str());
            place != dimsScope.dimPlaces.end())
          report.note(place->second, "its sizes come from here");
        return Datum();
      }
      for (size_t i = 0; i < count; ++i)
        labels.push_back(packLabels[i] == "1" ? "1" : "");
      axis += count;
      continue;
    }
    if (const NameExpr *name = isBinding(dim)) {
      if (name->name != "_") {
        dimsScope.dims[name->name.str()] = dims[axis];
        dimsScope.dimPlaces[name->name.str()] = argument.range;
        dimsScope.callerLabels[name->name.str()] = value.labels[axis];
      }
      labels.push_back(name->name == "_" ? "" : name->name);
      ++axis;
      continue;
    }
    std::optional<Dim> size;
    const auto *name = llvm::dyn_cast<NameExpr>(dim.size);
    if (name && dimsScope.dims.count(name->name.str()))
      size = dimsScope.dims[name->name.str()];
    else
      size = evaluateSize(*dim.size);
    if (!size)
      return Datum();
    if (*size != dims[axis]) {
      std::string expected = size->str();
      llvm::StringRef written = diags.getSources().text(dim.range);
      if (written != expected)
        expected = "'" + written.str() + "' = " + expected;
      auto report =
          error(argument.range, what() + " is " + typeAsWritten(type) + "; axis " + llvm::Twine(axis) +
                                    " is " + dims[axis].str() + ", expected " + expected);
      if (name)
        if (auto place = dimsScope.dimPlaces.find(name->name.str()); place != dimsScope.dimPlaces.end())
          report.note(place->second, "'" + name->name + "' = " + size->str() + " comes from here");
      report.note(formal.name.range, "'" + formal.name.text + "' declared here");
      return Datum();
    }
    labels.push_back(labelOf(*dim.size));
    ++axis;
  }
  return Datum::ofTensor(value.tensor, labels);
}

//===------------------------------------------------------------------------------------------------===//
// Results
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::checkResult(const Type &type, const Datum &value, Range place, llvm::StringRef callee) {
  if (value.isUnknown())
    return value;
  if (type.kind == Type::Kind::Tuple) {
    if (!value.is(Datum::Kind::Tuple) || value.elements->size() != type.parts.size())
      return fail(place, "'" + callee + "' returns " + llvm::Twine(type.parts.size()) + " values, found " +
                             describe(value));
    std::vector<Datum> parts;
    for (auto [part, element] : llvm::zip(type.parts, *value.elements))
      parts.push_back(checkResult(*part, element, place, callee));
    return Datum::ofTuple(std::move(parts));
  }
  if (type.kind != Type::Kind::Tensor)
    return fitConfig(type, value, place, callee);
  mlir::Type element = elementType(type.name);
  if (!element)
    return Datum();
  auto mismatch = [&](const llvm::Twine &detail) {
    error(place, "'" + callee + "' returns " + typeAsWritten(type) + detail + ", found " + describe(value))
        .note(type.range, "declared here");
    return Datum();
  };
  Datum result = value;
  size_t fixed = llvm::count_if(type.dims, [](const DimExpr &dim) { return dim.size; });
  if (!value.isTensor()) {
    // A literal has the sizes of the type, where these are known.
    Dims dims;
    for (const DimExpr &dim : type.dims) {
      const Dims *pack = dim.size ? nullptr : frame->scope->findPack(dim.pack.text);
      if (pack)
        dims.append(pack->begin(), pack->end());
      else if (dim.size) {
        std::optional<Dim> size = evaluateSize(*dim.size);
        if (!size)
          return Datum();
        dims.push_back(*size);
      }
    }
    mlir::Value tensor =
        checkSize(dims, element, place) ? asTensor(value, makeTensor(dims, element), place) : mlir::Value();
    if (!tensor)
      return mismatch("");
    result = Datum::ofTensor(tensor);
  }
  if (result.type().getElementType() != element)
    return mismatch("");
  Dims dims = dimsOf(result.type());
  const bool hasPack = fixed != type.dims.size();
  if (hasPack ? dims.size() < fixed : dims.size() != fixed)
    return mismatch("");
  size_t axis = 0;
  Labels labels;
  for (const DimExpr &dim : type.dims) {
    if (!dim.size) {
      size_t count = dims.size() - fixed;
      const Dims *pack = frame->scope->findPack(dim.pack.text);
      if (pack && llvm::ArrayRef(dims).slice(axis, count) != llvm::ArrayRef(*pack))
        return mismatch(" with '..." + dim.pack.text + "' = " + dimsText(*pack));
      for (const Scope *scope = frame->scope.get(); scope; scope = scope->parent.get())
        if (auto it = scope->callerPacks.find(dim.pack.text.str()); it != scope->callerPacks.end()) {
          labels.append(it->second.begin(), it->second.end());
          break;
        }
      labels.resize(axis + count);
      axis += count;
      continue;
    }
    const auto *name = llvm::dyn_cast<NameExpr>(dim.size);
    llvm::StringRef label = labelOf(*dim.size) == "1" ? "1" : "";
    if (name && name->name == "_") {
      label = value.isTensor() && value.labels[axis] == "1" ? "1" : "";
    } else {
      std::optional<Dim> size = evaluateSize(*dim.size);
      if (!size)
        return Datum();
      if (*size != dims[axis]) {
        std::string written = diags.getSources().text(dim.range).str();
        return mismatch("; axis " + llvm::Twine(axis) + " is " + dims[axis].str() + ", expected " +
                        (written == size->str() ? written : "'" + written + "' = " + size->str()));
      }
      if (name)
        for (const Scope *scope = frame->scope.get(); scope; scope = scope->parent.get())
          if (auto it = scope->callerLabels.find(name->name.str()); it != scope->callerLabels.end()) {
            label = it->second;
            break;
          }
    }
    labels.push_back(label);
    ++axis;
  }
  return Datum::ofTensor(result.tensor, labels);
}
