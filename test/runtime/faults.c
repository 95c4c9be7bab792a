// RUN: rm -rf %t && mkdir -p %t && %testbin/runtime-faults %t
// The n-th allocation fails, the n-th call of the operating system fails, for n = 1, 2, 3 ... until all goes well: each
// time a status and a text, no leak, an instance that works, and the file of before.
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

/* The linker puts the functions below between the runtime and the C library. */
static int memory_fails_in, system_fails_in; // 1: the next call, 0: never
static int error_given = ENOSPC;
static int live_blocks, open_files;
static int interrupt_often;

static int fails(int *in) { return *in > 0 && --*in == 0; }

#define REAL(type, name, ...)                                                                                \
  type __real_##name(__VA_ARGS__);                                                                           \
  type __wrap_##name(__VA_ARGS__);                                                                           \
  type __wrap_##name(__VA_ARGS__)

REAL(void *, malloc, size_t bytes) {
  void *block = fails(&memory_fails_in) ? NULL : __real_malloc(bytes);
  live_blocks += block != NULL;
  return block;
}
REAL(void *, realloc, void *old, size_t bytes) {
  void *block = fails(&memory_fails_in) ? NULL : __real_realloc(old, bytes);
  live_blocks += block && !old;
  return block;
}
REAL(void *, aligned_alloc, size_t alignment, size_t bytes) {
  void *block = fails(&memory_fails_in) ? NULL : __real_aligned_alloc(alignment, bytes);
  live_blocks += block != NULL;
  return block;
}
REAL(char *, strdup, const char *text) {
  char *block = fails(&memory_fails_in) ? NULL : __real_strdup(text);
  live_blocks += block != NULL;
  if (!block)
    errno = ENOMEM;
  return block;
}
REAL(char *, realpath, const char *path, char *resolved) {
  int no_memory = fails(&memory_fails_in), refused = fails(&system_fails_in);
  char *block = no_memory || refused ? NULL : __real_realpath(path, resolved);
  live_blocks += block != NULL;
  if (!block && (no_memory || refused))
    errno = no_memory ? ENOMEM : error_given;
  return block;
}
REAL(void, free, void *block) {
  live_blocks -= block != NULL;
  __real_free(block);
}

static int refused(void) {
  if (!fails(&system_fails_in))
    return 0;
  errno = error_given;
  return 1;
}

/* Sometimes interrupted, and short. */
static size_t shorten(size_t bytes, int *interrupted) {
  static unsigned turn;
  *interrupted = interrupt_often && ++turn % 3 == 0;
  if (*interrupted)
    errno = EINTR;
  return interrupt_often && bytes > 7 ? 7 : bytes;
}

REAL(int, open, const char *path, int flags, unsigned mode) {
  int file = refused() ? -1 : __real_open(path, flags, mode);
  open_files += file >= 0;
  return file;
}
REAL(int, close, int file) {
  --open_files; // as Linux does even when it reports an error
  __real_close(file);
  return refused() ? -1 : 0;
}
REAL(ssize_t, read, int file, void *data, size_t bytes) {
  int interrupted;
  bytes = shorten(bytes, &interrupted);
  return interrupted || refused() ? -1 : __real_read(file, data, bytes);
}
REAL(ssize_t, write, int file, const void *data, size_t bytes) {
  int interrupted;
  bytes = shorten(bytes, &interrupted);
  return interrupted || refused() ? -1 : __real_write(file, data, bytes);
}
REAL(int, fsync, int file) {
  (void)__real_fsync;
  return refused() || file < 0 ? -1 : 0; // the real one is slow and proves nothing here
}
REAL(int, rename, const char *from, const char *to) { return refused() ? -1 : __real_rename(from, to); }
REAL(int, fstat, int file, struct stat *info) { return refused() ? -1 : __real_fstat(file, info); }
REAL(int, stat, const char *path, struct stat *info) { return refused() ? -1 : __real_stat(path, info); }

static char path[4096], directory_name[4000];
static nnc_instance *m;

static void creation(void) {
  int attempts = 0, status;
  char error[100];
  do {
    int before = live_blocks;
    nnc_instance *instance = (void *)error;
    nnc_options options = {.error = error, .error_bytes = sizeof error};
    error[0] = 0;
    memory_fails_in = ++attempts;
    status = nnc_rt_create(&tiny, &instance, &options);
    memory_fails_in = 0;
    if (status) {
      CHECK(status == NNC_OUT_OF_MEMORY && !instance && live_blocks == before);
      CHECK_HAS(error, "create: no memory for ");
    } else {
      nnc_rt_destroy(instance);
      CHECK(live_blocks == before);
    }
  } while (status);
  CHECK(attempts == 3); // the instance, and scratch for an orthogonal matrix
}

