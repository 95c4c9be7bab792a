// Onnx.cpp: a function as an ONNX model, for Netron and other readers of such files.
//
// Ops that mean what a standard operator means are that operator; the others are of the domain `nnc`, with the attributes
// they have in the graph. The update of a parameter is one node of the domain `nnc.optimizer`. Parameters are inputs: the
// library draws or reads their values when it runs, so there are none to write.
//
// The file is written field by field as onnx.proto numbers them (ONNX IR version 8), in the wire format of protocol
// buffers: a key (number << 3 | kind), then a varint (kind 0), four bytes (5) or a length and so many bytes (2).
#include "codegen/view/Drawing.h"
#include "codegen/view/Listing.h"
#include "ir/Provenance.h"
#include "ir/ops/Matmul.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstring>

using namespace mlir;
using llvm::StringRef;

namespace nnc::view {

namespace {

/// A message of protocol buffers that grows.
class Message {
public:
  Message &number(unsigned field, uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }
  Message &real(unsigned field, float value) {
    varint(field << 3 | 5);
    char raw[4];
    std::memcpy(raw, &value, 4);
    bytes.append(raw, 4);
    return *this;
  }
  Message &text(unsigned field, StringRef value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes += value;
    return *this;
  }
  Message &message(unsigned field, const Message &value) { return text(field, value.bytes); }
  std::string bytes;

private:
  void varint(uint64_t value) {
    for (; value >= 128; value >>= 7)
      bytes += static_cast<char>(value | 128);
    bytes += static_cast<char>(value);
  }
};

// Fields of onnx.proto.
namespace model { enum { irVersion = 1, producerName = 2, graph = 7, opsetImport = 8 }; }
namespace opset { enum { domain = 1, version = 2 }; }
namespace graph { enum { node = 1, name = 2, input = 11, output = 12, valueInfo = 13 }; }
namespace node { enum { input = 1, output = 2, name = 3, opType = 4, attribute = 5, docString = 6, domain = 7 }; }
namespace attribute { enum { name = 1, f = 2, i = 3, s = 4, ints = 8, type = 20 }; }
namespace value { enum { name = 1, type = 2 }; }
namespace type { enum { tensor = 1, elementType = 1, shape = 2, dim = 1, dimValue = 1, dimParam = 2 }; }

unsigned elementTypeOf(Type type) {
  return type.isF32() ? 1 : type.isF64() ? 11 : type.isInteger(1) ? 9 : type.isInteger(32) ? 6 : type.isInteger(64) ? 7 : 2;
}

/// The standard operator that means the same, or empty. Both operands of these are of one shape in the graph.
StringRef standardName(Operation *op) {
  if (auto matmul = dyn_cast<MatmulOp>(op))
    return matmul.getLhsTransposed() || matmul.getRhsTransposed() ? "" : "MatMul";
  return llvm::StringSwitch<StringRef>(op->getName().stripDialect())
      .Case("add", "Add")
      .Case("sub", "Sub")
      .Case("mul", "Mul")
      .Case("div", "Div")
      .Case("neg", "Neg")
      .Case("abs", "Abs")
      .Case("exp", "Exp")
      .Case("log", "Log")
      .Case("sqrt", "Sqrt")
      .Case("sin", "Sin")
      .Case("cos", "Cos")
      .Case("erf", "Erf")
      .Case("tanh", "Tanh")
      .Case("sigmoid", "Sigmoid")
      .Case("relu", "Relu")
      .Case("softplus", "Softplus")
      .Case("softmax", "Softmax")
      .Case("log_softmax", "LogSoftmax")
      .Default("");
}

struct PlannedNode {
  std::vector<std::string> inputs, outputs;
  Message message; // all but inputs and outputs, which come first in the file
};

class Writer {
public:
  explicit Writer(FuncOp func) : func(func), drawing(draw(func)) {}

