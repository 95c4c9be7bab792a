// Lexer.cpp: tokens of the .nn language; see docs of the language, "Words".
//
// The whole text is checked once to be UTF-8 without NUL and bidirectional controls, so that what an editor
// shows is what is compiled. Characters beyond ASCII may stand in comments and strings only.
#include "frontend/Lexer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>

using namespace nnc;
using llvm::StringRef;

static bool isNameStart(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool isNamePart(char c) { return llvm::isAlnum(c) || c == '_'; }

bool Token::isKeyword() const {
  switch (kind) {
#define NNC_KEYWORD(name) case Tok::Kw_##name:
#include "frontend/Tokens.def"
    return true;
  default: return false;
  }
}

StringRef nnc::spelling(Tok kind) {
  switch (kind) {
  case Tok::End: return "the end of the file";
  case Tok::Error: return "an invalid token";
  case Tok::Name: return "a name";
  case Tok::Int: return "an integer";
  case Tok::Float: return "a number";
  case Tok::String: return "a string";
#define NNC_KEYWORD(name)                                                                                    \
  case Tok::Kw_##name: return "'" #name "'";
#define NNC_PUNCTUATION(name, text)                                                                          \
  case Tok::name: return "'" text "'";
#include "frontend/Tokens.def"
  }
  return "";
}

std::string nnc::describe(const Token &token) {
  switch (token.kind) {
  case Tok::Name:
  case Tok::Int:
  case Tok::Float: return ("'" + token.text.take_front(60) + "'").str();
  case Tok::String: return "a string";
  default: return spelling(token.kind).str();
  }
}

Lexer::Lexer(const SourceFile &file, Diagnostics &diags, llvm::BumpPtrAllocator &memory)
    : file(file), diags(diags), memory(memory), begin(file.text().begin()), end(file.text().end()), p(begin) {
  if (file.text().starts_with("\xEF\xBB\xBF"))
    p += 3; // a byte order mark says UTF-8, which it is anyway
  if (!file.isLibrary && !validateText())
    p = end;
}

/// Everything that makes a file unfit to be read at all; one error, and the text counts as empty.
bool Lexer::validateText() {
  StringRef text = file.text();
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    diags.error(Range(loc(begin), loc(begin + 2)), "the file is UTF-16; .nn files are UTF-8");
    return false;
  }
  auto *at = reinterpret_cast<const llvm::UTF8 *>(p);
  auto *last = reinterpret_cast<const llvm::UTF8 *>(end);
  bool valid = true;
  while (at < last) {
    if (*at < 0x80) {
      if (*at == 0) {
        const char *c = reinterpret_cast<const char *>(at);
        diags.error(Range(loc(c), loc(c + 1)), "NUL character in the text");
        return false;
      }
      ++at;
      continue;
    }
    const char *c = reinterpret_cast<const char *>(at);
    llvm::UTF32 point = 0, *to = &point;
    const llvm::UTF8 *from = at;
    llvm::ConvertUTF8toUTF32(&from, std::min(at + llvm::getNumBytesForUTF8(*at), last), &to, &point + 1,
                             llvm::strictConversion);
    if (to == &point) {
      diags.error(Range(loc(c), loc(c + 1)), "invalid UTF-8; .nn files are UTF-8");
      return false;
    }
    // Embeddings, overrides and isolates can make a text read differently from what it says.
    if ((point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)) {
      diags.error(
          Range(loc(c), loc(reinterpret_cast<const char *>(from))),
          llvm::formatv("bidirectional control character U+{0:X-4} is not allowed: it can hide what the "
                        "text says",
                        unsigned(point)));
      valid = false;
    }
    at = from;
  }
  return valid;
}

