// Tune.cpp: a search over the ways that schedules offer (Choices.h), by measuring whole functions.
//
// Each round makes two libraries: one with the best that is known for each kernel, and one in which every kernel goes one
// other way. `nnc-run profile` runs both in turns, so that they meet the same machine, with the caches and threads that
// they will have, and tells the time of each kernel. Where the other way was faster every time it is kept. So a model takes
// as many rounds as the kernel with the most ways, however many kernels there are. Of many ways one looks fast by chance;
// so at the end what was found runs once more, against the cost model alone, and stays only where it wins again.
#include "tools/nnc/Tune.h"
#include "codegen/halide/Targets.h"
#include "codegen/halide/Tuning.h"
#include "tools/nnc/Compilation.h"
#include "tools/nnc/OutputFile.h"
#include "tools/nnc/Report.h"
#include "tools/nnc/Version.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <deque>

using llvm::StringRef;

namespace nnc {

namespace {

/// Both libraries are run so many times in turns.
constexpr int turns = 3;
/// A way has to be so much faster in the median of the turns, and faster in each of them.
constexpr double leastGain = 1.03;
/// Kernels with a smaller share of the time are not worth a measurement.
constexpr double leastShare = 0.005;
/// A run of `nnc-run profile` takes about so long.
constexpr double secondsPerRun = 0.4;

/// By kernel, the time it takes in one call of the function; under "", the whole call's.
using Times = std::map<std::string, double>;

/// How much faster something is, in the median of the turns, and whether it is in each of them.
struct Gain {
  double median = 0;
  bool isSteady = false;
  bool isReal() const { return isSteady && median >= leastGain; }
};
using Gains = std::map<std::string, Gain>;

/// What so large a share of the values is below.
double quantile(std::vector<double> values, double share) {
  llvm::sort(values);
  return values.empty() ? 0 : values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// A directory that goes away with everything in it.
class Workspace {
public:
  Workspace() { failed = llvm::sys::fs::createUniqueDirectory("nnc-tune", path); }
  ~Workspace() {
    if (!failed)
      llvm::sys::fs::remove_directories(path);
  }
  std::error_code failed;
  std::string file(StringRef name) const {
    llvm::SmallString<128> full(path);
    llvm::sys::path::append(full, name);
    return full.str().str();
  }

private:
  llvm::SmallString<128> path;
};

class Tuner {
public:
  Tuner(const Options &options, Tuning known)
      : options(options), best(std::move(known)), target(findKernelTarget("host")->name) {}

  /// Measures until no kernel has a way left; `best` has the results.
  llvm::Error run();
  std::string text() const { return best.text(); }

private:
  using Candidates = std::deque<std::pair<std::string, std::string>>; // name, way

  llvm::Error compile(const Tuning &tuning, StringRef library, std::vector<KernelObject> *kernels = nullptr);
  llvm::Expected<Times> measure(StringRef library);
  llvm::Error findCandidates();
  llvm::Error tryNext();
  llvm::Error confirm();
  llvm::Expected<Gains> gainsOver(StringRef base, StringRef other);

  const Options &options;
  Tuning best;
  std::string target;
  Workspace work;
  std::string runner; // nnc-run
  int steps = 20;
  std::map<std::string, Candidates> left; // by kernel
  std::vector<std::string> tried;         // kernels
};

/// Compiles with what `tuning` says; the library can record.
llvm::Error Tuner::compile(const Tuning &tuning, StringRef library, std::vector<KernelObject> *kernels) {
  Options trial = options;
  trial.output = work.file(library);
  trial.tuned = work.file("choices.tune");
  trial.profile = Profile::Ops;
  trial.warnings = {"none"};
  trial.dependencyFile.clear();
  trial.saveTemps.reset();
  std::error_code problem;
  llvm::raw_fd_ostream file(trial.tuned, problem);
  file << tuning.text();
  file.close();
  if (problem || file.has_error())
    return failure("cannot write '" + trial.tuned + "': " + (problem ? problem : file.error()).message());
  Compilation compilation(trial);
  if (compilation.run() != 0)
    return failure("the model cannot be compiled to be measured");
  if (kernels)
    *kernels = compilation.takeKernels();
  return llvm::Error::success();
}

/// Runs the function, by `nnc-run profile`, and adds up its trace.
llvm::Expected<Times> Tuner::measure(StringRef library) {
  std::string path = work.file(library), trace = work.file("trace.json"), output = work.file("output.txt");
  std::vector<std::string> arguments = {runner, "profile", path, "--trace", trace, "--steps", std::to_string(steps),
                                        "--warm-up", "3"};
  for (const auto &[name, size] : options.sizes)
    arguments.insert(arguments.end(), {"--size", name + "=" + std::to_string(size)});
  if (!options.function.empty())
    arguments.insert(arguments.end(), {"--function", options.function});
  std::vector<StringRef> views(arguments.begin(), arguments.end());
  std::string message;
  int status = llvm::sys::ExecuteAndWait(runner, views, std::nullopt, {std::nullopt, StringRef(output), StringRef(output)}, 0, 0,
                                         &message);
  if (status != 0) {
    auto said = llvm::MemoryBuffer::getFile(output);
    return failure("measuring failed: " + (message.empty() && said ? (*said)->getBuffer().trim() : StringRef(message)));
  }
  auto text = llvm::MemoryBuffer::getFile(trace);
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(text ? (*text)->getBuffer() : StringRef());
  if (!json)
    return json.takeError();
  const llvm::json::Object *root = json->getAsObject();
  const llvm::json::Array *events = root ? root->getArray("traceEvents") : nullptr;
  if (!events)
    return failure("measuring failed: the trace has no events");
  // A call of the function, then its kernels.
  std::map<std::string, std::vector<double>> perStep;
  size_t step = 0;
  for (const llvm::json::Value &value : *events) {
    const llvm::json::Object &event = *value.getAsObject();
    if (event.getString("ph") != "X")
      continue;
    bool isCall = event.getString("cat") == "call";
    step += isCall;
    const llvm::json::Object *details = event.getObject("args");
    std::vector<double> &times = perStep[isCall || !details ? "" : details->getString("kernel").value_or("").str()];
    times.resize(step);
    times[step - 1] += event.getNumber("dur").value_or(0) * 1e-6;
  }
  Times times;
  for (auto &[kernel, each] : perStep)
    times[kernel] = quantile(std::move(each), 0.2); // others' work on the machine only makes it slower
  return times;
}

/// The ways of all kernels that take time and are not known yet.
llvm::Error Tuner::findCandidates() {
  std::vector<KernelObject> kernels;
  if (llvm::Error error = compile(best, "best.so", &kernels))
    return error;
  steps = 3;
  llvm::Expected<Times> times = measure("best.so");
  if (!times)
    return times.takeError();
  double whole = std::max((*times)[""], 1e-9);
  steps = static_cast<int>(std::clamp(secondsPerRun / whole, 5.0, 400.0));
  for (const KernelObject &kernel : kernels) {
    const TunedKernel *known = best.find(kernel.symbol, target);
    auto time = times->find(kernel.symbol);
    if ((known && known->sizes == options.sizes) || time == times->end() || time->second < leastShare * whole)
      continue;
    Candidates candidates;
    for (const Choice &choice : kernel.choices)
      for (const std::string &way : choice.alternatives)
        candidates.push_back({choice.name, way});
    best.set(kernel.symbol, target, {{}, options.sizes, 1});
    tried.push_back(kernel.symbol);
    if (!candidates.empty())
      left[kernel.symbol] = std::move(candidates);
  }
  return llvm::Error::success();
}

/// By kernel, how much faster the other library is.
llvm::Expected<Gains> Tuner::gainsOver(StringRef base, StringRef other) {
  std::map<std::string, std::vector<double>> each;
  for (int turn = 0; turn < turns; ++turn) {
    llvm::Expected<Times> mine = measure(base);
    if (!mine)
      return mine.takeError();
    llvm::Expected<Times> others = measure(other);
    if (!others)
      return others.takeError();
    for (const auto &[kernel, time] : *others)
      if (time > 0)
        each[kernel].push_back((*mine)[kernel] / time);
  }
  Gains gains;
  for (const auto &[kernel, ratios] : each)
    gains[kernel] = {quantile(ratios, 0.5), llvm::all_of(ratios, [](double ratio) { return ratio > 1; })};
  return gains;
}

/// One round: the next way of each kernel.
llvm::Error Tuner::tryNext() {
  auto withNext = [&](const std::string &kernel, const Candidates &candidates) {
    TunedKernel tuned = *best.find(kernel, target);
    tuned.chosen[candidates.front().first] = candidates.front().second;
    return tuned;
  };
  Tuning other = best;
  for (const auto &[kernel, candidates] : left)
    other.set(kernel, target, withNext(kernel, candidates));
  Gains gains;
  if (llvm::Error failed = compile(other, "other.so")) {
    llvm::consumeError(std::move(failed)); // a way that cannot be compiled is none; whose it was is not looked for
  } else {
    llvm::Expected<Gains> measured = gainsOver("best.so", "other.so");
    if (!measured)
      return measured.takeError();
    gains = std::move(*measured);
  }
  size_t better = 0, count = left.size();
  for (auto &[kernel, candidates] : left) {
    if (gains[kernel].isReal()) {
      best.set(kernel, target, withNext(kernel, candidates));
      ++better;
    }
    candidates.pop_front();
  }
  for (auto it = left.begin(); it != left.end();)
    it = it->second.empty() ? left.erase(it) : std::next(it);
  llvm::errs() << llvm::formatv("nnc: tuning: {0} kernels went another way, {1} of them faster\n", count, better);
  return better ? compile(best, "best.so") : llvm::Error::success();
}

/// Keeps of what was found what wins once more against the cost model.
llvm::Error Tuner::confirm() {
  Tuning modelled = best;
  for (const std::string &kernel : tried)
    modelled.set(kernel, target, {{}, options.sizes, 1});
  if (llvm::Error error = compile(modelled, "other.so"))
    return error;
  llvm::Expected<Gains> gains = gainsOver("other.so", "best.so");
  if (!gains)
    return gains.takeError();
  // Kernels that leave less in the caches for others, or take the other cores' time, show in the whole alone.
  bool isWorth = (*gains)[""].median > 1;
  size_t kept = 0;
  for (const std::string &kernel : tried) {
    TunedKernel tuned = *best.find(kernel, target);
    if (isWorth && (*gains)[kernel].isReal())
      tuned.gain = (*gains)[kernel].median;
    else
      tuned.chosen.clear();
    kept += !tuned.chosen.empty();
    best.set(kernel, target, std::move(tuned));
  }
  llvm::errs() << llvm::formatv("nnc: tuning: of {0} kernels, {1} are faster than by the cost model\n", tried.size(), kept);
  return llvm::Error::success();
}

llvm::Error Tuner::run() {
  if (work.failed)
    return failure("cannot make a directory for libraries to be measured: " + work.failed.message());
  std::string self = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  llvm::SmallString<128> beside = llvm::sys::path::parent_path(self);
  llvm::sys::path::append(beside, "nnc-run");
  runner = beside.str().str();
  if (!llvm::sys::fs::can_execute(runner))
    return failure("--tune measures by nnc-run, which is not beside nnc: '" + runner + "'");
  if (llvm::Error error = findCandidates())
    return error;
  while (!left.empty())
    if (llvm::Error error = tryNext())
      return error;
  return tried.empty() ? llvm::Error::success() : confirm();
}

} // namespace

int tune(const Options &options) {
  auto fail = [](llvm::Error problem) {
    error() << llvm::toString(std::move(problem)) << '\n';
    return exitUserError;
  };
  OutputFiles outputs;
  Tuning known(versionText());
  if (llvm::sys::fs::exists(options.tune)) {
    bool stale = false;
    llvm::Expected<Tuning> read = Tuning::read(options.tune, versionText(), stale);
    if (!read)
      return fail(read.takeError());
    known = std::move(*read);
  }
  if (llvm::Error problem = outputs.open(options.tune))
    return fail(std::move(problem));
  if (llvm::Error problem = outputs.spare({options.input}))
    return fail(std::move(problem));
  Tuner tuner(options, std::move(known));
  if (llvm::Error problem = tuner.run())
    return fail(std::move(problem));
  outputs.write(options.tune, tuner.text());
  if (llvm::Error problem = outputs.commit())
    return fail(std::move(problem));
  return 0;
}

} // namespace nnc
