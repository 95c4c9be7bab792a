// Numbers.cpp: forward values and adjoints by the reference interpreter, differences by its nn.grad.
#include "codegen/explain/Numbers.h"
#include "codegen/explain/Npy.h"
#include "ir/interpreter/Samples.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;

namespace nnc::explain {

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

llvm::Error addGiven(llvm::StringRef text, Setting &setting) {
  auto [name, numbers] = text.split('=');
  if (name.empty() || numbers.empty())
    return failure("expected --at=name=1,2,3 or --at=name=file.npy, found '" + text + "'");
  if (numbers.ends_with(".npy")) {
    llvm::Expected<std::vector<double>> array = readNpy(numbers);
    if (!array)
      return array.takeError();
    setting.given[name.str()] = std::move(*array);
    return llvm::Error::success();
  }
  std::vector<double> values;
  for (llvm::StringRef part : llvm::split(numbers, ',')) {
    double value;
    if (part.trim().getAsDouble(value))
      return failure("'" + part + "' in --at=" + text + " is no number");
    values.push_back(value);
  }
  setting.given[name.str()] = std::move(values);
  return llvm::Error::success();
}

static std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// A call of the function with what is given, and small numbers for the rest.
static llvm::Expected<Call> callOf(FuncOp function, const Setting &setting) {
  auto model = function->getParentOfType<ModelOp>();
  std::map<std::string, int64_t> sizes = sampleSizes(model);
  for (const auto &[name, size] : setting.sizes) {
    if (!sizes.count(name))
      return failure("the model has no run-time dimension '" + name + "'");
    sizes[name] = size;
  }
  Call call = sampleCall(function, sizes, setting.seed);
  for (auto [number, argument] : llvm::enumerate(function.getArguments()))
    if (auto value = function.getArgAttrOfType<FloatAttr>(number, "nn.default"))
      call.inputs[number].data.assign(call.inputs[number].data.size(), value.getValueAsDouble());
  for (VariableOp variable : model.getBody().getOps<VariableOp>()) // as in an instance with this seed
    call.variables[variable.getSymName().str()] = initialValue(variable, setting.seed);
  for (const auto &[name, numbers] : setting.given) {
    Tensor *tensor = nullptr;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.argumentName(i) == name)
        tensor = &call.inputs[i];
    if (auto variable = call.variables.find(name); variable != call.variables.end())
      tensor = &variable->second;
    if (!tensor)
      return failure("function '" + function.getSymName() + "' has no input or parameter '" + name + "'");
    if (tensor->data.size() != numbers.size())
      return failure("'" + name + "' has " + llvm::Twine(tensor->data.size()) + " elements, of shape " +
                     shapeText(tensor->shape) + "; " + llvm::Twine(numbers.size()) + " are given");
    tensor->data = numbers;
  }
  return call;
}

/// Runs the ops of a function, keeping all values.
static bool runAll(FuncOp function, const Call &call, InterpreterContext &context) {
  for (auto [argument, tensor] : llvm::zip(function.getArguments(), call.inputs))
    context.set(argument, tensor);
  for (Operation &op : function.getBody().front().without_terminator()) {
    context.run(&op);
    if (context.hasFailed())
      return false;
  }
  return true;
}

llvm::Expected<std::vector<Worked>> workedNumbers(FuncOp function, FuncOp before, const IRMapping &copies,
                                                  ArrayRef<std::pair<Value, std::string>> named,
                                                  ArrayRef<AdjointPair> adjoints, const Setting &setting) {
  llvm::Expected<Call> call = callOf(function, setting);
  if (!call)
    return call.takeError();
  InterpreterContext joint(*call);
  if (!runAll(function, *call, joint))
    return failure("the function cannot be run with these numbers");

  // The derivatives of all values at once, by differences, where the gradient is taken.
  GradOp grad = *before.getBody().getOps<GradOp>().begin();
  llvm::DenseMap<Value, std::pair<Value, Value>> pairs; // value: its adjoint, its difference
  SmallVector<Value> wrt;
  SmallVector<const AdjointPair *> asked;
  for (const AdjointPair &pair : adjoints)
    if (Value copy = copies.lookupOrNull(pair.value);
        copy && copies.lookupOrNull(pair.target) == grad.getTarget() && copy != grad.getTarget()) {
      wrt.push_back(copy);
      asked.push_back(&pair);
    }
  OpBuilder builder(grad);
  auto differences = builder.create<GradOp>(grad.getLoc(), grad.getTarget(), wrt);
  for (auto [pair, difference] : llvm::zip(asked, differences.getGradients()))
    pairs[pair->value] = {pair->adjoint, difference};
  InterpreterContext plain(*call);
  for (auto [argument, tensor] : llvm::zip(before.getArguments(), call->inputs))
    plain.set(argument, tensor);
  for (Operation &op : before.getBody().front()) {
    plain.run(&op);
    if (plain.hasFailed())
      return failure("the function cannot be run with these numbers");
    if (&op == differences)
      break;
  }

  std::vector<Worked> worked;
  for (const auto &[value, name] : named) {
    const Tensor &tensor = joint.get(value);
    Worked row{name, "", tensor.shape, tensor.data, {}, {}, 0};
    if (auto pair = pairs.find(value); pair != pairs.end()) {
      row.adjoint = joint.get(pair->second.first).data;
      row.difference = plain.get(pair->second.second).data;
      for (auto [a, n] : llvm::zip(row.adjoint, row.difference))
        row.error = std::max(row.error, std::abs(a - n) / std::max(1.0, std::abs(a)));
    }
    worked.push_back(std::move(row));
  }
  return worked;
}

} // namespace nnc::explain