StringRef Lexer::keep(StringRef text) {
  char *copy = memory.Allocate<char>(text.size());
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Token Lexer::make(Tok kind, const char *start) {
  Token token;
  token.kind = kind;
  token.range = {loc(start), loc(p)};
  token.text = {start, size_t(p - start)};
  return token;
}

void Lexer::skipBlanksAndComments() {
  while (p < end) {
    switch (*p) {
    case '\n':
    case '\r':
      lineStart = true;
      ++p;
      continue;
    case ' ':
    case '\t': ++p; continue;
    case '/':
      if (p + 1 < end && p[1] == '/') {
        comment();
        continue;
      }
      return;
    default: return;
    }
  }
}

void Lexer::comment() {
  const char *start = p;
  while (p < end && *p != '\n' && *p != '\r')
    ++p;
  StringRef text(start, p - start);
  if (!text.consume_front("///"))
    return;
  text.consume_front(" ");
  if (!doc.empty())
    doc += '\n';
  doc += text.rtrim();
}

Token Lexer::next() {
  skipBlanksAndComments();
  bool first = lineStart;
  lineStart = false;
  Token token = scan();
  while (token.is(Tok::Error) && token.text.starts_with(";")) { // reported; nothing is missing without it
    skipBlanksAndComments();
    first |= lineStart;
    lineStart = false;
    token = scan();
  }
  token.atLineStart = first;
  if (!doc.empty()) {
    token.doc = keep(doc);
    doc.clear();
  }
  return token;
}

Token Lexer::scan() {
  if (p >= end)
    return make(Tok::End, p);
  if (isNameStart(*p))
    return name();
  if (llvm::isDigit(*p))
    return number();
  if (*p == '"')
    return string();
  return punctuation();
}

Token Lexer::name() {
  const char *start = p;
  while (p < end && isNamePart(*p))
    ++p;
  Token token = make(Tok::Name, start);
  if (token.text.size() > maxNameBytes) {
    diags.error(token.range, "this name has " + llvm::Twine(token.text.size()) +
                                 " characters; the limit is " + llvm::Twine(maxNameBytes));
    token.kind = Tok::Error;
    return token;
  }
  token.kind = llvm::StringSwitch<Tok>(token.text)
#define NNC_KEYWORD(name) .Case(#name, Tok::Kw_##name)
#include "frontend/Tokens.def"
                   .Default(Tok::Name);
  return token;
}

/// INT = digits with '_' between; FLOAT = digits "." digits [exponent] | digits exponent. Never `1.` or `.5`.
Token Lexer::number() {
  const char *start = p;
  bool isFloat = false;
  const char *problem = nullptr;
  auto digits = [&] {
    while (p < end && (llvm::isDigit(*p) || (*p == '_' && p + 1 < end && llvm::isDigit(p[1]) && p > start &&
                                             llvm::isDigit(p[-1]))))
      ++p;
  };
  digits();
  if (p + 1 < end && *p == '.' && llvm::isDigit(p[1])) {
    isFloat = true;
    ++p;
    digits();
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    const char *mark = p++;
    if (p < end && (*p == '+' || *p == '-'))
      ++p;
    if (p < end && llvm::isDigit(*p)) {
      isFloat = true;
      digits();
    } else {
      if (p == mark + 1 && p < end && isNamePart(*p))
        p = mark; // `2em` is no number at all
      else
        problem = "the exponent has no digits";
    }
  }
  // What sticks to a number belongs to it: `0x1F`, `1.2.3`, `3rd`.
  if (p < end && (isNamePart(*p) || (isFloat && *p == '.' && p + 1 < end && llvm::isDigit(p[1])))) {
    while (p < end && (isNamePart(*p) || (*p == '.' && p + 1 < end && llvm::isDigit(p[1]))))
      ++p;
    if (!problem)
      problem = StringRef(start, p - start).starts_with_insensitive("0x") ? "numbers are decimal"
                                                                          : "this is not a number";
  } else if (!isFloat && !problem && p < end && *p == '.' &&
             (p + 1 == end || (p[1] != '.' && !isNameStart(p[1])))) {
    ++p;
    problem = "a number does not end with '.'; write '1.0'";
  }
  Token token = make(isFloat ? Tok::Float : Tok::Int, start);
  std::string plain;
  for (char c : token.text.take_front(2000))
    if (c != '_')
      plain += c;
  if (problem) {
    diags.error(token.range, problem);
    // Known to be meant as a number, so parsing goes on as if it were one.
    token.kind = Tok::Float;
    token.floatValue = 1.0;
    return token;
  }
  if (isFloat) {
    double value = 0;
    bool failed = StringRef(plain).getAsDouble(value, /*AllowInexact=*/true);
    if (failed || token.text.size() > 2000 || !std::isfinite(value)) {
      diags.error(token.range, "this number is too large: the largest is about 1.8e308");
      value = 1.0;
    }
    token.floatValue = value;
    return token;
  }
  if (token.text.size() > 2000 || StringRef(plain).getAsInteger(10, token.intValue)) {
    diags.error(token.range, "this integer is too large: the largest is 9223372036854775807");
    token.intValue = 1;
  }
  token.floatValue = double(token.intValue);
  return token;
}

Token Lexer::string() {
  const char *start = p++;
  std::string value;
  bool escaped = false, ok = true;
  while (true) {
    if (p >= end || *p == '\n' || *p == '\r') {
      Token token = make(Tok::Error, start);
      diags.error(token.range, "this string has no closing '\"' on its line");
      return token;
    }
    if (*p == '"')
      break;
    if (*p != '\\') {
      value += *p++;
      continue;
    }
    escaped = true;
    char c = p + 1 < end ? p[1] : '\0';
    switch (c) {
    case '"':
    case '\\': value += c; break;
    case 'n': value += '\n'; break;
    case 't': value += '\t'; break;
    default:
      diags.error(Range(loc(p), loc(std::min(p + 2, end))),
                  "unknown escape; strings know '\\\"', '\\\\', '\\n' and '\\t'");
      ok = false;
      ++p;
      continue;
    }
    p += 2;
  }
  ++p;
  Token token = make(ok ? Tok::String : Tok::Error, start);
  token.text = escaped ? keep(value) : token.text.drop_front().drop_back();
  return token;
}

Token Lexer::punctuation() {
  const char *start = p;
  StringRef rest(p, end - p);
  if (rest.starts_with("/*"))
    return unexpected();
#define NNC_PUNCTUATION(name, text)                                                                          \
  if (rest.starts_with(text)) {                                                                              \
    p += sizeof(text) - 1;                                                                                   \
    return make(Tok::name, start);                                                                           \
  }
#include "frontend/Tokens.def"
  return unexpected();
}

/// A character that begins no token; a run of its like is one error.
Token Lexer::unexpected() {
  const char *start = p;
  unsigned char c = *p;
  std::string text;
  if (c >= 0x80) {
    auto *from = reinterpret_cast<const llvm::UTF8 *>(p);
    llvm::UTF32 point = 0, *to = &point;
    llvm::ConvertUTF8toUTF32(&from, from + llvm::getNumBytesForUTF8(c), &to, to + 1, llvm::strictConversion);
    text = llvm::formatv("unexpected character U+{0:X-4}; names are ASCII", unsigned(point));
    while (p < end && (static_cast<unsigned char>(*p) >= 0x80 || isNamePart(*p)))
      ++p;
  } else if (c == '/' || c == '#') {
    text = "comments are written '//', to the end of the line";
    while (p < end && *p != '\n' && *p != '\r')
      ++p;
  } else if (c == ';') {
    text = "';' is not needed: a statement ends where the next one begins";
    while (p < end && *p == ';')
      ++p;
  } else {
    while (p < end && static_cast<unsigned char>(*p) == c)
      ++p;
    if (c == '\'') { // with all that was meant to be in it
      const char *close = p;
      while (close < end && *close != '\'' && *close != '\n' && *close != '\r')
        ++close;
      if (close < end && *close == '\'')
        p = close + 1;
      text = "strings are written with '\"'";
    } else if (c == '|' || c == '&')
      text = llvm::formatv("unexpected '{0}'; logic is written '{0}{0}'", char(c));
    else if (llvm::isPrint(c))
      text = llvm::formatv("unexpected character '{0}'", char(c));
    else
      text = llvm::formatv("unexpected character U+{0:X-4}", unsigned(c));
  }
  Token token = make(Tok::Error, start);
  diags.error(token.range, text);
  return token;
}
