/* save.c: an instance as a safetensors file, written so that the file of that name is the old one or the new
 * one.
 *
 *   1. build the header  2. checksum  3. write all into a new file beside the old one
 *   4. fsync it  5. rename it over the old one  6. fsync the directory
 *
 * A failure removes the new file; a kill may leave it behind (.nnc-save-*), never under the name asked for.
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
#include <time.h>
#include <unistd.h>

const char *const nnc_file_dtypes[] = {"F32", "F64", "I32", "I64", "U8", "BOOL"};

void nnc_checksum_text(uint64_t checksum, char digits[NNC_CHECKSUM_DIGITS]) {
  for (int i = NNC_CHECKSUM_DIGITS - 1; i >= 0; --i, checksum >>= 4)
    digits[i] = "0123456789abcdef"[checksum & 15];
}

const char *nnc_os_error(int number, char text[128]) { return strerror_r(number, text, 128); }

/* A text that grows; after a failed allocation nothing more is added. */
typedef struct text {
  char *data;
  size_t length, capacity;
  bool failed;
} text;

static void put(text *out, const char *bytes, size_t count) {
  if (out->failed)
    return;
  if (out->capacity - out->length < count) {
    size_t capacity = (out->length + count) * 2;
    char *data = realloc(out->data, capacity);
    if (!data) {
      out->failed = true;
      return;
    }
    out->data = data;
    out->capacity = capacity;
  }
  memcpy(out->data + out->length, bytes, count);
  out->length += count;
}

static void put_text(text *out, const char *words) { put(out, words, strlen(words)); }

static void put_number(text *out, uint64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  put_text(out, digits);
}

/* The inside of a JSON string. */
static void put_escaped(text *out, const char *words) {
  for (; *words; ++words) {
    char escape[8];
    if (*words == '"' || *words == '\\' || (unsigned char)*words < 0x20)
      snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)*words);
    else
      escape[0] = *words, escape[1] = 0;
    put_text(out, escape);
  }
}

static void put_member(text *out, const char *name, const char *value) {
  put_text(out, "\"");
  put_text(out, name);
  put_text(out, "\":\"");
  put_escaped(out, value);
  put_text(out, "\",");
}

/* Copies the members of the caller's object, checked. */
static int put_extra(text *out, nnc_instance *instance, const char *extra) {
  nnc_json json = {extra, extra + strlen(extra), NULL};
  bool first = true;
  nnc_span name, value;
  if (nnc_json_expect(&json, '{'))
    while (nnc_json_next(&json, '}', &first) && nnc_json_string(&json, &name) &&
           nnc_json_expect(&json, ':') && nnc_json_string(&json, &value)) {
      if (name.length >= strlen(NNC_META_PREFIX) &&
          !memcmp(name.text, NNC_META_PREFIX, strlen(NNC_META_PREFIX)))
        return nnc_fail(instance, NNC_INVALID_ARGUMENT,
                        "save: extra names that begin with '%s' are nnc's own", NNC_META_PREFIX);
      put_text(out, "\"");
      put(out, name.text, name.length);
      put_text(out, "\":\"");
      put(out, value.text, value.length);
      put_text(out, "\",");
    }
  if (!nnc_json_finish(&json))
    return nnc_fail(instance, NNC_INVALID_ARGUMENT,
                    "save: extra is not a JSON object of strings: %s at byte %lld", json.problem,
                    (long long)(json.at - extra));
  return NNC_OK;
}

static void put_training_names(text *out, const nnc_model *model) {
  const char *separator = "";
  put_text(out, "\"" NNC_META_TRAINING "\":\"");
  for (uint32_t v = 0; v < model->variable_count; ++v)
    if (nnc_is_training_state(&model->variables[v])) {
      put_text(out, separator);
      put_escaped(out, model->variables[v].name);
      separator = " ";
    }
  put_text(out, "\"");
}

static void put_tensor(text *out, const nnc_variable *variable, uint64_t begin) {
  put_text(out, ",\"");
  put_escaped(out, variable->name);
  put_text(out, "\":{\"dtype\":\"");
  put_text(out, nnc_file_dtypes[variable->dtype]);
  put_text(out, "\",\"shape\":[");
  for (uint32_t axis = 0; axis < variable->rank; ++axis) {
    put_text(out, axis ? "," : "");
    put_number(out, (uint64_t)variable->shape[axis]);
  }
  put_text(out, "],\"data_offsets\":[");
  put_number(out, begin);
  put_text(out, ",");
  put_number(out, begin + variable->bytes);
  put_text(out, "]}");
}

/* Calls for each variable in the order of the file. */
#define FOR_EACH_IN_FILE(variable, model)                                                                    \
  for (uint64_t width_ = 8; width_ > 0; width_ /= 2)                                                         \
    for (uint32_t v_ = 0; v_ < (model)->variable_count; ++v_)                                                \
      for (const nnc_variable *variable = &(model)->variables[v_];                                           \
           variable && variable->kind != NNC_GRADIENT && nnc_dtype_bytes(variable->dtype) == width_;         \
           variable = NULL)

