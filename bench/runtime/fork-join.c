/* fork-join.c: what a parallel section of the runtime's pool costs, and from which size on it gains.
 *
 *   cc -O2 -I. bench/runtime/fork-join.c build/runtime/libNncRuntimeHost.a -lpthread -o build/fork-join
 *   build/fork-join [threads]
 *
 * Prints the minimum and the median of many sections; the machine should be idle otherwise.
 */
#include "runtime/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int nnc_rt_set_threads(int count);

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

/* Work that no compiler removes: a chain of dependent additions. */
static int spin(void *context, int index, uint8_t *closure) {
  (void)context, (void)index;
  volatile double sum = 0;
  for (int i = *(int *)(void *)closure; i > 0; --i)
    sum = sum + 1;
  return 0;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

enum { SECTIONS = 4001 };
static double times[SECTIONS];

static void measure(int tasks, int work, int pause, double *least, double *median) {
  int count = pause ? 301 : SECTIONS;
  for (int s = 0; s < count; ++s) {
    if (pause)
      usleep((useconds_t)pause);
    double begin = now();
    halide_do_par_for(NULL, spin, 0, tasks, (uint8_t *)&work);
    times[s] = now() - begin;
  }
  qsort(times, (size_t)count, sizeof *times, ascending);
  *least = times[0];
  *median = times[count / 2];
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 2;
  const double task_us[] = {0, 1, 2, 5, 10, 20, 100};
  double least, median;
  int work = 100000;
  nnc_rt_set_threads(1);
  measure(1, work, 0, &least, &median);
  double per_us = work / least;
  printf("%d tasks, microseconds: minimum (median)\n%8s %18s %18s %18s\n", threads, "a task", "one thread",
         "warm", "after 2 ms idle");
  for (size_t t = 0; t < sizeof task_us / sizeof *task_us; ++t) {
    work = (int)(task_us[t] * per_us);
    nnc_rt_set_threads(1);
    measure(threads, work, 0, &least, &median);
    printf("%8g %8.2f (%7.2f)", task_us[t], least, median);
    nnc_rt_set_threads(threads);
    measure(threads, work, 0, &least, &median);
    measure(threads, work, 0, &least, &median);
    printf(" %8.2f (%7.2f)", least, median);
    measure(threads, work, 2000, &least, &median);
    printf(" %8.2f (%7.2f)\n", least, median);
  }
  return 0;
}
