// Parser.cpp: tokens, recovery, and the rules for declarations, types and train blocks.
#include "frontend/Parser.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Tokens and recovery
//===------------------------------------------------------------------------------------------------===//

Parser::Parser(const SourceFile &file, Diagnostics &diags, llvm::BumpPtrAllocator &memory)
    : file(file), diags(diags), memory(memory), lexer(file, diags, memory) {
  token = lexer.next();
  following = lexer.next();
  previousEnd = token.range.begin;
}

Token Parser::take() {
  Token taken = token;
  if (taken.is(Tok::End))
    return taken;
  previousEnd = taken.range.end;
  token = following;
  if (!following.is(Tok::End))
    following = lexer.next();
  return taken;
}

bool Parser::takeIf(Tok kind) {
  if (!at(kind))
    return false;
  take();
  return true;
}

bool Parser::takeWord(llvm::StringRef word) {
  if (!atWord(word))
    return false;
  take();
  return true;
}

void Parser::expected(const llvm::Twine &what, const llvm::Twine &wayOut) {
  if (!aborted && !token.is(Tok::Error)) // reported by the lexer
    diags.error(token.range, "expected " + what + ", found " + describe(token) + wayOut);
}

bool Parser::expect(Tok kind, const llvm::Twine &where) {
  if (takeIf(kind))
    return true;
  expected(spelling(kind) + " " + where);
  return false;
}

bool Parser::expectClosing(Tok kind, const Token &open) {
  if (takeIf(kind))
    return true;
  if (!aborted && !token.is(Tok::Error))
    diags.error(token.range, "expected " + spelling(kind) + ", found " + describe(token))
        .note(open.range, "to close this " + spelling(open.kind));
  return false;
}

std::optional<Name> Parser::parseName(const llvm::Twine &what) {
  if (at(Tok::Name)) {
    Token t = take();
    return Name{t.text, t.range};
  }
  if (token.isKeyword() && !aborted) {
    diags.error(token.range, spelling(token.kind) + " is a reserved word; it cannot be " + what);
    if (!token.atLineStart)
      take(); // it was meant as a name, so it starts no statement
  } else {
    expected(what);
  }
  return std::nullopt;
}

bool Parser::isTooDeep(unsigned levels) {
  if (levels <= maxNesting)
    return false;
  if (!aborted)
    diags.error(token.range, "nesting deeper than " + llvm::Twine(maxNesting) + " levels is not supported");
  aborted = true;
  token.kind = following.kind = Tok::End;
  return true;
}

Parser::Nesting::Nesting(Parser &parser) : parser(parser), ok(!parser.isTooDeep(++parser.depth)) {
  parser.deepest = std::max(parser.deepest, parser.depth);
}

bool Parser::startsStatement(const Token &t) const {
  switch (t.kind) {
  case Tok::Kw_let:
  case Tok::Kw_param:
  case Tok::Kw_state:
  case Tok::Kw_input:
  case Tok::Kw_output:
  case Tok::Kw_loss:
  case Tok::Kw_metric:
  case Tok::Kw_const:
  case Tok::Kw_entry:
  case Tok::Kw_fn:
  case Tok::Kw_next:
  case Tok::Kw_return:
  case Tok::Kw_yield:
  case Tok::Kw_last:
  case Tok::Kw_require:
  case Tok::Kw_dim: return true;
  case Tok::Kw_if: // begins an expression as well
    return t.atLineStart;
  default: return false;
  }
}

bool Parser::startsDeclaration(const Token &t) const {
  if (!t.atLineStart)
    return false;
  switch (t.kind) {
  case Tok::Kw_use:
  case Tok::Kw_model:
  case Tok::Kw_layer:
  case Tok::Kw_op:
  case Tok::Kw_train: return true;
  default: return false;
  }
}

/// Skips to the next word that begins a statement, or to the `}` of this block; blocks on the way are skipped
/// as a whole.
void Parser::recoverToStatement() {
  unsigned open = 0;
  if (diags.stopped())
    aborted = true, token.kind = following.kind = Tok::End;
  while (!at(Tok::End) && !startsDeclaration(token)) {
    if (open == 0 && (at(Tok::RBrace) || startsStatement(token)))
      return;
    if (at(Tok::LBrace))
      ++open;
    else if (at(Tok::RBrace) && --open == 0) {
      take();
      return;
    }
    take();
  }
}

void Parser::recoverToDeclaration() {
  if (diags.stopped())
    aborted = true, token.kind = following.kind = Tok::End;
  while (!at(Tok::End) && !startsDeclaration(token) &&
         !(token.atLineStart && (at(Tok::Kw_fn) || at(Tok::Kw_const) || atWord("optimizer"))))
    take();
}

//===------------------------------------------------------------------------------------------------===//
// Declarations
//===------------------------------------------------------------------------------------------------===//

