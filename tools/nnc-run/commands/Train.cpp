// Train.cpp: nnc-run train.
#include "tools/nnc-run/Trainer.h"
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Interrupt.h"
#include "tools/nnc-run/support/OutputFile.h"
#include "tools/nnc-run/support/Text.h"

#include <cstring>
#include <sys/stat.h>

namespace nnc::run {

namespace {

struct TrainOptions : CommonOptions {
  std::string block, save;
  std::vector<std::string> test;
  double validation = 0;
  int64_t printEvery = 1;
  bool resume = false, overwrite = false;
  TrainerOptions trainer;
  CLI::Option *seedOption = nullptr, *batchOption = nullptr, *validationOption = nullptr;
};

/// Shows training on the terminal: the bar while it runs, a line for each epoch.
class Console : public TrainingListener {
public:
  Console(Progress::Mode mode, bool quiet, int64_t printEvery)
      : progress(mode), quiet(quiet), printEvery(printEvery) {}

  void stepped(const StepEvent &event) override {
    if (!progress.due())
      return;
    int64_t steps = (event.samples + event.batch - 1) / event.batch;
    int64_t step = (event.samplesDone + event.batch - 1) / event.batch;
    double left = static_cast<double>((event.epochs - event.epoch) * event.samples - event.samplesDone);
    std::vector<Progress::Part> parts = {{text("step ", step, "/", steps), 3}};
    int rank = 1;
    for (auto &[name, value] : event.running.means()) {
      parts.push_back({text(name, " ", shortNumber(value)), rank});
      rank = 5; // the first is a loss, and stays longest
    }
    parts.push_back({text(grouped(static_cast<uint64_t>(1 / event.secondsPerSample)), " samples/s"), 4});
    parts.push_back({text(durationText(left * event.secondsPerSample), " left"), 2});
    progress.update(label(event.epoch, event.epochs), event.samplesDone, event.samples, parts);
  }

  void evaluated(const EvaluationEvent &event) override {
    if (progress.due())
      progress.update(label(event.epoch, event.epochs), event.samplesDone, event.samples, {{event.set, 0}});
  }

  void epochFinished(const EpochEvent &event) override {
    bool last = event.epoch + 1 == event.epochs;
    if (!last && (quiet || (event.epoch + 1) % printEvery != 0))
      return;
    progress.clear();
    char seconds[32];
    snprintf(seconds, sizeof(seconds), "%.1f", event.seconds);
    printLine(text(label(event.epoch, event.epochs), "  ", valuesText(event.values), "  seconds ", seconds,
                   "  samples/s ", static_cast<int64_t>(event.samplesPerSecond), event.best ? "  best" : ""));
  }

  void clear() { progress.clear(); }

private:
  static std::string label(int64_t epoch, int64_t epochs) { return text("epoch ", epoch + 1, "/", epochs); }

  Progress progress;
  const bool quiet;
  const int64_t printEvery;
};

bool exists(const std::string &path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0;
}

/// The evaluate function that belongs to a step function: "discriminate_evaluate" to "discriminate_step",
/// else the model's own. Null if there is none.
const nnc_function *evaluateFor(const nnc_model &model, const nnc_function &step) {
  std::string entry = step.name;
  size_t ending = entry.rfind("_step");
  if (ending != std::string::npos)
    entry.resize(ending);
  const nnc_function *usual = nullptr;
  for (uint32_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    if (function.kind != NNC_EVALUATE)
      continue;
    if (function.name == entry + "_evaluate")
      return &function;
    if (!std::strcmp(function.name, "evaluate"))
      usual = &function;
  }
  return usual;
}

/// Takes from a checkpoint what the command line leaves open, and refuses what contradicts it.
Error agree(TrainOptions &options, const std::string &path, const TrainingState &kept, const nnc_model &model,
            const nnc_function &step) {
  auto differs = [&](const std::string &what, const std::string &was) {
    return Error::at(path,
                     text("was trained with ", what, " ", was, "; --resume continues the same training"));
  };
  if (kept.model != model.name)
    return differs("the model", quote(kept.model));
  if (kept.function != step.name)
    return differs("the train function", quote(kept.function));
  if (options.seedOption->count() && options.seed != kept.seed)
    return differs("--seed", text(kept.seed));
  if (options.batchOption->count() && options.batch != kept.batch && kept.batch != kept.samples)
    return differs("--batch", text(kept.batch));
  if (options.validationOption->count() && options.validation != kept.validation)
    return differs("--validation", number(kept.validation));
  options.seed = kept.seed;
  options.batch = kept.batch;
  options.validation = kept.validation;
  return Error::success();
}

Error checkOutputPaths(const TrainOptions &options) {
  for (const std::string *path : {&options.trainer.checkpoint, &options.trainer.best, &options.save})
    if (!path->empty())
      if (Error error = checkReplaceable(*path))
        return error;
  return Error::success();
}

/// What can be known to be wrong with the outputs before the data is read.
Error checkOutputs(const TrainOptions &options) {
  const TrainerOptions &trainer = options.trainer;
  if (trainer.checkpoint.empty() && (options.resume || trainer.checkpointEvery))
    return Error::failure(
        text(options.resume ? "--resume" : "--checkpoint-every", " needs --checkpoint FILE"));
  if (Error error = checkOutputPaths(options))
    return error;
  if (!trainer.checkpoint.empty() && !options.resume && !options.overwrite && exists(trainer.checkpoint))
    return Error::at(trainer.checkpoint,
                     "exists already; continue it with --resume, or start anew with --overwrite");
  return Error::success();
}

class TrainCommand {
public:
  explicit TrainCommand(TrainOptions &options) : options(options) {}

