/* load.c: safetensors files into an instance, all or nothing, and safe on files from anyone.
 *
 *   1. read the header: bounded by the file's size and NNC_MAX_HEADER
 *   2. parse it: every tensor's name, type, shape and place; every size checked for overflow
 *   3. names are unique, and the tensors cover the data exactly: no hole, no overlap, nothing behind them
 *   4. match with the model's variables: none missing, none left over, same type and shape (between the
 * halves of 3)
 *   5. read the data into memory of its own, checking the checksum and that truth values are 0 or 1
 *   6. copy it over the variables: nothing can fail any more
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "hash.h"
#include "json.h"
#include "safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_RANK = 64 };

typedef struct tensor {
  const char *name; /* decoded, in the header's memory */
  size_t name_length;
  nnc_dtype dtype;
  uint32_t rank;
  const char *shape; /* its text in the header, for messages and comparison */
  size_t shape_length;
  uint64_t begin, end;
  int64_t variable; /* index in the model, or -1 to pass over */
  bool is_training_state;
} tensor;

typedef struct source {
  nnc_instance *instance;
  const char *function, *path;
  int file;
  uint64_t data_bytes;
  char *header;
  uint64_t header_bytes;
  nnc_span metadata; /* text of the members of __metadata__, braces apart */
  nnc_span format, seed, checksum, training;
  char expected_checksum[NNC_CHECKSUM_DIGITS];
  nnc_hash hash;
  tensor *tensors;
  size_t tensor_count, tensor_capacity;
} source;

#define FAIL(status, format, ...)                                                                            \
  nnc_fail(s->instance, status, "%s: '%.160s': " format, s->function, s->path, __VA_ARGS__)

/* A name from a file, fit for a message. */
typedef struct shown {
  char text[80];
} shown;

static shown show(const char *name, size_t length) {
  shown out;
  size_t count = length < sizeof out.text - 1 ? length : sizeof out.text - 1;
  for (size_t i = 0; i < count; ++i)
    out.text[i] = (unsigned char)name[i] < 0x20 || name[i] == 0x7f ? '?' : name[i];
  out.text[count] = 0;
  return out;
}

static int fail_with_errno(const source *s, int error) {
  char reason[128];
  return FAIL(NNC_IO, "%s", nnc_os_error(error, reason));
}

/* Reads exactly `bytes`. */
static int read_all(const source *s, void *data, uint64_t bytes) {
  char *at = data;
  while (bytes > 0) {
    ssize_t count = read(s->file, at, bytes < (1u << 30) ? bytes : (1u << 30));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return fail_with_errno(s, errno);
    if (count == 0)
      return FAIL(NNC_BAD_FILE, "%s", "the file became shorter while it was read");
    at += count;
    bytes -= (uint64_t)count;
  }
  return NNC_OK;
}

/* 1. Not blocking on a FIFO; only regular files have a size to check. */
static int open_source(source *s) {
  struct stat info;
  if (!s->path)
    return nnc_fail(s->instance, NNC_INVALID_ARGUMENT, "%s: the path is NULL", s->function);
  s->file = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (s->file < 0 || fstat(s->file, &info))
    return fail_with_errno(s, errno);
  if (!S_ISREG(info.st_mode))
    return FAIL(NNC_IO, "%s", S_ISDIR(info.st_mode) ? "is a directory" : "is not a regular file");
  uint64_t size = (uint64_t)info.st_size, length;
  if (size < 8)
    return FAIL(NNC_BAD_FILE, "not a safetensors file: %llu bytes, expected at least 8",
                (unsigned long long)size);
  int status = read_all(s, &length, 8);
  if (status)
    return status;
  if (length > NNC_MAX_HEADER || length > size - 8)
    return FAIL(NNC_BAD_FILE,
                "not a whole safetensors file: its header should have %llu bytes, the file has %llu",
                (unsigned long long)length, (unsigned long long)size);
  s->header_bytes = length;
  s->data_bytes = size - 8 - length;
  if (!(s->header = malloc(length + 1)))
    return FAIL(NNC_OUT_OF_MEMORY, "no memory for a header of %llu bytes", (unsigned long long)length);
  return read_all(s, s->header, length);
}

