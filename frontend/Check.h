// Check.h: what can be said of a text without running it: names, statements out of place, recursion.
#ifndef NNC_FRONTEND_CHECK_H
#define NNC_FRONTEND_CHECK_H

#include "frontend/Modules.h"
#include "mlir/IR/MLIRContext.h"

namespace nnc {

/// Checks all bodies of a module, used or not. False if the text is such that it should not be run: recursion,
/// statements out of place. Unknown names and the like are errors, but do not stop the search for more.
bool checkModule(const Module &module, Diagnostics &diags, mlir::MLIRContext &context);

} // namespace nnc

#endif
