// Commands.h: one function per subcommand. Each adds its options and runs when it was chosen.
#ifndef NNC_RUN_COMMANDS_COMMANDS_H
#define NNC_RUN_COMMANDS_COMMANDS_H

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace nnc::run {

/// Runs a chosen command and returns the exit status of the process.
using Command = std::function<int()>;

Command addTrainCommand(CLI::App &app);
Command addEvalCommand(CLI::App &app);
Command addPredictCommand(CLI::App &app);
Command addInfoCommand(CLI::App &app);
Command addProfileCommand(CLI::App &app);

} // namespace nnc::run

#endif
