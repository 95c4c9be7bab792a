// Evaluator.h: an evaluate function over a set of samples.
#ifndef NNC_RUN_EVALUATOR_H
#define NNC_RUN_EVALUATOR_H

#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/Metrics.h"

#include <functional>
#include <vector>

namespace nnc::run {

/// Called between batches with the number of samples done; false stops.
using Between = std::function<bool(int64_t done)>;

class Evaluator {
public:
  static Expected<Evaluator> create(Instance &instance, const nnc_function &function, const Dataset &data,
                                    const Scalars &scalars, int64_t batch, uint64_t seed);

  /// Losses and metrics over these samples; nothing if `between` stopped it. Fails if a loss is not finite.
  Expected<std::optional<Metrics>> run(const std::vector<size_t> &samples, const Between &between);

private:
  Evaluator(Instance &instance, const nnc_function &function, Feed feed, int64_t batch, uint64_t seed)
      : instance(&instance), function(&function), feed(std::move(feed)), batch(static_cast<size_t>(batch)),
        seed(seed) {}

  Instance *instance;
  const nnc_function *function;
  Feed feed;
  size_t batch;
  uint64_t seed;
};

/// 0, 1, ..., count - 1
std::vector<size_t> allSamples(int64_t count);

} // namespace nnc::run

#endif