  Expected<int> run() {
    if (Error error = findModel())
      return error;
    if (Error error = checkOutputs(options))
      return error;
    std::optional<FileLock> lock;
    if (!options.trainer.checkpoint.empty()) {
      Expected<FileLock> acquired = FileLock::acquire(options.trainer.checkpoint);
      if (!acquired)
        return acquired.takeError();
      lock.emplace(std::move(*acquired));
    }
    Expected<Instance> created = createInstance(*model, options);
    if (!created)
      return created.takeError();
    Instance &instance = *created;
    if (Error error = readCheckpoint(instance))
      return error;
    if (!options.trainer.best.empty() && options.validation == 0)
      return Error::failure("--best needs --validation: the best epoch has the smallest validation loss");
    if (Error error = loadData())
      return error;
    if (Error error = checkOutputPaths(options)) // which files are inputs is known now
      return error;
    if (Error error = loadVariables(instance))
      return error;
    return trainModel(instance);
  }

private:
  Error findModel() {
    Expected<const nnc_model *> opened = openModel(options);
    if (!opened)
      return opened.takeError();
    model = *opened;
    Expected<const nnc_function *> found = findFunction(*model, NNC_STEP, options.block);
    if (!found)
      return found.takeError();
    step = *found;
    functions = {step};
    if (!options.test.empty() || options.validationOption->count() || options.resume) {
      evaluate = evaluateFor(*model, *step);
      if (evaluate)
        functions.push_back(evaluate);
      else if (!options.resume)
        return Error::failure(text("model ", quote(model->name), " has no evaluate function to go with ",
                                   quote(step->name), "; --validation and --test need one"));
    }
    return Error::success();
  }

  Error readCheckpoint(Instance &instance) {
    const std::string &path = options.trainer.checkpoint;
    if (options.resume && !path.empty()) {
      if (!exists(path)) {
        if (!options.quiet)
          note(text("no checkpoint ", quote(path), " yet: training from the start"));
      } else {
        Expected<Metadata> metadata = readMetadata(instance, path);
        if (!metadata)
          return metadata.takeError();
        if (!metadata->training)
          return Error::at(path, "has no record of a training, as nnc-run writes it with --checkpoint");
        resumed = true;
        state = std::move(*metadata->training);
        preparations = std::move(metadata->preparations);
        if (Error error = agree(options, path, state, *model, *step))
          return error;
      }
    }
    if (resumed && !options.load.empty())
      return Error::failure(
          "--load starts from given parameters, --resume from the checkpoint's; choose one");
    if (resumed)
      return applyOptions(*model, options.mapping, preparations);
    Expected<Preparations> loaded = readPreparations(options, instance);
    if (!loaded)
      return loaded.takeError();
    preparations = std::move(*loaded);
    return Error::success();
  }

  Error loadData() {
    Expected<Scalars> settings = parseSettings(options, functions);
    if (!settings)
      return settings.takeError();
    Expected<Dataset> loaded =
        Dataset::load(*model, functions, options.data, "--data", options.mapping, preparations);
    if (!loaded)
      return loaded.takeError();
    data.emplace(std::move(*loaded));
    if (!options.test.empty()) {
      Expected<Dataset> other =
          Dataset::load(*model, {evaluate}, options.test, "--test", options.mapping, preparations);
      if (!other)
        return other.takeError();
      test.emplace(std::move(*other));
    }
    Expected<int64_t> batch = chooseBatch(options, *data);
    if (!batch)
      return batch.takeError();

    uint32_t checksum = data->checksum();
    if (resumed && (state.samples != data->samples() || state.dataChecksum != checksum))
      return Error::at(options.trainer.checkpoint,
                       "was trained with other data; --resume continues the same training");
    state.model = model->name;
    state.function = step->name;
    state.seed = options.seed;
    state.batch = *batch;
    state.validation = options.validation;
    state.samples = data->samples();
    state.dataChecksum = checksum;
    for (auto &[name, value] : *settings)
      state.settings[name] = value;
    return Error::success();
  }

