// Lexer.h: characters to tokens, one at a time, each with its range.
#ifndef NNC_FRONTEND_LEXER_H
#define NNC_FRONTEND_LEXER_H

#include "frontend/Diagnostics.h"
#include "llvm/Support/Allocator.h"

namespace nnc {

enum class Tok {
  End,
  Error, // reported already; the parser skips it
  Name,
  Int,
  Float,
  String,
#define NNC_KEYWORD(name) Kw_##name,
#define NNC_PUNCTUATION(name, text) name,
#include "frontend/Tokens.def"
};

struct Token {
  Tok kind = Tok::End;
  bool atLineStart = false; // nothing but blanks before it on its line: where recovery may stop
  Range range;
  llvm::StringRef text; // as written; of a string, its value
  llvm::StringRef doc;  // text of the `///` lines right above
  int64_t intValue = 0;
  double floatValue = 0;

  bool is(Tok k) const { return kind == k; }
  bool isKeyword() const;
  /// A name with the given spelling: words of the grammar that are special in their own clause only.
  bool isWord(llvm::StringRef word) const { return kind == Tok::Name && text == word; }
};

/// `'|>'`, `a name`, `the end of the file`: for messages.
std::string describe(const Token &token);
llvm::StringRef spelling(Tok kind);

class Lexer {
public:
  static constexpr size_t maxNameBytes = 255;

  /// Strings and documentation that are not verbatim in the text are kept in `memory`.
  Lexer(const SourceFile &file, Diagnostics &diags, llvm::BumpPtrAllocator &memory);
  Token next();

private:
  void skipBlanksAndComments();
  void comment();
  Token scan();
  Token name();
  Token number();
  Token string();
  Token punctuation();
  Token unexpected();
  bool validateText();
  Token make(Tok kind, const char *begin);
  Loc loc(const char *p) const { return {file.base + uint32_t(p - begin)}; }
  llvm::StringRef keep(llvm::StringRef text);

  const SourceFile &file;
  Diagnostics &diags;
  llvm::BumpPtrAllocator &memory;
  const char *begin, *end, *p;
  bool lineStart = true;
  std::string doc;
};

} // namespace nnc

#endif
