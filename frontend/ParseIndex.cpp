// ParseIndex.cpp: the rules for index notation, `y[n, o] = sum(i) x[n, i] * w[i, o]`.
//
// Its expressions use the nodes of ordinary ones, and Reduce: a reduction covers the product that follows it.
#include "frontend/Parser.h"

using namespace nnc;
using namespace nnc::ast;

bool Parser::atReduce() const {
  return (atWord("sum") || atWord("prod") || atWord("max") || atWord("min")) && following.is(Tok::LParen);
}

// equation = NAME "[" [ NAME { "," NAME } ] "]" "=" iexpr
bool Parser::parseEquation(Equation &equation) {
  auto name = parseName("the name of the tensor to define");
  if (!name)
    return false;
  equation.name = *name;
  Token open = token;
  if (!expect(Tok::LBracket, "and the indices of '" + name->text + "'"))
    return false;
  llvm::SmallVector<Name> indices;
  while (!at(Tok::RBracket)) {
    auto index = parseName("the name of an index");
    if (!index)
      return false;
    indices.push_back(*index);
    if (!takeIf(Tok::Comma))
      break;
  }
  equation.indices = keep(indices);
  if (!expectClosing(Tok::RBracket, open) || !expect(Tok::Equal, "and the value of '" + name->text + "'"))
    return false;
  equation.value = parseIndexExpr();
  equation.range = from(name->range);
  return equation.value;
}

// iexpr = "if" icond "then" iexpr "else" iexpr | isum
const Expr *Parser::parseIndexExpr() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  if (!at(Tok::Kw_if))
    return parseIndexSum();
  auto *choice = make<ChoiceExpr>(take().range);
  if (!(choice->condition = parseIndexCondition()) || !expect(Tok::Kw_then, "after the condition") ||
      !(choice->whenTrue = parseIndexExpr()) || !expect(Tok::Kw_else, "and the other value") ||
      !(choice->whenFalse = parseIndexExpr()))
    return nullptr;
  choice->range = from(choice->range);
  return choice;
}

// isum = iterm { ( "+" | "-" ) iterm }
const Expr *Parser::parseIndexSum() {
  return parseChain(&Parser::parseIndexTerm, {{Tok::Plus, Op::Add}, {Tok::Minus, Op::Sub}});
}

// iterm = { iunary ( "*" | "/" ) } ( iunary | reduce )
const Expr *Parser::parseIndexTerm() {
  llvm::SmallVector<const Expr *, 2> operands;
  llvm::SmallVector<ChainExpr::Operator, 2> operators;
  while (true) {
    bool reduces = atReduce(); // covers all that follows
    const Expr *operand = reduces ? parseReduce() : parseIndexUnary();
    if (!operand)
      return nullptr;
    operands.push_back(operand);
    if (reduces || !(at(Tok::Star) || at(Tok::Slash)))
      break;
    Op op = at(Tok::Star) ? Op::Mul : Op::Div;
    operators.push_back({op, take().range});
  }
  if (operators.empty())
    return operands.front();
  auto *chain = make<ChainExpr>(operands.front()->range.upTo(operands.back()->range));
  chain->operands = keep(operands);
  chain->operators = keep(operators);
  return chain;
}

// reduce = REDUCE "(" NAME { "," NAME } [ "where" icond ] ")" iterm
const Expr *Parser::parseReduce() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  Token name = take();
  auto *reduce = make<ReduceExpr>(name.range);
  reduce->reduction = {name.text, name.range};
  Token open = take();
  llvm::SmallVector<Name, 2> indices;
  do {
    auto index = parseName("the name of an index");
    if (!index)
      return nullptr;
    indices.push_back(*index);
  } while (takeIf(Tok::Comma));
  reduce->indices = keep(indices);
  if (takeWord("where") && !(reduce->where = parseIndexCondition()))
    return nullptr;
  if (!expectClosing(Tok::RParen, open) || !(reduce->body = parseIndexTerm()))
    return nullptr;
  reduce->range = from(name.range);
  return reduce;
}

