// Page.cpp: the formats; Markdown and plain text, which are nearly the same.
#include "codegen/explain/Layout.h"
#include "codegen/explain/Page.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace nnc::explain {

std::unique_ptr<Page> makePage(Format format) {
  switch (format) {
  case Format::Markdown:
    return makeMarkdownPage();
  case Format::Tex:
    return makeTexPage();
  case Format::Html:
    return makeHtmlPage();
  case Format::Text:
  case Format::Json:
    break;
  }
  return makeTextPage();
}

std::string withCode(llvm::StringRef text, llvm::function_ref<std::string(llvm::StringRef)> plain,
                     llvm::function_ref<std::string(llvm::StringRef)> code) {
  std::string result;
  while (!text.empty()) {
    auto [before, rest] = text.split('`');
    result += plain(before);
    auto [inside, after] = rest.split('`');
    if (!inside.empty())
      result += code(inside);
    text = after;
  }
  return result;
}

namespace {

/// Columns of text: values are wrapped here.
constexpr size_t width = 100;
/// Rows of tables that are wider than this are written below one another.
constexpr size_t tableWidth = 120;
/// And the right sides of equations here.
constexpr double equationWidth = 110;

std::string sign(Kind joint) {
  return joint == Kind::Add ? "+ " : joint == Kind::Sub ? "- " : joint == Kind::Mul ? "* " : "@ ";
}

std::string stripped(llvm::StringRef text) {
  std::string result = text.str();
  llvm::erase(result, '`');
  return result;
}

class TextPage : public Page {
public:
  void heading(int level, llvm::StringRef text) override {
    std::string plain = stripped(text);
    if (!out.empty())
      out += '\n';
    out += std::string(level > 2 ? 2 : 0, ' ') + plain + '\n';
    if (level <= 2)
      out += std::string(plain.size(), level == 1 ? '=' : '-') + '\n';
  }
  void paragraph(llvm::StringRef text) override {
    wrapped("  ", stripped(text));
  }
  void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks) override {
    for (auto [i, equation] : llvm::enumerate(equations)) {
      std::string indent = "      ", line;
      std::string target = equation.target ? toText(equation.target) + " " : "";
      for (auto [number, piece] : llvm::enumerate(brokenUp(equation.value, equationWidth))) {
        if (number)
          out += line + '\n';
        line = number ? indent + std::string(std::max<size_t>(target.size(), 2), ' ') + sign(piece.joint) : indent + target + "= ";
        line += toText(piece.math);
      }
      if (i < remarks.size() && !remarks[i].empty())
        line += std::string(line.size() < 54 ? 56 - line.size() : 2, ' ') + "# " + stripped(remarks[i]);
      out += line + '\n';
    }
  }
  bool isSet() const override { return false; }
  void code(llvm::StringRef text) override {
    for (llvm::StringRef line : llvm::split(text.rtrim('\n'), '\n'))
      out += "      " + line.str() + '\n';
  }
  void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) override {
    std::vector<size_t> widths;
    for (const std::string &cell : header)
      widths.push_back(stripped(cell).size());
    for (const auto &row : rows)
      for (auto [i, cell] : llvm::enumerate(row))
        widths[i] = std::max(widths[i], stripped(cell).size());
    size_t total = 4;
    for (size_t columnWidth : widths)
      total += 2 + columnWidth;
    if (total > tableWidth) {
      for (const auto &row : rows)
        record(header, row);
      return;
    }
    line(header, widths);
    for (const auto &row : rows)
      line(row, widths);
  }
  std::string finish() override { return std::move(out); }

