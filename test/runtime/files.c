// RUN: rm -rf %t && mkdir -p %t && %testbin/runtime-files %t
// Saving and loading: what comes back, what is refused with which words, and that a refused file changes nothing.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static nnc_instance *m; // what most tests save from and load into
static char path[4096];

/* Paths lie in the directory given to the program. */
static const char *in_directory(const char *name) {
  static const char *directory;
  if (!directory)
    directory = name;
  else
    snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

static char *read_file(const char *name, size_t *length) {
  FILE *file = fopen(name, "rb");
  char *data = malloc(1 << 20);
  *length = fread(data, 1, 1 << 20, file);
  fclose(file);
  return data;
}

static void write_file(const char *name, const void *data, size_t length) {
  FILE *file = fopen(name, "wb");
  CHECK(file && fwrite(data, 1, length, file) == length);
  fclose(file);
}

/* A file with this header, and behind it `data_bytes` of zeros. */
static const char *write_tensors(const char *header, size_t data_bytes) {
  char text[8192] = {0};
  uint64_t length = strlen(header);
  memcpy(text, &length, 8);
  memcpy(text + 8, header, length);
  write_file(in_directory("written.safetensors"), text, 8 + length + data_bytes);
  return path;
}

/* All that a load may change. */
typedef struct snapshot {
  uint8_t variables[576];
  uint64_t seed;
} snapshot;

static snapshot take_snapshot(void) {
  snapshot s = {.seed = m->seed};
  memcpy(s.variables, m->variables, sizeof s.variables);
  return s;
}

static void expect_refusal(const char *name, int parameters_only, int status, const char *part, int line) {
  snapshot before = take_snapshot();
  int got = nnc_rt_load(m, name, parameters_only);
  snapshot after = take_snapshot();
  if (got != status || !strstr(nnc_rt_error_text(m), part) || memcmp(&before, &after, sizeof before)) {
    fprintf(stderr, "%s:%d: status %d, \"%s\", expected %d, \"%s\"\n", __FILE__, line, got,
            nnc_rt_error_text(m), status, part);
    ++check_failures;
  }
}
#define REFUSED(name, status, part) expect_refusal(name, 0, status, part, __LINE__)
#define BAD(header, data_bytes, part)                                                                        \
  expect_refusal(write_tensors(header, data_bytes), 0, NNC_BAD_FILE, part, __LINE__)

static void fill_variables(uint8_t with) {
  for (uint32_t v = 0; v < tiny.variable_count; ++v)
    memset(m->variables + tiny.variables[v].offset, tiny.variables[v].dtype == NNC_BOOL ? with % 2 : with,
           tiny.variables[v].bytes);
}

static int same_variables(const snapshot *s, int training_state) {
  for (uint32_t v = 0; v < tiny.variable_count; ++v) {
    const nnc_variable *variable = &tiny.variables[v];
    if ((training_state || variable->kind == NNC_PARAMETER || variable->kind == NNC_STATE) &&
        memcmp(s->variables + variable->offset, m->variables + variable->offset, variable->bytes))
      return 0;
  }
  return 1;
}

static void round_trip(void) {
  snapshot saved = take_snapshot();
  CHECK(nnc_rt_save(m, in_directory("a.safetensors"), "{\"epoch\": \"3\", \"note\":\"\\u00e9 \\\"x\\\"\"}") ==
        NNC_OK);
  fill_variables(0x11);
  m->seed = 5;
  CHECK(nnc_rt_load(m, path, 0) == NNC_OK);
  CHECK(same_variables(&saved, 1) && m->seed == saved.seed);

  char extra[200] = "";
  uint64_t needed = 0;
  CHECK(nnc_rt_metadata(m, path, NULL, 0, &needed) == NNC_OK);
  CHECK(needed == strlen("{\"epoch\": \"3\",\"note\":\"\\u00e9 \\\"x\\\"\"}"));
  CHECK(nnc_rt_metadata(m, path, extra, needed - 1, &needed) == NNC_INVALID_ARGUMENT && !extra[0]);
  CHECK_HAS(nnc_rt_error_text(m), "its metadata needs ");
  CHECK(nnc_rt_metadata(m, path, extra, sizeof extra, NULL) == NNC_OK);
  CHECK(!strcmp(extra, "{\"epoch\":\"3\",\"note\":\"\\u00e9 \\\"x\\\"\"}"));
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  CHECK(nnc_rt_metadata(m, path, extra, sizeof extra, &needed) == NNC_OK && needed == 3);
  CHECK(!strcmp(extra, "{}"));

  // Same variables, same bytes.
  size_t first_length, second_length;
  char *first = read_file(path, &first_length);
  CHECK(nnc_rt_save(m, in_directory("b.safetensors"), "{}") == NNC_OK);
  char *second = read_file(path, &second_length);
  CHECK(first_length == second_length && !memcmp(first, second, first_length));
  free(first);
  free(second);
}

static void parameters_only(void) {
  snapshot before = take_snapshot();
  CHECK(nnc_rt_save(m, in_directory("a.safetensors"), NULL) == NNC_OK);
  fill_variables(0x11);
  snapshot filled = take_snapshot();
  m->seed = 5;
  CHECK(nnc_rt_load(m, path, 1) == NNC_OK);
  CHECK(same_variables(&before, 0) && m->seed == 5);
  CHECK(!memcmp(m->variables + tiny.variables[SLOT].offset, filled.variables + tiny.variables[SLOT].offset,
                24));
  CHECK(nnc_rt_load(m, path, 0) == NNC_OK);

  // A model with the same parameters and another optimizer.
  nnc_instance *sgd = NULL;
  CHECK(nnc_rt_create(&tiny_sgd, &sgd, NULL) == NNC_OK);
  int64_t step = 9;
  CHECK(nnc_rt_set(sgd, "fine.step", &step, sizeof step) == NNC_OK);
  CHECK(nnc_rt_load(sgd, path, 0) == NNC_BAD_FILE);
  CHECK_HAS(nnc_rt_error_text(sgd),
            "'fine.step' is missing (to go without training state, load the parameters only)");
  CHECK(nnc_rt_load(sgd, path, 1) == NNC_OK);
  float mine[6], theirs[6];
  CHECK(nnc_rt_get(m, "dense.weight", mine, sizeof mine) == NNC_OK);
  CHECK(nnc_rt_get(sgd, "dense.weight", theirs, sizeof theirs) == NNC_OK);
  CHECK(!memcmp(mine, theirs, sizeof mine));
  CHECK(nnc_rt_get(sgd, "fine.step", &step, sizeof step) == NNC_OK && step == 9);

  CHECK(nnc_rt_save(sgd, in_directory("sgd.safetensors"), NULL) == NNC_OK);
  REFUSED(path, NNC_BAD_FILE, "'train.adam.m.dense.weight' is missing (to go without");
  CHECK(nnc_rt_load(m, path, 1) == NNC_OK);
  nnc_rt_destroy(sgd);
}

#define PARAMETERS                                                                                           \
  "\"dense.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"                            \
  "\"dense.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]},"                               \
  "\"embed.table\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[32,80]},"                            \
  "\"state.mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[80,88]},"                               \
  "\"state.seen\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[88,91]},"                              \
  "\"state.codes\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[91,96]}"

/* As another program would write it: no metadata of ours, any order, escapes and spaces. */
static void foreign_files(void) {
  const char *name = write_tensors("{" PARAMETERS "}", 96);
  CHECK(nnc_rt_load(m, name, 1) == NNC_OK);
  CHECK(m->variables[0] == 0);
  name = write_tensors("{ \"__metadata__\" : {\"format\":\"pt\"} ,\n" PARAMETERS " }   ", 96);
  CHECK(nnc_rt_load(m, name, 1) == NNC_OK);
  char extra[100];
  uint64_t needed;
  CHECK(nnc_rt_metadata(m, name, extra, sizeof extra, &needed) == NNC_OK);
  CHECK(!strcmp(extra, "{\"format\":\"pt\"}"));
  name = write_tensors(
      "{\"d\\u0065nse\\u002eweight\":{\"shape\":[3,2],\"data_offsets\":[8,32],\"dtype\":\"F32\"}," //
      "\"dense.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
      "\"embed.table\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[32,80]},"
      "\"state.mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[80,88]},"
      "\"state.seen\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[88,91]},"
      "\"state.codes\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[91,96]}}",
      96);
  CHECK(nnc_rt_load(m, name, 1) == NNC_OK);
  expect_refusal(name, 0, NNC_BAD_FILE, "'train.adam.m.dense.weight' is missing", __LINE__);
  // A tensor more is an error even so: nobody called it training state.
  name = write_tensors("{" PARAMETERS ",\"other\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[96,96]}}",
                       96);
  expect_refusal(name, 1, NNC_BAD_FILE, "'Tiny' has no variable 'other'", __LINE__);
}

static void bad_headers(void) {
  char text[64] = {0};
  write_file(in_directory("bad"), "", 0);
  REFUSED(path, NNC_BAD_FILE, "not a safetensors file: 0 bytes, expected at least 8");
  const uint64_t lengths[] = {UINT64_C(1) << 63, UINT64_MAX, UINT64_C(1) << 32, 100000001, 57};
  for (size_t i = 0; i < 5; ++i) {
    memcpy(text, &lengths[i], 8);
    write_file(in_directory("bad"), text, sizeof text);
    REFUSED(path, NNC_BAD_FILE, "not a whole safetensors file: its header should have ");
  }
  memset(text, 0, 8);
  write_file(in_directory("bad"), text, 8);
  REFUSED(path, NNC_BAD_FILE, "expected '{' at byte 0 of the header");
  BAD("", 0, "expected '{'");
  BAD("[]", 0, "expected '{'");
  BAD(" {}", 0, "expected '{'");
  BAD("{", 0, "expected a string");
  BAD("{}", 0, "'dense.weight' is missing");
  BAD("{}x", 0, "text after the end");
  BAD("{\"a\"}", 0, "expected ':'");
  BAD("{\"a\":1}", 0, "expected '{'");
  BAD("{\"a\":{},}", 0, "a tensor lacks dtype, shape or data_offsets");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},}", 4, "expected a string");
  BAD("{\"a\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]}}", 2, "type is none of F32, F64, I32");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "expected a whole number");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "expected ',' or ']'");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}", 4, "a number has a leading zero");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}", 4, "expected ',' or ']'");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", 4,
      "a number is too large");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
      "a shape is too large");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}", 4,
      "do not fit its shape");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
      "data_offsets do not fit its shape");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,0]}}", 4,
      "data_offsets lie outside of the file");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 3,
      "data_offsets lie outside of the file");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}", 4, "expected ','");
  BAD("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, "each once");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"x\":0}}", 4, "each once");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, "lacks dtype, shape or data_offsets");
  BAD("{\"a\":{\"dtype\":\"F32\",\"shape\":[[]],\"data_offsets\":[0,4]}}", 4, "expected a whole number");
  BAD("{\"__metadata__\":{\"a\":1}}", 0, "expected a string");
  BAD("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ stands twice");
  BAD("{\"__metadata__\":{\"nnc.format\":\"2\"}}", 0, "its format version is '2', this library reads '1'");
  BAD("{\"__metadata__\":{\"nnc.checksum\":\"12\"}}", 0, "nnc.checksum is not a checksum");
  BAD("{\"a\n\":0}", 0, "control character in a string");
  BAD("{\"\\x\":0}", 0, "bad escape in a string");
  BAD("{\"\\ud800\":0}", 0, "bad escape in a string");
  BAD("{\"\\ud800\\u0041\":0}", 0, "bad escape in a string");
  BAD("{\"\\udc00\":0}", 0, "bad escape in a string");
  BAD("{\"\\u12", 0, "bad escape in a string");
  BAD("{\"a", 0, "a string has no end");
  BAD("{\"\xff\":0}", 0, "a string is not UTF-8");
  BAD("{\"\xc0\x80\":0}", 0, "a string is not UTF-8");
  BAD("{\"\xed\xa0\x80\":0}", 0, "a string is not UTF-8");
  BAD("{\"\xf4\x90\x80\x80\":0}", 0, "a string is not UTF-8");
  // As deep as it likes: the reader asks for what it wants and never descends.
  char *deep = malloc(200008);
  uint64_t length = 200000;
  memcpy(deep, &length, 8);
  memset(deep + 8, '{', length);
  write_file(in_directory("deep"), deep, 8 + length);
  REFUSED(path, NNC_BAD_FILE, "expected a string at byte 1 ");
  memset(deep + 8, '[', length);
  memcpy(deep + 8, "{\"a\":{\"shape\":", 14);
  write_file(in_directory("deep"), deep, 8 + length);
  REFUSED(path, NNC_BAD_FILE, "expected a whole number at byte 15 ");
  free(deep);
}

