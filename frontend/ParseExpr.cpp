// ParseExpr.cpp: the rules for expressions, loosest first.
#include "frontend/Parser.h"
#include <utility>

using namespace nnc;
using namespace nnc::ast;

llvm::StringRef ast::spelling(Op op) {
  static const llvm::StringLiteral texts[] = {"||", "&&", "==", "!=", "<", "<=", ">", ">=", "+",
                                              "-",  "*",  "/",  "%",  "@", "**", "!", "-"};
  return texts[size_t(op)];
}

/// operand { operator operand }, as one flat node.
const Expr *Parser::parseChain(Operand operand, llvm::ArrayRef<std::pair<Tok, Op>> operators) {
  const Expr *first = (this->*operand)();
  if (!first)
    return nullptr;
  llvm::SmallVector<const Expr *, 2> operands{first};
  llvm::SmallVector<ChainExpr::Operator, 2> taken;
  while (true) {
    const auto *match = llvm::find_if(operators, [&](const auto &entry) { return at(entry.first); });
    if (match == operators.end())
      break;
    taken.push_back({match->second, take().range});
    const Expr *next = (this->*operand)();
    if (!next)
      return nullptr;
    operands.push_back(next);
  }
  if (taken.empty())
    return first;
  auto *chain = make<ChainExpr>(first->range.upTo(operands.back()->range));
  chain->operands = keep(operands);
  chain->operators = keep(taken);
  return chain;
}

// expr = scan | for | pipe
const Expr *Parser::parseExpr() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  if (at(Tok::Kw_scan))
    return parseScan();
  if (at(Tok::Kw_for))
    return parseFor();
  return parsePipe();
}

// scan   = "scan" source { "," source } [ "along" ( NAME | [ "-" ] INT ) ] [ "reverse" ] [ with ] block
// source = NAME "over" pipe | each
const Expr *Parser::parseScan() {
  auto *scan = make<ScanExpr>(take().range);
  llvm::SmallVector<ScanSource, 2> sources;
  do {
    ScanSource source;
    if (following.isWord("over")) {
      auto name = parseName("the name of a sequence's element");
      if (!name)
        return nullptr;
      take();
      source.each.name = *name;
      source.each.first = parsePipe();
      if (!source.each.first)
        return nullptr;
    } else {
      if (at(Tok::Name) && !following.is(Tok::Kw_in)) {
        take();
        expected("'over' and a sequence, or 'in' and a range");
        return nullptr;
      }
      source.isRange = true;
      if (!parseEach(source.each))
        return nullptr;
    }
    sources.push_back(source);
  } while (takeIf(Tok::Comma));
  scan->sources = keep(sources);
  if (takeWord("along")) {
    if (at(Tok::Minus) || at(Tok::Int)) {
      scan->alongNumber = parseUnary();
      if (!scan->alongNumber)
        return nullptr;
    } else {
      auto name = parseName("the dimension to go along");
      if (!name)
        return nullptr;
      scan->along = *name;
    }
  }
  scan->reverse = takeWord("reverse");
  if (!parseWith(scan->carries) || !(scan->body = parseBlock()))
    return nullptr;
  scan->range = from(scan->range);
  return scan;
}

// for = "for" each { "," each } [ with ] block
const Expr *Parser::parseFor() {
  auto *loop = make<ForExpr>(take().range);
  if (!parseEachList(loop->each) || !parseWith(loop->carries) || !(loop->body = parseBlock()))
    return nullptr;
  loop->range = from(loop->range);
  return loop;
}

bool Parser::parseEachList(List<Each> &list) {
  llvm::SmallVector<Each, 2> result;
  do {
    Each each;
    if (!parseEach(each))
      return false;
    result.push_back(each);
  } while (takeIf(Tok::Comma));
  list = keep(result);
  return true;
}

// each = NAME "in" arith [ ".." arith ]
bool Parser::parseEach(Each &each) {
  auto name = parseName("the name of the loop's value");
  if (!name || !expect(Tok::Kw_in, "and a list or a range"))
    return false;
  each.name = *name;
  if (!(each.first = parseArith()))
    return false;
  return !takeIf(Tok::DotDot) || (each.last = parseArith());
}

// with  = "with" carry { "," carry }
// carry = NAME "=" pipe
bool Parser::parseWith(List<Carry> &carries) {
  if (!takeWord("with"))
    return true;
  llvm::SmallVector<Carry, 2> list;
  do {
    Carry carry;
    auto name = parseName("the name of a carried value");
    if (!name || !expect(Tok::Equal, "and the first value of '" + name->text + "'") ||
        !(carry.value = parsePipe()))
      return false;
    carry.name = *name;
    list.push_back(carry);
  } while (takeIf(Tok::Comma));
  carries = keep(list);
  return true;
}

