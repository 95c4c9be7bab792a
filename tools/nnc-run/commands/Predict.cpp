// Predict.cpp: nnc-run predict, a predict function over a data set, its outputs into files.
#include "tools/nnc-run/Evaluator.h"
#include "tools/nnc-run/OutputWriter.h"
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Interrupt.h"
#include "tools/nnc-run/support/Random.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>

namespace nnc::run {

namespace {

struct PredictOptions : CommonOptions {
  std::string function;
  std::vector<std::string> outputs;
};

class PredictCommand {
public:
  explicit PredictCommand(PredictOptions &options) : options(options) {}

  Expected<int> run() {
    if (Error error = findModel())
      return error;
    Expected<Instance> instance = createInstance(*model, options);
    if (!instance)
      return instance.takeError();
    if (Error error = loadData(*instance))
      return error;
    if (Error error = loadParameters(options, *instance))
      return error;
    if (Error error = describeOutputs())
      return error;
    if (Error error = openWriters())
      return error;
    return predict(*instance);
  }

private:
  /// A file to write and which outputs go there.
  struct Target {
    std::unique_ptr<OutputWriter> writer;
    std::vector<size_t> outputs;
  };

  Error findModel() {
    Expected<const nnc_model *> opened = openModel(options);
    if (!opened)
      return opened.takeError();
    model = *opened;
    Expected<const nnc_function *> found = findFunction(*model, NNC_PREDICT, options.function);
    if (!found)
      return found.takeError();
    function = *found;
    return Error::success();
  }

  Error loadData(Instance &instance) {
    Expected<Scalars> parsed = parseSettings(options, {function});
    if (!parsed)
      return parsed.takeError();
    settings = std::move(*parsed);
    Expected<Preparations> preparations = readPreparations(options, instance);
    if (!preparations)
      return preparations.takeError();
    Expected<Dataset> loaded =
        Dataset::load(*model, {function}, options.data, "--data", options.mapping, *preparations);
    if (!loaded)
      return loaded.takeError();
    data.emplace(std::move(*loaded));
    Expected<int64_t> chosen = chooseBatch(options, *data);
    if (!chosen)
      return chosen.takeError();
    batch = *chosen;
    return Error::success();
  }

  /// Sizes of the model's dimensions in a call over `samples` samples.
  std::vector<int64_t> sizesFor(int64_t samples) const {
    std::vector<int64_t> sizes = data->sizes();
    if (data->sampleDimension() >= 0)
      sizes[static_cast<size_t>(data->sampleDimension())] = samples;
    return sizes;
  }

  /// Shape of every output over all samples, and a buffer for one call's part of it.
  Error describeOutputs() {
    int64_t samples = data->samples(), calls = (samples + batch - 1) / batch,
            last = samples - (calls - 1) * batch;
    for (uint32_t i = 0; i < function->output_count; ++i) {
      const nnc_value &value = function->outputs[i];
      if (value.role != NNC_OUTPUT)
        continue;
      OutputArray array = {value.name, value.dtype, {}};
      for (uint32_t axis = 0; axis < value.rank; ++axis) {
        std::optional<int64_t> size = nnc::run::evaluate(*model, value.dims[axis], sizesFor(batch));
        bool grows = data->sampleDimension() >= 0 &&
                     usesSymbol(value.dims[axis], static_cast<size_t>(data->sampleDimension()));
        // Parts can be put one after the other along the first axis only.
        if (calls > 1 && grows != (axis == 0))
          return cannotJoin(value);
        if (size && axis == 0 && calls > 1) {
          std::optional<int64_t> rest = nnc::run::evaluate(*model, value.dims[axis], sizesFor(last));
          size = product(*size, calls - 1);
          if (size && (!rest || __builtin_add_overflow(*size, *rest, &*size)))
            size.reset();
        }
        if (!size)
          return Error::failure(text("output ", quote(value.name), " is too large"));
        array.shape.push_back(*size);
      }
      if (calls > 1 && value.rank == 0)
        return cannotJoin(value);
      int64_t rows = 1;
      if (value.rank > 0)
        rows = std::max(nnc::run::evaluate(*model, value.dims[0], sizesFor(batch)).value_or(0),
                        nnc::run::evaluate(*model, value.dims[0], sizesFor(last)).value_or(0));
      std::optional<int64_t> numbers =
          product(array.shape.data() + (value.rank > 0), array.shape.size() - (value.rank > 0), rows);
      std::optional<int64_t> bytes =
          numbers ? product(*numbers, static_cast<int64_t>(dtypeSize(value.dtype))) : numbers;
      Bytes &buffer = buffers.emplace_back();
      if (!bytes || !buffer.resize(static_cast<size_t>(std::max<int64_t>(*bytes, 1))))
        return Error::failure(text("out of memory for output ", quote(value.name)));
      arrays.push_back(std::move(array));
      values.push_back(&value);
    }
    return Error::success();
  }

