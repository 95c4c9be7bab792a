// Page.h: what a rule or a derivation is written to: text, Markdown, LaTeX or HTML. The writer says what stands there once.
#ifndef NNC_CODEGEN_EXPLAIN_PAGE_H
#define NNC_CODEGEN_EXPLAIN_PAGE_H

#include "codegen/explain/Math.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <memory>

namespace nnc::explain {

enum class Format { Text, Markdown, Tex, Html, Json };

/// A page that grows downwards. In headings, paragraphs and cells `...` between backquotes is code.
class Page {
public:
  virtual ~Page() = default;
  /// Level 1 is the page's title and comes first.
  virtual void heading(int level, llvm::StringRef text) = 0;
  virtual void paragraph(llvm::StringRef text) = 0;
  /// What stands between two calls is set off from the page, where the format can: a rule in letters of its own.
  virtual void aside(bool begins) {}
  /// Equations below one another, each with a remark or an empty one.
  virtual void equations(llvm::ArrayRef<Equation> equations, llvm::ArrayRef<std::string> remarks = {}) = 0;
  /// Whether formulae are set, with bars over adjoints.
  virtual bool isSet() const { return true; }
  virtual void code(llvm::StringRef text) = 0;
  virtual void table(llvm::ArrayRef<std::string> header, llvm::ArrayRef<std::vector<std::string>> rows) = 0;
  /// What was written, complete.
  virtual std::string finish() = 0;
};

/// A page of any format but JSON.
std::unique_ptr<Page> makePage(Format format);

std::unique_ptr<Page> makeTextPage();
std::unique_ptr<Page> makeMarkdownPage();
std::unique_ptr<Page> makeTexPage();
std::unique_ptr<Page> makeHtmlPage();

/// `text` with each `...` replaced by what `code` makes of it, and the rest by what `plain` does.
std::string withCode(llvm::StringRef text, llvm::function_ref<std::string(llvm::StringRef)> plain,
                     llvm::function_ref<std::string(llvm::StringRef)> code);

} // namespace nnc::explain

#endif