  std::string write() {
    for (const auto &[index, node] : llvm::enumerate(drawing.nodes))
      if (node.part == Part::Optimizer)
        for (Operation *op : node.ops)
          updateOf[op] = index;
    // Results have their names before anything else takes them.
    for (unsigned index = 0; index < func.getNumResults(); ++index) {
      results.push_back(unique(func.resultName(index).empty() ? "result" : func.resultName(index)));
      outputs.push_back({results.back(), func.getResultTypes()[index]});
    }
    for (auto [index, argument] : llvm::enumerate(func.getArguments())) {
      names[argument] = unique(func.argumentName(index).empty() ? "input" : func.argumentName(index));
      inputs.push_back({names[argument], argument.getType()});
    }
    for (Operation &op : func.getBody().front())
      if (!updateOf.count(&op))
        add(&op);
    for (const auto &[index, node] : llvm::enumerate(drawing.nodes))
      if (node.part == Part::Optimizer)
        addUpdate(node);
    for (auto [index, operand] : llvm::enumerate(func.getBody().front().getTerminator()->getOperands()))
      addIdentity(results[index], operand);
    return finish();
  }

private:
  std::string unique(StringRef wanted) {
    std::string name = wanted.str();
    for (unsigned number = 2; !taken.insert(name).second; ++number)
      name = (wanted + "_" + Twine(number)).str();
    return name;
  }

  std::string nameOf(Value value) {
    std::string &name = names[value];
    if (name.empty()) {
      StringRef source = sourceName(value.getLoc());
      name = unique(source.empty() ? value.getDefiningOp()->getName().stripDialect() : source);
    }
    return name;
  }

  static Message typeMessage(Type type) {
    auto tensor = cast<RankedTensorType>(type);
    Message shape;
    for (const Dim &size : dimsOf(tensor)) {
      Message dim;
      if (size.isStatic())
        dim.number(type::dimValue, size.value());
      else
        dim.text(type::dimParam, size.str());
      shape.message(type::dim, dim);
    }
    Message inner;
    inner.number(type::elementType, elementTypeOf(tensor.getElementType())).message(type::shape, shape);
    Message message;
    message.message(type::tensor, inner);
    return message;
  }
  static Message valueMessage(StringRef name, Type type) {
    Message message;
    message.text(value::name, name).message(value::type, typeMessage(type));
    return message;
  }

  static Message attributeMessage(StringRef name, Attribute attribute) {
    Message message;
    message.text(attribute::name, name);
    if (auto number = dyn_cast<FloatAttr>(attribute))
      return message.real(attribute::f, number.getValueAsDouble()).number(attribute::type, 1);
    if (auto number = dyn_cast<IntegerAttr>(attribute); number && number.getType().isSignlessInteger(64))
      return message.number(attribute::i, number.getInt()).number(attribute::type, 2);
    if (isa<UnitAttr>(attribute))
      return message.number(attribute::i, 1).number(attribute::type, 2);
    if (auto list = dyn_cast<DenseI64ArrayAttr>(attribute)) {
      for (int64_t element : list.asArrayRef())
        message.number(attribute::ints, element);
      return message.number(attribute::type, 7);
    }
    std::string text;
    llvm::raw_string_ostream(text) << attribute;
    return message.text(attribute::s, text).number(attribute::type, 3);
  }

  /// The words beside a node: why it is here.
  static std::string documentation(Operation *op) {
    std::string text;
    if (FileLineColLoc place = sourcePlace(op->getLoc()))
      text = "line " + std::to_string(place.getLine());
    if (ProvenanceAttr provenance = provenanceOf(op->getLoc()))
      text += (text.empty() ? "" : ", ") + (stringifyRole(provenance.getRole()) + ": " + provenance.getRule()).str();
    return text;
  }

  void add(Operation *op) {
    if (isa<ReturnOp>(op))
      return;
    if (auto load = dyn_cast<LoadOp>(op)) {
      names[load.getResult()] = unique(load.getVariable());
      inputs.push_back({names[load.getResult()], load.getType()});
      return;
    }
    if (auto store = dyn_cast<StoreOp>(op)) {
      std::string name = unique(("next." + store.getVariable()).str());
      outputs.push_back({name, store.getValue().getType()});
      return addIdentity(name, store.getValue());
    }
    PlannedNode planned;
    for (Value operand : op->getOperands())
      planned.inputs.push_back(nameOf(operand));
    for (Value result : op->getResults()) {
      planned.outputs.push_back(nameOf(result));
      values.push_back({planned.outputs.back(), result.getType()});
    }
    StringRef kind = op->getName().stripDialect(), standard = standardName(op), layer = layerOf(op->getLoc());
    planned.message.text(node::name, unique(layer.empty() ? kind.str() : (layer + "/" + kind).str()))
        .text(node::opType, standard.empty() ? kind : standard)
        .text(node::docString, documentation(op));
    if (standard.empty())
      planned.message.text(node::domain, "nnc");
    for (NamedAttribute attribute : op->getAttrDictionary())
      if (standard.empty() || attribute.getName() == "axis")
        planned.message.message(node::attribute, attributeMessage(attribute.getName(), attribute.getValue()));
    nodes.push_back(std::move(planned));
  }

