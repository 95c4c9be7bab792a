// ParseStmt.cpp: the rules for blocks and statements.
#include "frontend/Parser.h"

using namespace nnc;
using namespace nnc::ast;

// block = "{" { stmt } "}"
const Block *Parser::parseBlock() {
  Nesting nesting(*this);
  Token open = token;
  if (!nesting || !expect(Tok::LBrace, "and a block"))
    return nullptr;
  llvm::SmallVector<const Stmt *> statements;
  while (!at(Tok::RBrace) && !at(Tok::End) && !startsDeclaration(token)) {
    llvm::StringRef doc = token.doc;
    Range begin = token.range;
    if (const Stmt *statement = parseStmt()) {
      const_cast<Stmt *>(statement)->doc = doc;
      const_cast<Stmt *>(statement)->range = from(begin);
      statements.push_back(statement);
    } else {
      recoverToStatement();
    }
  }
  if (!at(Tok::RBrace) && !aborted)
    diags.error(token.range, "expected '}', found " + describe(token))
        .note(open.range, "to close this block");
  takeIf(Tok::RBrace);
  auto *block = new (memory.Allocate<Block>()) Block();
  block->range = from(open.range);
  block->statements = keep(statements);
  return block;
}

// stmt = let | "let" equation | const | entry | fn | if | ...
const Stmt *Parser::parseStmt() {
  switch (token.kind) {
  case Tok::Kw_let: return parseLet();
  case Tok::Kw_const: return parseConst();
  case Tok::Kw_entry: return parseEntry();
  case Tok::Kw_fn: return parseFnStmt();
  case Tok::Kw_if: return parseIf();
  case Tok::Kw_param: return parseVariable(/*isState=*/false);
  case Tok::Kw_state: return parseVariable(/*isState=*/true);
  case Tok::Kw_input: return parseInput();
  case Tok::Kw_output: return parseNamedValue<OutputStmt>("the name of the output");
  case Tok::Kw_loss: return parseLoss();
  case Tok::Kw_metric: return parseMetric();
  case Tok::Kw_next: return parseNamedValue<NextStmt>("the name of a carried value or state");
  case Tok::Kw_return: return parseValues<ReturnStmt>();
  case Tok::Kw_yield: return parseValues<YieldStmt>();
  case Tok::Kw_last: return parseLast();
  case Tok::Kw_require: return parseRequire();
  case Tok::Kw_dim: return parseDimStmt();
  default: break;
  }
  if (at(Tok::Name) && following.is(Tok::Equal) && !aborted)
    diags.error(token.range, "a value gets its name by 'let': write 'let " + token.text + " = ...'");
  else if (at(Tok::Kw_scan) || at(Tok::Kw_for))
    expected("a statement; " + spelling(token.kind) +
             " is an expression, as 'let y = " + spelling(token.kind).drop_front().drop_back() + " ...'");
  else
    expected("a statement ('let', 'output', 'return', ...)");
  take();
  return nullptr;
}

// let = "let" NAME { "," NAME } "=" expr
const Stmt *Parser::parseLet() {
  Range keyword = take().range;
  if (at(Tok::Name) && following.is(Tok::LBracket)) {
    auto *statement = make<EquationStmt>(keyword);
    return parseEquation(statement->equation) ? statement : nullptr;
  }
  return parseLetTail(keyword);
}

const LetStmt *Parser::parseLetTail(Range keyword) {
  auto *statement = make<LetStmt>(keyword);
  llvm::SmallVector<Name> names;
  do {
    auto name = parseName("the name of a value");
    if (!name)
      return nullptr;
    names.push_back(*name);
  } while (takeIf(Tok::Comma));
  statement->names = keep(names);
  if (at(Tok::Colon)) {
    diags.error(token.range, "the type of a 'let' is that of its value; it is not written");
    return nullptr;
  }
  if (!expect(Tok::Equal, "and the value of '" + names.back().text + "'"))
    return nullptr;
  statement->value = parseExpr();
  return statement->value ? statement : nullptr;
}

// const = "const" NAME [ ":" type ] "=" expr
const ConstStmt *Parser::parseConst() {
  auto *statement = make<ConstStmt>(take().range);
  auto name = parseName("the name of a constant");
  if (!name)
    return nullptr;
  statement->name = *name;
  if (takeIf(Tok::Colon) && !(statement->type = parseType()))
    return nullptr;
  if (!expect(Tok::Equal, "and the value of '" + name->text + "'"))
    return nullptr;
  statement->value = parseExpr();
  return statement->value ? statement : nullptr;
}

// entry = "entry" NAME block
const Stmt *Parser::parseEntry() {
  auto *statement = make<EntryStmt>(take().range);
  auto name = parseName("the name of an entry");
  if (!name)
    return nullptr;
  statement->name = *name;
  statement->body = parseBlock();
  return statement->body ? statement : nullptr;
}

// fn = "fn" NAME signature block
const Stmt *Parser::parseFnStmt() {
  auto *statement = make<FnStmt>(take().range);
  auto name = parseName("the name of a function");
  if (!name)
    return nullptr;
  statement->name = *name;
  if (!parseSignature(statement->signature))
    return nullptr;
  statement->body = parseBlock();
  return statement->body ? statement : nullptr;
}

