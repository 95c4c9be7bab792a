// Diagnostics.cpp: groups of warnings, and the layout of messages on the screen.
#include "frontend/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Unicode.h"

using namespace nnc;
using llvm::StringRef;
using llvm::Twine;

// In the order of enum Warning.
static constexpr struct {
  const char *name;
  bool enabledByDefault;
} warningGroups[] = {
    {"naming", true},           // layers and models CamelCase, all else snake_case
    {"unused-input", true},     // an input that no function reads
    {"unused", true},           // a name that nothing reads
    {"double-softmax", true},   // softmax before a loss that applies it itself
    {"zero-weights", true},     // a weight matrix that starts at zero: all units stay equal
    {"unreached", true},        // a parameter that the loss does not depend on
    {"linear-stack", true},     // two linear layers with nothing between
    {"sigmoid-stack", true},    // sigmoids so deep that gradients starve
    {"suspicious-value", true}, // a number that cannot be meant: a negative learning rate
    {"parentheses", true},      // `if a then b else c |> f`, which is another thing than it seems
};

//===------------------------------------------------------------------------------------------------===//
// Builder
//===------------------------------------------------------------------------------------------------===//

DiagnosticBuilder::DiagnosticBuilder(DiagnosticBuilder &&other)
    : engine(other.engine), messages(std::move(other.messages)) {
  other.engine = nullptr;
}

DiagnosticBuilder::~DiagnosticBuilder() {
  if (engine)
    engine->emit(*this);
}

DiagnosticBuilder &DiagnosticBuilder::highlight(Range range) {
  if (engine && range.isValid())
    messages.back().highlights.push_back(range);
  return *this;
}

DiagnosticBuilder &DiagnosticBuilder::note(Range range, const Twine &text) {
  if (!engine)
    return *this;
  Message added{Severity::Note, range.begin, range, text.str(), {}};
  for (const Message &message : messages) // `x @ x` declares x once
    if (message.caret == added.caret && message.text == added.text)
      return *this;
  messages.push_back(std::move(added));
  return *this;
}

//===------------------------------------------------------------------------------------------------===//
// Engine
//===------------------------------------------------------------------------------------------------===//

Diagnostics::Diagnostics(const SourceManager &sources, llvm::raw_ostream &os, DiagnosticOptions opts)
    : sources(sources), os(os), options(std::move(opts)) {
  for (const auto &group : warningGroups)
    groups.push_back({group.enabledByDefault, false});
  for (const std::string &flag : options.warningFlags)
    applyFlag(flag);
}

void Diagnostics::applyFlag(StringRef flag) {
  StringRef name = flag;
  if (name == "none" || name == "all" || name == "everything") {
    for (GroupState &group : groups)
      group.enabled = name != "none";
    return;
  }
  bool on = !name.consume_front("no-");
  bool asError = name.consume_front("error");
  if (asError && name.empty()) {
    for (GroupState &group : groups)
      group.asError = on;
    return;
  }
  if (asError && !name.consume_front("="))
    name = flag; // no such group: reported below
  for (size_t i = 0; i < groups.size(); ++i)
    if (name == warningGroups[i].name) {
      if (asError)
        groups[i].asError = on;
      if (on || !asError)
        groups[i].enabled = on;
      return;
    }
  llvm::SmallVector<StringRef> known;
  for (const auto &group : warningGroups)
    known.push_back(group.name);
  error("unknown warning '-W" + flag + "'" + didYouMean(name, known));
}

bool Diagnostics::isEnabled(Warning group) const { return groups[size_t(group)].enabled; }

DiagnosticBuilder Diagnostics::error(Range range, const Twine &text) {
  return error(range.begin, range, text);
}

DiagnosticBuilder Diagnostics::error(Loc caret, Range range, const Twine &text) {
  return DiagnosticBuilder(stopped() ? nullptr : this, {Severity::Error, caret, range, text.str(), {}});
}

DiagnosticBuilder Diagnostics::warning(Warning group, Range range, const Twine &text) {
  const GroupState &state = groups[size_t(group)];
  const char *name = warningGroups[size_t(group)].name;
  bool silent = !state.enabled || stopped() || sources.fileOf(range.begin).isLibrary;
  std::string suffix =
      state.asError ? llvm::formatv(" [-Werror={0}]", name) : llvm::formatv(" [-W{0}]", name);
  return DiagnosticBuilder(
      silent ? nullptr : this,
      {state.asError ? Severity::Error : Severity::Warning, range.begin, range, text.str() + suffix, {}});
}