// pipe = choice { "|>" postfix }
const Expr *Parser::parsePipe() {
  const Expr *first = parseChoice();
  if (!first || !at(Tok::PipeArrow))
    return first;
  // Read aloud, the pipe seems to belong to the last branch.
  if (llvm::isa<ChoiceExpr>(first) && previousEnd == first->range.end &&
      diags.getSources().text(first->range).starts_with("if"))
    diags.warning(Warning::Parentheses, token.range,
                  "this '|>' takes the result of the whole 'if'; say so by '(if ... else ...) |> f', or write "
                  "'else (x |> f)'");
  auto *pipe = make<PipeExpr>(first->range);
  pipe->first = first;
  llvm::SmallVector<const Expr *> stages;
  Range arrow = token.range;
  while (at(Tok::PipeArrow)) {
    arrow = take().range;
    const Expr *stage = parsePostfix();
    if (!stage)
      return nullptr;
    stages.push_back(stage);
  }
  switch (token.kind) {
  case Tok::Plus:
  case Tok::Minus:
  case Tok::Star:
  case Tok::Slash:
  case Tok::Percent:
  case Tok::At:
  case Tok::StarStar:
  case Tok::EqualEqual:
  case Tok::NotEqual:
  case Tok::Less:
  case Tok::LessEqual:
  case Tok::Greater:
  case Tok::GreaterEqual:
  case Tok::AndAnd:
  case Tok::OrOr: {
    // The way out is shown where it is short enough to be read.
    llvm::StringRef before = diags.getSources().text(first->range.upTo(stages.back()->range));
    std::string way =
        before.size() <= 40 && !before.contains('\n')
            ? ("; write '(" + before + ") " + nnc::spelling(token.kind).drop_front().drop_back() + " ...'")
                  .str()
            : "; put the whole pipe in parentheses";
    if (following.is(Tok::Name) && way.back() == '\'' && before.size() <= 40 && !before.contains('\n'))
      way = ("; write '(" + before + ") " + token.text + " " + following.text + "'").str();
    diags.error(token.range, "the right side of '|>' ends here" + way);
    return nullptr;
  }
  default: break;
  }
  pipe->stages = keep(stages);
  pipe->range = from(first->range);
  return pipe;
}

// choice = "if" expr "then" expr "else" choice | or
const Expr *Parser::parseChoice() {
  if (!at(Tok::Kw_if))
    return parseOr();
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  auto *choice = make<ChoiceExpr>(take().range);
  if (!(choice->condition = parseExpr()) || !expect(Tok::Kw_then, "after the condition") ||
      !(choice->whenTrue = parseExpr()) ||
      !expect(Tok::Kw_else, "and the other value: an 'if' that is a value needs both") ||
      !(choice->whenFalse = parseChoice()))
    return nullptr;
  choice->range = from(choice->range);
  return choice;
}

// or = and { "||" and }
const Expr *Parser::parseOr() { return parseChain(&Parser::parseAnd, {{Tok::OrOr, Op::Or}}); }

// and = not { "&&" not }
const Expr *Parser::parseAnd() { return parseChain(&Parser::parseNot, {{Tok::AndAnd, Op::And}}); }

// not = "!" not | arith [ CMP arith ]
const Expr *Parser::parseNot() {
  if (!at(Tok::Not))
    return parseComparison();
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  auto *unary = make<UnaryExpr>(take().range);
  unary->op = Op::Not;
  if (!(unary->operand = parseNot()))
    return nullptr;
  unary->range = from(unary->range);
  return unary;
}

static const std::pair<Tok, Op> comparisons[] = {{Tok::EqualEqual, Op::Eq}, {Tok::NotEqual, Op::Ne},
                                                 {Tok::Less, Op::Lt},       {Tok::LessEqual, Op::Le},
                                                 {Tok::Greater, Op::Gt},    {Tok::GreaterEqual, Op::Ge}};

const Expr *Parser::parseComparison() {
  const Expr *expr = parseChain(&Parser::parseArith, comparisons);
  if (expr)
    if (auto *chain = llvm::dyn_cast<ChainExpr>(expr))
      if (chain->operators.size() > 1 &&
          llvm::is_contained({Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge}, chain->operators[1].op)) {
        diags.error(chain->operators[1].range, "comparisons do not chain; join two of them by '&&'")
            .highlight(chain->range);
        return nullptr;
      }
  return expr;
}

// arith = term { ( "+" | "-" ) term }
const Expr *Parser::parseArith() {
  return parseChain(&Parser::parseTerm, {{Tok::Plus, Op::Add}, {Tok::Minus, Op::Sub}});
}

