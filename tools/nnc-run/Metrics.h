// Metrics.h: losses and metrics of many calls combined into one number each, as one call over all samples
// would report them.
#ifndef NNC_RUN_METRICS_H
#define NNC_RUN_METRICS_H

#include "runtime/nnc.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nnc::run {

class Metrics {
public:
  Metrics() = default;
  explicit Metrics(const nnc_function &function);

  /// Number of 8-byte slots of the function's report.
  size_t slots() const { return slotCount; }
  /// Adds one call over `samples` samples. A metric counts with its own count where the model reports one,
  /// all else with `samples`.
  void add(const std::vector<uint64_t> &report, int64_t samples);
  void clear();

  /// Whether all losses of this report are finite; `name` becomes that of one that is not.
  bool lossesFinite(const std::vector<uint64_t> &report, std::string &name, double &value) const;
  /// Name and mean of everything, losses first as in the report.
  std::vector<std::pair<std::string, double>> means() const;
  bool empty() const { return entries.empty(); }

  struct Entry {
    std::string name;
    bool isLoss;
    size_t slot;
    int countSlot; // -1: weighted by samples
    double sum = 0;
    int64_t weight = 0;
    double mean() const;
  };
  std::vector<Entry> entries;

private:
  size_t slotCount = 0;
};

} // namespace nnc::run

#endif
