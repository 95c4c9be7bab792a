#include "json.h"

#include <string.h>

static bool fault(nnc_json *json, const char *problem) {
  if (!json->problem)
    json->problem = problem;
  return false;
}

static void skip_space(nnc_json *json) {
  while (json->at < json->end &&
         (*json->at == ' ' || *json->at == '\n' || *json->at == '\t' || *json->at == '\r'))
    ++json->at;
}

bool nnc_json_accept(nnc_json *json, char c) {
  skip_space(json);
  if (json->problem || json->at == json->end || *json->at != c)
    return false;
  ++json->at;
  return true;
}

bool nnc_json_expect(nnc_json *json, char c) {
  if (nnc_json_accept(json, c))
    return true;
  switch (c) {
  case '{': return fault(json, "expected '{'");
  case '}': return fault(json, "expected ',' or '}'");
  case '[': return fault(json, "expected '['");
  case ']': return fault(json, "expected ',' or ']'");
  case ':': return fault(json, "expected ':'");
  case ',': return fault(json, "expected ','");
  default: return fault(json, "expected another character");
  }
}

bool nnc_json_next(nnc_json *json, char close, bool *first) {
  bool more = *first ? !nnc_json_accept(json, close) : nnc_json_accept(json, ',');
  if (!more && !*first)
    nnc_json_expect(json, close);
  *first = false;
  return more && !json->problem;
}

static int hex_digit(char c) {
  return '0' <= c && c <= '9'   ? c - '0'
         : 'a' <= c && c <= 'f' ? c - 'a' + 10
         : 'A' <= c && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *at, const char *end) {
  if (end - at < 4)
    return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = hex_digit(at[i]);
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/* Length of the well-formed UTF-8 sequence at `at` (Unicode, table 3-7), or 0. */
static size_t utf8_length(const unsigned char *at, const unsigned char *end) {
  unsigned char lead = *at;
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                  : (lead & 0xf0) == 0xe0        ? 3
                  : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                 : 0;
  if (!length || (size_t)(end - at) < length)
    return 0;
  unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < least || at[1] > most)
    return 0;
  for (size_t i = 2; i < length; ++i)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return length;
}

/* Bytes of the escape at the backslash `at`, or 0. */
static size_t escape_length(const char *at, const char *end) {
  if (end - at < 2)
    return 0;
  if (at[1] != 'u')
    return memchr("\"\\/bfnrt", at[1], 8) ? 2 : 0;
  int32_t unit = hex4(at + 2, end);
  if (unit < 0 || (unit & 0xfc00) == 0xdc00)
    return 0;
  if ((unit & 0xfc00) != 0xd800)
    return 6;
  if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
    return 0;
  return (hex4(at + 8, end) & ~INT32_C(0x3ff)) == 0xdc00 ? 12 : 0;
}

bool nnc_json_string(nnc_json *json, nnc_span *string) {
  if (!nnc_json_accept(json, '"'))
    return fault(json, "expected a string");
  const char *begin = json->at;
  while (json->at < json->end && *json->at != '"') {
    unsigned char c = (unsigned char)*json->at;
    if (c < 0x20)
      return fault(json, "control character in a string");
    size_t length = c == '\\'
                        ? escape_length(json->at, json->end)
                        : utf8_length((const unsigned char *)json->at, (const unsigned char *)json->end);
    if (!length)
      return fault(json, c == '\\' ? "bad escape in a string" : "a string is not UTF-8");
    json->at += length;
  }
  if (json->at == json->end)
    return fault(json, "a string has no end");
  string->text = begin;
  string->length = (size_t)(json->at - begin);
  ++json->at;
  return true;
}

bool nnc_json_count(nnc_json *json, uint64_t *count) {
  skip_space(json);
  const char *begin = json->at;
  uint64_t value = 0;
  while (!json->problem && json->at < json->end && '0' <= *json->at && *json->at <= '9') {
    uint64_t digit = (uint64_t)(*json->at - '0');
    if (__builtin_mul_overflow(value, (uint64_t)10, &value) || __builtin_add_overflow(value, digit, &value))
      return fault(json, "a number is too large");
    ++json->at;
  }
  if (json->at == begin)
    return fault(json, "expected a whole number");
  if (*begin == '0' && json->at - begin > 1)
    return fault(json, "a number has a leading zero");
  *count = value;
  return true;
}

bool nnc_json_finish(nnc_json *json) {
  skip_space(json);
  return !json->problem && (json->at == json->end || fault(json, "text after the end"));
}

static size_t put_utf8(uint32_t point, char *out) {
  if (point < 0x80) {
    out[0] = (char)point;
    return 1;
  }
  size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; --i, point >>= 6)
    out[i] = (char)(0x80 | (point & 0x3f));
  out[0] = (char)(point | (0xf00u >> length & 0xffu));
  return length;
}

size_t nnc_json_decode(nnc_span string, char *out) {
  const char *at = string.text, *end = at + string.length;
  size_t length = 0;
  while (at < end) {
    if (*at != '\\') {
      out[length++] = *at++;
    } else if (at[1] != 'u') {
      static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
      const char *letter = memchr(from, at[1], 5);
      out[length++] = letter ? to[letter - from] : at[1];
      at += 2;
    } else {
      uint32_t point = (uint32_t)hex4(at + 2, end);
      bool pair = (point & 0xfc00) == 0xd800;
      if (pair)
        point = 0x10000 + ((point & 0x3ff) << 10 | ((uint32_t)hex4(at + 8, end) & 0x3ff));
      length += put_utf8(point, out + length);
      at += pair ? 12 : 6;
    }
  }
  return length;
}
