// Profile.cpp: nnc-run profile, where the time of a function goes.
#include "tools/nnc-run/Profile.h"
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cstdio>

namespace nnc::run {

namespace {

struct ProfileOptions : CommonOptions {
  std::string function, trace;
  std::vector<std::string> sizes;
  ProfileKey key = ProfileKey::Call;
  int64_t steps = 20, warmUp = 5, top = 0;
};

/// The function called `wanted`; "": a train block's step if there is one, else what the model predicts by.
Expected<const nnc_function *> findAnyFunction(const nnc_model &model, const std::string &wanted) {
  if (wanted.empty()) {
    for (nnc_function_kind kind : {NNC_STEP, NNC_PREDICT, NNC_EVALUATE})
      for (uint32_t f = 0; f < model.function_count; ++f)
        if (model.functions[f].kind == kind)
          return findFunction(model, kind, "");
    return Error::failure(text("model ", quote(model.name), " has no function"));
  }
  std::vector<std::string> names;
  for (uint32_t f = 0; f < model.function_count; ++f) {
    if (model.functions[f].kind == NNC_DEFAULTS)
      continue;
    names.push_back(model.functions[f].name);
    if (names.back() == wanted)
      return &model.functions[f];
  }
  return Error::failure(
      text("--function: model ", quote(model.name), " has no ", quote(wanted), suggestion(wanted, names)));
}

std::string fixed(double value, int decimals) {
  char buffer[64];
  snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

/// "61.2 µs", three digits or more
std::string duration(double seconds) {
  static const struct {
    double unit;
    const char *name;
  } units[] = {{1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}};
  for (auto &unit : units)
    if (seconds >= unit.unit)
      return fixed(seconds / unit.unit, seconds >= 100 * unit.unit ? 0 : seconds >= 10 * unit.unit ? 1 : 2) +
             unit.name;
  return fixed(seconds * 1e9, 0) + " ns";
}

std::string percent(double part, double whole) { return whole > 0 ? fixed(100 * part / whole, 1) + " %" : ""; }

/// What all these calls have in common, or "".
template <typename Text>
std::string common(const nnc_model &model, const std::vector<uint32_t> &calls, Text text) {
  std::string first = text(model.kernel_calls[calls.front()]);
  for (uint32_t call : calls)
    if (text(model.kernel_calls[call]) != first)
      return "";
  return first;
}

void printRows(const Profile &profile, const ProfileOptions &options) {
  const nnc_model &model = profile.model();
  double whole = profile.stepSeconds();
  std::vector<ProfileRow> rows = profile.rows(options.key);
  Table table = {{"time", "share", "runs", "GFLOP/s", "GB/s", "role", "value", "rule", "place", "kernel"}};
  size_t shown = options.top > 0 ? std::min<size_t>(rows.size(), static_cast<size_t>(options.top)) : rows.size();
  double rest = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const ProfileRow &row = rows[i];
    if (i >= shown) {
      rest += row.seconds;
      continue;
    }
    auto shared = [&](auto text) { return common(model, row.calls, text); };
    // Too short for the clock to give a rate.
    bool isMeasured = row.seconds > 0;
    table.push_back({duration(row.seconds), percent(row.seconds, whole), fixed(row.runs, 0),
                     isMeasured && row.operations > 0 ? fixed(row.operations / row.seconds * 1e-9, 2) : "",
                     isMeasured ? fixed(row.bytes / row.seconds * 1e-9, 2) : "",
                     shared([](const nnc_kernel_call &call) { return call.role; }),
                     shared([](const nnc_kernel_call &call) { return call.value; }),
                     shared([](const nnc_kernel_call &call) { return call.rule; }),
                     shared([](const nnc_kernel_call &call) { return text(call.file, ":", call.line); }),
                     shared([](const nnc_kernel_call &call) { return call.kernel; })});
  }
  if (shown < rows.size())
    table.push_back({duration(rest), percent(rest, whole), text(rows.size() - shown, " more")});
  double outside = profile.outsideSeconds();
  table.push_back({duration(outside), percent(outside, whole), "", "", "", "outside of kernels"});
  printTable(table, "", 5);
}

Expected<int> profile(const ProfileOptions &options) {
  Expected<const nnc_model *> model = openModel(options);
  if (!model)
    return model.takeError();
  Expected<const nnc_function *> function = findAnyFunction(**model, options.function);
  if (!function)
    return function.takeError();
  if (!(*model)->record)
    return Error::at(options.library, "does not record its kernels; compile it with nnc --profile=ops");
  if (!options.trace.empty())
    if (Error error = checkWritable(options.trace))
      return error;
  Expected<Instance> instance = createInstance(**model, options);
  if (!instance)
    return instance.takeError();
  if (!options.load.empty())
    if (Error error = loadParameters(options, *instance))
      return error;
  Expected<std::vector<int64_t>> sizes = chooseSizes(**model, options.sizes);
  if (!sizes)
    return sizes.takeError();
  Expected<SyntheticCall> call = SyntheticCall::create(**model, **function, *sizes, options.seed);
  if (!call)
    return call.takeError();
  Expected<Profile> profile = Profile::measure(*instance, *call, options.warmUp, options.steps);
  if (!profile)
    return profile.takeError();

  std::vector<std::string> shown = {(*function)->name};
  for (uint32_t s = 0; s < (*model)->symbol_count; ++s)
    if ((*function)->symbols_used >> s & 1)
      shown.push_back(text((*model)->symbols[s].name, " ", (*sizes)[s]));
  printLine(text((*model)->name, ": ", join(shown), " on ", instance->deviceText(), ", ", options.steps,
                 " calls of ", duration(profile->stepSeconds()), " each (medians)"));
  printRows(*profile, options);
  if (options.trace.empty())
    return 0;
  Expected<std::unique_ptr<OutputFile>> file = OutputFile::create(options.trace);
  if (!file)
    return file.takeError();
  (*file)->write(profile->trace());
  if (Error error = (*file)->commit())
    return error;
  return 0;
}

} // namespace

Command addProfileCommand(CLI::App &app) {
  auto options = std::make_shared<ProfileOptions>();
  addModelOptions(app, *options);
  app.add_option("--function", options->function,
                 "Function to measure. Default: a train block's step, or what the model predicts by")
      ->type_name("NAME");
  addRepeated(app, "--size", options->sizes, "Value of a run-time dimension. Default: 64, or its bound if less")
      ->type_name("DIMENSION=NUMBER");
  addCount(app, "--steps", options->steps, "Calls to measure")->capture_default_str();
  addCount(app, "--warm-up", options->warmUp, "Calls before that")->capture_default_str();
  app.add_option_function<std::string>(
         "--by",
         [options](const std::string &key) {
           options->key = key == "line"     ? ProfileKey::Line
                          : key == "kernel" ? ProfileKey::Kernel
                          : key == "role"   ? ProfileKey::Role
                                            : ProfileKey::Call;
         },
         "What a row of the table stands for. Default: call")
      ->check(CLI::IsMember({"call", "line", "kernel", "role"}));
  addCount(app, "--top", options->top, "Show the most expensive alone");
  app.add_option("--trace", options->trace, "Write a Chrome trace, for chrome://tracing or ui.perfetto.dev")
      ->type_name("FILE.json");
  addRunOptions(app, *options);
  app.add_option("--load", options->load, "Trained parameters (safetensors)")->type_name("FILE");
  addSeed(app, options->seed, "Of the initial values and of the inputs, which are made up");
  return [options] {
    Expected<int> status = profile(*options);
    return status ? *status : fail(status.takeError());
  };
}

} // namespace nnc::run
