// PageTex.cpp: an article for LaTeX, with packages that every installation has. Long equations are broken at operators;
// what is still too wide is scaled down to the line.
#include "codegen/explain/Layout.h"
#include "codegen/explain/Page.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace nnc::explain {

namespace {

std::string escaped(llvm::StringRef text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i)
    switch (char c = text[i]) {
    case '-': // of a number it stays with it
      result += (i == 0 || text[i - 1] == ' ') && i + 1 < text.size() && llvm::isDigit(text[i + 1]) ? "$-$" : "-";
      break;
    case '\\':
      result += "\\textbackslash{}";
      break;
    case '^':
      result += "\\^{}";
      break;
    case '~':
      result += "\\~{}";
      break;
    case '<': // these two are other characters in TeX's first encoding
      result += "\\textless{}";
      break;
    case '>':
      result += "\\textgreater{}";
      break;
    case '&':
    case '%':
    case '$':
    case '#':
    case '_':
    case '{':
    case '}':
      result += '\\';
      [[fallthrough]];
    default:
      result += c;
    }
  return result;
}

std::string marked(llvm::StringRef text) {
  return withCode(text, escaped, [](llvm::StringRef code) {
    // Long names may be broken behind their points.
    std::string text;
    for (llvm::StringRef part : llvm::split(code, '.'))
      text += (text.empty() ? "" : ".\\allowbreak ") + escaped(part);
    return "\\texttt{" + text + "}";
  });
}

class TexPage : public Page {
public:
  void heading(int level, llvm::StringRef text) override {
    if (level == 1)
      out += "\\title{" + marked(text) + "}\n\\date{}\n\\begin{document}\n\\maketitle\n\n";
    else
      out += (level == 2 ? "\\section*{" : "\\subsection*{") + marked(text) + "}\n\n";
  }
  void paragraph(llvm::StringRef text) override { out += marked(text) + "\n\n"; }
  void aside(bool begins) override { out += begins ? "\\begin{quote}\n" : "\\end{quote}\n\n"; }
  void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks) override {
    if (equations.empty())
      return;
    if (llvm::StringRef(out).ends_with("\n\n")) // no empty line before a formula
      out.pop_back();
    double target = 0;
    for (const Equation &equation : equations)
      target = std::max(target, equation.target ? widthOf(equation.target) : 0);
    double limit = std::max(lineWidth - target - 4, lineWidth / 3);
    std::vector<std::string> lines;
    for (auto [i, equation] : llvm::enumerate(equations)) {
      Math value = isOfElements(equation) ? ofNumbers(equation.value) : equation.value;
      double last = 0;
      for (auto [number, piece] : llvm::enumerate(brokenUp(value, limit))) {
        last = widthOf(piece.math);
        std::string text = toLatex(piece.math);
        if (last > limit)
          text = "\\fit{" + std::to_string(limit / lineWidth) + "}{" + text + "}";
        if (number == 0)
          lines.push_back((equation.target ? toLatex(equation.target) : "") + " &= " + text);
        else
          lines.push_back("&\\qquad " + sign(piece.joint) + " " + text);
      }
      if (i < remarks.size() && !remarks[i].empty()) {
        std::string remark = "\\text{\\small " + marked(remarks[i]) + "}";
        if (last + 0.9 * remarks[i].size() + 4 <= limit)
          lines.back() += " \\qquad " + remark;
        else
          lines.push_back("&\\qquad " + remark);
      }
    }
    out += "\\begin{align*}\n  " + llvm::join(lines, " \\\\\n  ") + "\n\\end{align*}\n\n";
  }
  void code(llvm::StringRef text) override {
    out += "{\\footnotesize\\begin{verbatim}\n" + text.rtrim('\n').str() + "\n\\end{verbatim}}\n\n";
  }
  void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) override {
    out += "{\\small\\begin{longtable}[l]{@{}" + columns(header, rows) + "@{}}\n";
    line(header);
    out += "\\hline\n\\endhead\n";
    for (const auto &row : rows)
      line(row);
    out += "\\end{longtable}}\n\n";
  }
  std::string finish() override {
    return "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage{amsmath,amssymb}\n"
           "\\usepackage{array,longtable,graphicx}\n\\usepackage[margin=2cm]{geometry}\n"
           "\\setlength{\\parindent}{0pt}\n\\setlength{\\parskip}{4pt}\n\\emergencystretch=2em\n\\allowdisplaybreaks\n"
           "\\AtBeginDocument{\\setlength{\\abovedisplayskip}{4pt}\\setlength{\\belowdisplayskip}{4pt}}\n"
           "% An expression, scaled down to a share of the line if it is wider.\n"
           "\\newsavebox{\\fitbox}\n\\newcommand{\\fit}[2]{\\sbox{\\fitbox}{$\\displaystyle #2$}%\n"
           "  \\ifdim\\wd\\fitbox>#1\\textwidth\\resizebox{#1\\textwidth}{!}{\\usebox{\\fitbox}}\\else\\usebox{\\fitbox}\\fi}\n" +
           out + "\\end{document}\n";
  }

private:
  /// Letters of a line, as widthOf counts them.
  static constexpr double lineWidth = 92;

  /// As wide as their longest cells; if that is more than the page, the long ones share what the short ones leave.
  static std::string columns(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) {
    constexpr double page = 84, gap = 3, isLong = 24;
    std::vector<double> widths;
    for (const std::string &cell : header)
      widths.push_back(cell.size());
    for (const auto &row : rows)
      for (auto [i, cell] : llvm::enumerate(row))
        widths[i] = std::max<double>(widths[i], cell.size());
    double all = 0, shorts = 0;
    for (double width : widths) {
      all += width + gap;
      shorts += gap + (width > isLong ? 0 : width);
    }
    size_t longs = llvm::count_if(widths, [=](double width) { return width > isLong; });
    std::string text;
    for (double width : widths)
      text += all > page && width > isLong
                  ? ">{\\raggedright\\arraybackslash}p{" + std::to_string(std::max(0.1, (page - shorts) / longs / page)) + "\\textwidth}"
                  : "l";
    return text;
  }

  static std::string sign(Kind joint) {
    return joint == Kind::Add ? "+" : joint == Kind::Sub ? "-" : joint == Kind::Mul ? "\\odot" : "\\cdot";
  }
  void line(llvm::ArrayRef<std::string> cells) {
    for (auto [i, cell] : llvm::enumerate(cells))
      out += (i ? " & " : "") + marked(cell);
    out += " \\\\\n";
  }

  std::string out;
};

} // namespace

std::unique_ptr<Page> makeTexPage() { return std::make_unique<TexPage>(); }

} // namespace nnc::explain
