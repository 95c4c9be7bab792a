// ParseTrain.cpp: the rules for train blocks. Words of clauses are ordinary names elsewhere.
#include "frontend/Parser.h"

using namespace nnc;
using namespace nnc::ast;

// train = "train" NAME [ "." NAME ] [ "as" NAME ] "{" { clause } "}"
const Decl *Parser::parseTrain() {
  auto *decl = make<TrainDecl>(take().range);
  auto name = parseName("the name of the model to train");
  if (!name)
    return nullptr;
  decl->name = *name;
  if (takeIf(Tok::Dot)) {
    auto entry = parseName("the name of an entry");
    if (!entry)
      return nullptr;
    decl->entry = *entry;
  }
  if (takeIf(Tok::Kw_as)) {
    auto alias = parseName("the name of the train block");
    if (!alias)
      return nullptr;
    decl->alias = *alias;
  }
  Token open = token;
  if (!expect(Tok::LBrace, "before the clauses of the train block"))
    return nullptr;
  llvm::SmallVector<Clause> clauses;
  while (!at(Tok::RBrace) && !at(Tok::End) && !startsDeclaration(token)) {
    if (auto clause = parseClause()) {
      clauses.push_back(*clause);
      continue;
    }
    // Clause words are ordinary names elsewhere, so recovery takes them at the start of a line only.
    unsigned braces = 0;
    while (!at(Tok::End) && !startsDeclaration(token) &&
           !(braces == 0 && (at(Tok::RBrace) || at(Tok::Kw_let)))) {
      braces += at(Tok::LBrace);
      braces -= at(Tok::RBrace);
      take();
      if (braces == 0 && token.atLineStart && at(Tok::Name))
        break;
    }
  }
  decl->clauses = keep(clauses);
  return expectClosing(Tok::RBrace, open) ? decl : nullptr;
}

// clause = let | "hyper" formal_h | "minimize" expr | "optimizer" call
//        | ( "update" | "freeze" ) selectors | "group" selectors "{" { setting } "}"
//        | ( "regularize" | "project" ) call "on" selectors | ( "clip" | "average" ) setting | "accumulate" expr
std::optional<Clause> Parser::parseClause() {
  using Kind = Clause::Kind;
  static const std::pair<llvm::StringLiteral, Kind> words[] = {
      {"hyper", Kind::Hyper},           {"minimize", Kind::Minimize},    {"optimizer", Kind::Optimizer},
      {"update", Kind::Update},         {"freeze", Kind::Freeze},        {"group", Kind::Group},
      {"regularize", Kind::Regularize}, {"project", Kind::Project},      {"clip", Kind::Clip},
      {"average", Kind::Average},       {"accumulate", Kind::Accumulate}};
  Clause clause;
  clause.doc = token.doc;
  clause.keyword = token.range;
  bool ok = false;
  if (at(Tok::Kw_let)) {
    Range keyword = take().range;
    clause.let = parseLetTail(keyword);
    ok = clause.let;
  } else {
    llvm::SmallVector<llvm::StringRef> known;
    const auto *word = std::begin(words);
    while (word != std::end(words) && !atWord(word->first))
      known.push_back((word++)->first);
    if (word == std::end(words)) {
      std::string near = at(Tok::Name) ? didYouMean(token.text, known) : "";
      expected("a clause of the train block ('optimizer', 'minimize', 'hyper', 'regularize', ...)", near);
      return std::nullopt;
    }
    clause.kind = word->second;
    take();
    switch (clause.kind) {
    case Kind::Hyper:
      clause.hyper.doc = clause.doc;
      ok = parseHyper(clause.hyper);
      break;
    case Kind::Minimize:
    case Kind::Accumulate: ok = (clause.value = parseExpr()); break;
    case Kind::Optimizer: ok = parseNamedCall(clause.call); break;
    case Kind::Update:
    case Kind::Freeze: ok = parseSelectors(clause.selectors); break;
    case Kind::Group: {
      Token open;
      ok = parseSelectors(clause.selectors) &&
           (open = token, expect(Tok::LBrace, "before the group's settings")) &&
           parseSettings(clause.settings, /*many=*/true) && expectClosing(Tok::RBrace, open);
      break;
    }
    case Kind::Regularize:
    case Kind::Project:
      ok = parseNamedCall(clause.call);
      if (ok && !takeWord("on")) {
        expected("'on' and the parameters, as 'on *.weight'");
        ok = false;
      }
      ok = ok && parseSelectors(clause.selectors);
      break;
    case Kind::Clip:
    case Kind::Average: ok = parseSettings(clause.settings, /*many=*/false); break;
    case Kind::Let: break;
    }
  }
  if (!ok)
    return std::nullopt;
  clause.range = from(clause.keyword);
  return clause;
}

