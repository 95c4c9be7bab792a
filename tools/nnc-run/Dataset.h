// Dataset.h: data files bound to a model's inputs, with every shape and value checked before the first call,
// and the batches made from them.
#ifndef NNC_RUN_DATASET_H
#define NNC_RUN_DATASET_H

#include "tools/nnc-run/Model.h"
#include "tools/nnc-run/data/DataFile.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nnc::run {

/// How the numbers of one input are made from a file's. Kept with trained parameters, so that a prediction
/// prepares its inputs as the training did.
struct Preparation {
  std::optional<Affine>
      affine; // as asked for; nothing: bytes for a floating input become 0..1, all else stays
  std::vector<std::string> classes; // words for 0, 1, ...
};
using Preparations = std::map<std::string, Preparation>;

/// The options that say what feeds which input.
struct DataOptions {
  std::vector<std::string> columns; // INPUT=COLUMN,FIRST..LAST,*
  std::vector<std::string> scale;   // INPUT=FACTOR
  std::vector<std::string> shift;   // INPUT=NUMBER
  std::vector<std::string> classes; // INPUT=WORD,WORD
  std::vector<std::string> sizes;   // DIMENSION=NUMBER, for run-time dimensions that no input fixes
  ReadOptions read;
};

/// "NAME=VALUE" if NAME can be one of an input.
bool splitAssignment(const std::string &text, std::string &name, std::string &value);

/// What a --size says: the index of a run-time dimension and its value, from 1.
struct GivenSize {
  size_t dimension;
  int64_t value;
};
Expected<GivenSize> parseSize(const nnc_model &model, const std::string &setting);

/// Applies --scale, --shift and --classes.
Error applyOptions(const nnc_model &model, const DataOptions &options, Preparations &preparations);

class Dataset {
public:
  struct Column {
    const nnc_value *value = nullptr;
    Array array;
    Affine affine;
    bool perSample = false; // else the whole array goes with every call
    int64_t rowNumbers = 0; // per sample, or in all
  };

  /// Binds `files`, each "FILE" or "INPUT=FILE", to the inputs of `functions`; `option` is their name on the
  /// command line. Classes found in the files are added to `preparations`.
  static Expected<Dataset> load(const nnc_model &model, const std::vector<const nnc_function *> &functions,
                                const std::vector<std::string> &files, const char *option,
                                const DataOptions &options, Preparations &preparations);

  const nnc_model &model() const { return *type; }
  int64_t samples() const { return sampleCount; }
  /// Largest number of samples that one call may take; 0: any.
  int64_t batchBound() const { return sampleSymbol < 0 ? 1 : type->symbols[sampleSymbol].bound; }
  /// Index of the run-time dimension that counts samples, or -1: then the files are one sample.
  int sampleDimension() const { return sampleSymbol; }
  /// Value of every run-time dimension; that of the sample dimension is set for each call.
  const std::vector<int64_t> &sizes() const { return dimensionSizes; }
  const Column *find(const std::string &input) const;
  /// CRC-32 over all numbers, to notice that a checkpoint belongs to other data.
  uint32_t checksum() const;
  /// One line per input: "image: 60000 x 28 x 28 u8 from train.gz, times 0.00392".
  std::vector<std::string> describe() const;

private:
  friend class DatasetLoader;
  const nnc_model *type = nullptr;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<int64_t> dimensionSizes;
  int sampleSymbol = -1;
  int64_t sampleCount = 1;
};

/// Values of `--set` for inputs that are single numbers.
using Scalars = std::map<std::string, double>;

/// The inputs of one function, refilled for each call.
class Feed {
public:
  static Expected<Feed> create(const Dataset &data, const nnc_function &function, const Scalars &scalars,
                               int64_t maxBatch);

  /// Makes the batch of these samples.
  void load(const size_t *indices, size_t count);
  /// For functions that draw random numbers outside of training.
  void setSeed(uint64_t seed) { *seedValue = static_cast<int64_t>(seed); }

  const void *const *inputs() const { return pointers.data(); }
  const std::vector<int64_t> &sizes() const { return callSizes; }

private:
  struct Free {
    void operator()(void *memory) const { free(memory); }
  };
  struct Slot {
    const Dataset::Column *column;
    std::unique_ptr<void, Free> memory;
  };
  const Dataset *data = nullptr;
  std::vector<Slot> slots;
  std::vector<const void *> pointers;
  std::vector<int64_t> callSizes;
  std::unique_ptr<int64_t> seedValue;
};

} // namespace nnc::run

#endif
