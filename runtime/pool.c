/* pool.c: a fork-join pool that costs about a microsecond warm, and nothing when idle.
 *
 * One parallel section runs at a time. Its caller publishes a job, wakes sleepers if there are any, takes
 * part, and waits for the tasks that others have claimed. A task is claimed by a compare-and-swap on a
 * ticket, which holds the number of the job beside the tasks left of it: whoever claims a task of job n
 * keeps the caller of job n waiting, so the job's fields stay valid, and a thread that comes late finds its
 * number gone and touches nothing. Hence a section ends even if no worker exists, wakes up, or survives a
 * fork: the caller then does all tasks itself.
 *
 *   - A job's tasks are shares of neighbours, each with a ticket. A thread begins with its own share, always the
 * same one, and goes on with what is left of the others. So when a section runs again, or one like it, as the turns
 * of a loop do, a task mostly finds its weights in the cache of the core that read them before.
 *   - A section that finds the pool taken (by another instance's thread, or by the section it is nested in)
 * runs its tasks itself, in order. Kernels may not depend on where or in which order tasks run, so results do
 * not depend on any of this.
 *   - Workers spin for SPIN_NANOSECONDS after their last job, then sleep in a futex. One that wakes up on its caller's CPU
 * moves to another: where few CPUs share a cache and the caller keeps one busy, Linux (SIS_UTIL in kernel/sched/fair.c)
 * stops looking for an idle one and puts the two on one CPU, again and again, while the others idle.
 *   - A child of fork() has the pool's memory but not its threads: the first section there sees another
 * process number and starts over.
 *   - The destructor joins the workers, so that dlclose may unmap their code.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity, sched_getcpu */
#endif
#include "pool.h"

#include "fpenv.h"
#include "instance.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  SPIN_NANOSECONDS = 50000,
  WORKER_STACK_BYTES = 1 << 20, /* kernels keep packed tiles on the stack */
  SHARES = 8,                   /* at most: publishing a job writes a line for each */
  LINE = 64
};

/* job << 32 | tasks of a share that nobody has claimed. */
struct ticket {
  _Alignas(LINE) _Atomic uint64_t word;
};

/* Words that different threads write lie on different cache lines. */
static struct pool {
  /* The job: written by its caller before the tickets, read by who has claimed a task of it. */
  _Alignas(LINE) halide_task_t task;
  void *user_context;
  uint8_t *closure;
  int min;
  uint32_t size;

  struct ticket tickets[SHARES];
  _Alignas(LINE) _Atomic uint32_t published; /* number of the last job; workers sleep on it */
  _Atomic uint32_t sleepers;
  _Atomic int caller_cpu; /* where the caller was when it last woke sleepers */
  _Atomic uint32_t stop;
  _Alignas(LINE) _Atomic uint32_t done; /* finished tasks of the job; the caller sleeps on it */
  _Atomic uint32_t caller_sleeps;
  _Atomic uint64_t failure; /* index << 32 | code of the failing task of lowest index, or NO_FAILURE */

  /* The threads: touched by who holds `taken` alone. */
  _Alignas(LINE) _Atomic uint32_t taken;
  _Atomic int32_t process; /* which process's threads these are; 0: no threads yet; FORKED: being forgotten */
  int wanted;              /* set_threads, or 0 */
  bool started;
  bool spins; /* there is a CPU for each thread */
  uint32_t workers;
  _Atomic uint32_t shares; /* of a job: one per thread, if there are so many; threads are there only after it is set */
  pthread_t threads[NNC_MAX_THREADS];
} pool;

#define NO_FAILURE UINT64_MAX
enum { FORKED = -1 };

static void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

