/* graph.c: a body's launches as one.
 *
 * A body does the same launches whenever its sizes and addresses are the same, so the second time they are recorded
 * instead of done, and from then on one call of the driver replays them. The first time everything is loaded and
 * allocated that must not be while recording. A caller whose addresses on the GPU change with each call never repeats
 * one, and gets plain launches.
 */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

/* Everything the launches depend on; NULL without memory for it. */
static const uint64_t *make_key(nnc_instance *instance, const nnc_function *function, const nnc_frame *frame,
                                uint32_t *words) {
  nnc_device *device = instance->device;
  const uint32_t symbols = instance->model->symbol_count;
  *words = 7 + symbols + function->input_count + function->output_count;
  if (*words > device->key_capacity) {
    free(device->key);
    device->key = malloc(*words * sizeof *device->key);
    device->key_capacity = device->key ? *words : 0;
    if (!device->key)
      return NULL;
  }
  uint64_t *word = device->key;
  *word++ = (uintptr_t)function;
  *word++ = (uint64_t)frame->report;
  *word++ = (uintptr_t)frame->variables;
  *word++ = (uintptr_t)frame->workspace;
  *word++ = (uintptr_t)frame->seed;
  *word++ = (uintptr_t)frame->turns;
  *word++ = device->scratch_count; /* blocks stay where they are */
  for (uint32_t s = 0; s < symbols; ++s)
    *word++ = (uint64_t)frame->sizes[s];
  for (uint32_t i = 0; i < function->input_count; ++i)
    *word++ = (uintptr_t)frame->inputs[i];
  for (uint32_t o = 0; o < function->output_count; ++o)
    *word++ = (uintptr_t)frame->outputs[o];
  return device->key;
}

static nnc_cuda_replay *find_replay(nnc_device *device, const uint64_t *key, uint32_t words) {
  for (uint32_t i = 0; i < NNC_CUDA_REPLAYS; ++i) {
    nnc_cuda_replay *replay = &device->replays[i];
    if (replay->key && replay->words == words && !memcmp(replay->key, key, words * sizeof *key))
      return replay;
  }
  return NULL;
}

/* Takes the place of the one that was not used for longest. */
static void remember(nnc_device *device, const uint64_t *key, uint32_t words) {
  nnc_cuda_replay *oldest = &device->replays[0];
  for (uint32_t i = 1; i < NNC_CUDA_REPLAYS; ++i)
    if (device->replays[i].used < oldest->used)
      oldest = &device->replays[i];
  uint64_t *copy = malloc(words * sizeof *copy);
  if (!copy)
    return;
  memcpy(copy, key, words * sizeof *copy);
  if (oldest->executable) /* what still runs of it goes on: the driver keeps it */
    device->driver->executable_destroy(oldest->executable);
  free(oldest->key);
  *oldest = (nnc_cuda_replay){.key = copy, .words = words, .used = device->calls};
}

void nnc_cuda_free_replays(nnc_device *device) {
  for (uint32_t i = 0; i < NNC_CUDA_REPLAYS; ++i)
    if (device->replays[i].executable)
      device->driver->executable_destroy(device->replays[i].executable);
}

/* Records the body. What the body returned; without `executable` the driver made no graph of it, and nothing has run. */
static int record(nnc_instance *instance, const nnc_function *function, const nnc_frame *frame,
                  nnc_cu_executable *executable) {
  const nnc_device *device = instance->device;
  const nnc_cuda_driver *driver = device->driver;
  *executable = NULL;
  if (driver->capture_begin(device->stream, NNC_CU_CAPTURE_THREAD_LOCAL))
    return 0;
  int failure = function->bodies[instance->variant](frame);
  nnc_cu_graph graph = NULL;
  nnc_cu_result ended = driver->capture_end(device->stream, &graph);
  if (!failure && !ended && driver->graph_instantiate(executable, graph, 0))
    *executable = NULL;
  if (graph)
    driver->graph_destroy(graph);
  return failure;
}

int nnc_cuda_run(nnc_instance *instance, const nnc_function *function, const nnc_frame *frame) {
  nnc_device *device = instance->device;
  int (*body)(const nnc_frame *) = function->bodies[instance->variant];
  uint32_t words;
  /* A replay would tell one time for all. */
  const uint64_t *key = device->driver->has_graphs && !instance->recording ? make_key(instance, function, frame, &words) : NULL;
  if (!key)
    return body(frame);
  ++device->calls;
  nnc_cuda_replay *replay = find_replay(device, key, words);
  if (!replay) {
    int failure = body(frame);
    if (!failure)
      remember(device, key, words);
    return failure;
  }
  replay->used = device->calls;
  if (!replay->executable && !replay->is_refused) {
    int failure = record(instance, function, frame, &replay->executable);
    if (failure)
      return failure;
    replay->is_refused = !replay->executable;
  }
  if (replay->is_refused)
    return body(frame);
  return nnc_cuda_done(instance, device->driver->graph_launch(replay->executable, device->stream),
                       "launching a call's kernels");
}