  Error cannotJoin(const nnc_value &value) const {
    return Error::failure(text("output ", quote(value.name), " is ", typeText(*model, value),
                               ": parts of it cannot be joined; compute it in one call with --batch ",
                               data->samples()));
  }

  Error openWriters() {
    std::vector<std::string> names;
    for (const OutputArray &array : arrays)
      names.push_back(array.name);
    std::vector<bool> written(arrays.size(), false);
    std::string forRest;
    for (const std::string &setting : options.outputs) {
      std::string name, path;
      if (!splitAssignment(setting, name, path)) {
        if (!forRest.empty())
          return Error::failure(text("--output ", quote(setting), ": ", quote(forRest),
                                     " takes all outputs already; say which with NAME=FILE"));
        forRest = setting;
        continue;
      }
      size_t index = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      if (index == names.size())
        return Error::failure(text("--output: ", quote(function->name), " has no output ", quote(name),
                                   suggestion(name, names)));
      written[index] = true;
      if (Error error = addTarget(path, {index}))
        return error;
    }
    std::vector<size_t> rest;
    for (size_t i = 0; i < arrays.size(); ++i)
      if (!written[i])
        rest.push_back(i);
    if (options.outputs.empty())
      forRest = "-";
    if (!forRest.empty() && rest.empty())
      return Error::failure(text("--output ", quote(forRest), ": no output is left for it"));
    return forRest.empty() ? Error::success() : addTarget(forRest, std::move(rest));
  }

  Error addTarget(const std::string &path, std::vector<size_t> outputs) {
    std::vector<OutputArray> chosen;
    for (size_t output : outputs)
      chosen.push_back(arrays[output]);
    Expected<std::unique_ptr<OutputWriter>> writer = OutputWriter::create(path, std::move(chosen));
    if (!writer)
      return writer.takeError();
    targets.push_back({std::move(*writer), std::move(outputs)});
    return Error::success();
  }

  Expected<int> predict(Instance &instance) {
    Expected<Feed> feed = Feed::create(*data, *function, settings, batch);
    if (!feed)
      return feed.takeError();
    std::vector<void *> pointers;
    for (Bytes &buffer : buffers)
      pointers.push_back(buffer.data());
    std::vector<size_t> samples = allSamples(data->samples());
    deferInterrupts();
    Progress progress(progressMode(options));
    for (size_t done = 0; done < samples.size();) {
      size_t count = std::min(static_cast<size_t>(batch), samples.size() - done);
      feed->load(&samples[done], count);
      feed->setSeed(Random(options.seed, Stream::ModelSeed, done).next());
      if (Error error = instance.call(*function, feed->sizes().data(), feed->inputs(), pointers.data(),
                                      nullptr, nullptr))
        return error;
      for (Target &target : targets)
        writePart(target, static_cast<int64_t>(count));
      done += count;
      if (progress.due())
        progress.update("predict", static_cast<int64_t>(done), data->samples(),
                        {{text(done, "/", data->samples()), 0}});
      if (interruptSignal())
        return interruptStatus();
    }
    progress.clear();
    for (Target &target : targets)
      if (Error error = target.writer->finish())
        return error;
    return 0;
  }

  void writePart(Target &target, int64_t samples) {
    std::vector<const void *> parts;
    int64_t rows = 1;
    for (size_t output : target.outputs) {
      parts.push_back(buffers[output].data());
      if (values[output]->rank > 0)
        rows = nnc::run::evaluate(*model, values[output]->dims[0], sizesFor(samples)).value_or(0);
    }
    target.writer->write(parts, rows);
  }

  PredictOptions &options;
  const nnc_model *model = nullptr;
  const nnc_function *function = nullptr;
  Scalars settings;
  std::optional<Dataset> data;
  int64_t batch = 1;
  std::vector<OutputArray> arrays;
  std::vector<const nnc_value *> values;
  std::vector<Bytes> buffers;
  std::vector<Target> targets;
};

} // namespace

Command addPredictCommand(CLI::App &app) {
  auto options = std::make_shared<PredictOptions>();
  addModelOptions(app, *options);
  app.add_option("--function", options->function, "Predict function to run, where the model has several")
      ->type_name("NAME");
  addDataOptions(app, *options);
  addRepeated(app, "--output", options->outputs,
              "Where outputs go: .npy (one array), .csv, .tsv or - (side by side). Default: as CSV to "
              "the standard output")
      ->type_name("[OUTPUT=]FILE")
      ->group("Files");
  app.add_option("--load", options->load, "Trained parameters (safetensors)")
      ->type_name("FILE")
      ->group("Files");
  addSeed(app, options->seed, "For models that draw random numbers");
  return [options] {
    Expected<int> status = PredictCommand(*options).run();
    return status ? *status : fail(status.takeError());
  };
}

} // namespace nnc::run
