// Datum.cpp: making and describing compile-time values.
#include "frontend/Datum.h"
#include "llvm/Support/Format.h"

using namespace nnc;

Datum Datum::ofTensor(mlir::Value value, Labels labels) {
  Datum d;
  d.kind = Kind::Tensor;
  d.tensor = value;
  d.labels = std::move(labels);
  d.labels.resize(mlir::cast<mlir::RankedTensorType>(value.getType()).getRank());
  return d;
}
Datum Datum::ofInt(Dim value) {
  Datum d;
  d.kind = Kind::Int;
  d.size = std::move(value);
  return d;
}
Datum Datum::ofFloat(double value) {
  Datum d;
  d.kind = Kind::Float;
  d.number = value;
  return d;
}
Datum Datum::ofBool(bool value) {
  Datum d;
  d.kind = Kind::Bool;
  d.truth = value;
  return d;
}
Datum Datum::ofString(llvm::StringRef value) {
  Datum d;
  d.kind = Kind::String;
  d.text = value;
  return d;
}
Datum Datum::ofInit(InitSpec spec) {
  Datum d;
  d.kind = Kind::Init;
  d.init = std::make_shared<const InitSpec>(std::move(spec));
  return d;
}
Datum Datum::ofLayer(LayerPtr layer) {
  Datum d;
  d.kind = Kind::Layer;
  d.layer = std::move(layer);
  return d;
}
Datum Datum::ofFunction(Callable callable) {
  Datum d;
  d.kind = Kind::Function;
  d.function = std::make_shared<const Callable>(std::move(callable));
  return d;
}
Datum Datum::ofList(std::vector<Datum> elements) {
  Datum d;
  d.kind = Kind::List;
  d.elements = std::make_shared<const std::vector<Datum>>(std::move(elements));
  return d;
}
Datum Datum::ofTuple(std::vector<Datum> elements) {
  Datum d = ofList(std::move(elements));
  d.kind = Kind::Tuple;
  return d;
}

std::optional<double> Datum::asDouble() const {
  if (kind == Kind::Float)
    return number;
  if (std::optional<int64_t> value = asStaticInt())
    return double(*value);
  return std::nullopt;
}

std::optional<int64_t> Datum::asStaticInt() const {
  return kind == Kind::Int ? size.valueIfStatic() : std::nullopt;
}

bool Datum::isLayerLike() const {
  switch (kind) {
  case Kind::Layer:
  case Kind::Function: return true;
  case Kind::List: return llvm::all_of(*elements, [](const Datum &e) { return e.isLayerLike(); });
  default: return false;
  }
}

llvm::StringRef nnc::elementName(mlir::Type elementType) {
  if (elementType.isF32())
    return "f32";
  if (elementType.isF64())
    return "f64";
  if (elementType.isInteger(1))
    return "bool";
  if (elementType.isInteger(32))
    return "i32";
  if (elementType.isInteger(64))
    return "i64";
  return "u8";
}

std::string nnc::typeText(mlir::RankedTensorType type) {
  return elementName(type.getElementType()).str() + dimsText(dimsOf(type));
}

std::string nnc::describe(const Datum &datum) {
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (datum.kind) {
  case Datum::Kind::Unknown: os << "an unknown value"; break;
  case Datum::Kind::Tensor: os << typeText(datum.type()); break;
  case Datum::Kind::Int: os << "the int " << datum.size.str(); break;
  case Datum::Kind::Float: os << "the float " << llvm::format("%g", datum.number); break;
  case Datum::Kind::Bool: os << (datum.truth ? "true" : "false"); break;
  case Datum::Kind::String:
    os << "the string \"";
    os.write_escaped(datum.text) << '"';
    break;
  case Datum::Kind::Init: os << "an initial value"; break;
  case Datum::Kind::Layer: os << "a layer"; break;
  case Datum::Kind::Function:
    os << (datum.function->kind == Callable::Kind::Constructor ? "the layer '" : "the function '")
       << datum.function->name << "'";
    break;
  case Datum::Kind::List: os << "a list of " << datum.elements->size(); break;
  case Datum::Kind::Tuple: os << datum.elements->size() << " values"; break;
  }
  return text;
}