void Diagnostics::error(const Twine &text) {
  if (stopped())
    return;
  ++errors;
  if (options.colour)
    os.changeColor(llvm::raw_ostream::WHITE, true);
  os << "nnc: ";
  if (options.colour)
    os.changeColor(llvm::raw_ostream::RED, true);
  os << "error: ";
  if (options.colour)
    os.resetColor();
  os << text << '\n';
}

void Diagnostics::emit(DiagnosticBuilder &builder) {
  DiagnosticBuilder::Message &first = builder.messages.front();
  std::string key = std::to_string(first.caret.offset) + ":" + first.text;
  if (stopped() || !printed.insert(key).second)
    return;
  for (const DiagnosticBuilder::Message &message : builder.messages)
    print(message, "");
  // The chain of uses that led here, but not those whose text encloses the place anyway.
  llvm::SmallVector<const ContextNote *> uses;
  for (const ContextNote &context : llvm::reverse(contexts))
    if (first.caret < context.range.begin || !(first.caret < context.range.end))
      uses.push_back(&context);
  constexpr size_t shownUses = 8; // of a deep chain the innermost uses and the outermost
  for (size_t i = 0; i < uses.size(); ++i)
    if (i < shownUses || i + 1 == uses.size())
      print({Severity::Note, uses[i]->range.begin, uses[i]->range, uses[i]->text, {}}, "");
    else if (i == shownUses)
      os << "(" << uses.size() - shownUses - 1 << " more uses in between)\n";
  for (const Setting &setting : settings)
    if (first.severity == Severity::Error &&
        (llvm::any_of(builder.messages, [&](const auto &message) { return mentions(message.range, setting); }) ||
         llvm::any_of(uses, [&](const ContextNote *use) { return mentions(use->range, setting); })))
      print({Severity::Note, setting.declared.begin, setting.declared, setting.text, {}}, "");
  if (first.severity == Severity::Error && ++errors == options.errorLimit)
    os << "nnc: too many errors (" << errors << "), stopping\n";
}

/// Whether the text of a range has the setting's name as a value: not as `x.name`, nor as an argument's `name:`.
bool Diagnostics::mentions(Range range, const Setting &setting) const {
  if (range.begin < setting.scope.begin || !(range.begin < setting.scope.end))
    return false;
  const StringRef text = sources.text(range);
  auto isNamePart = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  for (size_t at = text.find(setting.name); at != StringRef::npos; at = text.find(setting.name, at + 1)) {
    const StringRef behind = text.substr(at + setting.name.size());
    const char before = at == 0 ? ' ' : text[at - 1];
    if (!isNamePart(before) && before != '.' && (behind.empty() || !isNamePart(behind.front())) &&
        !behind.ltrim().starts_with(":"))
      return true;
  }
  return false;
}

void Diagnostics::print(const DiagnosticBuilder::Message &message, StringRef suffix) {
  using Stream = llvm::raw_ostream;
  struct Style {
    const char *word;
    Stream::Colors colour;
  };
  static const Style styles[] = {
      {"note", Stream::CYAN}, {"warning", Stream::MAGENTA}, {"error", Stream::RED}};
  const Style &style = styles[size_t(message.severity)];

  if (options.colour)
    os.changeColor(Stream::SAVEDCOLOR, true);
  Position at = sources.position(message.caret);
  os << at.file->name << ':' << at.line << ':' << at.column << ": ";
  if (options.colour)
    os.changeColor(style.colour, true);
  os << style.word << ": ";
  if (options.colour) {
    os.resetColor();
    if (message.severity != Severity::Note)
      os.changeColor(Stream::SAVEDCOLOR, true);
  }
  os << message.text << suffix;
  if (options.colour)
    os.resetColor();
  os << '\n';
  printSnippet(message);
}

/// A source line as it appears on the screen: tabs expanded, unprintable bytes spelled out.
namespace {
struct DisplayLine {
  std::string text;
  std::vector<unsigned> columnOfByte; // one entry per byte and one for the end
};
} // namespace

