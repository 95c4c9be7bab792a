// ReferenceModel.h: makes a plain function of an op the op's ReferenceOpInterface. Private to ir/interpreter.
#ifndef NNC_IR_INTERPRETER_REFERENCEMODEL_H
#define NNC_IR_INTERPRETER_REFERENCEMODEL_H

#include "ir/interpreter/Interpreter.h"

namespace nnc {

template <typename OpT, void (*meaning)(OpT, InterpreterContext &)>
struct ReferenceModel : ReferenceOpInterface::ExternalModel<ReferenceModel<OpT, meaning>, OpT> {
  void interpret(mlir::Operation *op, InterpreterContext &context) const {
    meaning(mlir::cast<OpT>(op), context);
  }
};

template <typename OpT, void (*meaning)(OpT, InterpreterContext &)> void attach(mlir::MLIRContext *context) {
  OpT::template attachInterface<ReferenceModel<OpT, meaning>>(*context);
}

// The families.
#define NNC_FAMILY(NAME) void attach##NAME##Reference(mlir::MLIRContext *context);
#include "ir/ops/Families.def"

} // namespace nnc

#endif