static void workspace(void) {
  static float images[3 * 4096], y[2 * 4096];
  const void *inputs[] = {images, NULL};
  void *outputs[] = {y};
  for (int64_t batch = 64; batch <= 4096; batch *= 2) {
    memory_fails_in = 1;
    CHECK(nnc_rt_call(m, PREDICT, &batch, inputs, outputs, NULL, NULL) == NNC_OUT_OF_MEMORY);
    CHECK_HAS(nnc_rt_error_text(m), "predict: no memory for ");
    memory_fails_in = 0;
    int64_t small = 1;
    CHECK(nnc_rt_call(m, PREDICT, &small, inputs, outputs, NULL, NULL) == NNC_OK);
    CHECK(nnc_rt_call(m, PREDICT, &batch, inputs, outputs, NULL, NULL) == NNC_OK);
    memory_fails_in = 1; // no allocation now that it is large enough
    CHECK(nnc_rt_call(m, PREDICT, &small, inputs, outputs, NULL, NULL) == NNC_OK);
    CHECK(nnc_rt_call(m, PREDICT, &batch, inputs, outputs, NULL, NULL) == NNC_OK);
    CHECK(memory_fails_in == 1);
    memory_fails_in = 0;
  }
}

static void expect_no_temporary(void) {
  DIR *directory = opendir(directory_name);
  for (struct dirent *entry; (entry = readdir(directory));)
    CHECK(!strstr(entry->d_name, "nnc-save"));
  closedir(directory);
}

/* What the file holds, which must be whole. */
static float bias_in_file(void) {
  nnc_instance *other = NULL;
  float found[2] = {0, 0};
  CHECK(nnc_rt_create(&tiny, &other, NULL) == NNC_OK);
  CHECK(nnc_rt_load(other, path, 0) == NNC_OK);
  CHECK(nnc_rt_get(other, "dense.bias", found, sizeof found) == NNC_OK);
  CHECK(found[0] == found[1]);
  nnc_rt_destroy(other);
  return found[0];
}

static void set_bias(float bias) {
  CHECK(nnc_rt_set(m, "dense.bias", (const float[]){bias, bias}, 8) == NNC_OK);
}

/* Saves 2 over 1 with one fault after another; the counter of faults is memory's or the system's. */
static void saving(int *faults, int expected) {
  set_bias(1);
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  set_bias(2);
  int attempts = 0, failed_but_new = 0, replaced = 0, status;
  do {
    int blocks = live_blocks, files = open_files;
    CHECK(bias_in_file() == (replaced ? 2 : 1));
    *faults = ++attempts;
    status = nnc_rt_save(m, path, "{\"a\":\"b\"}");
    int reached = *faults == 0;
    *faults = 0;
    CHECK(live_blocks == blocks && open_files == files);
    expect_no_temporary();
    if (status) {
      CHECK(status == expected);
      CHECK_HAS(nnc_rt_error_text(m), "save: ");
      failed_but_new += !replaced && bias_in_file() == 2;
    } else if (reached) {
      CHECK(bias_in_file() ==
            2); // a fault that may be passed over: the directory could not be opened or closed
      status = -1;
    }
    replaced = bias_in_file() == 2;
  } while (status && attempts < 1000);
  CHECK(attempts > 3 && attempts < 1000);
  CHECK(failed_but_new <= 1); // a failing fsync of the directory comes when the new file has its name
  CHECK(bias_in_file() == 2);
}

static void loading(int *faults, int expected) {
  set_bias(1);
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  set_bias(2);
  m->seed = 9;
  int attempts = 0, status, metadata_status;
  do {
    int blocks = live_blocks, files = open_files;
    *faults = ++attempts;
    status = nnc_rt_load(m, path, 0);
    int reached = *faults == 0;
    *faults = 0;
    CHECK(live_blocks == blocks && open_files == files);
    if (status) {
      float bias[2];
      CHECK(status == expected);
      CHECK_HAS(nnc_rt_error_text(m), "load: '");
      CHECK(nnc_rt_get(m, "dense.bias", bias, sizeof bias) == NNC_OK);
      CHECK(bias[0] == 2 && m->seed == 9);
    } else if (reached) {
      status = -1; // closing a file that was read
    }
  } while (status && attempts < 1000);
  CHECK(attempts > 2 && attempts < 1000 && m->seed == 0);

  char extra[10];
  attempts = 0;
  do {
    int blocks = live_blocks, files = open_files;
    *faults = ++attempts;
    metadata_status = nnc_rt_metadata(m, path, extra, sizeof extra, NULL);
    int reached = *faults == 0;
    *faults = 0;
    CHECK(live_blocks == blocks && open_files == files);
    CHECK(metadata_status == NNC_OK || metadata_status == expected);
    if (!metadata_status && reached)
      metadata_status = -1;
  } while (metadata_status && attempts < 1000);
  CHECK(attempts > 2 && attempts < 1000);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  snprintf(directory_name, sizeof directory_name, "%s", argv[1]);
  snprintf(path, sizeof path, "%s/model.safetensors", argv[1]);
  creation();
  CHECK(nnc_rt_create(&tiny, &m, NULL) == NNC_OK);
  workspace();
  saving(&memory_fails_in, NNC_OUT_OF_MEMORY);
  saving(&system_fails_in, NNC_IO);
  error_given = EIO;
  saving(&system_fails_in, NNC_IO);
  loading(&memory_fails_in, NNC_OUT_OF_MEMORY);
  loading(&system_fails_in, NNC_IO);
  interrupt_often = 1;
  set_bias(3);
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  CHECK(bias_in_file() == 3);
  saving(&system_fails_in, NNC_IO);
  nnc_rt_destroy(m);
  CHECK(live_blocks == 0 && open_files == 0);
  return check_failures != 0;
}
