// OpDefinitions.cpp: the classes TableGen makes from ir/ops/*.td; families add the rest in their own files.
#include "ir/Dialect.h"
#include "ir/GraphBuilder.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace nnc;

#define GET_OP_CLASSES
#include "ir/Ops.cpp.inc"