  void addUpdate(const Node &update) {
    PlannedNode planned;
    llvm::SetVector<Value> read, made;
    llvm::DenseSet<Operation *> inside(update.ops.begin(), update.ops.end());
    std::vector<StoreOp> stores;
    for (Operation *op : update.ops) {
      for (Value operand : op->getOperands())
        if (Operation *from = operand.getDefiningOp(); !from || !inside.contains(from))
          read.insert(operand);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !inside.contains(user); }))
          made.insert(result);
      if (auto store = dyn_cast<StoreOp>(op))
        stores.push_back(store);
      if (auto load = dyn_cast<LoadOp>(op)) {
        std::string name = unique(load.getVariable());
        inputs.push_back({name, load.getType()});
        planned.inputs.push_back(name);
      }
    }
    for (Value value : read)
      planned.inputs.push_back(nameOf(value));
    for (Value value : made) {
      planned.outputs.push_back(nameOf(value));
      values.push_back({planned.outputs.back(), value.getType()});
    }
    for (StoreOp store : stores) {
      planned.outputs.push_back(unique(("next." + store.getVariable()).str()));
      outputs.push_back({planned.outputs.back(), store.getValue().getType()});
    }
    planned.message.text(node::name, unique(update.title + "/" + update.name))
        .text(node::opType, update.title)
        .text(node::docString, "line " + std::to_string(update.line) + ", optimizer")
        .text(node::domain, "nnc.optimizer");
    nodes.push_back(std::move(planned));
  }

  void addIdentity(StringRef name, Value value) {
    PlannedNode planned;
    planned.inputs.push_back(nameOf(value));
    planned.outputs.push_back(name.str());
    planned.message.text(node::name, unique("result/" + name.str())).text(node::opType, "Identity");
    nodes.push_back(std::move(planned));
  }

  /// Nodes come after those that make what they read.
  std::vector<size_t> sorted() {
    llvm::StringMap<size_t> makers;
    for (auto [index, planned] : llvm::enumerate(nodes))
      for (const std::string &name : planned.outputs)
        makers[name] = index;
    std::vector<size_t> order;
    std::vector<char> state(nodes.size(), 0);
    std::vector<std::pair<size_t, size_t>> work; // node, its next input
    for (size_t start = 0; start < nodes.size(); ++start) {
      if (state[start])
        continue;
      work.push_back({start, 0});
      state[start] = 1;
      while (!work.empty()) {
        auto &[index, next] = work.back();
        if (next == nodes[index].inputs.size()) {
          order.push_back(index);
          work.pop_back();
          continue;
        }
        auto maker = makers.find(nodes[index].inputs[next++]);
        if (maker != makers.end() && !state[maker->second]) {
          state[maker->second] = 1;
          work.push_back({maker->second, 0});
        }
      }
    }
    return order;
  }

  std::string finish() {
    Message inner;
    for (size_t index : sorted()) {
      Message message;
      for (const std::string &name : nodes[index].inputs)
        message.text(node::input, name);
      for (const std::string &name : nodes[index].outputs)
        message.text(node::output, name);
      message.bytes += nodes[index].message.bytes;
      inner.message(graph::node, message);
    }
    inner.text(graph::name, drawing.model + "." + drawing.function);
    for (const auto &[name, type] : inputs)
      inner.message(graph::input, valueMessage(name, type));
    for (const auto &[name, type] : outputs)
      inner.message(graph::output, valueMessage(name, type));
    for (const auto &[name, type] : values)
      inner.message(graph::valueInfo, valueMessage(name, type));
    Message file;
    file.number(model::irVersion, 8).text(model::producerName, "nnc").message(model::graph, inner);
    for (auto [domain, version] : {std::pair<StringRef, unsigned>("", 17), {"nnc", 1}, {"nnc.optimizer", 1}}) {
      Message import;
      import.text(opset::domain, domain).number(opset::version, version);
      file.message(model::opsetImport, import);
    }
    return std::move(file.bytes);
  }

  FuncOp func;
  Drawing drawing;
  llvm::DenseMap<Operation *, unsigned> updateOf;
  llvm::DenseMap<Value, std::string> names;
  llvm::StringSet<> taken;
  std::vector<std::string> results;
  std::vector<PlannedNode> nodes;
  std::vector<std::pair<std::string, Type>> inputs, outputs, values;
};

} // namespace

std::string onnxBytes(FuncOp func) { return Writer(func).write(); }

} // namespace nnc::view
