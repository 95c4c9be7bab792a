// SyntheticCall.h: the arguments of a call, made up: for measurements, which need no data.
#ifndef NNC_RUN_SYNTHETICCALL_H
#define NNC_RUN_SYNTHETICCALL_H

#include "tools/nnc-run/Model.h"
#include "tools/nnc-run/data/Array.h"

#include <memory>
#include <string>
#include <vector>

namespace nnc::run {

/// The size of every run-time dimension: as in `settings`, each "DIMENSION=NUMBER"; else 64, or the dimension's bound
/// if that is less.
Expected<std::vector<int64_t>> chooseSizes(const nnc_model &model, const std::vector<std::string> &settings);

/// Random inputs that the function accepts: floating numbers in [0, 1), integers in the range that is checked, and
/// memory for the results. Inputs with a default take it.
class SyntheticCall {
public:
  static Expected<SyntheticCall> create(const nnc_model &model, const nnc_function &function,
                                        std::vector<int64_t> sizes, uint64_t seed);

  Error run(Instance &instance);
  const nnc_function &function() const { return *type; }
  const std::vector<int64_t> &sizes() const { return dimensionSizes; }

private:
  Expected<Bytes> allocate(const nnc_model &model, const nnc_value &value) const;

  const nnc_function *type = nullptr;
  std::vector<int64_t> dimensionSizes;
  std::vector<Bytes> memory;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  std::vector<uint64_t> report;
};

} // namespace nnc::run

#endif