// file = { use | const | model | layer | fn | op | train | optimizer }
const File *Parser::parseFile() {
  llvm::SmallVector<const Decl *> declarations;
  while (!at(Tok::End)) {
    if (const Decl *decl = parseDecl())
      declarations.push_back(decl);
    else
      recoverToDeclaration();
  }
  auto *result = new (memory.Allocate<File>()) File();
  result->source = &file;
  result->declarations = keep(declarations);
  return result;
}

const Expr *Parser::parseWholeExpr() {
  const Expr *expr = parseExpr();
  if (expr && !at(Tok::End)) {
    expected("the end of the value");
    return nullptr;
  }
  return expr;
}

const Decl *Parser::parseDecl() {
  llvm::StringRef doc = token.doc;
  const Decl *decl = nullptr;
  switch (token.kind) {
  case Tok::Kw_use: decl = parseUse(); break;
  case Tok::Kw_model: decl = parseModel(); break;
  case Tok::Kw_layer: decl = parseLayer(); break;
  case Tok::Kw_fn: decl = parseFnDecl(); break;
  case Tok::Kw_op: decl = parseOp(); break;
  case Tok::Kw_train: decl = parseTrain(); break;
  case Tok::Kw_const:
    if (const ConstStmt *constant = parseConst()) {
      auto *result = make<ConstDecl>(constant->keyword);
      result->constant = constant;
      result->name = constant->name;
      decl = result;
    }
    break;
  default:
    if (atWord("optimizer"))
      decl = parseOptimizer();
    else if (at(Tok::RBrace))
      diags.error(take().range, "this '}' closes nothing");
    else {
      expected("a declaration ('model', 'layer', 'fn', 'op', 'train', 'optimizer', 'const' or 'use')");
      take();
    }
  }
  if (decl) { // the one place where a finished node is completed
    const_cast<Decl *>(decl)->doc = doc;
    const_cast<Decl *>(decl)->range = from(decl->keyword);
  }
  return decl;
}

// use = "use" ( NAME | STRING ) [ "as" NAME ]
const Decl *Parser::parseUse() {
  auto *decl = make<UseDecl>(take().range);
  if (at(Tok::String)) {
    Token path = take();
    decl->path = path.text;
    decl->pathRange = path.range;
    if (path.text.empty()) {
      diags.error(path.range, "the name of a file cannot be empty");
      return nullptr;
    }
  } else if (at(Tok::Name)) {
    Token t = take();
    decl->name = {t.text, t.range};
    decl->pathRange = t.range;
  } else {
    expected("a library ('nn') or a file in quotes ('\"blocks.nn\"') after 'use'");
    return nullptr;
  }
  if (takeIf(Tok::Kw_as)) {
    auto alias = parseName("the name it is used as");
    if (!alias)
      return nullptr;
    decl->alias = *alias;
  }
  return decl;
}

// model = "model" NAME [ formals ] block
const Decl *Parser::parseModel() {
  auto *decl = make<ModelDecl>(take().range);
  auto name = parseName("the name of a model");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (at(Tok::LParen) && !parseFormals(decl->formals))
    return nullptr;
  decl->body = parseBlock();
  return decl->body ? decl : nullptr;
}

// layer = "layer" NAME formals [ signature ] block
const Decl *Parser::parseLayer() {
  auto *decl = make<LayerDecl>(take().range);
  auto name = parseName("the name of a layer");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (!parseFormals(decl->formals))
    return nullptr;
  if (at(Tok::Arrow)) {
    diags.error(token.range,
                "a layer has two lists: first its configuration, then the tensors it maps; write '" +
                    decl->name.text + "()(...) -> ...'");
    return nullptr;
  }
  if (at(Tok::LParen)) {
    decl->hasSignature = true;
    if (!parseSignature(decl->signature))
      return nullptr;
  }
  decl->body = parseBlock();
  return decl->body ? decl : nullptr;
}

// fn = "fn" NAME signature block
const Decl *Parser::parseFnDecl() {
  auto *decl = make<FnDecl>(take().range);
  auto name = parseName("the name of a function");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (!parseSignature(decl->signature))
    return nullptr;
  decl->body = parseBlock();
  return decl->body ? decl : nullptr;
}

// op = "op" NAME formals "->" results "{" equation { equation } "}"
const Decl *Parser::parseOp() {
  auto *decl = make<OpDecl>(take().range);
  auto name = parseName("the name of an operator");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (!parseFormals(decl->formals) || !expect(Tok::Arrow, "and the results of the operator") ||
      !parseResults(decl->results))
    return nullptr;
  Token open = token;
  if (!expect(Tok::LBrace, "before the equations"))
    return nullptr;
  llvm::SmallVector<Equation> equations;
  do {
    Equation equation;
    if (!parseEquation(equation)) {
      recoverToStatement();
      break;
    }
    equations.push_back(equation);
  } while (at(Tok::Name));
  decl->equations = keep(equations);
  return expectClosing(Tok::RBrace, open) ? decl : nullptr;
}

