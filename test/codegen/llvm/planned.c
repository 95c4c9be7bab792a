// RUN: mkdir -p %t && nnc %S/Inputs/planned.mlir --from=kernels -o %t/planned.so
// RUN: %cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I%t %s -o %t/planned -L%t -l:planned.so -Wl,-rpath,%t && %t/planned
// RUN: nnc %S/Inputs/planned.mlir --from=kernels -o %t/planned.so -O0 --target=x86-64,x86-64-v3
// RUN: %t/planned

// Bodies, typed functions and tables at work: the numbers of planned.mlir, and what the runtime says of wrong calls.
#include "planned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                                 \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

static void predict(planned *model, int64_t batch, int64_t time) {
  int64_t count = batch * time * 3;
  float *x = malloc((size_t)count * sizeof *x), *y = calloc((size_t)count, sizeof *y);
  float *z = calloc((size_t)count, sizeof *z);
  for (int64_t i = 0; i < count; ++i)
    x[i] = (float)i;
  CHECK(planned_predict(model, batch, time, x, y, z) == PLANNED_OK);
  for (int64_t i = 0; i < count; ++i)
    CHECK(y[i] == 2.0f * (float)i && z[i] == -2.0f * (float)i);
  free(x), free(y), free(z);
}

int main(void) {
  planned_options options = {0};
  char reason[200] = "";
  options.error = reason;
  options.error_bytes = sizeof reason;
  planned *model = NULL;
  CHECK(planned_create(&model, &options) == PLANNED_OK);
  predict(model, 1, 1);
  predict(model, 5, 7);
  predict(model, 2, 8);

  float x[3] = {1, 2, 3}, last;
  planned_report report = {-1, -1};
  CHECK(planned_train_step(model, 3, x, 100.0f, NULL, &report) == PLANNED_OK);
  CHECK(report.loss == 106.0 && report.before == 0.5);
  planned_train_hyper hyper = {0};
  CHECK(planned_train_hyper_defaults(model, &hyper) == PLANNED_OK && hyper.rate == 1.0);
  hyper.rate = 2.0;
  CHECK(planned_train_step(model, 2, x, 0.0f, &hyper, NULL) == PLANNED_OK);
  CHECK(planned_get(model, "last", &last, sizeof last) == PLANNED_OK && last == 12.0f);
  CHECK(planned_train_step(model, 3, x, 1.0f, &hyper, &report) == PLANNED_OK);
  CHECK(report.loss == 25.0 && report.before == 12.0);
  int64_t step;
  CHECK(planned_get(model, "train.step", &step, sizeof step) == PLANNED_OK && step == 3);

  CHECK(planned_predict(model, 1, 9, x, x, x) == PLANNED_INVALID_ARGUMENT);
  CHECK(strstr(planned_error_text(model), "'time' is 9"));
  CHECK(planned_predict(model, -1, 1, x, x, x) == PLANNED_INVALID_ARGUMENT);
  CHECK(planned_predict(NULL, 1, 1, x, x, x) == PLANNED_INVALID_ARGUMENT);
  CHECK(strcmp(planned_status_text(PLANNED_BUSY), planned_status_text(PLANNED_OK)) != 0);
  CHECK(strcmp(planned_status_text(-1), "unknown status") == 0 && strcmp(planned_status_text(1000), "unknown status") == 0);
  planned_destroy(model);

  // Sizes given at create are reserved and the largest ever.
  options.max_batch = 4;
  options.max_time = 2;
  uint64_t bytes = 0;
  CHECK(planned_memory_bytes(4, 2, &bytes) == PLANNED_OK && bytes > 0);
  options.memory = aligned_alloc(64, (size_t)(bytes + 63) / 64 * 64);
  options.memory_bytes = bytes;
  CHECK(planned_create(&model, &options) == PLANNED_OK);
  predict(model, 4, 2);
  CHECK(planned_predict(model, 5, 2, x, x, x) == PLANNED_INVALID_ARGUMENT);
  planned_destroy(model);
  options.memory_bytes = bytes - 64;
  CHECK(planned_create(&model, &options) != PLANNED_OK && reason[0] != '\0' && model == NULL);
  free(options.memory);
  return 0;
}
