// RUN: %testbin/runtime-instance
// Create, call, get and set: what they do, and what they refuse with which words.
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <math.h>
#include <stdlib.h>

static nnc_instance *create(const nnc_options *options) {
  nnc_instance *instance = NULL;
  CHECK(nnc_rt_create(&tiny, &instance, options) == NNC_OK);
  return instance;
}

static const float image[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1};

static void calls(void) {
  nnc_instance *m = create(NULL);
  float weight[6], bias[2], y[8];
  CHECK(nnc_rt_get(m, "dense.weight", weight, sizeof weight) == NNC_OK);
  CHECK(nnc_rt_get(m, "dense.bias", bias, sizeof bias) == NNC_OK);
  CHECK(bias[0] == 0.5f && bias[1] == 0.5f);
  const int64_t sizes[] = {4, 0};
  const void *inputs[] = {image, NULL};
  void *outputs[] = {y};
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  for (int i = 0; i < 6; ++i)
    CHECK(y[i] == 2 * (bias[i % 2] + weight[i]));
  CHECK(!seen.report && (uintptr_t)seen.workspace % 64 == 0);
  float scale = 3;
  inputs[1] = &scale;
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  CHECK(y[0] == 3 * (bias[0] + weight[0]));
  nnc_rt_destroy(m);
}

int main(void) {
  calls();
  return check_failures != 0;
}
