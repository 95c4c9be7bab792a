// RUN: %testbin/runtime-pool
// RUN: env NNC_THREADS=3 %testbin/runtime-pool environment
// RUN: env NNC_THREADS=many %testbin/runtime-pool
// The thread pool: every task once, the same results for any number of threads, and it survives nesting, failing
// tasks, callers at once, fork, an affinity mask of one CPU, and a system that gives no threads.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/pool.h"
#include "Inputs/check.h"
#include "Inputs/tasks.h"
#include "runtime/instance.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The linker puts these between the pool and the C library. */
static int threads_refused;
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument) {
  return threads_refused ? 11 : __real_pthread_create(thread, attributes, run, argument);
}

/* What the control group's quota is said to be. */
static const char *quota = "max 100000\n";
int __real_open(const char *, int, unsigned);
int __wrap_open(const char *, int, unsigned);
int __wrap_open(const char *path, int flags, unsigned mode) {
  int ends[2];
  if (strcmp(path, "/sys/fs/cgroup/cpu.max") || !quota || pipe(ends))
    return __real_open(path, flags, mode);
  CHECK(write(ends[1], quota, strlen(quota)) == (ssize_t)strlen(quota));
  close(ends[1]);
  return ends[0];
}

enum { MOST = 1000 };
static int touched[MOST];

static int touch(void *context, int index, uint8_t *closure) {
  (void)context;
  ++((int *)(void *)closure)[index - 10];
  return 0;
}

static void every_task_once(void) {
  const int threads[] = {1, 2, 3, 8, 0};
  for (size_t t = 0; t < 5; ++t) {
    CHECK(nnc_rt_set_threads(threads[t]) == NNC_OK);
    for (int size = -1; size <= 300; ++size) {
      memset(touched, 0, sizeof touched);
      CHECK(halide_do_par_for(NULL, touch, 10, size, (uint8_t *)touched) == 0);
      for (int i = 0; i < MOST; ++i)
        CHECK(touched[i] == (i < size));
    }
    if (threads[t])
      CHECK(has_threads(threads[t]));
  }
}

/* A sum in blocks of a fixed size: what a kernel may do with tasks. */
static float parts[64], terms[6400];

static int add_block(void *context, int block, uint8_t *closure) {
  (void)context, (void)closure;
  float sum = 0;
  for (int i = 0; i < 100; ++i)
    sum += terms[100 * block + i];
  parts[block] = sum;
  return 0;
}

static void same_bits(void) {
  float first[64];
  for (int i = 0; i < 6400; ++i)
    terms[i] = 1.0f / (float)(i + 1);
  for (int threads = 1; threads <= 8; ++threads) {
    CHECK(nnc_rt_set_threads(threads) == NNC_OK);
    for (int turn = 0; turn < 50; ++turn) {
      memset(parts, 0, sizeof parts);
      CHECK(halide_do_par_for(NULL, add_block, 0, 64, NULL) == 0);
      if (threads == 1 && turn == 0)
        memcpy(first, parts, sizeof parts);
      CHECK(!memcmp(first, parts, sizeof parts));
    }
  }
}

static int outer(void *context, int index, uint8_t *closure) {
  (void)context;
  CHECK(nnc_rt_set_threads(2) == NNC_BUSY);
  return halide_do_par_for(NULL, touch, 10 + 100 * index, 100, closure);
}

static void nested(void) {
  CHECK(nnc_rt_set_threads(3) == NNC_OK);
  memset(touched, 0, sizeof touched);
  CHECK(halide_do_par_for(NULL, outer, 0, 10, (uint8_t *)touched) == 0);
  for (int i = 0; i < MOST; ++i)
    CHECK(touched[i] == 1);
}

static int fail_at_multiples_of_7(void *context, int index, uint8_t *closure) {
  (void)context, (void)closure;
  return index % 7 == 0 ? -index : 0;
}

static void failures(void) {
  for (int threads = 1; threads <= 4; ++threads) {
    CHECK(nnc_rt_set_threads(threads) == NNC_OK);
    for (int turn = 0; turn < 100; ++turn)
      CHECK(halide_do_par_for(NULL, fail_at_multiples_of_7, 1, 100, NULL) == -7);
    CHECK(halide_do_par_for(NULL, fail_at_multiples_of_7, 1, 6, NULL) == 0);
  }
}

