/* machine.c: the machine's limits, as compilers' output meets them.
 *
 *   machine [threads]
 *
 * Prints two numbers: floating-point operations per second of fused multiply-adds on registers (f32), and bytes per
 * second of y[i] = a * x[i] + y[i] on arrays far larger than the caches; the best of several rounds, all threads at once.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float vector __attribute__((vector_size(64)));
enum { ACCUMULATORS = 16, TURNS = 2000000, FLOATS = 16 << 20 };

static pthread_barrier_t barrier;
static volatile float sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void multiply_add(void) {
  vector sums[ACCUMULATORS], a, b;
  for (int i = 0; i < 16; ++i)
    a[i] = 0.999f, b[i] = 1e-3f;
  for (int j = 0; j < ACCUMULATORS; ++j)
    sums[j] = b * (float)j;
  for (int turn = 0; turn < TURNS; ++turn)
    for (int j = 0; j < ACCUMULATORS; ++j)
      sums[j] = sums[j] * a + b;
  float total = 0;
  for (int j = 0; j < ACCUMULATORS; ++j)
    total += sums[j][0] + sums[j][7];
  sink = total;
}

static void stream(float *x, float *y) {
  for (int i = 0; i < FLOATS; ++i)
    y[i] = 0.5f * x[i] + y[i];
  sink = y[FLOATS / 2];
}

static double times[2];

static void *work(void *first) {
  float *x = malloc(sizeof(float) * FLOATS), *y = malloc(sizeof(float) * FLOATS);
  if (!x || !y)
    exit(1);
  for (int i = 0; i < FLOATS; ++i)
    x[i] = 1, y[i] = 2;
  for (int what = 0; what < 2; ++what)
    for (int round = 0; round < 7; ++round) {
      pthread_barrier_wait(&barrier);
      double begin = now();
      if (what == 0)
        multiply_add();
      else
        stream(x, y);
      pthread_barrier_wait(&barrier);
      double seconds = now() - begin;
      if (first && (times[what] == 0 || seconds < times[what]))
        times[what] = seconds;
    }
  free(x);
  free(y);
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1)
    return 1;
  pthread_barrier_init(&barrier, NULL, threads);
  pthread_t others[threads];
  for (int i = 1; i < threads; ++i)
    if (pthread_create(&others[i], NULL, work, NULL))
      return 1;
  work(&sink != NULL ? (void *)times : NULL);
  for (int i = 1; i < threads; ++i)
    pthread_join(others[i], NULL);
  printf("%.6g %.6g\n", 2.0 * 16 * ACCUMULATORS * TURNS * threads / times[0],
         3.0 * sizeof(float) * FLOATS * threads / times[1]);
}
