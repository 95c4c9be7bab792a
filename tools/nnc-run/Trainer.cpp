// Trainer.cpp: epochs of steps, each epoch
//
//  1. shuffles the training samples; the order is a function of seed and epoch;
//  2. runs the steps, the last one with what is left of the samples;
//  3. evaluates on the validation and the test samples;
//  4. saves a checkpoint.
//
// A signal is acted on between two steps or evaluation batches: the checkpoint written then holds the
// position within the epoch, and a resumed run goes on with exactly the steps that were left.
#include "tools/nnc-run/Trainer.h"
#include "tools/nnc-run/support/Interrupt.h"
#include "tools/nnc-run/support/Random.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace nnc::run {

namespace {
double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
} // namespace

Expected<std::unique_ptr<Trainer>> Trainer::create(Instance &instance, const nnc_function &step,
                                                   const nnc_function *evaluate, const Dataset &train,
                                                   const Dataset *test, TrainingState state,
                                                   const Preparations &preparations,
                                                   const TrainerOptions &options) {
  std::unique_ptr<Trainer> trainer(new Trainer(instance, step, std::move(state), preparations, options));
  if (Error error = trainer->split(train.samples()))
    return error;
  if (Error error = trainer->prepareHypers())
    return error;

  const Scalars &scalars = trainer->state.settings;
  int64_t batch = trainer->state.batch;
  uint64_t seed = trainer->state.seed;
  Expected<Feed> feed = Feed::create(train, step, scalars, batch);
  if (!feed)
    return feed.takeError();
  trainer->feed = std::move(*feed);
  auto evaluator = [&](const Dataset &data, std::optional<Evaluator> &result) -> Error {
    Expected<Evaluator> created = Evaluator::create(instance, *evaluate, data, scalars, batch, seed);
    if (!created)
      return created.takeError();
    result = std::move(*created);
    return Error::success();
  };
  if (!trainer->validationSamples.empty())
    if (Error error = evaluator(train, trainer->validation))
      return error;
  if (test) {
    trainer->testSamples = allSamples(test->samples());
    if (Error error = evaluator(*test, trainer->test))
      return error;
  }

  trainer->running = Metrics(step);
  trainer->report.resize(trainer->running.slots());
  for (Metrics::Entry &entry : trainer->running.entries) {
    auto kept = trainer->state.running.find(entry.name);
    if (kept != trainer->state.running.end())
      std::tie(entry.sum, entry.weight) = kept->second;
  }
  return trainer;
}

/// The samples of a random order's end are for validation; both parts keep the file's order.
Error Trainer::split(int64_t samples) {
  trainSamples = allSamples(samples);
  if (state.validation == 0)
    return Error::success();
  int64_t held = std::llround(static_cast<double>(samples) * state.validation);
  if (held < 1 || held >= samples)
    return Error::failure(text("--validation ", state.validation, " leaves ", held, " of ", samples,
                               " samples for validation and ", samples - held, " for training"));
  Random(state.seed, Stream::Split).shuffle(trainSamples);
  validationSamples.assign(trainSamples.end() - held, trainSamples.end());
  trainSamples.resize(static_cast<size_t>(samples - held));
  std::sort(trainSamples.begin(), trainSamples.end());
  std::sort(validationSamples.begin(), validationSamples.end());
  return Error::success();
}

Error Trainer::prepareHypers() {
  size_t index = 0;
  for (uint32_t i = 0; i < step.input_count; ++i) {
    if (step.inputs[i].role != NNC_HYPER)
      continue;
    auto given = state.settings.find(step.inputs[i].name);
    if (given != state.settings.end())
      setHypers.emplace_back(index, given->second);
    ++index;
  }
  if (!setHypers.empty())
    hypers.resize(index);
  return Error::success();
}

Error Trainer::stopped(std::string reason) const {
  std::string kept = options.checkpoint.empty() ? "nothing was saved"
                     : savedEpoch < 0           ? "the checkpoint was not written"
                                                : text("the checkpoint keeps ", savedEpoch, " epochs",
                                             savedPosition ? text(" and ", savedPosition, " samples") : "");
  return Error::failure(text("training stopped after ", state.epoch, " epochs and ", state.position,
                             " samples: ", reason, "; ", kept));
}

Error Trainer::runStep(const std::vector<size_t> &order) {
  size_t position = static_cast<size_t>(state.position);
  size_t count = std::min(static_cast<size_t>(state.batch), order.size() - position);
  feed->load(&order[position], count);
  feed->setSeed(
      Random(state.seed, Stream::ModelSeed, static_cast<uint64_t>(state.epoch) << 32 | position).next());
  if (!hypers.empty()) {
    if (Error error = instance.hyperDefaults(step, hypers.data()))
      return error;
    for (auto &[index, value] : setHypers)
      hypers[index] = value;
  }
  if (Error error = instance.call(step, feed->sizes().data(), feed->inputs(), nullptr,
                                  hypers.empty() ? nullptr : hypers.data(), report.data()))
    return error;
  std::string loss;
  double value;
  if (!running.lossesFinite(report, loss, value))
    return stopped(text(loss, " is ", value));
  running.add(report, static_cast<int64_t>(count));
  state.position += static_cast<int64_t>(count);
  return Error::success();
}

