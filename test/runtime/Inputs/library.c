// Run by library.test, with the paths of two copies of a library.
// Loads and unloads it, uses it from a thread with a small stack, and two copies side by side.
#include "check.h"
#include "runtime/nnc.h"
#include "tasks.h"

#include <dlfcn.h>

/* Pages this process has mapped. */
static long mapped_pages(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(fscanf(file, "%ld", &pages) == 1);
  fclose(file);
  return pages;
}

static const nnc_library *load(const char *path, int flags, void **handle) {
  *handle = dlopen(path, RTLD_NOW | flags);
  if (!*handle) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  const nnc_library *(*describe)(void);
  *(void **)&describe = dlsym(*handle, "nnc_describe");
  CHECK(describe()->abi_version == NNC_ABI_VERSION);
  return describe();
}

/* One forward pass over rows enough for every thread. */
static float compute(const nnc_library *library) {
  const nnc_model *model = library->models[0];
  nnc_instance *instance = NULL;
  float image[300], y[200];
  for (int i = 0; i < 300; ++i)
    image[i] = (float)(i % 7);
  const void *inputs[] = {image, NULL};
  void *outputs[] = {y};
  CHECK(model->create(model, &instance, NULL) == NNC_OK);
  CHECK(model->call(instance, 0, (int64_t[]){100, 0}, inputs, outputs, NULL, NULL) == NNC_OK);
  model->destroy(instance);
  return y[137];
}

static void *compute_in_thread(void *library) {
  volatile float y = compute(library);
  (void)y;
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  find_foreign_threads();
  void *handle, *other_handle;
  float expected = compute(load(argv[1], RTLD_LOCAL, &handle));
  dlclose(handle);
  long pages = 0;
  for (int turn = 0; turn < 200; ++turn) {
    const nnc_library *library = load(argv[1], turn % 2 ? RTLD_GLOBAL : RTLD_LOCAL, &handle);
    CHECK(library->set_threads(1 + turn % 4) == NNC_OK);
    CHECK(compute(library) == expected);
    CHECK(has_threads(1 + turn % 4));
    dlclose(handle);
    CHECK(has_threads(1));
    if (turn == 20)
      pages = mapped_pages();
  }
  CHECK(mapped_pages() <= pages);

  // Two copies share nothing, whatever the flags.
  const nnc_library *library = load(argv[1], RTLD_GLOBAL, &handle);
  const nnc_library *other = load(argv[2], RTLD_GLOBAL, &other_handle);
  CHECK(library != other && library->set_threads != other->set_threads);
  CHECK(library->set_threads(2) == NNC_OK && other->set_threads(3) == NNC_OK);
  CHECK(compute(library) == expected && has_threads(2));
  CHECK(compute(other) == expected && has_threads(4));
  dlclose(handle);
  CHECK(has_threads(3) && compute(other) == expected);

  pthread_attr_t small;
  pthread_t thread;
  pthread_attr_init(&small);
  CHECK(!pthread_attr_setstacksize(&small, 65536));
  CHECK(!pthread_create(&thread, &small, compute_in_thread, (void *)(uintptr_t)other));
  pthread_join(thread, NULL);
  return check_failures != 0; // with the other still loaded, its threads waiting: exit joins them
}