// icond = icmp { "&&" icmp }
const Expr *Parser::parseIndexCondition() {
  return parseChain(&Parser::parseIndexComparison, {{Tok::AndAnd, Op::And}});
}

// icmp = isum CMP isum { CMP isum }
const Expr *Parser::parseIndexComparison() {
  const Expr *expr = parseChain(&Parser::parseIndexSum, {{Tok::EqualEqual, Op::Eq},
                                                         {Tok::NotEqual, Op::Ne},
                                                         {Tok::Less, Op::Lt},
                                                         {Tok::LessEqual, Op::Le},
                                                         {Tok::Greater, Op::Gt},
                                                         {Tok::GreaterEqual, Op::Ge}});
  if (!expr)
    return nullptr;
  auto *chain = llvm::dyn_cast<ChainExpr>(expr);
  if (chain && chain->operators.front().op >= Op::Eq && chain->operators.front().op <= Op::Ge)
    return expr;
  expected("a comparison");
  return nullptr;
}

// iunary = "-" iunary | iatom [ "**" iunary ]
const Expr *Parser::parseIndexUnary() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  if (at(Tok::Minus)) {
    auto *unary = make<UnaryExpr>(take().range);
    if (!(unary->operand = parseIndexUnary()))
      return nullptr;
    unary->range = from(unary->range);
    return unary;
  }
  const Expr *base = parseIndexAtom();
  if (!base || !at(Tok::StarStar))
    return base;
  Range sign = take().range;
  return makePower(base, sign, parseIndexUnary());
}

// iatom = path [ "[" [ arith { "," arith } ] "]" ] | NAME "(" isum { "," isum } ")" | INT | FLOAT | "(" iexpr ")"
// path  = NAME { "." NAME }
const Expr *Parser::parseIndexAtom() {
  if (at(Tok::Int) || at(Tok::Float))
    return parseLiteral();
  Token open = token;
  if (takeIf(Tok::LParen)) {
    const Expr *inner = parseIndexExpr();
    return inner && expectClosing(Tok::RParen, open) ? inner : nullptr;
  }
  if (atReduce()) {
    expected("a factor; a reduction stands last in its product, or in parentheses");
    return nullptr;
  }
  if (!at(Tok::Name)) {
    expected("a value");
    return nullptr;
  }
  auto *name = make<NameExpr>(token.range);
  name->name = take().text;
  open = token;
  if (takeIf(Tok::LParen)) {
    auto *call = make<CallExpr>(name->range);
    call->callee = name;
    llvm::SmallVector<Arg, 2> args;
    do {
      const Expr *value = parseIndexSum();
      if (!value)
        return nullptr;
      args.push_back({{}, value});
    } while (takeIf(Tok::Comma));
    call->args = keep(args);
    bool closed = expectClosing(Tok::RParen, open);
    call->range = from(name->range);
    return closed ? call : nullptr;
  }
  const Expr *base = name;
  unsigned parts = 0;
  while (takeIf(Tok::Dot)) {
    auto *member = make<MemberExpr>(base->range);
    member->base = base;
    auto part = parseName("the name of a part");
    if (!part)
      return nullptr;
    if (isTooDeep(++parts + depth))
      return nullptr;
    member->member = *part;
    member->range = from(member->range);
    base = member;
  }
  open = token;
  if (!takeIf(Tok::LBracket))
    return base;
  auto *index = make<IndexExpr>(base->range);
  index->base = base;
  llvm::SmallVector<Subscript> subscripts;
  while (!at(Tok::RBracket)) {
    Subscript subscript;
    Range begin = token.range;
    if (!(subscript.index = parseArith()))
      return nullptr;
    subscript.range = from(begin);
    subscripts.push_back(subscript);
    if (!takeIf(Tok::Comma))
      break;
  }
  index->subscripts = keep(subscripts);
  if (!expectClosing(Tok::RBracket, open))
    return nullptr;
  index->range = from(base->range);
  return index;
}