static bool span_is(nnc_span span, const char *text) {
  return span.length == strlen(text) && !memcmp(span.text, text, span.length);
}

static void parse_metadata(source *s, nnc_json *json) {
  nnc_span name, value;
  bool first = true;
  if (s->metadata.text && !json->problem)
    json->problem = "__metadata__ stands twice";
  if (!nnc_json_expect(json, '{'))
    return;
  s->metadata.text = json->at;
  while (nnc_json_next(json, '}', &first) && nnc_json_string(json, &name) && nnc_json_expect(json, ':') &&
         nnc_json_string(json, &value)) {
    if (span_is(name, NNC_META_FORMAT))
      s->format = value;
    else if (span_is(name, NNC_META_SEED))
      s->seed = value;
    else if (span_is(name, NNC_META_CHECKSUM))
      s->checksum = value;
    else if (span_is(name, NNC_META_TRAINING))
      s->training = value;
  }
  s->metadata.length = (size_t)(json->at - s->metadata.text) - 1;
}

/* [784,128]: the rank, the number of elements, and where the text of it is. */
static void parse_shape(nnc_json *json, tensor *t, uint64_t *elements) {
  bool first = true;
  uint64_t size;
  *elements = 1;
  if (!nnc_json_expect(json, '['))
    return;
  t->shape = json->at - 1;
  for (t->rank = 0; nnc_json_next(json, ']', &first) && nnc_json_count(json, &size); ++t->rank)
    if (__builtin_mul_overflow(*elements, size, elements) || size > INT64_MAX || t->rank == MAX_RANK)
      json->problem = "a shape is too large";
  t->shape_length = (size_t)(json->at - t->shape);
}

static void parse_dtype(nnc_json *json, tensor *t) {
  nnc_span name;
  if (!nnc_json_string(json, &name))
    return;
  for (int dtype = NNC_F32; dtype <= NNC_BOOL; ++dtype)
    if (span_is(name, nnc_file_dtypes[dtype])) {
      t->dtype = (nnc_dtype)dtype;
      return;
    }
  json->problem = "a tensor's type is none of F32, F64, I32, I64, U8, BOOL";
}

/* {"dtype": "F32", "shape": [..], "data_offsets": [..]} in any order, each once. */
static void parse_tensor(source *s, nnc_json *json, tensor *t) {
  bool first = true, has_dtype = false, has_shape = false, has_offsets = false;
  uint64_t elements = 0, bytes;
  nnc_span key;
  nnc_json_expect(json, '{');
  while (nnc_json_next(json, '}', &first) && nnc_json_string(json, &key) && nnc_json_expect(json, ':')) {
    if (span_is(key, "dtype") && !has_dtype) {
      parse_dtype(json, t);
      has_dtype = true;
    } else if (span_is(key, "shape") && !has_shape) {
      parse_shape(json, t, &elements);
      has_shape = true;
    } else if (span_is(key, "data_offsets") && !has_offsets) {
      if (nnc_json_expect(json, '[') && nnc_json_count(json, &t->begin) && nnc_json_expect(json, ',') &&
          nnc_json_count(json, &t->end))
        nnc_json_expect(json, ']');
      has_offsets = true;
    } else {
      json->problem = "a tensor has something else than dtype, shape and data_offsets, each once";
    }
  }
  if (json->problem)
    return;
  if (!has_dtype || !has_shape || !has_offsets)
    json->problem = "a tensor lacks dtype, shape or data_offsets";
  else if (t->begin > t->end || t->end > s->data_bytes)
    json->problem = "a tensor's data_offsets lie outside of the file";
  else if (__builtin_mul_overflow(elements, nnc_dtype_bytes(t->dtype), &bytes) || bytes != t->end - t->begin)
    json->problem = "a tensor's data_offsets do not fit its shape";
}

