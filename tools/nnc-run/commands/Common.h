// Common.h: options and first steps that train, eval and predict share.
#ifndef NNC_RUN_COMMANDS_COMMON_H
#define NNC_RUN_COMMANDS_COMMON_H

#include "tools/nnc-run/Checkpoint.h"
#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/Model.h"
#include "tools/nnc-run/Progress.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nnc::run {

struct CommonOptions {
  std::string library, model, variant, device;
  std::vector<std::string> data, settings;
  DataOptions mapping;
  int64_t batch = 0; // 0: chosen here
  uint64_t seed = 1;
  int64_t threads = 0; // 0: the library decides
  std::string progress = "auto", load;
  bool quiet = false;
};

/// An option that may be given again and takes one value each time, as --data does.
CLI::Option *addRepeated(CLI::App &app, const std::string &name, std::vector<std::string> &values,
                         const std::string &description);

/// An option that takes a count, from 1.
CLI::Option *addCount(CLI::App &app, const std::string &name, int64_t &value, const std::string &description);

/// --seed, any integer from 0.
CLI::Option *addSeed(CLI::App &app, uint64_t &seed, const std::string &description);

/// The library and --model.
void addModelOptions(CLI::App &app, CommonOptions &options);
/// How kernels are run: --threads, --variant, --device.
void addRunOptions(CLI::App &app, CommonOptions &options);
/// What feeds the inputs, and how it is run.
void addDataOptions(CLI::App &app, CommonOptions &options);

/// Opens the library, sets its threads and finds the model.
Expected<const nnc_model *> openModel(const CommonOptions &options);

/// --set NAME=NUMBER, for hypers and inputs of these functions that are single numbers.
Expected<Scalars> parseSettings(const CommonOptions &options,
                                const std::vector<const nnc_function *> &functions);

/// The batch size to use: as asked for, within what the model takes.
Expected<int64_t> chooseBatch(const CommonOptions &options, const Dataset &data);

Expected<Instance> createInstance(const nnc_model &model, const CommonOptions &options);

/// How inputs are prepared: as --load's file says, then as options say.
Expected<Preparations> readPreparations(const CommonOptions &options, Instance &instance);

/// Loads the parameters of --load; without it says that the model has its initial values.
Error loadParameters(const CommonOptions &options, Instance &instance);

Progress::Mode progressMode(const CommonOptions &options);

/// Prints "place: error: message" on the standard error and returns exit status 1.
int fail(const Error &error);
void note(const std::string &message);
/// Prints a line of results on the standard output.
void printLine(const std::string &line);
/// Rows of cells, each column as wide as its widest cell; the first `numbers` columns end flush.
using Table = std::vector<std::vector<std::string>>;
void printTable(const Table &table, const char *indent, size_t numbers = 0);
/// "loss 0.5231  accuracy 0.8123"
std::string valuesText(const std::vector<std::pair<std::string, double>> &values);

} // namespace nnc::run

#endif
