// Checkpoint.h: what nnc-run keeps in a parameter file's metadata, beside what the model saves: how far
// training came, and how inputs are prepared.
#ifndef NNC_RUN_CHECKPOINT_H
#define NNC_RUN_CHECKPOINT_H

#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/Metrics.h"
#include "tools/nnc-run/support/Error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace nnc::run {

/// All that a run needs, beside the model's own variables, to continue bit for bit. The order of samples
/// needs no state: it is a function of seed and epoch.
struct TrainingState {
  // What the run was started with; a resumed run must agree.
  std::string model, function;
  uint64_t seed = 0;
  int64_t batch = 0;
  double validation = 0;
  int64_t samples = 0;
  uint32_t dataChecksum = 0;
  std::map<std::string, double> settings; // --set

  // How far it came.
  int64_t epoch = 0;                                         // finished epochs
  int64_t position = 0;                                      // samples done in the current one
  std::map<std::string, std::pair<double, int64_t>> running; // sum and weight of the current epoch's metrics
  double bestLoss = 0;
  int64_t bestEpoch = 0; // from 1; 0: none yet
};

struct Metadata {
  std::optional<TrainingState> training;
  Preparations preparations;
};

/// A JSON object of strings, as a model's `save` takes it.
std::string metadataJson(const Metadata &metadata);

/// Reads it back from a parameter file; empty if nnc-run did not write the file.
Expected<Metadata> readMetadata(Instance &instance, const std::string &path);

} // namespace nnc::run

#endif