  Error loadVariables(Instance &instance) {
    if (resumed) // also sets the instance's seed, that of its random draws
      return instance.load(options.trainer.checkpoint, /*parametersOnly=*/false);
    return options.load.empty() ? Error::success() : instance.load(options.load, /*parametersOnly=*/true);
  }

  Expected<int> trainModel(Instance &instance) {
    if (!options.quiet) {
      for (const std::string &line : data->describe())
        printLine(line);
      if (resumed)
        printLine(text("resumed after ", state.epoch, " epochs and ", state.position, " samples"));
    }
    Expected<std::unique_ptr<Trainer>> trainer =
        Trainer::create(instance, *step, evaluate, *data, test ? &*test : nullptr, std::move(state),
                        preparations, options.trainer);
    if (!trainer)
      return trainer.takeError();
    Console console(progressMode(options), options.quiet, options.printEvery);
    (*trainer)->listen(console);
    deferInterrupts();
    Expected<Trainer::Outcome> outcome = (*trainer)->run();
    console.clear();
    if (!outcome)
      return outcome.takeError();
    if (*outcome == Trainer::Outcome::Interrupted) {
      const TrainingState &reached = (*trainer)->progress();
      const std::string &path = options.trainer.checkpoint;
      note(text("interrupted after ", reached.epoch, " epochs and ", reached.position, " samples; ",
                path.empty() ? "nothing was saved, as there is no --checkpoint"
                             : text("continue with --resume --checkpoint ", path)));
      return interruptStatus();
    }
    if (!options.save.empty())
      if (Error error = (*trainer)->save(options.save))
        return error;
    return 0;
  }

  TrainOptions &options;
  const nnc_model *model = nullptr;
  const nnc_function *step = nullptr, *evaluate = nullptr;
  std::vector<const nnc_function *> functions;
  bool resumed = false;
  TrainingState state;
  Preparations preparations;
  std::optional<Dataset> data, test;
};

} // namespace

Command addTrainCommand(CLI::App &app) {
  auto options = std::make_shared<TrainOptions>();
  addModelOptions(app, *options);
  app.add_option("--train", options->block, "Train block to run, where the model has several")
      ->type_name("NAME");
  addDataOptions(app, *options);
  addRepeated(app, "--test", options->test, "Data to evaluate on after each epoch; given as --data is")
      ->type_name("[INPUT=]FILE")
      ->group("Data");
  options->validationOption = app.add_option("--validation", options->validation,
                                             "Share of --data kept from training and evaluated on")
                                  ->check(
                                      [](const std::string &given) {
                                        std::optional<double> share = parseNumber(given);
                                        return share && *share >= 0 && *share < 1
                                                   ? std::string()
                                                   : text("expected a share from 0 to 1, found ", given);
                                      },
                                      "")
                                  ->type_name("SHARE")
                                  ->group("Data");
  addCount(app, "--epochs", options->trainer.epochs, "Passes over the data, those before a --resume included")
      ->capture_default_str();
  addCount(app, "--print-every", options->printEvery,
           "Print the line of every N-th epoch only, and the last one's");
  options->seedOption =
      addSeed(app, options->seed, "Decides initial values, order and split: same seed, same result");
  options->batchOption = app.get_option("--batch");

  const char *files = "Files";
  app.add_option("--save", options->save, "Write the trained model's variables here (safetensors)")
      ->type_name("FILE")
      ->group(files);
  app.add_option("--load", options->load, "Start from these parameters, with a fresh optimizer")
      ->type_name("FILE")
      ->group(files);
  app.add_option("--checkpoint", options->trainer.checkpoint,
                 "Write the state of the training here after each epoch and when interrupted")
      ->type_name("FILE")
      ->group(files);
  addCount(app, "--checkpoint-every", options->trainer.checkpointEvery, "Also after each N steps of an epoch")
      ->group(files);
  app.add_flag("--resume", options->resume, "Continue from --checkpoint, bit for bit, if it exists")
      ->group(files);
  app.add_flag("--overwrite", options->overwrite, "Start anew although --checkpoint exists")->group(files);
  app.add_option("--best", options->trainer.best,
                 "Write the variables of the epoch with the smallest validation loss")
      ->type_name("FILE")
      ->group(files);
  return [options] {
    Expected<int> status = TrainCommand(*options).run();
    return status ? *status : fail(status.takeError());
  };
}

} // namespace nnc::run
