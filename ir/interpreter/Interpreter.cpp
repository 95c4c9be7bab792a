// Interpreter.cpp: running functions; tensors.
#include "ir/interpreter/Interpreter.h"
#include "ir/ops/Structure.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

void registerReferenceSemantics(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
#define NNC_FAMILY(NAME) attach##NAME##Reference(context);
#include "ir/ops/Families.def"
  });
}

//===--------------------------------------------------------------------------------------------------===//
// Tensors
//===--------------------------------------------------------------------------------------------------===//

int64_t countOf(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit) {
  Index index(shape.size(), 0);
  for (int64_t left = countOf(shape); left > 0; --left) {
    visit(index);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis])
        break;
      index[axis] = 0;
    }
  }
}

Shape stepsOf(llvm::ArrayRef<int64_t> shape) {
  Shape steps(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;)
    steps[axis - 1] = steps[axis] * shape[axis];
  return steps;
}

int64_t Tensor::position(llvm::ArrayRef<int64_t> index) const {
  assert(index.size() == shape.size() && "one index per axis");
  int64_t position = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    assert(index[axis] >= 0 && index[axis] < shape[axis] && "index outside of the tensor");
    position = position * shape[axis] + index[axis];
  }
  return position;
}

//===--------------------------------------------------------------------------------------------------===//
// Context
//===--------------------------------------------------------------------------------------------------===//

const Tensor &InterpreterContext::get(Value value) const {
  auto found = values.find(value);
  assert(found != values.end() && found->second && "an operand is computed before its use");
  return *found->second;
}

void InterpreterContext::set(Value value, Tensor tensor) {
  assert(tensor.shape == shapeOf(value.getType()) && "the value has the shape its type says");
  Type element = getElementTypeOrSelf(value.getType());
  if (!isa<FloatType>(element) || !isExact())
    for (double &number : tensor.data)
      number = scalar::castTo(number, element);
  values[value] = std::make_shared<const Tensor>(std::move(tensor));
}

int64_t InterpreterContext::sizeOf(const Dim &dim) const {
  std::optional<int64_t> size = dim.evaluate([&](llvm::StringRef symbol) -> std::optional<int64_t> {
    auto found = call.sizes.find(symbol.str());
    return found == call.sizes.end() ? std::nullopt : std::optional<int64_t>(found->second);
  });
  assert(size && "the caller gives a size to each run-time dimension, and no tensor exceeds 64 bits");
  return *size;
}

Shape InterpreterContext::shapeOf(Type type) const {
  Shape shape;
  for (const Dim &dim : dimsOf(cast<RankedTensorType>(type)))
    shape.push_back(sizeOf(dim));
  return shape;
}

const Tensor *InterpreterContext::variable(StringRef name) const {
  auto found = call.variables.find(name.str());
  return found == call.variables.end() ? nullptr : &found->second;
}

InFlightDiagnostic InterpreterContext::fail(Operation *op) {
  failed = true;
  return op->emitOpError();
}

void InterpreterContext::run(Operation *op) {
  if (auto reference = dyn_cast<ReferenceOpInterface>(op))
    reference.interpret(*this);
  else
    fail(op) << "has no reference semantics (ReferenceOpInterface)";
}

void InterpreterContext::run(Block &block) {
  for (Operation &op : block) {
    run(&op);
    if (failed)
      return;
  }
}

FailureOr<Outcome> interpret(FuncOp function, const Call &call) {
  InterpreterContext context(call);
  if (call.inputs.size() != function.getNumArguments()) {
    function.emitOpError("has ") << function.getNumArguments() << " arguments, given " << call.inputs.size();
    return failure();
  }
  for (auto [argument, tensor] : llvm::zip(function.getArguments(), call.inputs)) {
    if (tensor.shape != context.shapeOf(argument.getType())) {
      function.emitOpError("argument ") << argument.getArgNumber() << " of type " << argument.getType()
                                        << " is given a tensor of another shape";
      return failure();
    }
    context.set(argument, tensor);
  }
  context.run(function.getBody().front());
  if (context.hasFailed())
    return failure();
  return std::move(context.getOutcome());
}

} // namespace nnc