// formal_h = NAME [ ":" type ] "=" expr
bool Parser::parseHyper(Formal &hyper) {
  auto name = parseName("the name of the number");
  if (!name)
    return false;
  hyper.name = *name;
  if (takeIf(Tok::Colon) && !(hyper.type = parseType()))
    return false;
  if (!expect(Tok::Equal, "and the default of '" + name->text + "'"))
    return false;
  hyper.defaultValue = parseExpr();
  return hyper.defaultValue;
}

// setting = NAME ":" expr
bool Parser::parseSettings(List<Setting> &settings, bool many) {
  llvm::SmallVector<Setting> list;
  do {
    if (many && at(Tok::RBrace))
      break;
    Setting setting;
    auto name = parseName("the name of a number, as 'lr: 0.1'");
    if (!name || !expect(Tok::Colon, "after '" + name->text + "'") || !(setting.value = parseExpr()))
      return false;
    setting.name = *name;
    list.push_back(setting);
  } while (many);
  settings = keep(list);
  return true;
}

// call = NAME "(" [ args ] ")"
bool Parser::parseNamedCall(NamedCall &call) {
  auto name = parseName("a name");
  if (!name)
    return false;
  call.name = *name;
  Token open = token;
  if (!expect(Tok::LParen, "after '" + name->text + "'") || !parseArgs(call.args) ||
      !expectClosing(Tok::RParen, open))
    return false;
  call.range = from(name->range);
  return true;
}

// selectors = selector { "," selector }
bool Parser::parseSelectors(List<Selector> &selectors) {
  llvm::SmallVector<Selector> list;
  do {
    Selector selector;
    if (!parseSelector(selector))
      return false;
    list.push_back(selector);
  } while (takeIf(Tok::Comma));
  selectors = keep(list);
  return true;
}

// selector = part { "." part }
// part     = NAME [ "[" arith [ ".." arith ] "]" ] | "*"
bool Parser::parseSelector(Selector &selector) {
  llvm::SmallVector<SelectorPart> parts;
  Range begin = token.range;
  do {
    SelectorPart part;
    Range first = token.range;
    if (takeIf(Tok::Star)) {
      part.any = true;
    } else {
      // Parts are names of parameters and of the arguments that hold layers; some of these are reserved words.
      if (token.isKeyword() && !parts.empty()) {
        part.name = take().text;
      } else {
        auto name = parseName("a parameter, as 'encoder', '*.bias' or 'blocks[0].norm'");
        if (!name)
          return false;
        part.name = name->text;
      }
      Token open = token;
      if (takeIf(Tok::LBracket)) {
        part.first = parseArith();
        if (!part.first || (takeIf(Tok::DotDot) && !(part.last = parseArith())) ||
            !expectClosing(Tok::RBracket, open))
          return false;
      }
    }
    part.range = from(first);
    parts.push_back(part);
  } while (takeIf(Tok::Dot));
  selector.parts = keep(parts);
  selector.range = from(begin);
  return true;
}