/* Room for one more, or false. */
static bool grow_tensors(source *s) {
  if (s->tensor_count < s->tensor_capacity)
    return true;
  size_t capacity = s->tensor_capacity ? 2 * s->tensor_capacity : 64;
  tensor *tensors = realloc(s->tensors, capacity * sizeof(tensor));
  if (!tensors)
    return false;
  s->tensors = tensors;
  s->tensor_capacity = capacity;
  return true;
}

/* 2. */
static int parse_header(source *s) {
  nnc_json json = {s->header, s->header + s->header_bytes, NULL};
  bool first = true;
  nnc_span name = {NULL, 0};
  if (!s->header_bytes || s->header[0] != '{') /* no space before it, says the format */
    json.problem = "expected '{'";
  nnc_json_expect(&json, '{');
  while (nnc_json_next(&json, '}', &first) && nnc_json_string(&json, &name) && nnc_json_expect(&json, ':')) {
    if (span_is(name, "__metadata__")) {
      parse_metadata(s, &json);
      continue;
    }
    if (!grow_tensors(s))
      return FAIL(NNC_OUT_OF_MEMORY, "%s", "no memory for the list of its tensors");
    tensor *t = &s->tensors[s->tensor_count++];
    memset(t, 0, sizeof *t);
    t->variable = -1;
    t->name = name.text;
    t->name_length = name.length;
    parse_tensor(s, &json, t);
  }
  if (nnc_json_finish(&json))
    return NNC_OK;
  return FAIL(NNC_BAD_FILE, "not a safetensors file: %s at byte %lld of the header (near '%s')", json.problem,
              (long long)(json.at - s->header), name.text ? show(name.text, name.length).text : "");
}

static int by_name(const void *a, const void *b) {
  const tensor *x = a, *y = b;
  if (x->name_length != y->name_length)
    return x->name_length < y->name_length ? -1 : 1;
  return memcmp(x->name, y->name, x->name_length);
}

