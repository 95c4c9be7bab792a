// PageHtml.cpp: one HTML file that needs nothing beside it: formulae are MathML, the style is inside, there is no script.
#include "codegen/explain/Layout.h"
#include "codegen/explain/Page.h"
#include "llvm/ADT/STLExtras.h"

namespace nnc::explain {

namespace {

std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return result;
}

std::string marked(llvm::StringRef text) {
  return withCode(text, escaped, [](llvm::StringRef code) { return "<code>" + escaped(code) + "</code>"; });
}

constexpr llvm::StringRef style = R"(
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1c2733; }
h1 { font-size: 1.6em } h2 { font-size: 1.3em; margin-top: 2em; border-bottom: 1px solid #ccd5dd }
h3 { font-size: 1.1em; margin: 1.4em 0 0.2em }
p { margin: 0.3em 0 } code, pre { font: 0.92em ui-monospace, monospace; background: #f1f4f7 } pre { padding: 0.6em; overflow-x: auto }
.equation { margin: 0.4em 2em; overflow-x: auto; overflow-y: hidden } .equation math { math-style: normal } .remark { color: #5b6b7a; margin-left: 2em; font-size: 0.9em }
.aside { margin: 0.5em 0 0.5em 2em; padding: 0.2em 1em; border-left: 3px solid #ccd5dd; background: #f8fafb }
table { border-collapse: collapse; margin: 0.6em 0 } td, th { text-align: left; padding: 0.15em 0.9em; border-bottom: 1px solid #e3e8ed }
)";

class HtmlPage : public Page {
public:
  void heading(int level, llvm::StringRef text) override {
    if (level == 1)
      title = withCode(text, escaped, escaped);
    std::string name = "h" + std::to_string(level);
    out += "<" + name + ">" + marked(text) + "</" + name + ">\n";
  }
  void paragraph(llvm::StringRef text) override { out += "<p>" + marked(text) + "</p>\n"; }
  void aside(bool begins) override { out += begins ? "<div class=\"aside\">\n" : "</div>\n"; }
  void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks) override {
    for (auto [i, equation] : llvm::enumerate(equations)) {
      out += "<div class=\"equation\"><math>" + toMathML(equation) + "</math>";
      if (i < remarks.size() && !remarks[i].empty())
        out += "<span class=\"remark\">" + marked(remarks[i]) + "</span>";
      out += "</div>\n";
    }
  }
  void code(llvm::StringRef text) override { out += "<pre>" + escaped(text.rtrim('\n')) + "</pre>\n"; }
  void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) override {
    out += "<table>\n";
    line(header, "th");
    for (const auto &row : rows)
      line(row, "td");
    out += "</table>\n";
  }
  std::string finish() override {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
           "</title>\n<style>" + style.str() + "</style>\n</head>\n<body>\n" + out + "</body>\n</html>\n";
  }

private:
  void line(llvm::ArrayRef<std::string> cells, llvm::StringRef tag) {
    out += "<tr>";
    for (const std::string &cell : cells)
      out += ("<" + tag + ">").str() + marked(cell) + ("</" + tag + ">").str();
    out += "</tr>\n";
  }

  std::string title, out;
};

} // namespace

std::unique_ptr<Page> makeHtmlPage() { return std::make_unique<HtmlPage>(); }

} // namespace nnc::explain
