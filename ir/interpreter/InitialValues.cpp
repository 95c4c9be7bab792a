// InitialValues.cpp: variables before the first call, by the runtime's own rules (runtime/random.h).
#include "ir/interpreter/Interpreter.h"
#include "ir/ops/Structure.h"
#include "runtime/random.h"

using namespace mlir;

namespace nnc {

static nnc_init_kind kindOf(InitKind kind) {
  switch (kind) {
  case InitKind::Constant: return NNC_INIT_CONSTANT;
  case InitKind::Uniform: return NNC_INIT_UNIFORM;
  case InitKind::Normal: return NNC_INIT_NORMAL;
  case InitKind::Truncated: return NNC_INIT_TRUNCATED;
  case InitKind::Orthogonal: return NNC_INIT_ORTHOGONAL;
  case InitKind::Values: return NNC_INIT_VALUES;
  }
  llvm_unreachable("unknown kind of initial values");
}

Tensor initialValue(VariableOp variable, uint64_t seed) {
  auto type = cast<RankedTensorType>(variable.getType());
  InitAttr init = variable.getInit();
  Tensor tensor(Shape(type.getShape()));
  std::vector<double> values;
  if (init.getValues())
    for (const llvm::APFloat &value : init.getValues().getValues<llvm::APFloat>())
      values.push_back(value.convertToDouble());
  nnc_init how = {kindOf(init.getKind()), init.getA().convertToDouble(), init.getB().convertToDouble(),
                  values.data()};
  std::string name = variable.getSymName().str();
  const char *drawnFor =
      nnc_init_name(variable.getKind() == VariableKind::Average ? NNC_AVERAGE : NNC_PARAMETER, name.c_str());
  int status = nnc_initialize(&how, seed, drawnFor, NNC_F64, static_cast<uint32_t>(type.getRank()),
                              tensor.shape.data(), tensor.data.data());
  if (status != NNC_OK)
    llvm::report_fatal_error("no memory for the initial values of a variable");
  for (double &number : tensor.data)
    number = scalar::castTo(number, type.getElementType());
  return tensor;
}

} // namespace nnc