// optimizer = "optimizer" NAME formals signature block
const Decl *Parser::parseOptimizer() {
  auto *decl = make<OptimizerDecl>(take().range);
  auto name = parseName("the name of an optimizer");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (!parseFormals(decl->formals) || !parseSignature(decl->signature))
    return nullptr;
  decl->body = parseBlock();
  return decl->body ? decl : nullptr;
}

// formals = "(" [ formal { "," formal } [ "," ] ] ")"
bool Parser::parseFormals(List<Formal> &formals) {
  Token open = token;
  if (!expect(Tok::LParen, "before the parameters"))
    return false;
  llvm::SmallVector<Formal> result;
  while (!at(Tok::RParen)) {
    Formal formal;
    if (!parseFormal(formal))
      return false;
    result.push_back(formal);
    if (!takeIf(Tok::Comma))
      break;
  }
  formals = keep(result);
  return expectClosing(Tok::RParen, open);
}

// formal = NAME ":" type [ "=" expr ]
bool Parser::parseFormal(Formal &formal) {
  formal.doc = token.doc;
  auto name = parseName("the name of a parameter");
  if (!name || !expect(Tok::Colon, "and the type of '" + name->text + "'"))
    return false;
  formal.name = *name;
  formal.type = parseType();
  if (!formal.type)
    return false;
  if (takeIf(Tok::Equal)) {
    formal.defaultValue = parseExpr();
    return formal.defaultValue;
  }
  return true;
}

// signature = formals "->" type
bool Parser::parseSignature(Signature &signature) {
  Range begin = token.range;
  if (!parseFormals(signature.formals) || !expect(Tok::Arrow, "and the type of the result"))
    return false;
  signature.result = parseType();
  signature.range = from(begin);
  return signature.result;
}

// results = result | "(" result { "," result } ")"
// result  = NAME ":" type
bool Parser::parseResults(List<Formal> &results) {
  llvm::SmallVector<Formal> list;
  Token open = token;
  bool many = takeIf(Tok::LParen);
  do {
    Formal result;
    auto name = parseName("the name of a result");
    if (!name || !expect(Tok::Colon, "and the type of '" + name->text + "'"))
      return false;
    result.name = *name;
    result.type = parseType();
    if (!result.type)
      return false;
    list.push_back(result);
  } while (many && takeIf(Tok::Comma));
  results = keep(list);
  return !many || expectClosing(Tok::RParen, open);
}

// type = NAME [ "[" [ dim { "," dim } ] "]" ] | "[" NAME "]" | "layer" | "(" type "," type { "," type } ")"
const Type *Parser::parseType() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  auto *type = new (memory.Allocate<Type>()) Type();
  Token first = token;
  if (takeIf(Tok::Kw_layer)) {
    type->kind = Type::Kind::Layer;
  } else if (at(Tok::Name)) {
    Token name = take();
    type->name = {name.text, name.range};
    Token open = token;
    if (takeIf(Tok::LBracket)) {
      type->kind = Type::Kind::Tensor;
      llvm::SmallVector<DimExpr> dims;
      while (!at(Tok::RBracket)) {
        DimExpr dim;
        if (!parseDim(dim))
          return nullptr;
        dims.push_back(dim);
        if (!takeIf(Tok::Comma))
          break;
      }
      if (!expectClosing(Tok::RBracket, open))
        return nullptr;
      type->dims = keep(dims);
    }
  } else if (takeIf(Tok::LBracket)) {
    type->kind = Type::Kind::List;
    if (at(Tok::Kw_layer)) {
      Token name = take();
      type->name = {name.text, name.range};
    } else if (auto name = parseName("the type of the list's elements")) {
      type->name = *name;
    } else {
      return nullptr;
    }
    if (!expectClosing(Tok::RBracket, first))
      return nullptr;
  } else if (takeIf(Tok::LParen)) {
    type->kind = Type::Kind::Tuple;
    llvm::SmallVector<const Type *> parts;
    do {
      const Type *part = parseType();
      if (!part)
        return nullptr;
      parts.push_back(part);
    } while (takeIf(Tok::Comma));
    if (!expectClosing(Tok::RParen, first))
      return nullptr;
    type->parts = keep(parts);
    if (parts.size() < 2) {
      diags.error(from(first.range), "a tuple has two types or more; write the type without parentheses");
      return nullptr;
    }
  } else {
    expected("a type, as 'f[batch, 784]' or 'int'");
    return nullptr;
  }
  type->range = from(first.range);
  return type;
}

// dim  = pack | arith
// pack = "..." [ NAME ]
bool Parser::parseDim(DimExpr &dim) {
  Range begin = token.range;
  if (at(Tok::Ellipsis)) {
    const PackExpr *pack = parsePack();
    dim.pack = pack->name;
    dim.range = pack->range;
    return true;
  }
  dim.size = parseArith();
  dim.range = from(begin);
  return dim.size;
}
