// Tune.h: --tune: measures how the kernels of a model run best on this machine.
#ifndef NNC_TOOLS_NNC_TUNE_H
#define NNC_TOOLS_NNC_TUNE_H

#include "tools/nnc/Options.h"

namespace nnc {

/// Measures what `options.tune` does not hold yet, and writes it there. The exit status.
int tune(const Options &options);

} // namespace nnc

#endif