static int by_place(const void *a, const void *b) {
  const tensor *x = a, *y = b;
  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/* 3. In the order of names. */
static int check_names(source *s) {
  if (s->tensor_count)
    qsort(s->tensors, s->tensor_count, sizeof(tensor), by_name);
  for (size_t i = 1; i < s->tensor_count; ++i)
    if (!by_name(&s->tensors[i - 1], &s->tensors[i]))
      return FAIL(NNC_BAD_FILE, "tensor '%s' stands twice",
                  show(s->tensors[i].name, s->tensors[i].name_length).text);
  return NNC_OK;
}

static tensor *find_tensor(const source *s, const char *name, size_t length) {
  const tensor key = {.name = name, .name_length = length};
  return s->tensor_count ? bsearch(&key, s->tensors, s->tensor_count, sizeof(tensor), by_name) : NULL;
}

/* Marks the tensors that the file itself calls training state. */
static void mark_training_state(source *s) {
  const char *at = s->training.text, *end = at + s->training.length;
  while (at < end) {
    const char *space = memchr(at, ' ', (size_t)(end - at));
    const char *stop = space ? space : end;
    tensor *t = find_tensor(s, at, (size_t)(stop - at));
    if (t)
      t->is_training_state = true;
    at = stop + 1;
  }
}

static bool same_shape(const tensor *t, const nnc_variable *variable) {
  nnc_json json = {t->shape, t->shape + t->shape_length, NULL};
  bool first = true;
  uint64_t size;
  if (t->rank != variable->rank)
    return false;
  nnc_json_expect(&json, '[');
  for (uint32_t axis = 0; nnc_json_next(&json, ']', &first) && nnc_json_count(&json, &size); ++axis)
    if (size != (uint64_t)variable->shape[axis])
      return false;
  return true;
}

static int fail_on_shape(const source *s, const tensor *t, const nnc_variable *variable) {
  shown expected = {"["};
  size_t at = 1;
  for (uint32_t axis = 0; axis < variable->rank && at < sizeof expected.text; ++axis) {
    int more = snprintf(expected.text + at, sizeof expected.text - at, "%s%lld", axis ? "," : "",
                        (long long)variable->shape[axis]);
    at += more > 0 ? (size_t)more : 0;
  }
  return FAIL(NNC_BAD_FILE, "'%s' is %s%s, the model has %s%s]", variable->name, nnc_file_dtypes[t->dtype],
              show(t->shape, t->shape_length).text, nnc_file_dtypes[variable->dtype], expected.text);
}

/* 4. In the order of names. */
static int match(source *s, bool parameters_only) {
  const nnc_model *model = s->instance->model;
  for (uint32_t v = 0; v < model->variable_count; ++v) {
    const nnc_variable *variable = &model->variables[v];
    tensor *t = find_tensor(s, variable->name, strlen(variable->name));
    if (variable->kind == NNC_GRADIENT)
      continue;
    if (parameters_only && nnc_is_training_state(variable) && !(t && variable->kind == NNC_AVERAGE)) {
      if (t)
        t->is_training_state = true;
      continue;
    }
    if (!t)
      return FAIL(
          NNC_BAD_FILE, "'%s' is missing%s", variable->name,
          nnc_is_training_state(variable) ? " (to go without training state, load the parameters only)" : "");
    if (t->dtype != variable->dtype || !same_shape(t, variable))
      return fail_on_shape(s, t, variable);
    t->variable = v;
  }
  for (size_t i = 0; i < s->tensor_count; ++i) {
    const tensor *t = &s->tensors[i];
    if (t->variable < 0 && !(parameters_only && t->is_training_state))
      return FAIL(
          NNC_BAD_FILE, "'%s' has no variable '%s'%s", model->name, show(t->name, t->name_length).text,
          t->is_training_state ? " (training state of another train block: load the parameters only)" : "");
  }
  return NNC_OK;
}

/* 3. In the order of the data from here on. */
static int check_places(source *s) {
  if (s->tensor_count)
    qsort(s->tensors, s->tensor_count, sizeof(tensor), by_place);
  uint64_t end = 0;
  for (size_t i = 0; i < s->tensor_count; ++i) {
    const tensor *t = &s->tensors[i];
    if (t->begin != end)
      return FAIL(NNC_BAD_FILE, "%s tensor '%s'",
                  t->begin < end ? "another tensor overlaps" : "there is a hole before",
                  show(t->name, t->name_length).text);
    end = t->end;
  }
  if (end != s->data_bytes)
    return FAIL(NNC_BAD_FILE, "%llu bytes stand behind the last tensor",
                (unsigned long long)(s->data_bytes - end));
  return NNC_OK;
}

/* Checks that truth values are 0 or 1: kernels rely on it. */
static bool is_boolean(const uint8_t *data, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes; ++i)
    if (data[i] > 1)
      return false;
  return true;
}

/* The checksum is of the header as it was when the digits were zeros. */
static int begin_checksum(source *s) {
  if (s->format.text && !s->checksum.text)
    return FAIL(NNC_BAD_FILE, "%s", "it has " NNC_META_FORMAT " but no " NNC_META_CHECKSUM);
  if (s->checksum.text) {
    if (s->checksum.length != NNC_CHECKSUM_DIGITS)
      return FAIL(NNC_BAD_FILE, "%s", NNC_META_CHECKSUM " is not a checksum");
    memcpy(s->expected_checksum, s->checksum.text, NNC_CHECKSUM_DIGITS);
    memset(s->header + (s->checksum.text - s->header), '0', NNC_CHECKSUM_DIGITS);
  }
  nnc_hash_begin(&s->hash);
  nnc_hash_add(&s->hash, s->header, s->header_bytes);
  return NNC_OK;
}