// if = "if" expr block [ "else" ( block | if ) ]
const Stmt *Parser::parseIf() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  auto *statement = make<IfStmt>(take().range);
  statement->condition = parseExpr();
  if (!statement->condition)
    return nullptr;
  if (at(Tok::Kw_then)) {
    diags.error(token.range,
                "a statement's 'if' has blocks; 'if .. then .. else' is a value, as in 'let y = if c then "
                "a else b'");
    return nullptr;
  }
  if (!(statement->then = parseBlock()))
    return nullptr;
  if (!takeIf(Tok::Kw_else))
    return statement;
  if (!at(Tok::Kw_if)) {
    statement->otherwise = parseBlock();
    return statement->otherwise ? statement : nullptr;
  }
  Range begin = token.range;
  const Stmt *nested = parseIf();
  if (!nested)
    return nullptr;
  const_cast<Stmt *>(nested)->range = from(begin);
  auto *block = new (memory.Allocate<Block>()) Block();
  block->range = from(begin);
  block->statements = keep(llvm::SmallVector<const Stmt *, 1>{nested});
  statement->otherwise = block;
  return statement;
}

// ( "param" | "state" ) NAME ":" type "=" expr
const Stmt *Parser::parseVariable(bool isState) {
  auto *statement = make<VariableStmt>(take().range);
  statement->isState = isState;
  auto name = parseName(isState ? "the name of a state" : "the name of a parameter");
  if (!name || !expect(Tok::Colon, "and the type of '" + name->text + "'"))
    return nullptr;
  statement->name = *name;
  if (!(statement->type = parseType()) ||
      !expect(Tok::Equal, "and the initial value of '" + name->text + "', as 'zeros()'"))
    return nullptr;
  statement->initial = parseExpr();
  return statement->initial ? statement : nullptr;
}

// "input" NAME ":" type [ "=" expr ]
const Stmt *Parser::parseInput() {
  auto *statement = make<InputStmt>(take().range);
  auto name = parseName("the name of an input");
  if (!name || !expect(Tok::Colon, "and the type of '" + name->text + "'"))
    return nullptr;
  statement->name = *name;
  if (!(statement->type = parseType()))
    return nullptr;
  if (takeIf(Tok::Equal) && !(statement->defaultValue = parseExpr()))
    return nullptr;
  return statement;
}

// "output" NAME "=" expr | "next" NAME "=" expr
template <typename Statement> const Stmt *Parser::parseNamedValue(const char *what) {
  auto *statement = make<Statement>(take().range);
  auto name = parseName(what);
  if (!name || !expect(Tok::Equal, "and the value of '" + name->text + "'"))
    return nullptr;
  statement->name = *name;
  statement->value = parseExpr();
  return statement->value ? statement : nullptr;
}

// "loss" [ NAME "=" ] expr
const Stmt *Parser::parseLoss() {
  auto *statement = make<LossStmt>(take().range);
  if (at(Tok::Name) && following.is(Tok::Equal)) {
    statement->name = *parseName("the name of the loss");
    take();
  }
  statement->value = parseExpr();
  return statement->value ? statement : nullptr;
}

// "metric" NAME "=" expr [ "where" expr ]
const Stmt *Parser::parseMetric() {
  auto *statement = make<MetricStmt>(take().range);
  auto name = parseName("the name of the metric");
  if (!name || !expect(Tok::Equal, "and the value of '" + name->text + "'"))
    return nullptr;
  statement->name = *name;
  statement->value = parseExpr();
  if (!statement->value)
    return nullptr;
  if (takeWord("where") && !(statement->where = parseExpr()))
    return nullptr;
  return statement;
}

// "return" expr { "," expr } | "yield" expr { "," expr }
template <typename Statement> const Stmt *Parser::parseValues() {
  auto *statement = make<Statement>(take().range);
  llvm::SmallVector<const Expr *> values;
  do {
    const Expr *value = parseExpr();
    if (!value)
      return nullptr;
    values.push_back(value);
  } while (takeIf(Tok::Comma));
  statement->values = keep(values);
  return statement;
}

// "last" NAME { "," NAME }
const Stmt *Parser::parseLast() {
  auto *statement = make<LastStmt>(take().range);
  llvm::SmallVector<Name> names;
  do {
    auto name = parseName("the name of a carried value");
    if (!name)
      return nullptr;
    names.push_back(*name);
  } while (takeIf(Tok::Comma));
  statement->names = keep(names);
  return statement;
}

// "require" expr [ "," STRING ]
const Stmt *Parser::parseRequire() {
  auto *statement = make<RequireStmt>(take().range);
  statement->condition = parseExpr();
  if (!statement->condition)
    return nullptr;
  if (!takeIf(Tok::Comma))
    return statement;
  if (!at(Tok::String)) {
    expected("a string that says what is required");
    return nullptr;
  }
  statement->hasMessage = true;
  statement->message = take().text;
  return statement;
}

// "dim" NAME [ "<=" arith ]
const Stmt *Parser::parseDimStmt() {
  auto *statement = make<DimStmt>(take().range);
  auto name = parseName("the name of a dimension");
  if (!name)
    return nullptr;
  statement->name = *name;
  if (takeIf(Tok::LessEqual) && !(statement->bound = parseArith()))
    return nullptr;
  return statement;
}