/* Headers that are well formed and do not fit the model or their data. */
static void bad_tensors(void) {
#define AND_STATE                                                                                            \
  ",\"embed.table\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[32,80]},"                           \
  "\"state.mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[80,88]},"                               \
  "\"state.seen\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[88,91]},"                              \
  "\"state.codes\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[91,96]}}"
#define WEIGHT_AT(range) "{\"dense.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":" range "}"
#define BIAS_AT(range) ",\"dense.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" range "}"
  const struct {
    const char *header;
    size_t data_bytes;
    const char *part;
  } cases[] = {
      {"{\"dense.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}" BIAS_AT("[24,32]")
           AND_STATE,
       96, "'dense.weight' is F32[2,3], the model has F32[3,2]"},
      {"{\"dense.weight\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}" BIAS_AT("[24,32]")
           AND_STATE,
       96, "'dense.weight' is F32[6], the model has F32[3,2]"},
      {"{\"dense.weight\":{\"dtype\":\"I32\",\"shape\":[3,2],\"data_offsets\":[0,24]}" BIAS_AT("[24,32]")
           AND_STATE,
       96, "'dense.weight' is I32[3,2], the model has F32[3,2]"},
      {WEIGHT_AT("[0,24]") AND_STATE, 96, "'dense.bias' is missing"},
      {WEIGHT_AT("[0,24]") BIAS_AT("[24,32]") BIAS_AT("[24,32]") AND_STATE, 96,
       "tensor 'dense.bias' stands twice"},
      {WEIGHT_AT("[0,24]") BIAS_AT("[16,24]") AND_STATE, 96, "another tensor overlaps tensor 'dense.bias'"},
      {WEIGHT_AT("[0,24]") BIAS_AT("[96,104]") AND_STATE, 104, "there is a hole before tensor 'embed.table'"},
      {WEIGHT_AT("[0,24]") BIAS_AT("[24,32]") AND_STATE, 97, "1 bytes stand behind the last tensor"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i)
    expect_refusal(write_tensors(cases[i].header, cases[i].data_bytes), 1, NNC_BAD_FILE, cases[i].part,
                   __LINE__);
  // Names in messages: no control characters, not longer than the message.
  BAD("{\"\\u001b[31m\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1,
      "'dense.weight' is missing");
  expect_refusal(write_tensors("{" PARAMETERS
                               ",\"\\u001b[31m\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[96,96]}}",
                               96),
                 1, NNC_BAD_FILE, "has no variable '?[31m'", __LINE__);
  // Truth values.
  char *data;
  size_t length;
  data = read_file(write_tensors("{" PARAMETERS "}", 96), &length);
  data[length - 6] = 2;
  write_file(path, data, length);
  expect_refusal(path, 1, NNC_BAD_FILE, "'state.seen' has truth values other than 0 and 1", __LINE__);
  free(data);
}

/* Every truncation and every flipped byte of a real file is found, and so is a byte behind it. */
static void damage(void) {
  size_t length;
  CHECK(nnc_rt_save(m, in_directory("whole.safetensors"), "{\"epoch\":\"3\"}") == NNC_OK);
  char *data = read_file(path, &length);
  data[length] = 0;
  in_directory("damaged.safetensors");
  for (size_t cut = 0; cut < length; ++cut) {
    write_file(path, data, cut);
    REFUSED(path, NNC_BAD_FILE, "load: '");
  }
  for (size_t at = 0; at < length; ++at) {
    data[at] ^= 1;
    write_file(path, data, length);
    REFUSED(path, NNC_BAD_FILE, "load: '");
    data[at] ^= 1;
  }
  write_file(path, data, length + 1);
  REFUSED(path, NNC_BAD_FILE, "1 bytes stand behind the last tensor");
  write_file(path, data, length);
  CHECK(nnc_rt_load(m, path, 0) == NNC_OK);
  data[length - 1] ^= 4;
  write_file(path, data, length);
  REFUSED(path, NNC_BAD_FILE, "the file is damaged, or was changed and kept its nnc.checksum");
  free(data);
}

/* Whatever stands in a file, loading it ends with a status; sanitizers watch. */
static void mutations(void) {
  const char *pieces[] = {"{",
                          "}",
                          "[",
                          "]",
                          "\"",
                          ",",
                          ":",
                          "\\",
                          "\\u",
                          "0",
                          "18446744073709551615",
                          "-1",
                          "1e9",
                          "__metadata__",
                          "nnc.training_state",
                          "dense.bias",
                          "F64",
                          "\x80",
                          "\xf0",
                          " "};
  char original[1024] = {0}, changed[2048];
  uint64_t state = 1;
  uint64_t length =
      (uint64_t)snprintf(original + 8, sizeof original - 8,
                         "{\"__metadata__\":{\"nnc.training_state\":\"x y\",\"a\":\"b\"}," PARAMETERS "}");
  memcpy(original, &length, 8);
  for (int round = 0; round < 4000; ++round) {
    uint64_t size = 8 + length + 96, header = length;
    memcpy(changed, original, size);
    for (int change = 0; change < 1 + round % 4; ++change) {
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
      uint64_t at = 8 + (state >> 33) % header, kind = state >> 20 & 3;
      const char *piece = pieces[(state >> 24) % (sizeof pieces / sizeof *pieces)];
      uint64_t more = kind == 0 ? strlen(piece) : 0,
               less = kind == 1 ? (state >> 45) % 8 % (header - at + 9) : 0;
      if (size + more > sizeof changed || header <= less + 1)
        continue;
      memmove(changed + at + more, changed + at + less, size - at - less); // put in, or taken out
      memcpy(changed + at, piece, more);
      if (kind >= 2)
        changed[at] = kind == 2 ? (char)(state >> 50) : *piece;
      size += more - less;
      header += more - less;
      memcpy(changed, &header, 8);
    }
    write_file(in_directory("mutated.safetensors"), changed, size);
    int status = nnc_rt_load(m, path, round % 2);
    char extra[256];
    int metadata_status = nnc_rt_metadata(m, path, extra, sizeof extra, NULL);
    CHECK(status == NNC_OK || status == NNC_BAD_FILE);
    CHECK(metadata_status == NNC_OK || metadata_status == NNC_BAD_FILE ||
          metadata_status == NNC_INVALID_ARGUMENT);
  }
}

static void saving_is_refused(void) {
#define UNSAVED(name, extra, status, part)                                                                   \
  do {                                                                                                       \
    CHECK(nnc_rt_save(m, name, extra) == (status));                                                          \
    CHECK_HAS(nnc_rt_error_text(m), part);                                                                   \
  } while (0)
  UNSAVED(NULL, NULL, NNC_INVALID_ARGUMENT, "save: the path is NULL");
  UNSAVED("", NULL, NNC_IO, "save: '': No such file or directory");
  UNSAVED(in_directory("missing/a"), NULL, NNC_IO, "No such file or directory");
  UNSAVED(in_directory("."), NULL, NNC_IO, "Is a directory");
  UNSAVED("/dev/null", NULL, NNC_IO, "not a regular file");
  UNSAVED("/proc/none", NULL, NNC_IO, "save: '/proc/none': ");
  char *long_path = malloc(9000);
  memset(long_path, 'x', 9000);
  long_path[8999] = 0;
  UNSAVED(long_path, NULL, NNC_IO, "save: 'xxx");
  free(long_path);
  in_directory("a.safetensors");
  UNSAVED(path, "", NNC_INVALID_ARGUMENT, "extra is not a JSON object of strings: expected '{' at byte 0");
  UNSAVED(path, "{\"a\":1}", NNC_INVALID_ARGUMENT, "expected a string at byte 5");
  UNSAVED(path, "{\"a\":\"1\"", NNC_INVALID_ARGUMENT, "expected ',' or '}'");
  UNSAVED(path, "{} {}", NNC_INVALID_ARGUMENT, "text after the end");
  UNSAVED(path, "{\"nnc.seed\":\"1\"}", NNC_INVALID_ARGUMENT,
          "extra names that begin with 'nnc.' are nnc's own");
  REFUSED(NULL, NNC_INVALID_ARGUMENT, "load: the path is NULL");
  REFUSED(in_directory("missing"), NNC_IO, "No such file or directory");
  REFUSED(in_directory("."), NNC_IO, "is a directory");
  REFUSED("/dev/zero", NNC_IO, "is not a regular file");
  CHECK(!mkfifo(in_directory("fifo"), 0600));
  REFUSED(path, NNC_IO, "is not a regular file");
  CHECK(nnc_rt_save(m, path, NULL) == NNC_IO);
}

/* A link stays a link, and what it points to is replaced; odd names are names. */
static void links_and_names(void) {
  struct stat info;
  char target[4096];
  CHECK(nnc_rt_save(m, in_directory("target"), NULL) == NNC_OK);
  strcpy(target, path);
  CHECK(!symlink("target", in_directory("link")));
  unsigned long before = (stat(target, &info), (unsigned long)info.st_ino);
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  CHECK(!lstat(path, &info) && S_ISLNK(info.st_mode));
  CHECK(!stat(target, &info) && (unsigned long)info.st_ino != before);
  const char *names[] = {"with space", "-dash", "a'b\"c;d\n", "\xff\xfe", ".safetensors"};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(nnc_rt_save(m, in_directory(names[i]), NULL) == NNC_OK);
    CHECK(nnc_rt_load(m, path, 0) == NNC_OK);
  }
  char directory[4096];
  strcpy(directory, in_directory("."));
  CHECK(!chdir(directory));
  CHECK(nnc_rt_save(m, "relative", NULL) == NNC_OK && nnc_rt_load(m, "./relative", 0) == NNC_OK);
}

/* No temporary file is left. */
static void tidy(void) {
  DIR *directory = opendir(".");
  for (struct dirent *entry; (entry = readdir(directory));)
    CHECK(!strstr(entry->d_name, "nnc-save"));
  closedir(directory);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  in_directory(argv[1]);
  nnc_options options = {.seed = UINT64_C(12345678901234567890)};
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_OK);
  round_trip();
  parameters_only();
  foreign_files();
  bad_headers();
  bad_tensors();
  damage();
  mutations();
  saving_is_refused();
  links_and_names();
  tidy();
  nnc_rt_destroy(m);
  return check_failures != 0;
}