// term = unary { ( "*" | "/" | "%" | "@" ) unary }
const Expr *Parser::parseTerm() {
  return parseChain(
      &Parser::parseUnary,
      {{Tok::Star, Op::Mul}, {Tok::Slash, Op::Div}, {Tok::Percent, Op::Mod}, {Tok::At, Op::MatMul}});
}

// unary = "-" unary | cast
const Expr *Parser::parseUnary() {
  if (!at(Tok::Minus))
    return parseCast();
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  auto *unary = make<UnaryExpr>(take().range);
  if (!(unary->operand = parseUnary()))
    return nullptr;
  unary->range = from(unary->range);
  return unary;
}

// cast = power { "as" NAME }
const Expr *Parser::parseCast() {
  const Expr *operand = parsePower();
  if (!operand || !at(Tok::Kw_as))
    return operand;
  auto *cast = make<CastExpr>(operand->range);
  cast->operand = operand;
  llvm::SmallVector<Name, 1> types;
  while (takeIf(Tok::Kw_as)) {
    auto type = parseName("a type, as 'f' or 'i32'");
    if (!type)
      return nullptr;
    types.push_back(*type);
  }
  cast->types = keep(types);
  cast->range = from(operand->range);
  return cast;
}

// power = postfix [ "**" exponent ]
const Expr *Parser::parsePower() {
  const Expr *base = parsePostfix();
  if (!base || !at(Tok::StarStar))
    return base;
  Range sign = take().range;
  return makePower(base, sign, parseExponent());
}

const Expr *Parser::makePower(const Expr *base, Range sign, const Expr *exponent) {
  if (!exponent)
    return nullptr;
  auto *chain = make<ChainExpr>(from(base->range));
  chain->operands = keep(llvm::SmallVector<const Expr *, 2>{base, exponent});
  chain->operators = keep(llvm::SmallVector<ChainExpr::Operator, 1>{{Op::Pow, sign}});
  return chain;
}

// exponent = "-" exponent | power
const Expr *Parser::parseExponent() {
  Nesting nesting(*this);
  if (!nesting)
    return nullptr;
  if (!at(Tok::Minus))
    return parsePower();
  auto *unary = make<UnaryExpr>(take().range);
  if (!(unary->operand = parseExponent()))
    return nullptr;
  unary->range = from(unary->range);
  return unary;
}

// postfix = atom { "(" [ args ] ")" | "[" sub { "," sub } "]" | "." NAME }
const Expr *Parser::parsePostfix() {
  unsigned outer = std::exchange(deepest, depth);
  const Expr *expr = parseAtom();
  unsigned levels = deepest;
  while (expr && (at(Tok::LParen) || at(Tok::LBracket) || at(Tok::Dot))) {
    Token open = take();
    deepest = depth;
    if (open.is(Tok::LParen)) {
      auto *call = make<CallExpr>(expr->range);
      call->callee = expr;
      expr = parseArgs(call->args) && expectClosing(Tok::RParen, open) ? call : nullptr;
      call->range = from(call->range);
    } else if (open.is(Tok::LBracket)) {
      auto *index = make<IndexExpr>(expr->range);
      index->base = expr;
      expr = parseSubscripts(index->subscripts) && expectClosing(Tok::RBracket, open) ? index : nullptr;
      index->range = from(index->range);
    } else {
      auto *member = make<MemberExpr>(expr->range);
      member->base = expr;
      auto name = parseName("the name of a part");
      if (name)
        member->member = *name;
      expr = name ? member : nullptr;
      member->range = from(member->range);
    }
    // Every postfix puts what came before it one level deeper.
    levels = std::max(levels + 1, deepest);
    if (isTooDeep(levels))
      expr = nullptr;
  }
  deepest = std::max(outer, levels);
  return expr;
}

// atom = NAME | INT | FLOAT | STRING | "true" | "false" | "(" expr { "," expr } ")"
//      | "[" [ expr { "," expr } [ "," ] ] "]" | "[" expr "for" each { "," each } "]"
const Expr *Parser::parseAtom() {
  switch (token.kind) {
  case Tok::Name: {
    auto *name = make<NameExpr>(token.range);
    name->name = take().text;
    return name;
  }
  case Tok::String: {
    auto *string = make<StringExpr>(token.range);
    string->value = take().text;
    return string;
  }
  case Tok::Kw_true:
  case Tok::Kw_false: {
    auto *boolean = make<BoolExpr>(token.range);
    boolean->value = take().is(Tok::Kw_true);
    return boolean;
  }
  case Tok::Int:
  case Tok::Float: return parseLiteral();
  case Tok::LParen: return parseParenthesized();
  case Tok::LBracket: return parseBracketed();
  case Tok::Kw_scan:
  case Tok::Kw_for:
  case Tok::Kw_if:
    if (!token.atLineStart) {
      expected("a value; put the " + nnc::spelling(token.kind) + " in parentheses");
      return nullptr;
    }
    [[fallthrough]];
  default: expected("a value"); return nullptr;
  }
}

