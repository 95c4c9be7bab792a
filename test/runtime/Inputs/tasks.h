/* tasks.h: how many threads this process has. */
#ifndef TASKS_H
#define TASKS_H

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static int foreign_threads; /* a sanitizer may have one of its own */

static int count_threads(void) {
  DIR *tasks = opendir("/proc/self/task");
  int count = -2; /* . and .. */
  while (readdir(tasks))
    ++count;
  closedir(tasks);
  return count - foreign_threads;
}

static void *do_nothing(void *argument) { return argument; }

/* Before the first thread of interest. */
static void find_foreign_threads(void) {
  pthread_t thread;
  if (!pthread_create(&thread, NULL, do_nothing, NULL))
    pthread_join(thread, NULL);
  usleep(20000);
  foreign_threads = count_threads() - 1;
}

/* Whether there are `count`, or soon will be: who has been joined may be on the list for a moment. */
static int has_threads(int count) {
  for (int wait = 0; wait < 2000; ++wait) {
    if (count_threads() == count)
      return 1;
    usleep(1000);
  }
  return 0;
}

#endif