static void futex_wait(_Atomic uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, uint32_t count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Spins for a bounded time until *word is `value` (or, if `differs`, is not). The last value seen. */
static uint32_t spin_until(_Atomic uint32_t *word, uint32_t value, bool differs) {
  int64_t end = 0;
  for (uint32_t turn = 1;; ++turn) {
    uint32_t seen = atomic_load_explicit(word, memory_order_acquire);
    if ((seen == value) != differs)
      return seen;
    pause_cpu();
    if (turn % 64)
      continue;
    int64_t time = now();
    if (!end)
      end = time + SPIN_NANOSECONDS;
    else if (time > end)
      return seen;
  }
}

static void note_failure(uint32_t index, int code) {
  uint64_t mine = (uint64_t)index << 32 | (uint32_t)code;
  uint64_t least = atomic_load_explicit(&pool.failure, memory_order_relaxed);
  while (mine < least && !atomic_compare_exchange_weak_explicit(&pool.failure, &least, mine,
                                                                memory_order_relaxed, memory_order_relaxed))
    ;
}

/* The first task of a share; of the number of shares, where the last one ends. */
static uint32_t first_of_share(uint32_t share, uint32_t shares, uint32_t size) {
  return (uint32_t)((uint64_t)size * share / shares);
}

/* Claims and runs tasks of one job until none is left, those of share `own` first. */
static void take_tasks(uint32_t job, uint32_t own) {
  uint32_t finished = 0, size = 0, shares = atomic_load_explicit(&pool.shares, memory_order_relaxed);
  for (uint32_t turn = 0; turn < shares; ++turn) {
    uint32_t share = (own + turn) % shares;
    _Atomic uint64_t *word = &pool.tickets[share].word;
    uint64_t ticket = atomic_load_explicit(word, memory_order_acquire);
    while ((uint32_t)(ticket >> 32) == job && (uint32_t)ticket != 0) {
      if (!atomic_compare_exchange_weak_explicit(word, &ticket, ticket - 1, memory_order_acquire, memory_order_acquire))
        continue;
      size = pool.size;
      uint32_t index = first_of_share(share + 1, shares, size) - (uint32_t)ticket;
      int code = pool.task(pool.user_context, pool.min + (int)index, pool.closure);
      if (code)
        note_failure(index, code);
      ++finished;
      ticket = atomic_load_explicit(word, memory_order_acquire);
    }
  }
  if (finished && atomic_fetch_add(&pool.done, finished) + finished == size &&
      atomic_load(&pool.caller_sleeps))
    futex_wake(&pool.done, 1);
}

/* Sleeping: each side first says that it sleeps or that there is work, then looks at the other's word, all in
 * one total order (seq_cst), so that one of them sees the other. */
static struct birth {
  uint32_t last_job, share;
} births[NNC_MAX_THREADS];

/* CPUs a thread may run on. */
struct cpus {
  unsigned long words[8192 / (8 * sizeof(unsigned long))];
};

static bool get_cpus(struct cpus *cpus) {
  *cpus = (struct cpus){{0}};
  return !sched_getaffinity(0, sizeof *cpus, (cpu_set_t *)(void *)cpus);
}

/* Moves this thread elsewhere if it runs on `cpu` and may run elsewhere. */
static void leave_cpu(int cpu) {
  const int bits = 8 * sizeof(unsigned long);
  struct cpus all, others;
  if (cpu < 0 || cpu >= 8 * (int)sizeof all || sched_getcpu() != cpu || !get_cpus(&all))
    return;
  others = all;
  others.words[cpu / bits] &= ~(1UL << cpu % bits);
  /* With no CPU left, or one that is gone meanwhile, the first call fails and the thread stays where it is. */
  if (!sched_setaffinity(0, sizeof others, (const cpu_set_t *)(const void *)&others))
    (void)sched_setaffinity(0, sizeof all, (const cpu_set_t *)(const void *)&all);
}

static void *work(void *argument) {
  const struct birth *birth = argument;
  uint32_t seen = birth->last_job, own = birth->share;
  (void)nnc_fp_enter();
  for (;;) {
    if (pool.spins)
      (void)spin_until(&pool.published, seen, true);
    if (atomic_load(&pool.published) == seen) {
      atomic_fetch_add(&pool.sleepers, 1);
      while (atomic_load(&pool.published) == seen)
        futex_wait(&pool.published, seen);
      atomic_fetch_sub(&pool.sleepers, 1);
      if (pool.spins)
        leave_cpu(atomic_load_explicit(&pool.caller_cpu, memory_order_relaxed));
    }
    if (atomic_load(&pool.stop))
      return NULL;
    seen = atomic_load(&pool.published);
    take_tasks(seen, own);
  }
}

/* Waits until all tasks of the job are done: those left are being run by workers now. */
static void wait_for_tasks(uint32_t size) {
  uint32_t done = pool.spins ? spin_until(&pool.done, size, false) : atomic_load(&pool.done);
  if (done == size)
    return;
  atomic_store(&pool.caller_sleeps, 1);
  while ((done = atomic_load(&pool.done)) != size)
    futex_wait(&pool.done, done);
  atomic_store(&pool.caller_sleeps, 0);
}

/* CPUs' worth of time that a control group (a container) gives, or INT32_MAX: /sys/fs/cgroup/cpu.max holds the quota,
 * or "max", and the period it is for, in microseconds. */
static int cpu_quota(void) {
  char text[64] = "";
  int file = open("/sys/fs/cgroup/cpu.max", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return INT32_MAX;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  int64_t numbers[2] = {0, 0};
  const char *at = text, *end = text + (length > 0 ? length : 0);
  for (int n = 0; n < 2; ++n, ++at)
    for (; at < end && '0' <= *at && *at <= '9' && numbers[n] < INT32_MAX; ++at)
      numbers[n] = numbers[n] * 10 + (*at - '0');
  if (numbers[0] <= 0 || numbers[1] <= 0)
    return INT32_MAX;
  return (int)((numbers[0] + numbers[1] - 1) / numbers[1]);
}

/* CPUs this thread may run on. */
static int cpu_count(void) {
  struct cpus cpus;
  if (!get_cpus(&cpus))
    return 1;
  int count = 0;
  for (size_t word = 0; word < sizeof cpus.words / sizeof *cpus.words; ++word)
    for (unsigned long bits = cpus.words[word]; bits; bits &= bits - 1)
      ++count;
  int quota = cpu_quota();
  return count < quota ? count : quota;
}

/* NNC_THREADS, or 0 if it is not set to a number of threads. */
static int environment_threads(void) {
  const char *text = getenv("NNC_THREADS");
  long count = 0;
  for (; text && '0' <= *text && *text <= '9' && count <= NNC_MAX_THREADS; ++text)
    count = count * 10 + (*text - '0');
  if (!text || *text || count > NNC_MAX_THREADS)
    return 0;
  return (int)count;
}

/* With `taken` held. Fewer threads than wished, or none, are all right. */
static void start_threads(void) {
  int cpus = cpu_count(), count = pool.wanted ? pool.wanted : environment_threads();
  if (!count)
    count = cpus;
  if (count > NNC_MAX_THREADS)
    count = NNC_MAX_THREADS;
  pool.started = true;
  pool.spins = count <= cpus;
  pool.workers = 0;
  atomic_store(&pool.process, getpid());
  pthread_attr_t attributes;
  if (count == 1 || pthread_attr_init(&attributes))
    return;
  (void)pthread_attr_setstacksize(&attributes, WORKER_STACK_BYTES);
  sigset_t all, before; /* the program's signals are for its own threads */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  uint32_t last_job = atomic_load(&pool.published), shares = count < SHARES ? (uint32_t)count : SHARES;
  atomic_store(&pool.shares, shares);
  for (bool created = true; created && pool.workers + 1 < (uint32_t)count;) {
    struct birth *birth = &births[pool.workers];
    *birth = (struct birth){last_job, (pool.workers + 1) % shares}; /* the caller's own share is the first */
    created = !pthread_create(&pool.threads[pool.workers], &attributes, work, birth);
    pool.workers += created;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
}

/* With `taken` held. */
static void stop_threads(void) {
  atomic_store(&pool.stop, 1);
  atomic_fetch_add(&pool.published, 1);
  futex_wake(&pool.published, INT32_MAX);
  for (uint32_t t = 0; t < pool.workers; ++t)
    pthread_join(pool.threads[t], NULL);
  atomic_store(&pool.stop, 0);
  pool.workers = 0;
  pool.started = false;
}

/* Takes the pool, in a child of fork() after forgetting the parent's threads. False: it is taken. */
static bool take_pool(void) {
  int32_t owner = atomic_load(&pool.process), self = getpid();
  if (owner && owner != self) {
    if (owner == FORKED || !atomic_compare_exchange_strong(&pool.process, &owner, FORKED))
      return false;
    pool.started = false;
    pool.workers = 0;
    atomic_store(&pool.sleepers, 0);
    atomic_store(&pool.caller_sleeps, 0);
    atomic_store(&pool.stop, 0);
    atomic_store(&pool.taken, 0); /* a section of another thread, which does not exist here */
    atomic_store(&pool.process, 0);
  }
  return !atomic_load_explicit(&pool.taken, memory_order_relaxed) &&
         !atomic_exchange_explicit(&pool.taken, 1, memory_order_acquire);
}

static void give_pool(void) { atomic_store_explicit(&pool.taken, 0, memory_order_release); }

static int run_serially(void *user_context, halide_task_t task, int min, int size, uint8_t *closure) {
  for (int i = 0; i < size; ++i) {
    int code = task(user_context, min + i, closure);
    if (code)
      return code;
  }
  return 0;
}

int halide_do_par_for(void *user_context, halide_task_t task, int min, int size, uint8_t *closure) {
  if (size <= 1 || !take_pool())
    return run_serially(user_context, task, min, size, closure);
  if (!pool.started)
    start_threads();
  if (!pool.workers) {
    give_pool();
    return run_serially(user_context, task, min, size, closure);
  }
  pool.task = task;
  pool.user_context = user_context;
  pool.closure = closure;
  pool.min = min;
  pool.size = (uint32_t)size;
  atomic_store_explicit(&pool.done, 0, memory_order_relaxed);
  atomic_store_explicit(&pool.failure, NO_FAILURE, memory_order_relaxed);
  uint32_t job = atomic_load_explicit(&pool.published, memory_order_relaxed) + 1;
  uint32_t shares = atomic_load_explicit(&pool.shares, memory_order_relaxed);
  for (uint32_t share = 0; share < shares; ++share) {
    uint32_t tasks = first_of_share(share + 1, shares, (uint32_t)size) - first_of_share(share, shares, (uint32_t)size);
    atomic_store_explicit(&pool.tickets[share].word, (uint64_t)job << 32 | tasks, memory_order_release);
  }
  atomic_store(&pool.published, job);
  uint32_t sleepers = atomic_load(&pool.sleepers);
  if (sleepers) {
    atomic_store_explicit(&pool.caller_cpu, sched_getcpu(), memory_order_relaxed);
    futex_wake(&pool.published, sleepers < (uint32_t)size - 1 ? sleepers : (uint32_t)size - 1);
  }
  take_tasks(job, 0);
  wait_for_tasks((uint32_t)size);
  uint64_t failure = atomic_load_explicit(&pool.failure, memory_order_relaxed);
  give_pool();
  return failure == NO_FAILURE ? 0 : (int)(uint32_t)failure;
}

int nnc_rt_set_threads(int count) {
  if (count < 0 || count > NNC_MAX_THREADS)
    return NNC_INVALID_ARGUMENT;
  if (!take_pool())
    return NNC_BUSY;
  if (pool.started)
    stop_threads();
  pool.wanted = count;
  give_pool();
  return NNC_OK;
}

/* At dlclose and exit. The pool stays taken. If it already is, the program exits while another of its threads
 * is in a call: that thread and its workers are left alone. */
__attribute__((destructor)) static void close_pool(void) {
  if (take_pool() && pool.started)
    stop_threads();
}