static int end_checksum(source *s) {
  char digits[NNC_CHECKSUM_DIGITS];
  nnc_checksum_text(nnc_hash_end(&s->hash), digits);
  if (s->checksum.text && memcmp(s->expected_checksum, digits, NNC_CHECKSUM_DIGITS))
    return FAIL(NNC_BAD_FILE, "%s", "the file is damaged, or was changed and kept its " NNC_META_CHECKSUM);
  return NNC_OK;
}

static int pass_over(source *s, uint64_t bytes) {
  uint8_t passed[4096];
  for (uint64_t count; bytes > 0; bytes -= count) {
    count = bytes < sizeof passed ? bytes : sizeof passed;
    int status = read_all(s, passed, count);
    if (status)
      return status;
    nnc_hash_add(&s->hash, passed, count);
  }
  return NNC_OK;
}

/* 5. Every variable to load lies at its offset in `staging` then. */
static int read_data(source *s, uint8_t *staging) {
  const nnc_model *model = s->instance->model;
  for (size_t i = 0; i < s->tensor_count; ++i) {
    const tensor *t = &s->tensors[i];
    uint64_t bytes = t->end - t->begin;
    if (t->variable < 0) {
      int status = pass_over(s, bytes);
      if (status)
        return status;
      continue;
    }
    const nnc_variable *variable = &model->variables[t->variable];
    int status = read_all(s, staging + variable->offset, bytes);
    if (status)
      return status;
    nnc_hash_add(&s->hash, staging + variable->offset, bytes);
    if (t->dtype == NNC_BOOL && !is_boolean(staging + variable->offset, bytes))
      return FAIL(NNC_BAD_FILE, "'%s' has truth values other than 0 and 1", variable->name);
  }
  return end_checksum(s);
}

/* The seed in the file; an instance that continues a training draws what the first one would have. */
static int parse_seed(const source *s, uint64_t *seed) {
  nnc_json json = {s->seed.text, s->seed.text + s->seed.length, NULL};
  if (s->seed.text && (!nnc_json_count(&json, seed) || !nnc_json_finish(&json)))
    return FAIL(NNC_BAD_FILE, "%s", NNC_META_SEED " is not a whole number");
  return NNC_OK;
}

static int read_header(source *s) {
  int status = open_source(s);
  if (status || (status = parse_header(s)))
    return status;
  if (s->format.text && !span_is(s->format, NNC_FORMAT_VERSION))
    return FAIL(NNC_BAD_FILE, "its format version is '%s', this library reads '%s'",
                show(s->format.text, s->format.length).text, NNC_FORMAT_VERSION);
  return NNC_OK;
}

static bool is_loaded(const source *s, uint32_t variable) {
  for (size_t i = 0; i < s->tensor_count; ++i)
    if (s->tensors[i].variable == (int64_t)variable)
      return true;
  return false;
}

/* After the variables of the file: gradients of before are of other parameters, and so are averages. */
static void settle_training_state(const source *s, bool parameters_only) {
  uint8_t *variables = s->instance->variables;
  const nnc_model *model = s->instance->model;
  for (uint32_t v = 0; v < model->variable_count; ++v) {
    const nnc_variable *variable = &model->variables[v];
    if (variable->kind == NNC_GRADIENT)
      memset(variables + variable->offset, 0, variable->bytes);
    if (!parameters_only || variable->kind != NNC_AVERAGE || is_loaded(s, v))
      continue;
    const nnc_variable *parameter = nnc_averaged_parameter(model, variable);
    memmove(variables + variable->offset, variables + parameter->offset, variable->bytes);
  }
}