const Expr *Parser::parseLiteral() {
  if (at(Tok::Int)) {
    auto *number = make<IntExpr>(token.range);
    number->value = take().intValue;
    return number;
  }
  auto *number = make<FloatExpr>(token.range);
  number->value = take().floatValue;
  return number;
}

const Expr *Parser::parseParenthesized() {
  Token open = take();
  llvm::SmallVector<const Expr *, 2> elements;
  do {
    const Expr *element = parseExpr();
    if (!element)
      return nullptr;
    elements.push_back(element);
  } while (takeIf(Tok::Comma));
  if (!expectClosing(Tok::RParen, open))
    return nullptr;
  if (elements.size() == 1)
    return elements.front();
  auto *tuple = make<TupleExpr>(from(open.range));
  tuple->elements = keep(elements);
  return tuple;
}

const Expr *Parser::parseBracketed() {
  Token open = take();
  llvm::SmallVector<const Expr *> elements;
  while (!at(Tok::RBracket)) {
    const Expr *element = parseExpr();
    if (!element)
      return nullptr;
    elements.push_back(element);
    if (elements.size() == 1 && takeIf(Tok::Kw_for)) {
      auto *comprehension = make<ComprehensionExpr>(open.range);
      comprehension->element = element;
      if (!parseEachList(comprehension->each) || !expectClosing(Tok::RBracket, open))
        return nullptr;
      comprehension->range = from(open.range);
      return comprehension;
    }
    if (!takeIf(Tok::Comma))
      break;
  }
  if (!expectClosing(Tok::RBracket, open))
    return nullptr;
  auto *list = make<ListExpr>(from(open.range));
  list->elements = keep(elements);
  return list;
}

const PackExpr *Parser::parsePack() {
  auto *pack = make<PackExpr>(take().range);
  if (at(Tok::Name) && token.range.begin == previousEnd) { // `...a`, not `... on`
    Token name = take();
    pack->name = {name.text, name.range};
  }
  pack->range = from(pack->range);
  return pack;
}

// args = arg { "," arg } [ "," ]
// arg  = expr | pack | NAME ":" ( expr | pack )
bool Parser::parseArgs(List<Arg> &args) {
  llvm::SmallVector<Arg> list;
  while (!at(Tok::RParen)) {
    Arg arg;
    if (at(Tok::Name) && following.is(Tok::Colon)) {
      Token name = take();
      arg.name = {name.text, name.range};
      take();
    } else if (at(Tok::Name) && following.is(Tok::Equal)) {
      diags.error(following.range, "an argument's name is followed by ':'; write '" + token.text + ": ...'");
      return false;
    }
    arg.value = at(Tok::Ellipsis) ? parsePack() : parseExpr();
    if (!arg.value)
      return false;
    list.push_back(arg);
    if (!takeIf(Tok::Comma))
      break;
  }
  args = keep(list);
  return true;
}

bool Parser::parseSubscripts(List<Subscript> &subscripts) {
  llvm::SmallVector<Subscript> list;
  do {
    Subscript subscript;
    Range begin = token.range;
    if (!parseSubscript(subscript))
      return false;
    subscript.range = from(begin);
    list.push_back(subscript);
  } while (takeIf(Tok::Comma));
  subscripts = keep(list);
  return true;
}

// sub = expr | pack | "new" | [ expr ] ":" [ expr ] [ ":" expr ]
bool Parser::parseSubscript(Subscript &subscript) {
  if (takeIf(Tok::Kw_new)) {
    subscript.kind = Subscript::Kind::New;
    return true;
  }
  if (at(Tok::Ellipsis)) {
    subscript.kind = Subscript::Kind::Pack;
    subscript.pack = parsePack()->name;
    return true;
  }
  if (!at(Tok::Colon) && !(subscript.index = parseExpr()))
    return false;
  if (!takeIf(Tok::Colon))
    return true;
  subscript.kind = Subscript::Kind::Slice;
  if (!at(Tok::Colon) && !at(Tok::Comma) && !at(Tok::RBracket) && !(subscript.end = parseExpr()))
    return false;
  return !takeIf(Tok::Colon) || (subscript.step = parseExpr());
}
