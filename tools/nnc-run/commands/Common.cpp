// Common.cpp: see Common.h.
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace nnc::run {

CLI::Option *addRepeated(CLI::App &app, const std::string &name, std::vector<std::string> &values,
                         const std::string &description) {
  return app.add_option(name, values, description)
      ->allow_extra_args(false)
      ->type_size(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option *addCount(CLI::App &app, const std::string &name, int64_t &value,
                      const std::string &description) {
  auto counts = [](const std::string &given) {
    std::optional<int64_t> count = parseInteger(given);
    constexpr int64_t most = int64_t(1) << 40;
    return count && *count >= 1 && *count <= most ? std::string()
                                                  : text("expected a count from 1, found ", given);
  };
  return app.add_option(name, value, description)->check(counts, "")->type_name("N");
}

CLI::Option *addSeed(CLI::App &app, uint64_t &seed, const std::string &description) {
  auto seeds = [](const std::string &given) {
    std::optional<int64_t> parsed = parseInteger(given);
    return parsed && *parsed >= 0 ? std::string()
                                  : text("expected an integer from 0 to 2^63 - 1, found ", given);
  };
  return app.add_option("--seed", seed, description)->check(seeds, "")->capture_default_str()->type_name("N");
}

void addModelOptions(CLI::App &app, CommonOptions &options) {
  app.add_option("library", options.library, "Library made by nnc; native code, so only load what you trust")
      ->required()
      ->type_name("MODEL.so");
  app.add_option("--model", options.model, "Model to use, where the library has several")->type_name("NAME");
}

void addRunOptions(CLI::App &app, CommonOptions &options) {
  addCount(app, "--threads", options.threads,
           "Threads to use; results do not depend on it. Default: all CPUs");
  app.add_option("--variant", options.variant, "Code to run, of a library made for several CPUs; see info")
      ->type_name("TARGET");
  app.add_option("--device", options.device,
                 "Where to run: cpu, cuda (the first GPU), cuda:N; auto: a GPU if there is one. Default: cpu")
      ->type_name("DEVICE");
}

void addDataOptions(CLI::App &app, CommonOptions &options) {
  const char *data = "Data";
  addRepeated(app, "--data", options.data,
              "Data for an input: IDX, NPY or CSV, also gzipped. A CSV file given without INPUT= feeds "
              "inputs by its columns' names; the one input left takes the columns left")
      ->type_name("[INPUT=]FILE")
      ->required()
      ->group(data);
  addRepeated(
      app, "--columns", options.mapping.columns,
      "Columns of a table that feed an input: names or numbers from 1, ranges A..B, or * for all (left)")
      ->type_name("INPUT=A,B..C")
      ->group(data);
  addRepeated(app, "--scale", options.mapping.scale,
              "Factor for an input's numbers, as 0.5 or 1/255. Default: 1; for bytes that feed a floating "
              "input 1/255")
      ->type_name("INPUT=FACTOR")
      ->group(data);
  addRepeated(app, "--shift", options.mapping.shift, "Added to an input's numbers after --scale")
      ->type_name("INPUT=NUMBER")
      ->group(data);
  addRepeated(
      app, "--classes", options.mapping.classes,
      "Words that stand for 0, 1, ... in a column. Default: those of the loaded parameters, else the words "
      "found, in alphabetical order")
      ->type_name("INPUT=WORD,...")
      ->group(data);
  addRepeated(app, "--size", options.mapping.sizes, "Value of a run-time dimension that the data leaves open")
      ->type_name("DIMENSION=NUMBER")
      ->group(data);
  app.add_option_function<std::string>(
         "--header",
         [&options](const std::string &value) {
           options.mapping.read.header = value == "yes"  ? Header::Yes
                                         : value == "no" ? Header::No
                                                         : Header::Auto;
         },
         "Whether a CSV file's first row has names. auto: if none of its cells is a number")
      ->check(CLI::IsMember({"auto", "yes", "no"}))
      ->group(data);
  app.add_option_function<std::string>(
         "--separator",
         [&options](const std::string &value) {
           options.mapping.read.separator = value == "tab" ? '\t' : value[0];
         },
         "Separator of CSV cells: one character or 'tab'. Default: the most frequent of , ; tab in the first "
         "row")
      ->check([](const std::string &value) {
        bool good = value == "tab" || (value.size() == 1 && value[0] != '"' && value[0] != '\n');
        return good ? std::string() : std::string("expected one character or 'tab'");
      })
      ->type_name("CHAR")
      ->group(data);

  addRepeated(app, "--set", options.settings,
              "Value of a hyperparameter or of an input that is a single number")
      ->type_name("NAME=NUMBER");
  addCount(app, "--batch", options.batch,
           "Samples per call; the last call of a pass takes what is left. Default: 64");
  addRunOptions(app, options);
  app.add_option("--progress", options.progress,
                 "bar, plain (a line now and then), none. auto: bar on a terminal")
      ->check(CLI::IsMember({"auto", "bar", "plain", "none"}));
  app.add_flag("-q,--quiet", options.quiet, "Only the last line of results, and errors");
}

Expected<const nnc_model *> openModel(const CommonOptions &options) {
  Expected<Library> library = Library::open(options.library);
  if (!library)
    return library.takeError();
  if (options.threads)
    if (Error error = library->setThreads(options.threads))
      return error;
  return library->model(options.model);
}

Expected<Scalars> parseSettings(const CommonOptions &options,
                                const std::vector<const nnc_function *> &functions) {
  std::vector<std::string> names;
  std::map<std::string, const nnc_value *> values;
  for (const nnc_function *function : functions)
    for (uint32_t i = 0; i < function->input_count; ++i) {
      const nnc_value &value = function->inputs[i];
      if ((value.role == NNC_HYPER || (value.role == NNC_INPUT && value.rank == 0)) &&
          values.emplace(value.name, &value).second)
        names.push_back(value.name);
    }
  Scalars scalars;
  for (const std::string &setting : options.settings) {
    std::string name, value;
    std::optional<double> number;
    if (splitAssignment(setting, name, value))
      number = parseRatio(value);
    if (!number)
      return Error::failure(text("--set ", quote(setting), ": expected NAME=NUMBER"));
    auto known = values.find(name);
    if (known == values.end())
      return Error::failure(text("--set: nothing is called ", quote(name), " here", suggestion(name, names)));
    ValueRule rule = {known->second->dtype, known->second->index_bound, known->second->index_ignore};
    if (known->second->role == NNC_INPUT && !rule.accepts(*number))
      return Error::failure(text("--set ", name, ": value ", rule.explain(*number)));
    scalars[name] = *number;
  }
  return scalars;
}

Expected<int64_t> chooseBatch(const CommonOptions &options, const Dataset &data) {
  constexpr int64_t usual = 64;
  int64_t bound = data.batchBound();
  if (data.sampleDimension() < 0)
    return 1;
  if (bound > 0 && options.batch > bound)
    return Error::failure(
        text("--batch ", options.batch, ": the model takes at most ", bound, " samples in a call"));
  int64_t batch = options.batch ? options.batch : bound > 0 ? std::min(bound, usual) : usual;
  return std::min(batch, data.samples());
}

Expected<Instance> createInstance(const nnc_model &model, const CommonOptions &options) {
  Expected<Instance> instance = Instance::create(model, options.seed, options.variant, options.device);
  if (instance && !options.device.empty() && !options.quiet)
    note(text("running on ", instance->deviceText()));
  return instance;
}

Expected<Preparations> readPreparations(const CommonOptions &options, Instance &instance) {
  Preparations preparations;
  if (!options.load.empty()) {
    Expected<Metadata> metadata = readMetadata(instance, options.load);
    if (!metadata)
      return metadata.takeError();
    preparations = std::move(metadata->preparations);
  }
  if (Error error = applyOptions(instance.model(), options.mapping, preparations))
    return error;
  return preparations;
}

Error loadParameters(const CommonOptions &options, Instance &instance) {
  if (!options.load.empty())
    return instance.load(options.load, /*parametersOnly=*/true);
  note("no --load: the model has its initial values");
  return Error::success();
}

Progress::Mode progressMode(const CommonOptions &options) {
  if (options.quiet || options.progress == "none")
    return Progress::Mode::None;
  if (options.progress == "auto")
    return Progress::suitableMode();
  return options.progress == "bar" ? Progress::Mode::Bar : Progress::Mode::Plain;
}

static bool colourOnStderr() {
  const char *noColour = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(STDERR_FILENO) && !(noColour && *noColour) && !(term && std::string_view(term) == "dumb");
}

int fail(const Error &error) {
  bool colour = colourOnStderr();
  std::string place = error.place().empty() ? "nnc-run" : error.place();
  fprintf(stderr, "%s: %serror:%s %s\n", place.c_str(), colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "",
          error.message().c_str());
  return 1;
}

void note(const std::string &message) { fprintf(stderr, "nnc-run: note: %s\n", message.c_str()); }

void printLine(const std::string &line) {
  printf("%s\n", line.c_str());
  fflush(stdout);
}

/// Characters of UTF-8 text.
static size_t width(const std::string &text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void printTable(const Table &table, const char *indent, size_t numbers) {
  std::vector<size_t> widths;
  for (const auto &row : table)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], width(row[i]));
    }
  for (const auto &row : table) {
    std::string line = indent;
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - width(row[i]), ' ');
      line += (i < numbers ? space + row[i] : row[i] + space) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    printLine(line);
  }
}

std::string valuesText(const std::vector<std::pair<std::string, double>> &values) {
  std::string line;
  for (auto &[name, value] : values) {
    char buffer[32];
    auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::general, 6).ptr;
    line += text(line.empty() ? "" : "  ", name, " ",
                 std::string_view(buffer, static_cast<size_t>(end - buffer)));
  }
  return line;
}

} // namespace nnc::run