/* Steps 1 and 2. */
static int build_header(nnc_instance *instance, const char *extra, text *out) {
  const nnc_model *model = instance->model;
  char seed[24];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)instance->seed);
  put(out, "\0\0\0\0\0\0\0\0", 8);
  put_text(out, "{\"__metadata__\":{");
  put_member(out, NNC_META_FORMAT, NNC_FORMAT_VERSION);
  put_member(out, NNC_META_MODEL, model->name);
  put_member(out, NNC_META_SEED, seed);
  put_text(out, "\"" NNC_META_CHECKSUM "\":\"");
  size_t checksum_at = out->length;
  put_text(out, "0000000000000000\",");
  int status = extra ? put_extra(out, instance, extra) : NNC_OK;
  if (status)
    return status;
  put_training_names(out, model);
  put_text(out, "}");
  uint64_t begin = 0;
  FOR_EACH_IN_FILE(variable, model) {
    put_tensor(out, variable, begin);
    begin += variable->bytes;
  }
  put_text(out, "}");
  while (!out->failed && out->length % 8)
    put(out, " ", 1);
  if (out->failed)
    return nnc_fail(instance, NNC_OUT_OF_MEMORY, "save: no memory for the header");
  uint64_t length = out->length - 8;
  if (length > NNC_MAX_HEADER)
    return nnc_fail(instance, NNC_INVALID_ARGUMENT,
                    "save: the header has %llu bytes, more than safetensors allows (%d)",
                    (unsigned long long)length, (int)NNC_MAX_HEADER);
  memcpy(out->data, &length, 8);

  nnc_hash hash;
  nnc_hash_begin(&hash);
  nnc_hash_add(&hash, out->data + 8, length);
  FOR_EACH_IN_FILE(variable, model)
  nnc_hash_add(&hash, instance->variables + variable->offset, variable->bytes);
  nnc_checksum_text(nnc_hash_end(&hash), out->data + checksum_at);
  return NNC_OK;
}

/* Writes all, or returns the error number. */
static int write_all(int file, const void *data, uint64_t bytes) {
  const char *at = data;
  while (bytes > 0) {
    ssize_t written = write(file, at, bytes < (1u << 30) ? bytes : (1u << 30));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return written < 0 ? errno : EIO;
    at += written;
    bytes -= (uint64_t)written;
  }
  return 0;
}

/* Steps 3 and 4, into an open file, which is closed. */
static int write_file(nnc_instance *instance, const text *header, int file) {
  int error = write_all(file, header->data, header->length);
  FOR_EACH_IN_FILE(variable, instance->model)
  if (!error)
    error = write_all(file, instance->variables + variable->offset, variable->bytes);
  if (!error && fsync(file))
    error = errno;
  if (close(file) && !error)
    error = errno;
  return error;
}

/* Makes a new file in the directory and leaves its path in `name`, which has room for it. */
static int create_temporary(const char *path, size_t directory_length, char *name, size_t room, int *file) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    snprintf(name, room, "%.*s.nnc-save-%lld-%lld", (int)directory_length, path, (long long)getpid(),
             (long long)(time.tv_sec * 1000000000 + time.tv_nsec));
    *file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (*file >= 0)
      return 0;
    if (errno != EEXIST && errno != EINTR)
      break;
  }
  return errno;
}

/* Step 6. A directory that cannot be opened, or a file system that has no such thing, is no reason to fail.
 */
static int sync_directory(const char *path, size_t directory_length, char *name, size_t room) {
  snprintf(name, room, "%.*s", directory_length ? (int)directory_length : 1, directory_length ? path : ".");
  int directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return 0;
  int error = fsync(directory) && errno != EINVAL && errno != ENOTSUP ? errno : 0;
  close(directory);
  return error;
}

/* Steps 3 to 6; `target` is no symbolic link. The error number. */
static int replace_file(nnc_instance *instance, const text *header, const char *target) {
  const char *slash = strrchr(target, '/');
  size_t directory_length = slash ? (size_t)(slash - target) + 1 : 0;
  size_t room = directory_length + 64;
  char *name = malloc(room);
  if (!name)
    return ENOMEM;
  int file = -1;
  int error = create_temporary(target, directory_length, name, room, &file);
  if (!error) {
    error = write_file(instance, header, file);
    if (!error && rename(name, target))
      error = errno;
    if (error)
      unlink(name);
    else
      error = sync_directory(target, directory_length, name, room);
  }
  free(name);
  return error;
}

/* The file to replace: what a symbolic link points to, so that links to another disk stay. Refuses what is
 * not a regular file (as root, rename would replace even /dev/null). */
static int find_target(const char *path, char **target) {
  struct stat info;
  *target = realpath(path, NULL);
  if (!*target && errno == ENOENT)
    *target = strdup(path);
  if (!*target)
    return errno;
  if (stat(*target, &info))
    return errno == ENOENT ? 0 : errno;
  return S_ISREG(info.st_mode) ? 0 : S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
}

static int save(nnc_instance *instance, const char *path, const char *extra) {
  if (!path)
    return nnc_fail(instance, NNC_INVALID_ARGUMENT, "save: the path is NULL");
  text header = {NULL, 0, 0, false};
  char *target = NULL, reason[128];
  int status = nnc_pull(instance, 0, instance->model->variable_bytes);
  if (status)
    return status;
  status = build_header(instance, extra, &header);
  int error = status ? 0 : find_target(path, &target);
  if (!status && !error)
    error = replace_file(instance, &header, target);
  if (error)
    status = nnc_fail(instance, error == ENOMEM ? NNC_OUT_OF_MEMORY : NNC_IO, "save: '%.300s': %s", path,
                      error == EINVAL ? "not a regular file" : nnc_os_error(error, reason));
  free(target);
  free(header.data);
  return status;
}

int nnc_rt_save(nnc_instance *instance, const char *path, const char *extra_json) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  status = save(instance, path, extra_json);
  nnc_leave(instance);
  return status;
}
