// Parser.h: tokens to tree, by recursive descent with two tokens of lookahead.
//
// One function per rule of the grammar, the rule above it. A function that meets an error reports it and
// returns null (or false); statements and declarations are where parsing resumes: at the next word that begins
// one, or behind the block's `}`.
#ifndef NNC_FRONTEND_PARSER_H
#define NNC_FRONTEND_PARSER_H

#include "frontend/AST.h"
#include "frontend/Lexer.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>

namespace nnc {

class Parser {
public:
  /// The one limit on nesting: of expressions, blocks and types.
  static constexpr unsigned maxNesting = 256;

  Parser(const SourceFile &file, Diagnostics &diags, llvm::BumpPtrAllocator &memory);
  const ast::File *parseFile();
  /// A single expression, as in `-D hidden=256`; null after an error.
  const ast::Expr *parseWholeExpr();

private:
  // Tokens.
  const Token &peek(unsigned ahead = 0) const { return ahead == 0 ? token : following; }
  bool at(Tok kind) const { return token.is(kind); }
  bool atWord(llvm::StringRef word) const { return token.isWord(word); }
  Token take();
  bool takeIf(Tok kind);
  bool takeWord(llvm::StringRef word);
  bool expect(Tok kind, const llvm::Twine &where);
  /// Takes a closing bracket; without it, says where the open one is.
  bool expectClosing(Tok kind, const Token &open);
  std::optional<ast::Name> parseName(const llvm::Twine &what);
  void expected(const llvm::Twine &what, const llvm::Twine &wayOut = "");
  void recoverToStatement();
  void recoverToDeclaration();
  bool startsStatement(const Token &t) const;
  bool startsDeclaration(const Token &t) const;

  /// Whether a tree of so many levels is beyond the limit; then the rest of the file is not read.
  bool isTooDeep(unsigned levels);
  // Nesting: an object of this stands in every function that can reach itself.
  class Nesting {
  public:
    explicit Nesting(Parser &parser);
    ~Nesting() { --parser.depth; }
    explicit operator bool() const { return ok; }

  private:
    Parser &parser;
    bool ok;
  };

  // Memory.
  template <typename T> T *make(Range range) { return new (memory.Allocate<T>()) T(range); }
  template <typename T> ast::List<T> keep(llvm::ArrayRef<T> items);
  template <typename T, unsigned N> ast::List<T> keep(const llvm::SmallVector<T, N> &items) {
    return keep(llvm::ArrayRef<T>(items));
  }
  Range from(Range begin) const { return {begin.begin, previousEnd}; }

  // Declarations (Parser.cpp).
  const ast::Decl *parseDecl();
  const ast::Decl *parseUse();
  const ast::Decl *parseModel();
  const ast::Decl *parseLayer();
  const ast::Decl *parseFnDecl();
  const ast::Decl *parseOp();
  const ast::Decl *parseOptimizer();
  const ast::Decl *parseTrain();
  std::optional<ast::Clause> parseClause();
  bool parseHyper(ast::Formal &hyper);
  bool parseSettings(ast::List<ast::Setting> &settings, bool many);
  bool parseNamedCall(ast::NamedCall &call);
  bool parseSelectors(ast::List<ast::Selector> &selectors);
  bool parseSelector(ast::Selector &selector);
  bool parseFormals(ast::List<ast::Formal> &formals);
  bool parseFormal(ast::Formal &formal);
  bool parseSignature(ast::Signature &signature);
  bool parseResults(ast::List<ast::Formal> &results);
  const ast::Type *parseType();
  bool parseDim(ast::DimExpr &dim);

  // Statements (ParseStmt.cpp).
  const ast::Block *parseBlock();
  const ast::Stmt *parseStmt();
  const ast::Stmt *parseLet();
  const ast::LetStmt *parseLetTail(Range keyword);
  const ast::ConstStmt *parseConst();
  const ast::Stmt *parseIf();
  const ast::Stmt *parseVariable(bool isState);
  const ast::Stmt *parseInput();
  template <typename Statement> const ast::Stmt *parseNamedValue(const char *what);
  const ast::Stmt *parseLoss();
  const ast::Stmt *parseMetric();
  template <typename Statement> const ast::Stmt *parseValues();
  const ast::Stmt *parseLast();
  const ast::Stmt *parseRequire();
  const ast::Stmt *parseDimStmt();
  const ast::Stmt *parseEntry();
  const ast::Stmt *parseFnStmt();

  // Expressions (ParseExpr.cpp).
  const ast::Expr *parseExpr();
  const ast::Expr *parseScan();
  const ast::Expr *parseFor();
  bool parseEach(ast::Each &each);
  bool parseEachList(ast::List<ast::Each> &list);
  bool parseWith(ast::List<ast::Carry> &carries);
  const ast::Expr *parsePipe();
  const ast::Expr *parseChoice();
  const ast::Expr *parseOr();
  const ast::Expr *parseAnd();
  const ast::Expr *parseNot();
  const ast::Expr *parseComparison();
  const ast::Expr *parseArith();
  const ast::Expr *parseTerm();
  const ast::Expr *parseUnary();
  const ast::Expr *parseCast();
  const ast::Expr *parsePower();
  const ast::Expr *parseExponent();
  /// The node of `base ** exponent`; null if the exponent could not be read.
  const ast::Expr *makePower(const ast::Expr *base, Range sign, const ast::Expr *exponent);
  const ast::Expr *parsePostfix();
  const ast::Expr *parseAtom();
  const ast::Expr *parseBracketed();
  const ast::Expr *parseParenthesized();
  const ast::Expr *parseLiteral();
  bool parseArgs(ast::List<ast::Arg> &args);
  bool parseSubscripts(ast::List<ast::Subscript> &subscripts);
  bool parseSubscript(ast::Subscript &subscript);
  const ast::PackExpr *parsePack();
  using Operand = const ast::Expr *(Parser::*)();
  const ast::Expr *parseChain(Operand operand, llvm::ArrayRef<std::pair<Tok, ast::Op>> operators);

  // Index notation (ParseIndex.cpp).
  bool parseEquation(ast::Equation &equation);
  const ast::Expr *parseIndexExpr();
  const ast::Expr *parseIndexSum();
  const ast::Expr *parseIndexTerm();
  const ast::Expr *parseReduce();
  const ast::Expr *parseIndexCondition();
  const ast::Expr *parseIndexComparison();
  const ast::Expr *parseIndexUnary();
  const ast::Expr *parseIndexAtom();
  bool atReduce() const;

  const SourceFile &file;
  Diagnostics &diags;
  llvm::BumpPtrAllocator &memory;
  Lexer lexer;
  Token token, following;
  Loc previousEnd;
  unsigned depth = 0;   // of the rules being parsed
  unsigned deepest = 0; // of what was parsed since the begin of the expression around it
  bool aborted = false; // too deep: the rest of the file is not read
};

template <typename T> ast::List<T> Parser::keep(llvm::ArrayRef<T> items) {
  static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
  T *copy = memory.Allocate<T>(items.size());
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return {copy, items.size()};
}

} // namespace nnc

#endif