static int load(source *s, bool parameters_only) {
  nnc_instance *instance = s->instance;
  const nnc_model *model = instance->model;
  uint64_t seed = instance->seed;
  int status = read_header(s);
  if (status || (status = begin_checksum(s)))
    return status;
  for (size_t i = 0; i < s->tensor_count; ++i) {
    tensor *t = &s->tensors[i];
    t->name_length = nnc_json_decode((nnc_span){t->name, t->name_length}, s->header + (t->name - s->header));
  }
  if ((status = check_names(s)))
    return status;
  mark_training_state(s);
  if ((status = match(s, parameters_only)) || (status = check_places(s)) || (status = parse_seed(s, &seed)))
    return status;
  uint8_t *staging = malloc(model->variable_bytes ? model->variable_bytes : 1);
  if (!staging)
    return FAIL(NNC_OUT_OF_MEMORY, "no memory for its %llu bytes", (unsigned long long)model->variable_bytes);
  status = read_data(s, staging);
  if (!status && !(status = nnc_pull(instance, 0, model->variable_bytes))) {
    for (size_t i = 0; i < s->tensor_count; ++i)
      if (s->tensors[i].variable >= 0) {
        const nnc_variable *variable = &model->variables[s->tensors[i].variable];
        memcpy(instance->variables + variable->offset, staging + variable->offset, variable->bytes);
      }
    settle_training_state(s, parameters_only);
    if (!parameters_only)
      instance->seed = seed;
    status = nnc_push(instance, 0, model->variable_bytes);
  }
  free(staging);
  return status;
}

/* The caller's strings, those of ours left out. */
static int copy_metadata(source *s, char *out, uint64_t bytes, uint64_t *needed) {
  int status = read_header(s);
  if (status)
    return status;
  char *text = malloc(s->metadata.length + 3);
  if (!text)
    return FAIL(NNC_OUT_OF_MEMORY, "%s", "no memory for its metadata");
  nnc_json json = {s->metadata.text, s->metadata.text + s->metadata.length, NULL};
  nnc_span name, value;
  size_t length = 0;
  text[length++] = '{';
  while (s->metadata.text && nnc_json_string(&json, &name) && nnc_json_expect(&json, ':') &&
         nnc_json_string(&json, &value)) {
    if (name.length < strlen(NNC_META_PREFIX) ||
        memcmp(name.text, NNC_META_PREFIX, strlen(NNC_META_PREFIX))) {
      if (length > 1)
        text[length++] = ',';
      size_t member = (size_t)(json.at - (name.text - 1)); /* from the quote before its name */
      memcpy(text + length, name.text - 1, member);
      length += member;
    }
    if (!nnc_json_accept(&json, ','))
      break;
  }
  memcpy(text + length, "}", 2);
  *needed = length + 2;
  if (bytes >= *needed)
    memcpy(out, text, *needed);
  else
    status = FAIL(NNC_INVALID_ARGUMENT, "its metadata needs %llu bytes, %llu are given",
                  (unsigned long long)*needed, (unsigned long long)bytes);
  free(text);
  return status;
}

static void close_source(source *s) {
  if (s->file >= 0)
    close(s->file);
  free(s->header);
  free(s->tensors);
}

int nnc_rt_load(nnc_instance *instance, const char *path, int parameters_only) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  source s = {.instance = instance, .function = "load", .path = path, .file = -1};
  status = load(&s, parameters_only != 0);
  close_source(&s);
  nnc_leave(instance);
  return status;
}

int nnc_rt_metadata(nnc_instance *instance, const char *path, char *extra_json, uint64_t bytes,
                    uint64_t *needed) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  uint64_t count = 0;
  source s = {.instance = instance, .function = "metadata", .path = path, .file = -1};
  status = copy_metadata(&s, extra_json, extra_json ? bytes : 0, &count);
  if (status == NNC_INVALID_ARGUMENT && !extra_json && count)
    status = NNC_OK; /* asked for the size alone */
  if (needed)
    *needed = count;
  close_source(&s);
  nnc_leave(instance);
  return status;
}
