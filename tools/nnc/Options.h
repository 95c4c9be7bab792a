// Options.h: what the command line asks for.
#ifndef NNC_TOOLS_NNC_OPTIONS_H
#define NNC_TOOLS_NNC_OPTIONS_H

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// What is printed or written, in the order of the pipeline.
enum class Emit {
  AST,
  Graph,
  BackwardRaw,
  Backward,
  Dot,
  Svg,
  Onnx,
  Kernels,
  Passes,
  Viewer,
  Halide,
  Stmt,
  StmtHtml,
  LLVM,
  Assembly,
  PTX,
  Object,
  Header,
  Library,
  MemoryReport // of --report
};

/// What --report shows.
enum class Report { None, Memory };

/// What a library records of itself while it runs.
enum class Profile { None, Ops };

/// Where a file of the nn dialect enters the pipeline.
enum class From { Graph, Backward, Kernels };

struct Options {
  std::string input;                      // "-": standard input
  std::string output;                     // "-": standard output
  std::vector<std::string> responseFiles; // of the command line: @file
  Emit emit = Emit::Library;
  From from = From::Graph;
  unsigned optLevel = 2;
  bool f64 = false;
  bool splitsSteps = false;         // functions for the two halves of each train block's step
  Profile profile = Profile::None;
  std::vector<std::string> targets; // names for --target, as given: "host"
  std::vector<std::string> defines;
  std::vector<std::string> warnings; // what followed -W
  std::vector<std::string> prefixes; // "prefix" or "Model=prefix"
  bool verbose = false, timePasses = false, colour = false;
  bool explainFusion = false, explainMemory = false, explainSchedules = false;
  std::string function;                 // whose picture is drawn; empty: the step of training, or the first
  std::map<std::string, int64_t> sizes; // of run-time dimensions, for reports
  std::string tune, tuned;              // files of measured schedules: to be made or completed; to be used
  unsigned jobs = 0;                    // 0: one per CPU
  std::optional<std::string> saveTemps; // directory; empty: beside the output
  std::string dependencyFile;           // empty: none
  std::string dependencyTarget;
  std::string commandLine; // for reproducers
  std::string workerFault; // for tests, see HalideOptions

  /// A file of the nn dialect rather than a text in the language.
  bool isGraphInput() const;
  /// The header that comes with a library, or empty.
  std::string headerPath() const;
};

/// Reads the command line, response files and NNC_FLAGS. After an error, which is printed, or when there is nothing
/// more to do (--print-targets), the value is the exit status.
struct ParsedOptions {
  Options options;
  std::optional<int> exitStatus;
};
ParsedOptions parseOptions(int argc, char **argv);

/// Removes the options that LLVM's libraries register when they are loaded, before nnc's own are made, which have
/// some of the same names. What is left: --help and its kind, --version.
void removeForeignOptions();
/// Reads options made since; false, with a message, after an error. `variable` is that of the environment, or null.
bool readCommandLine(int argc, char **argv, const char *overview, const char *variable);

} // namespace nnc

#endif