static void limits(void) {
  CHECK(nnc_rt_set_threads(-1) == NNC_INVALID_ARGUMENT);
  CHECK(nnc_rt_set_threads(1000000000) == NNC_INVALID_ARGUMENT);
  CHECK(nnc_rt_set_threads(NNC_MAX_THREADS) == NNC_OK);
  threads_refused = 1;
  memset(touched, 0, sizeof touched);
  CHECK(halide_do_par_for(NULL, touch, 10, MOST, (uint8_t *)touched) == 0);
  CHECK(touched[0] == 1 && touched[MOST - 1] == 1 && has_threads(1));
  threads_refused = 0;
  CHECK(nnc_rt_set_threads(0) == NNC_OK);
}

/* A quota of time limits the threads as an affinity mask does; nonsense does not. */
static void quotas(void) {
  const char *texts[] = {"50000 100000\n",        "100000 100000\n", "max 100000\n", "0 0", "", "x",
                         "99999999999999999999 1"};
  CHECK(nnc_rt_set_threads(0) == NNC_OK);
  halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
  int all = count_threads();
  for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) {
    quota = texts[i];
    CHECK(nnc_rt_set_threads(0) == NNC_OK);
    halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
    CHECK(has_threads(i < 2 ? 1 : all));
  }
  quota = "max 100000\n";
}

static void *call_often(void *argument) {
  int mine[200] = {0}; // on the stack: a child of fork() would leak it elsewhere
  for (int turn = 1; turn <= 2000; ++turn) {
    halide_do_par_for(NULL, touch, 10, 200, (uint8_t *)mine);
    if (mine[turn % 200] != turn)
      *(int *)argument = 1;
  }
  return NULL;
}

static void callers_at_once(void) {
  CHECK(nnc_rt_set_threads(3) == NNC_OK);
  pthread_t threads[4];
  int wrong[4] = {0};
  for (int t = 0; t < 4; ++t)
    __real_pthread_create(&threads[t], NULL, call_often, &wrong[t]);
  for (int t = 0; t < 4; ++t) {
    pthread_join(threads[t], NULL);
    CHECK(!wrong[t]);
  }
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void quiet_when_idle(void) {
  CHECK(nnc_rt_set_threads(4) == NNC_OK);
  halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
  usleep(20000);
  double before = cpu_seconds();
  usleep(300000);
  CHECK(cpu_seconds() - before < 0.01);
  memset(touched, 0, sizeof touched); // and wakes up again
  halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
  CHECK(touched[99] == 1);
}

#if !defined(__SANITIZE_THREAD__) // its fork with threads is not for tests
static _Atomic int stop;

static void *compute_until_stopped(void *argument) {
  while (!stop)
    call_often(argument);
  return NULL;
}

/* Children of a process whose pool is idle, or at work in another thread: they compute, with threads of their own. */
static void forks(void) {
  CHECK(nnc_rt_set_threads(3) == NNC_OK);
  halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
  pthread_t computing;
  int wrong = 0;
  for (int child = 0; child < 60; ++child) {
    if (child == 20)
      __real_pthread_create(&computing, NULL, compute_until_stopped, &wrong);
    if (child > 20)
      usleep((useconds_t)(37 * child));
    pid_t pid = fork();
    if (pid == 0) {
      alarm(20); // instead of hanging
      int *mine = calloc(MOST, sizeof *mine), bad = 0;
      for (int turn = 1; turn <= 50; ++turn) {
        halide_do_par_for(NULL, touch, 10, MOST, (uint8_t *)mine);
        for (int i = 0; i < MOST; ++i)
          bad |= mine[i] != turn;
      }
      bad |= !has_threads(3);
      free(mine);
      if (child % 2)
        exit(bad); // destructors run here too
      _exit(bad);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  stop = 1;
  pthread_join(computing, NULL);
  CHECK(!wrong);
}

static void affinity(void) {
  pid_t pid = fork();
  if (pid == 0) {
    cpu_set_t one;
    sched_getaffinity(0, sizeof one, &one);
    for (int cpu = 0, kept = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &one) && kept++)
        CPU_CLR(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    nnc_rt_set_threads(0);
    halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
    _exit(!has_threads(1));
  }
  int status = -1;
  waitpid(pid, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#else
static void forks(void) {}
static void affinity(void) {}
#endif

int main(int argc, char **argv) {
  find_foreign_threads();
  if (argc > 1 && !strcmp(argv[1], "environment")) {
    halide_do_par_for(NULL, touch, 10, 100, (uint8_t *)touched);
    CHECK(has_threads(3));
    return check_failures != 0;
  }
  if (!getenv("NNC_THREADS")) {
    affinity();
    quotas();
  }
  every_task_once();
  same_bits();
  nested();
  failures();
  limits();
  callers_at_once();
  quiet_when_idle();
  forks();
  return check_failures != 0;
}
