// Diagnostics.h: errors, warnings and notes, printed the way clang prints them.
//
//     m.nn:6:12: error: inner dimensions differ: 'x' has 3 columns, 'weight' has 4 rows
//         return x @ weight + bias
//                ~ ^ ~~~~~~
//     m.nn:3:9: note: 'weight' declared here
//
// A message is printed when its builder goes out of scope; notes are added to the builder. Equal messages at
// one place are printed once: a layer's body is elaborated for every use and every function.
#ifndef NNC_FRONTEND_DIAGNOSTICS_H
#define NNC_FRONTEND_DIAGNOSTICS_H

#include "frontend/Source.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

namespace nnc {

/// Warning groups; the names, defaults and texts are in Diagnostics.cpp.
enum class Warning {
  Naming,
  UnusedInput,
  UnusedName,
  DoubleSoftmax,
  ZeroWeights,
  UnreachedParameter,
  LinearStack,
  SigmoidStack,
  SuspiciousValue,
  Parentheses,
};

struct DiagnosticOptions {
  bool colour = false;
  unsigned errorLimit = 20; // 0: no limit
  /// What follows `-W`, in order: "naming", "no-naming", "error", "error=naming", "no-error", "all"; and
  /// "none" for `-w`.
  std::vector<std::string> warningFlags;
};

enum class Severity { Note, Warning, Error };

class Diagnostics;

/// One message being built.
class DiagnosticBuilder {
public:
  DiagnosticBuilder(DiagnosticBuilder &&other);
  DiagnosticBuilder(const DiagnosticBuilder &) = delete;
  ~DiagnosticBuilder();
  /// Underlines a further part of the same line.
  DiagnosticBuilder &highlight(Range range);
  /// Adds a second place.
  DiagnosticBuilder &note(Range range, const llvm::Twine &text);

private:
  friend class Diagnostics;
  struct Message {
    Severity severity;
    Loc caret;
    Range range;
    std::string text;
    llvm::SmallVector<Range, 2> highlights;
  };
  DiagnosticBuilder(Diagnostics *engine, Message first) : engine(engine) {
    messages.push_back(std::move(first));
  }
  Diagnostics *engine; // null: silent
  llvm::SmallVector<Message, 2> messages;
};

class Diagnostics {
public:
  Diagnostics(const SourceManager &sources, llvm::raw_ostream &os, DiagnosticOptions options);

  DiagnosticBuilder error(Range range, const llvm::Twine &text);
  /// An error whose caret stands inside of its range (at an operator).
  DiagnosticBuilder error(Loc caret, Range range, const llvm::Twine &text);
  DiagnosticBuilder warning(Warning group, Range range, const llvm::Twine &text);
  /// An error outside of all texts: an option, a file that cannot be read.
  void error(const llvm::Twine &text);

  unsigned errorCount() const { return errors; }
  bool hasErrors() const { return errors != 0; }
  /// The error limit was reached: stop working.
  bool stopped() const { return options.errorLimit != 0 && errors >= options.errorLimit; }
  bool isEnabled(Warning group) const;

  /// While it lives, every error gets a note: "in this use of 'Dense'".
  class Context {
  public:
    Context(Diagnostics &engine, Range range, std::string text) : engine(engine) {
      engine.contexts.push_back({range, std::move(text)});
    }
    ~Context() { engine.contexts.pop_back(); }

  private:
    Diagnostics &engine;
  };

  /// A name that got its value from elsewhere than the text. While it lives, every error at a place that mentions the
  /// name gets a note: "'heads' is 7 by -D heads=7".
  struct Setting {
    llvm::StringRef name;
    Range scope; // where the name means this
    Range declared;
    std::string text;
  };
  class Settings {
  public:
    Settings(Diagnostics &engine, std::vector<Setting> settings) : engine(engine) {
      engine.settings = std::move(settings);
    }
    ~Settings() { engine.settings.clear(); }

  private:
    Diagnostics &engine;
  };

  const SourceManager &getSources() const { return sources; }

private:
  friend class DiagnosticBuilder;
  void emit(DiagnosticBuilder &builder);
  void print(const DiagnosticBuilder::Message &message, llvm::StringRef suffix);
  void printSnippet(const DiagnosticBuilder::Message &message);
  bool mentions(Range range, const Setting &setting) const;
  void applyFlag(llvm::StringRef flag);

  struct GroupState {
    bool enabled, asError;
  };
  struct ContextNote {
    Range range;
    std::string text;
  };
  const SourceManager &sources;
  llvm::raw_ostream &os;
  DiagnosticOptions options;
  std::vector<GroupState> groups;
  std::vector<ContextNote> contexts;
  std::vector<Setting> settings;
  llvm::StringSet<> printed;
  unsigned errors = 0;
};

/// The candidate most like `name`, or empty if none is near: for "did you mean".
llvm::StringRef nearestName(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> candidates);
/// "; did you mean 'x'?" or nothing.
std::string didYouMean(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace nnc

#endif
