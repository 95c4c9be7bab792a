// Metrics.cpp: reads the slots of a report.
#include "tools/nnc-run/Metrics.h"

#include <cmath>
#include <cstring>

namespace nnc::run {

static double asDouble(uint64_t slot) {
  double value;
  std::memcpy(&value, &slot, sizeof(value));
  return value;
}

Metrics::Metrics(const nnc_function &function) {
  for (uint32_t i = 0; i < function.output_count; ++i) {
    const nnc_value &output = function.outputs[i];
    if (output.role == NNC_LOSS || output.role == NNC_METRIC)
      entries.push_back({output.name, output.role == NNC_LOSS, slotCount++, -1});
    else if (output.role == NNC_METRIC_COUNT)
      ++slotCount;
  }
  size_t slot = 0;
  for (uint32_t i = 0; i < function.output_count; ++i) {
    const nnc_value &output = function.outputs[i];
    if (output.role == NNC_METRIC_COUNT)
      for (Entry &entry : entries)
        if (output.name == entry.name + "_count")
          entry.countSlot = static_cast<int>(slot);
    slot += output.role == NNC_LOSS || output.role == NNC_METRIC || output.role == NNC_METRIC_COUNT;
  }
}

void Metrics::add(const std::vector<uint64_t> &report, int64_t samples) {
  for (Entry &entry : entries) {
    int64_t weight =
        entry.countSlot < 0 ? samples : static_cast<int64_t>(report[static_cast<size_t>(entry.countSlot)]);
    // The mean of nothing is NaN and adds nothing.
    if (weight <= 0)
      continue;
    entry.sum += asDouble(report[entry.slot]) * static_cast<double>(weight);
    entry.weight += weight;
  }
}

void Metrics::clear() {
  for (Entry &entry : entries) {
    entry.sum = 0;
    entry.weight = 0;
  }
}

bool Metrics::lossesFinite(const std::vector<uint64_t> &report, std::string &name, double &value) const {
  for (const Entry &entry : entries) {
    value = asDouble(report[entry.slot]);
    if (entry.isLoss && !std::isfinite(value)) {
      name = entry.name;
      return false;
    }
  }
  return true;
}

double Metrics::Entry::mean() const { return weight ? sum / static_cast<double>(weight) : std::nan(""); }

std::vector<std::pair<std::string, double>> Metrics::means() const {
  std::vector<std::pair<std::string, double>> result;
  for (const Entry &entry : entries)
    result.emplace_back(entry.name, entry.mean());
  return result;
}

} // namespace nnc::run
