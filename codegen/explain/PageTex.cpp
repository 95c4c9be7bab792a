// PageTex.cpp: an article for LaTeX, with no package but amsmath and amssymb.
#include "codegen/explain/Page.h"
#include "llvm/ADT/STLExtras.h"

namespace nnc::explain {

namespace {

std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '\\':
      result += "\\textbackslash{}";
      break;
    case '^':
      result += "\\^{}";
      break;
    case '~':
      result += "\\~{}";
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
  return withCode(text, escaped, [](llvm::StringRef code) { return "\\texttt{" + escaped(code) + "}"; });
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
  void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks) override {
    if (equations.empty())
      return;
    out += "\\begin{align*}\n";
    for (auto [i, equation] : llvm::enumerate(equations)) {
      out += "  " + toLatex(equation.target) + " &= " + toLatex(equation.value);
      if (i < remarks.size() && !remarks[i].empty())
        out += " && \\text{" + marked(remarks[i]) + "}";
      out += i + 1 < equations.size() ? " \\\\\n" : "\n";
    }
    out += "\\end{align*}\n\n";
  }
  void latex(llvm::StringRef formula) override { out += "\\[" + formula.trim().str() + "\\]\n\n"; }
  void code(llvm::StringRef text) override {
    out += "\\begin{verbatim}\n" + text.rtrim('\n').str() + "\n\\end{verbatim}\n\n";
  }
  void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) override {
    out += "\\noindent{\\small\\begin{tabular}{" + std::string(header.size(), 'l') + "}\n";
    line(header);
    out += "\\hline\n";
    for (const auto &row : rows)
      line(row);
    out += "\\end{tabular}}\n\n";
  }
  std::string finish() override {
    return "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage{amsmath,amssymb}\n"
           "\\usepackage[margin=2cm]{geometry}\n\\setlength{\\parindent}{0pt}\n\\setlength{\\parskip}{4pt}\n"
           "\\allowdisplaybreaks\n" +
           out + "\\end{document}\n";
  }

private:
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
