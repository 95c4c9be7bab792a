// RUN: %testbin/runtime-threads
// Instances in several threads at once: each its own, and one for all.
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <pthread.h>
#include <stdlib.h>

enum { STEPS = 3000, THREADS = 4 };

static const float image[] = {1, 0, 0.5f, 0, 1, 0.25f};
static const int32_t label[] = {0, 1};

typedef struct job {
  nnc_instance *instance;
  uint64_t seed;
  float weight[6], y[4];
  int done, busy, other;
} job;

static void run(job *j, int function) {
  const void *inputs[] = {image, function == PREDICT ? NULL : (const void *)label};
  void *outputs[] = {j->y};
  double report[2];
  int status = nnc_rt_call(j->instance, (uint32_t)function, (int64_t[]){2, 0}, inputs,
                           function == PREDICT ? outputs : NULL, NULL, report);
  ++*(status == NNC_OK ? &j->done : status == NNC_BUSY ? &j->busy : &j->other);
}

static void *train_own(void *argument) {
  job *j = argument;
  nnc_options options = {.seed = j->seed};
  j->other += nnc_rt_create(&tiny, &j->instance, &options) != NNC_OK;
  for (int step = 0; step < STEPS; ++step) {
    run(j, TRAIN_STEP);
    run(j, PREDICT);
  }
  j->other += nnc_rt_get(j->instance, "dense.weight", j->weight, sizeof j->weight) != NNC_OK;
  nnc_rt_destroy(j->instance);
  return NULL;
}

static void *train_shared(void *argument) {
  for (int step = 0; step < STEPS; ++step)
    run(argument, TRAIN_STEP);
  return NULL;
}

static void run_all(void *(*work)(void *), job jobs[THREADS]) {
  pthread_t threads[THREADS];
  for (int t = 0; t < THREADS; ++t)
    CHECK(!pthread_create(&threads[t], NULL, work, &jobs[t]));
  for (int t = 0; t < THREADS; ++t)
    pthread_join(threads[t], NULL);
}

static void independent(void) {
  job together[THREADS] = {{.seed = 0}, {.seed = 1}, {.seed = 2}, {.seed = 3}}, alone[THREADS];
  memcpy(alone, together, sizeof alone);
  run_all(train_own, together);
  for (int t = 0; t < THREADS; ++t) {
    train_own(&alone[t]);
    CHECK(together[t].done == 2 * STEPS && !together[t].busy && !together[t].other);
    CHECK(!memcmp(together[t].weight, alone[t].weight, sizeof alone[t].weight));
    CHECK(!memcmp(together[t].y, alone[t].y, sizeof alone[t].y));
  }
}

/* Every call is done whole or refused. */
static void shared(void) {
  nnc_instance *instance = NULL;
  CHECK(nnc_rt_create(&tiny, &instance, NULL) == NNC_OK);
  job jobs[THREADS] = {0};
  for (int t = 0; t < THREADS; ++t)
    jobs[t].instance = instance;
  run_all(train_shared, jobs);
  int64_t step = 0, done = 0;
  for (int t = 0; t < THREADS; ++t) {
    CHECK(jobs[t].done + jobs[t].busy == STEPS && !jobs[t].other);
    done += jobs[t].done;
  }
  CHECK(nnc_rt_get(instance, "train.step", &step, sizeof step) == NNC_OK);
  CHECK(step == done);
  nnc_rt_destroy(instance);
}

int main(void) {
  CHECK(nnc_rt_set_threads(2) == NNC_OK);
  independent();
  shared();
  return check_failures != 0;
}
