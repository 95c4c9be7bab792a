/* json.h: a reader for the JSON of safetensors headers: the caller asks for what must come next.
 *
 * There is no tree and no recursion, so depth is what the caller asks for, never what the text holds. Strict:
 * RFC 8259, valid UTF-8, whole paired surrogates, no leading zeros; numbers are counts that fit 64 bits.
 * A call that fails sets `problem` and leaves the reader where the fault is; all further calls fail too.
 */
#ifndef NNC_JSON_H
#define NNC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nnc_json {
  const char *at, *end;
  const char *problem; /* what is wrong, or NULL */
} nnc_json;

/* The text between two quotes as it stands in the file, escapes and all; checked. */
typedef struct nnc_span {
  const char *text;
  size_t length;
} nnc_span;

/* Expects a character of the grammar, after white space. */
bool nnc_json_expect(nnc_json *json, char c);

/* Takes the character if it comes next; else nothing happens. */
bool nnc_json_accept(nnc_json *json, char c);

/* In an object or array: true if another member follows. `first` is true before the first, and is cleared. */
bool nnc_json_next(nnc_json *json, char close, bool *first);

bool nnc_json_string(nnc_json *json, nnc_span *string);
bool nnc_json_count(nnc_json *json, uint64_t *count);

/* White space, then the end of the text. */
bool nnc_json_finish(nnc_json *json);

/* Replaces escapes; `out` has room for string.length bytes and may be string.text itself. The length written.
 */
size_t nnc_json_decode(nnc_span string, char *out);

#endif