Expected<Trainer::Outcome> Trainer::run() {
  while (state.epoch < options.epochs) {
    Expected<Outcome> outcome = runEpoch();
    if (!outcome)
      return outcome;
    if (*outcome == Outcome::Interrupted) {
      if (!options.checkpoint.empty())
        if (Error error = save(options.checkpoint))
          return error;
      return outcome;
    }
  }
  return Outcome::Finished;
}

Expected<Trainer::Outcome> Trainer::runEpoch() {
  double begin = seconds();
  int64_t samplesBefore = stepSamples;
  double secondsBefore = stepSeconds;
  std::vector<size_t> order = trainSamples;
  Random(state.seed, Stream::Shuffle, static_cast<uint64_t>(state.epoch)).shuffle(order);
  int64_t samples = static_cast<int64_t>(order.size());
  for (int64_t steps = 1; state.position < samples; ++steps) {
    double stepBegin = seconds();
    int64_t before = state.position;
    if (Error error = runStep(order))
      return error;
    stepSeconds += seconds() - stepBegin;
    stepSamples += state.position - before;
    for (TrainingListener *listener : listeners)
      listener->stepped({state.epoch, options.epochs, state.position, samples, state.batch,
                         stepSeconds / static_cast<double>(stepSamples), running});
    if (interruptSignal())
      return Outcome::Interrupted;
    if (options.checkpointEvery && steps % options.checkpointEvery == 0 && state.position < samples)
      if (Error error = save(options.checkpoint))
        return error;
  }

  EpochEvent event = {state.epoch, options.epochs, running.means(), 0, 0, false};
  if (validation) {
    Expected<bool> done = evaluateInto("validation", *validation, validationSamples, event);
    if (!done)
      return done.takeError();
    if (!*done)
      return Outcome::Interrupted;
  }
  if (test) {
    Expected<bool> done = evaluateInto("test", *test, testSamples, event);
    if (!done)
      return done.takeError();
    if (!*done)
      return Outcome::Interrupted;
  }

  state.epoch += 1;
  state.position = 0;
  running.clear();
  if (Error error = noteBest(event))
    return error;
  if (!options.checkpoint.empty())
    if (Error error = save(options.checkpoint))
      return error;
  event.seconds = seconds() - begin;
  // A run resumed after an epoch's last step only evaluates it.
  if (stepSamples > samplesBefore)
    event.samplesPerSecond = static_cast<double>(stepSamples - samplesBefore) / (stepSeconds - secondsBefore);
  for (TrainingListener *listener : listeners)
    listener->epochFinished(event);
  return interruptSignal() && state.epoch < options.epochs ? Outcome::Interrupted : Outcome::Finished;
}

Expected<bool> Trainer::evaluateInto(const char *set, Evaluator &evaluator,
                                     const std::vector<size_t> &samples, EpochEvent &event) {
  Expected<std::optional<Metrics>> metrics = evaluator.run(samples, [&](int64_t done) {
    for (TrainingListener *listener : listeners)
      listener->evaluated({set, state.epoch, options.epochs, done, static_cast<int64_t>(samples.size())});
    return interruptSignal() == 0;
  });
  if (!metrics)
    return stopped(text("on the ", set, " samples ", metrics.takeError().message()));
  if (!*metrics)
    return false;
  for (auto &[name, value] : (*metrics)->means())
    event.values.emplace_back(text(set, "_", name), value);
  return true;
}

/// The best epoch is the one with the smallest first loss on the validation samples; test samples have no
/// say.
Error Trainer::noteBest(EpochEvent &event) {
  if (!validation)
    return Error::success();
  auto loss =
      std::find_if(event.values.begin(), event.values.end(), [](const std::pair<std::string, double> &value) {
        return value.first.rfind("validation_", 0) == 0;
      });
  if (loss == event.values.end() || (state.bestEpoch > 0 && !(loss->second < state.bestLoss)))
    return Error::success();
  event.best = true;
  state.bestLoss = loss->second;
  state.bestEpoch = state.epoch;
  return options.best.empty() ? Error::success() : save(options.best);
}

Error Trainer::save(const std::string &path) {
  if (Error error = instance.checkFinite())
    return stopped(error.message());
  state.running.clear();
  for (const Metrics::Entry &entry : running.entries)
    state.running[entry.name] = {entry.sum, entry.weight};
  if (Error error = instance.save(path, metadataJson({state, preparations})))
    return error;
  if (path == options.checkpoint) {
    savedEpoch = state.epoch;
    savedPosition = state.position;
  }
  return Error::success();
}

} // namespace nnc::run
