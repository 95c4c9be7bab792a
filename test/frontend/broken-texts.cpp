// RUN: %testbin/broken-texts %nncsrc/examples %nncsrc/bench %nncsrc/frontend/std %nncsrc/test
//
// broken-texts.cpp: no text makes the frontend crash, hang or fail without a word.
//
// Reads every .nn file below the given directories and runs the frontend (parser, checks, lowering) on
//   - each file cut at every byte,
//   - each cut closed again by the brackets it has left open, so that more of it reaches the checks and the lowering,
//   - each file with bytes replaced, lines doubled or left out, at random with a fixed seed,
//   - texts that are extreme in one way.
// A text is accepted with no error, or refused with at least one that names a place in it. The texts end at a page that
// cannot be read. Work is done in child processes, so that a crash is reported with its file and byte.
#include "frontend/Frontend.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <random>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace nnc;
using llvm::StringRef;

namespace {

constexpr unsigned secondsPerText = 10;

/// Memory that ends where reading is a fault.
class GuardedMemory {
public:
  explicit GuardedMemory(size_t size) {
    size_t page = sysconf(_SC_PAGESIZE);
    bytes = (size + page - 1) / page * page;
    begin = static_cast<char *>(
        mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(begin + bytes, page, PROT_NONE);
  }
  /// The text, its last byte before the border.
  StringRef hold(StringRef text) {
    char *at = begin + bytes - text.size();
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

private:
  char *begin;
  size_t bytes;
};

/// What one run of the frontend says.
struct Verdict {
  bool accepted = false;
  unsigned errors = 0;
  std::string text;
};

Verdict judge(StringRef name, StringRef text, mlir::MLIRContext &context) {
  Verdict verdict;
  llvm::raw_string_ostream stream(verdict.text);
  FrontendOptions options;
  options.mainFile = name.str();
  options.mainText = text;
  Frontend frontend(std::move(options), stream);
  if (frontend.parse())
    verdict.accepted = bool(frontend.lower(context));
  verdict.errors = frontend.errorCount();
  return verdict;
}

/// Why the verdict is not one the frontend may give, or nothing.
std::string faultOf(const Verdict &verdict, StringRef name) {
  if (verdict.accepted)
    return verdict.errors ? "accepted in spite of errors:\n" + verdict.text : "";
  if (verdict.errors == 0)
    return "refused without an error";
  StringRef message = verdict.text;
  if (!message.contains(": error: "))
    return "counts errors that it does not print";
  // The first line names a place, unless the whole file is at fault.
  if (!message.starts_with(name) && !message.starts_with("nn/") && !message.starts_with("nnc: error: "))
    return "the first message has no place:\n" + verdict.text;
  return "";
}

/// Runs cases 0 to count-1 in children; `run` returns what is wrong with a case, `describe` names it.
class Cases {
public:
  Cases()
      : progress(static_cast<Progress *>(
            mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}

  void run(size_t count, llvm::function_ref<std::string(size_t, mlir::MLIRContext &)> run,
           llvm::function_ref<std::string(size_t)> describe) {
    total += count;
    unsigned failures = 0;
    for (size_t next = 0; next < count && failures < 5;) {
      progress->fault[0] = 0;
      pid_t child = fork();
      if (child == 0)
        inChild(next, count, run);
      int status = 0;
      if (child < 0 || waitpid(child, &status, 0) != child) {
        llvm::errs() << "cannot start a process\n";
        failed = true;
        return;
      }
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
      failed = true;
      ++failures;
      llvm::errs() << describe(progress->at) << ": ";
      if (!WIFSIGNALED(status))
        llvm::errs() << progress->fault << "\n";
      else if (WTERMSIG(status) == SIGALRM)
        llvm::errs() << "takes longer than " << secondsPerText << " seconds\n";
      else
        llvm::errs() << strsignal(WTERMSIG(status)) << "\n";
      next = progress->at + 1;
    }
  }

  size_t total = 0;
  bool failed = false;

private:
  struct Progress {
    size_t at;
    char fault[4096];
  };

  [[noreturn]] void inChild(size_t next, size_t count,
                            llvm::function_ref<std::string(size_t, mlir::MLIRContext &)> run) {
    rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    std::string complaint;
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
        complaint = "an error that is not the frontend's: " + diagnostic.str();
      return mlir::success();
    });
    for (; next < count; ++next) {
      progress->at = next;
      alarm(secondsPerText);
      std::string fault = run(next, context);
      if (fault.empty())
        fault = complaint;
      if (fault.empty())
        continue;
      std::snprintf(progress->fault, sizeof progress->fault, "%s", fault.c_str());
      _exit(1);
    }
    _exit(0);
  }

  Progress *progress;
};

//===--------------------------------------------------------------------------------------------------===//
// Files that are broken
//===--------------------------------------------------------------------------------------------------===//

struct TextFile {
  std::string path, text;
};

std::vector<TextFile> readAll(llvm::ArrayRef<StringRef> directories) {
  std::vector<TextFile> files;
  for (StringRef directory : directories) {
    std::error_code error;
    for (llvm::sys::fs::recursive_directory_iterator it(directory, error), end; it != end && !error;
         it.increment(error)) {
      if (!StringRef(it->path()).ends_with(".nn"))
        continue;
      if (auto buffer = llvm::MemoryBuffer::getFile(it->path()))
        files.push_back({it->path(), (*buffer)->getBuffer().str()});
    }
  }
  llvm::sort(files, [](const TextFile &a, const TextFile &b) { return a.path < b.path; });
  return files;
}

/// The brackets that close what a text leaves open, comments and strings apart.
std::string closersOf(StringRef text) {
  std::string closers;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (text.substr(i).starts_with("//"))
      i = std::min(text.find('\n', i), text.size());
    else if (c == '"')
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        ;
    else if (c == '(' || c == '[' || c == '{')
      closers.insert(closers.begin(), c == '(' ? ')' : c == '[' ? ']' : '}');
    else if ((c == ')' || c == ']' || c == '}') && !closers.empty())
      closers.erase(0, 1);
  }
  return "\n" + closers + "\n";
}

void cutEverywhere(Cases &cases, const TextFile &file) {
  GuardedMemory memory(file.text.size());
  cases.run(
      file.text.size(),
      [&](size_t length, mlir::MLIRContext &context) {
        StringRef text = memory.hold(StringRef(file.text).take_front(length));
        return faultOf(judge(file.path, text, context), file.path);
      },
      [&](size_t length) { return file.path + " cut at byte " + std::to_string(length); });
}

void cutAndClose(Cases &cases, const TextFile &file, size_t step) {
  cases.run(
      file.text.size() / step,
      [&](size_t i, mlir::MLIRContext &context) {
        std::string text = file.text.substr(0, i * step);
        text += closersOf(text);
        return faultOf(judge(file.path, text, context), file.path);
      },
      [&](size_t i) { return file.path + " cut at byte " + std::to_string(i * step) + " and closed"; });
}

/// Bytes replaced by others; lines doubled, left out or exchanged; the words of one place at another.
std::string damaged(const std::string &original, uint64_t seed) {
  std::mt19937_64 random(seed);
  auto below = [&](size_t bound) { return bound ? random() % bound : 0; };
  std::string text = original;
  for (size_t n = 1 + below(3); n-- > 0 && !text.empty();) {
    size_t at = below(text.size());
    size_t line = text.rfind('\n', at) + 1, end = std::min(text.find('\n', line), text.size() - 1) + 1;
    switch (below(6)) {
    case 0: text[at] = char(below(256)); break;
    case 1: text[at] = "(){}[]<>|,.:=+-*/@&!\"0x_ \n"[below(26)]; break;
    case 2: text.insert(line, text.substr(line, end - line)); break;
    case 3: text.erase(line, end - line); break;
    case 4: text.erase(at, 1 + below(8)); break;
    case 5: {
      std::string word = text.substr(below(text.size()), 1 + below(12));
      text.insert(at, word);
      break;
    }
    }
  }
  return text;
}

void damage(Cases &cases, llvm::ArrayRef<TextFile> files, size_t count) {
  auto fileOf = [&](size_t i) -> const TextFile & { return files[i % files.size()]; };
  cases.run(
      count,
      [&](size_t i, mlir::MLIRContext &context) {
        std::string text = damaged(fileOf(i).text, i);
        return faultOf(judge(fileOf(i).path, text, context), fileOf(i).path);
      },
      [&](size_t i) { return fileOf(i).path + " damaged with seed " + std::to_string(i); });
}

//===--------------------------------------------------------------------------------------------------===//
// Texts that are extreme
//===--------------------------------------------------------------------------------------------------===//

std::string repeat(StringRef text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  while (times-- > 0)
    result += text;
  return result;
}

struct Extreme {
  const char *name;
  std::string text;
  unsigned errors;     // exactly
  const char *message; // of the first, in part
};

std::string inModel(const std::string &statements) {
  return "model Extreme() {\n  input x: f[batch, 3]\n" + statements + "\n  output y = x\n}\n";
}

std::string nested(StringRef open, StringRef core, StringRef close, size_t depth) {
  return repeat(open, depth) + core.str() + repeat(close, depth);
}

std::vector<Extreme> extremes() {
  constexpr size_t many = 100000;
  const char *tooDeep = "nesting deeper than 256 levels is not supported";
  const char *fits = "";
  auto let = [](const std::string &value) { return inModel("  let z = " + value + "\n  let _a = z"); };
  std::string layers, files;
  for (size_t i = 0; i < 3000; ++i)
    layers += "layer L" + std::to_string(i) + "()(x: f[...]) -> f[...] { return x |> L" +
              std::to_string(i + 1) + "() }\n";
  layers += "layer L3000()(x: f[...]) -> f[...] { return x }\n";
  std::string statements;
  for (size_t i = 0; i < 20000; ++i)
    statements += "  let _v" + std::to_string(i) + " = x + " + std::to_string(i) + "\n";
  std::string crlf = inModel("  let z = x\n  let _a = z");
  for (size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2)
    crlf.insert(at, "\r");
  std::string cr = inModel("  let z = x\n  let _a = z");
  std::replace(cr.begin(), cr.end(), '\n', '\r');
  return {
      {"many parentheses", let(nested("(", "x", ")", many)), 1, tooDeep},
      {"many open parentheses", let(repeat("(", many)), 1, tooDeep},
      {"many lists", let(nested("[", "1", "]", many)), 1, tooDeep},
      {"many minus signs", let(repeat("-", many) + "x"), 1, tooDeep},
      {"many negations", let(repeat("!", many) + "x"), 1, tooDeep},
      {"many powers", let(repeat("x ** ", many) + "2"), 1, tooDeep},
      {"many calls of calls", let("x" + repeat("()", many)), 1, tooDeep},
      {"many nested calls", let(nested("relu(", "x", ")", many)), 1, tooDeep},
      {"many subscripts", let("x" + repeat("[0]", many)), 1, tooDeep},
      {"many members", let("x" + repeat(".a", many)), 1, tooDeep},
      {"many choices", let(nested("if true then ", "x", " else x", many)), 1, tooDeep},
      {"many else branches", let(repeat("if true then x else ", many) + "x"), 1, tooDeep},
      {"many blocks", inModel(nested("if true {\n", "let _b = x\n", "}\n", many)), 1, tooDeep},
      {"many loops", let(nested("for i in 0..2 { yield ", "x", "}", many)), 1, tooDeep},
      {"many scans", let(nested("scan i in 0..2 { yield ", "x", "}", many)), 1, tooDeep},
      {"many types", "fn g(a: " + nested("[", "int", "]", many) + ") -> f[] { return 1.0 }\n", 1, ""},
      {"many indices in parentheses", inModel("  let z[i] = " + nested("(", "1", ")", many)), 1, tooDeep},
      {"many reductions", inModel("  let z[i] = " + repeat("sum(k) ", many) + "1"), 1, tooDeep},
      {"many members of an index", inModel("  let z[i] = x" + repeat(".a", many)), 1, tooDeep},
      {"many sizes", inModel("  param w: f[" + nested("(", "1", ")", many) + "] = zeros()"), 1, tooDeep},
      {"as deep as it goes", let(nested("(", "x", ")", 250)), 0, fits},
      {"calls as deep as they go", let(nested("relu(", "x", ")", 250)), 0, fits},
      {"a sum of many", let("x" + repeat(" + x", many)), 0, fits},
      {"a long pipe", let("x" + repeat(" |> relu", 2000)), 0, fits},
      {"many casts", let("x" + repeat(" as f", many)), 0, fits},
      {"a chain of layers", layers + "model M() {\n input x: f[batch, 3]\n output y = x |> L0()\n}\n", 1, ""},
      {"many statements", inModel(statements), 0, fits},
      {"a very long line", "// " + repeat("x", 50 << 20) + "\n" + inModel(""), 0, fits},
      {"a name of a megabyte", let(repeat("a", 1 << 20)), 1, "this name has 1048576 characters"},
      {"a number of a megabyte", let(repeat("1", 1 << 20)), 1, "this integer is too large"},
      {"a string of a megabyte", "use \"" + repeat("a", 1 << 20) + "\"\n", 1, "cannot read"},
      {"an open string", "use \"abc", 1, "this string has no closing"},
      {"NUL", inModel(std::string("  let a = x\0", 12)), 1, "NUL character in the text"},
      {"NUL at the end", inModel("") + std::string(1, '\0'), 1, "NUL character in the text"},
      {"Latin-1", "// caf\xE9\n" + inModel(""), 1, "invalid UTF-8; .nn files are UTF-8"},
      {"UTF-8 cut short", inModel("") + "// \xE2\x82", 1, "invalid UTF-8; .nn files are UTF-8"},
      {"UTF-8 overlong", inModel("") + "// \xC0\xAF\n", 1, "invalid UTF-8; .nn files are UTF-8"},
      {"UTF-16", std::string("\xFF\xFEm\0o\0", 6), 1, "the file is UTF-16; .nn files are UTF-8"},
      {"a byte order mark", "\xEF\xBB\xBF" + inModel(""), 0, fits},
      {"a byte order mark twice", "\xEF\xBB\xBF\xEF\xBB\xBF" + inModel(""), 1, "unexpected character U+FEFF"},
      {"CRLF", crlf, 0, fits},
      {"CR", cr, 0, fits},
      {"no end of line", StringRef(inModel("")).rtrim().str(), 0, fits},
      {"empty", "", 1, "there is no model in this file"},
      {"comments alone", "// nothing\n// else", 1, "there is no model in this file"},
      {"many errors", inModel(repeat("  let = 3\n", many)), 20, "expected the name"},
  };
}

void checkExtremes(Cases &cases) {
  std::vector<Extreme> list = extremes();
  cases.run(
      list.size(),
      [&](size_t i, mlir::MLIRContext &context) -> std::string {
        const Extreme &extreme = list[i];
        GuardedMemory memory(extreme.text.size());
        Verdict verdict = judge("extreme.nn", memory.hold(extreme.text), context);
        std::string fault = faultOf(verdict, "extreme.nn");
        if (!fault.empty())
          return fault;
        if (verdict.errors != extreme.errors)
          return "gives " + std::to_string(verdict.errors) + " errors, expected " +
                 std::to_string(extreme.errors) + ":\n" + verdict.text;
        if (!StringRef(verdict.text).contains(extreme.message))
          return "should say '" + std::string(extreme.message) + "', says\n" + verdict.text;
        return "";
      },
      [&](size_t i) { return std::string(list[i].name); });
}

} // namespace

int main(int argc, char **argv) {
  std::vector<TextFile> files = readAll(std::vector<StringRef>(argv + 1, argv + argc));
  if (files.size() < 20) {
    llvm::errs() << "only " << files.size() << " .nn files found: not the directories of nnc?\n";
    return EXIT_FAILURE;
  }
  Cases cases;
  auto timed = [&](StringRef what, llvm::function_ref<void()> work) {
    auto start = std::chrono::steady_clock::now();
    size_t before = cases.total;
    work();
    std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    llvm::outs() << llvm::formatv("{0} {1} in {2:F1} s\n", cases.total - before, what, spent.count());
    llvm::outs().flush();
  };
  timed("extreme texts", [&] { checkExtremes(cases); });
  timed("cuts", [&] {
    for (const TextFile &file : files)
      cutEverywhere(cases, file);
  });
  timed("cuts closed again", [&] {
    for (const TextFile &file : files)
      cutAndClose(cases, file, /*step=*/7);
  });
  timed("damaged texts", [&] { damage(cases, files, 5000); });
  return cases.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
