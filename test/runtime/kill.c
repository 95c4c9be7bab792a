// RUN: rm -rf %t && mkdir -p %t && %testbin/runtime-kill %t
// A process that saves all the time is killed at random moments: the file is always a whole one, the old or the new.
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Saves models whose every bias is the number of the save. */
static void save_forever(const char *path, volatile int *started, float from) {
  nnc_instance *m = NULL;
  if (nnc_rt_create(&tiny, &m, NULL))
    _exit(3);
  for (float number = from;; ++number) {
    const float bias[2] = {number, number};
    *started = (int)number;
    if (nnc_rt_set(m, "dense.bias", bias, sizeof bias) || nnc_rt_save(m, path, NULL))
      _exit(4);
  }
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  char path[4096];
  snprintf(path, sizeof path, "%s/model.safetensors", argv[1]);
  volatile int *started = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  nnc_instance *m = NULL;
  CHECK(nnc_rt_create(&tiny, &m, NULL) == NNC_OK);
  CHECK(nnc_rt_set(m, "dense.bias", (const float[]){0, 0}, 8) == NNC_OK);
  CHECK(nnc_rt_save(m, path, NULL) == NNC_OK);
  float last = 0;
  srand(1);
  for (int round = 0; round < 60; ++round) {
    *started = 0;
    pid_t child = fork();
    if (child == 0)
      save_forever(path, started, last + 1);
    while (!*started)
      usleep(10);
    usleep((useconds_t)(rand() % 5000));
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    float bias[2] = {-1, -1};
    CHECK(nnc_rt_load(m, path, 0) == NNC_OK);
    CHECK(nnc_rt_get(m, "dense.bias", bias, sizeof bias) == NNC_OK);
    CHECK(bias[0] == bias[1] && (bias[0] == (float)*started || bias[0] == (float)*started - 1));
    last = bias[0];
  }
  nnc_rt_destroy(m);
  return check_failures != 0;
}