static DisplayLine display(StringRef line) {
  constexpr unsigned tabStop = 8;
  DisplayLine result;
  unsigned column = 0;
  size_t i = 0;
  auto mark = [&](size_t bytes) { result.columnOfByte.insert(result.columnOfByte.end(), bytes, column); };
  while (i < line.size()) {
    unsigned char c = line[i];
    if (c == '\t') {
      mark(1);
      unsigned width = tabStop - column % tabStop;
      result.text.append(width, ' ');
      column += width, ++i;
      continue;
    }
    size_t bytes = std::min<size_t>(llvm::getNumBytesForUTF8(c), line.size() - i);
    StringRef character = line.substr(i, bytes);
    auto *begin = reinterpret_cast<const llvm::UTF8 *>(character.data());
    bool valid = llvm::isLegalUTF8Sequence(begin, begin + bytes);
    int width = valid ? llvm::sys::unicode::columnWidthUTF8(character) : -1;
    if (width >= 0) {
      mark(bytes);
      result.text += character;
      column += width, i += bytes;
      continue;
    }
    std::string spelled;
    if (valid && c >= 0x80) {
      llvm::UTF32 point = 0, *to = &point;
      llvm::ConvertUTF8toUTF32(&begin, begin + bytes, &to, to + 1, llvm::strictConversion);
      spelled = llvm::formatv("<U+{0:X-4}>", unsigned(point));
    } else {
      bytes = 1;
      spelled = llvm::formatv("<{0:X-2}>", unsigned(c));
    }
    mark(bytes);
    result.text += spelled;
    column += spelled.size(), i += bytes;
  }
  mark(1);
  return result;
}

void Diagnostics::printSnippet(const DiagnosticBuilder::Message &message) {
  Position at = sources.position(message.caret);
  StringRef line = sources.lineText(*at.file, at.line);
  size_t caretByte = std::min<size_t>(at.column - 1, line.size());

  // Of a very long line only what is around the caret is shown.
  constexpr size_t maxBytes = 160, before = 80;
  size_t from = 0;
  bool cutFront = false, cutBack = false;
  if (line.size() > maxBytes) {
    from = caretByte > before ? caretByte - before : 0;
    while (from > 0 && from < line.size() && (line[from] & 0xC0) == 0x80)
      --from;
    size_t to = std::min(from + maxBytes, line.size());
    cutFront = from > 0, cutBack = to < line.size();
    while (to < line.size() && to > from && (line[to] & 0xC0) == 0x80)
      --to;
    line = line.slice(from, to);
    caretByte -= from;
  }
  DisplayLine shown = display(line);

  uint32_t lineBegin = at.file->base + at.file->lineStarts[at.line - 1] + from;
  std::string marks;
  auto underline = [&](Range range) {
    if (!range.isValid() || range.end.offset <= lineBegin || range.begin.offset > lineBegin + line.size() ||
        &sources.fileOf(range.begin) != at.file)
      return;
    size_t begin = range.begin.offset < lineBegin ? 0 : range.begin.offset - lineBegin;
    size_t end = std::min<size_t>(range.end.offset - lineBegin, line.size());
    if (begin >= end)
      return;
    // A range that runs on over several lines does not underline the blanks at its end.
    while (end > begin + 1 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
      --end;
    if (marks.size() < shown.columnOfByte[end])
      marks.resize(shown.columnOfByte[end], ' ');
    for (unsigned c = shown.columnOfByte[begin]; c < shown.columnOfByte[end]; ++c)
      marks[c] = '~';
  };
  underline(message.range);
  for (Range range : message.highlights)
    underline(range);
  unsigned caret = shown.columnOfByte[std::min(caretByte, line.size())];
  if (marks.size() <= caret)
    marks.resize(caret + 1, ' ');
  marks[caret] = '^';

  os << "  " << (cutFront ? "..." : "") << StringRef(shown.text).rtrim() << (cutBack ? "..." : "") << '\n';
  if (options.colour)
    os.changeColor(llvm::raw_ostream::GREEN, true);
  os << "  " << (cutFront ? "   " : "") << marks << '\n';
  if (options.colour)
    os.resetColor();
}

//===------------------------------------------------------------------------------------------------===//
// Did you mean
//===------------------------------------------------------------------------------------------------===//

StringRef nnc::nearestName(StringRef name, llvm::ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned bestDistance = name.size() / 3 + 1; // one edit in short names, more in long ones
  for (StringRef candidate : candidates) {
    if (candidate == name)
      continue;
    if (candidate.equals_insensitive(name))
      return candidate;
    unsigned distance = name.edit_distance(candidate, /*AllowReplacements=*/true, bestDistance);
    // Of equally near ones the first in alphabetical order: messages must not depend on table order.
    if (distance < bestDistance || (distance == bestDistance && (best.empty() || candidate < best))) {
      if (distance >= std::max(name.size(), candidate.size()))
        continue;
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string nnc::didYouMean(StringRef name, llvm::ArrayRef<StringRef> candidates) {
  StringRef nearest = nearestName(name, candidates);
  return nearest.empty() ? "" : ("; did you mean '" + nearest + "'?").str();
}
