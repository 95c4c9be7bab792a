// Trainer.h: the training loop. What is shown, logged or drawn while it runs is the work of listeners.
#ifndef NNC_RUN_TRAINER_H
#define NNC_RUN_TRAINER_H

#include "tools/nnc-run/Checkpoint.h"
#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/Evaluator.h"
#include "tools/nnc-run/Metrics.h"
#include "tools/nnc-run/Model.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace nnc::run {

struct StepEvent {
  int64_t epoch, epochs;        // from 0
  int64_t samplesDone, samples; // of this epoch
  int64_t batch;
  double secondsPerSample; // of this run's steps so far
  const Metrics &running;  // over this epoch so far
};

struct EvaluationEvent {
  const char *set; // "validation" or "test"
  int64_t epoch, epochs, samplesDone, samples;
};

struct EpochEvent {
  int64_t epoch, epochs;
  std::vector<std::pair<std::string, double>>
      values;              // "loss", "accuracy", "validation_loss", "test_accuracy", ...
  double seconds;          // of this epoch, as far as it was part of this run
  double samplesPerSecond; // of its steps
  bool best;               // smallest validation loss so far
};

class TrainingListener {
public:
  virtual ~TrainingListener() = default;
  virtual void stepped(const StepEvent &) {}
  virtual void evaluated(const EvaluationEvent &) {}
  virtual void epochFinished(const EpochEvent &) {}
};

struct TrainerOptions {
  int64_t epochs = 1;
  std::string checkpoint;      // "": none
  int64_t checkpointEvery = 0; // steps; 0: only at the end of an epoch
  std::string best;            // where the parameters of the best epoch go; "": nowhere
};

class Trainer {
public:
  /// `state` says with what seed, batch and share of validation to train, and where to begin. `evaluate` and
  /// `test` may be null.
  static Expected<std::unique_ptr<Trainer>> create(Instance &instance, const nnc_function &step,
                                                   const nnc_function *evaluate, const Dataset &train,
                                                   const Dataset *test, TrainingState state,
                                                   const Preparations &preparations,
                                                   const TrainerOptions &options);

  void listen(TrainingListener &listener) { listeners.push_back(&listener); }

  enum class Outcome { Finished, Interrupted };
  Expected<Outcome> run();

  /// Saves the instance with the record of this training. Refuses parameters that are not finite.
  Error save(const std::string &path);
  const TrainingState &progress() const { return state; }

private:
  Trainer(Instance &instance, const nnc_function &step, TrainingState state, const Preparations &preparations,
          const TrainerOptions &options)
      : instance(instance), step(step), state(std::move(state)), preparations(preparations),
        options(options) {}
  Error split(int64_t samples);
  Error prepareHypers();
  Expected<Outcome> runEpoch();
  Error runStep(const std::vector<size_t> &order);
  Expected<bool> evaluateInto(const char *set, Evaluator &evaluator, const std::vector<size_t> &samples,
                              EpochEvent &event);
  Error noteBest(EpochEvent &event);
  Error stopped(std::string reason) const;

  Instance &instance;
  const nnc_function &step;
  TrainingState state;
  const Preparations &preparations;
  const TrainerOptions options;
  std::vector<TrainingListener *> listeners;

  std::vector<size_t> trainSamples, validationSamples, testSamples;
  std::optional<Feed> feed;
  std::optional<Evaluator> validation, test;
  std::vector<double> hypers;                       // empty: the model's defaults
  std::vector<std::pair<size_t, double>> setHypers; // which of them were set, and to what
  Metrics running;
  std::vector<uint64_t> report;
  double stepSeconds = 0;
  int64_t stepSamples = 0, savedEpoch = -1, savedPosition = -1;
};

} // namespace nnc::run

#endif