private:
  void line(llvm::ArrayRef<std::string> cells, llvm::ArrayRef<size_t> widths) {
    std::string text = "    ";
    for (auto [cell, cellWidth] : llvm::zip(cells, widths)) {
      std::string plain = stripped(cell);
      text += "  " + plain + std::string(cellWidth - plain.size(), ' ');
    }
    out += llvm::StringRef(text).rtrim().str() + '\n';
  }

  /// A row of a table that is too wide: the first cell, and below it the others with their headers, in one line where that
  /// is wide enough. A cell below an empty header belongs to the one before, which then needs none.
  void record(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::string> row) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (size_t i = 0, next; i < row.size(); i = next) {
      for (next = i + 1; next < row.size() && header[next].empty(); ++next)
        ;
      std::string label = stripped(next - i > 1 ? row[i] : header[i]), text;
      for (size_t j = next - i > 1 ? i + 1 : i; j < next; ++j)
        text += (text.empty() ? "" : "  ") + stripped(row[j]);
      if (!text.empty())
        pairs.push_back({label, text});
    }
    std::string line;
    for (const auto &[label, text] : llvm::drop_begin(pairs))
      line += (line.empty() ? "" : "   ") + label + "  " + text;
    wrapped("      " + pairs.front().first + "  ", pairs.front().second);
    std::string indent(10, ' ');
    if (indent.size() + line.size() <= width) {
      if (!line.empty())
        out += indent + line + '\n';
      return;
    }
    for (const auto &[label, text] : llvm::drop_begin(pairs))
      wrapped(indent + label + "  ", text);
  }

  /// `text` behind `start`, in lines that begin below its first word.
  void wrapped(llvm::StringRef start, llvm::StringRef text) {
    std::string line = start.str();
    bool isEmpty = true;
    for (llvm::StringRef word : llvm::split(text, ' ')) {
      if (!isEmpty && line.size() + word.size() > width) {
        out += line + '\n';
        line = std::string(start.size(), ' ');
        isEmpty = true;
      }
      line += (isEmpty ? "" : " ") + word.str();
      isEmpty = false;
    }
    out += llvm::StringRef(line).rtrim().str() + '\n';
  }

  std::string out;
};

class MarkdownPage : public Page {
public:
  void heading(int level, llvm::StringRef text) override {
    out += std::string(level, '#') + " " + text.str() + "\n\n";
  }
  void paragraph(llvm::StringRef text) override { out += text.str() + "\n\n"; }
  void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks) override {
    if (equations.empty())
      return;
    // A block of its own kind, in which Markdown leaves backslashes and underscores alone.
    out += "```math\n\\begin{aligned}\n";
    for (auto [i, equation] : llvm::enumerate(equations)) {
      Math value = isOfElements(equation) ? ofNumbers(equation.value) : equation.value;
      for (auto [number, piece] : llvm::enumerate(brokenUp(value, equationWidth)))
        out += number ? "\\\\\n&\\qquad " + latexSign(piece.joint) + operators(toLatex(piece.math))
                      : (i ? "\\\\\n" : "") + operators(equation.target ? toLatex(equation.target) : "") +
                            " &= " + operators(toLatex(piece.math));
      if (i < remarks.size() && !remarks[i].empty())
        out += " \\qquad \\text{" + stripped(remarks[i]) + "}";
    }
    out += "\n\\end{aligned}\n```\n\n";
  }
  void code(llvm::StringRef text) override { out += "```\n" + text.rtrim('\n').str() + "\n```\n\n"; }
  void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) override {
    line(header);
    line(std::vector<std::string>(header.size(), "---"));
    for (const auto &row : rows)
      line(row);
    out += '\n';
  }
  std::string finish() override { return llvm::StringRef(out).rtrim('\n').str() + "\n"; }

private:
  static std::string latexSign(Kind joint) {
    return joint == Kind::Add ? "+ " : joint == Kind::Sub ? "- " : joint == Kind::Mul ? "\\odot " : "\\cdot ";
  }
  /// GitHub's renderer refuses \operatorname{softmax}; \mathop{\mathrm{softmax}} is set alike.
  static std::string operators(llvm::StringRef latex) {
    std::string text;
    for (llvm::StringRef before = "\\operatorname{"; !latex.empty();) {
      auto [head, rest] = latex.split(before);
      text += head;
      if (head.size() == latex.size())
        break;
      auto [name, tail] = rest.split('}');
      text += "\\mathop{\\mathrm{" + name.str() + "}}";
      latex = tail;
    }
    return text;
  }
  void line(llvm::ArrayRef<std::string> cells) {
    for (const std::string &cell : cells)
      out += "| " + cell + " ";
    out += "|\n";
  }

  std::string out;
};

} // namespace

std::unique_ptr<Page> makeTextPage() { return std::make_unique<TextPage>(); }
std::unique_ptr<Page> makeMarkdownPage() { return std::make_unique<MarkdownPage>(); }

} // namespace nnc::explain
