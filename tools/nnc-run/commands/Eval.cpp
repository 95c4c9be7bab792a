// Eval.cpp: nnc-run eval, losses and metrics over a data set.
#include "tools/nnc-run/Evaluator.h"
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Interrupt.h"
#include "tools/nnc-run/support/Text.h"

namespace nnc::run {

namespace {

struct EvalOptions : CommonOptions {
  std::string function;
};

Expected<int> evaluateModel(const EvalOptions &options) {
  Expected<const nnc_model *> model = openModel(options);
  if (!model)
    return model.takeError();
  Expected<const nnc_function *> function = findFunction(**model, NNC_EVALUATE, options.function);
  if (!function)
    return function.takeError();
  Expected<Scalars> settings = parseSettings(options, {*function});
  if (!settings)
    return settings.takeError();
  Expected<Instance> instance = createInstance(**model, options);
  if (!instance)
    return instance.takeError();
  Expected<Preparations> preparations = readPreparations(options, *instance);
  if (!preparations)
    return preparations.takeError();
  Expected<Dataset> data =
      Dataset::load(**model, {*function}, options.data, "--data", options.mapping, *preparations);
  if (!data)
    return data.takeError();
  Expected<int64_t> batch = chooseBatch(options, *data);
  if (!batch)
    return batch.takeError();
  if (Error error = loadParameters(options, *instance))
    return error;
  Expected<Evaluator> evaluator =
      Evaluator::create(*instance, **function, *data, *settings, *batch, options.seed);
  if (!evaluator)
    return evaluator.takeError();

  deferInterrupts();
  Progress progress(progressMode(options));
  Expected<std::optional<Metrics>> metrics = evaluator->run(allSamples(data->samples()), [&](int64_t done) {
    if (progress.due())
      progress.update("eval", done, data->samples(), {{text(done, "/", data->samples()), 0}});
    return interruptSignal() == 0;
  });
  progress.clear();
  if (!metrics)
    return metrics.takeError();
  if (!*metrics)
    return interruptStatus();
  printLine(text("samples ", data->samples(), "  ", valuesText((*metrics)->means())));
  return 0;
}

} // namespace

Command addEvalCommand(CLI::App &app) {
  auto options = std::make_shared<EvalOptions>();
  addModelOptions(app, *options);
  app.add_option("--function", options->function, "Evaluate function to run, where the model has several")
      ->type_name("NAME");
  addDataOptions(app, *options);
  app.add_option("--load", options->load, "Trained parameters (safetensors)")
      ->type_name("FILE")
      ->group("Files");
  addSeed(app, options->seed, "For models that draw random numbers");
  return [options] {
    Expected<int> status = evaluateModel(*options);
    return status ? *status : fail(status.takeError());
  };
}

} // namespace nnc::run
