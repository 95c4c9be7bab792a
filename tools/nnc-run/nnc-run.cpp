// nnc-run.cpp: trains, evaluates and queries any model compiled by nnc, through the public interface alone.
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"

#include <csignal>
#include <new>

namespace {

struct Subcommand {
  const char *name, *description;
  nnc::run::Command (*add)(CLI::App &app);
};

const Subcommand subcommands[] = {
    {"train", "Train a model", nnc::run::addTrainCommand},
    {"eval", "Print losses and metrics over a data set", nnc::run::addEvalCommand},
    {"predict", "Write a model's outputs for a data set", nnc::run::addPredictCommand},
    {"info", "Describe a compiled library", nnc::run::addInfoCommand},
    {"profile", "Show where the time of a function goes", nnc::run::addProfileCommand},
};

int runCommand(int argc, char **argv) {
  CLI::App app("Trains and runs models compiled by nnc.", "nnc-run");
  app.set_version_flag("--version", "nnc-run " NNC_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  std::vector<std::pair<CLI::App *, nnc::run::Command>> commands;
  for (const Subcommand &subcommand : subcommands) {
    CLI::App *added = app.add_subcommand(subcommand.name, subcommand.description);
    // As with other tools, the last one counts: a script's own options can be overridden behind them.
    added->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    commands.emplace_back(added, subcommand.add(*added));
  }
  // CLI11 reports through exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &success) {
    return app.exit(success);
  } catch (const CLI::ParseError &error) {
    return nnc::run::fail(nnc::run::Error::failure(error.what()));
  }
  for (auto &[subcommand, command] : commands)
    if (subcommand->parsed())
      return command();
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  // A closed pipe and a file past its limit are write errors like any other, and no reason to lose a training.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    int status = runCommand(argc, argv);
    if (status == 0 && (fflush(stdout) != 0 || ferror(stdout)))
      return nnc::run::fail(nnc::run::Error::failure("cannot write to the standard output"));
    return status;
  } catch (const std::bad_alloc &) {
    return nnc::run::fail(nnc::run::Error::failure("out of memory"));
  }
}
