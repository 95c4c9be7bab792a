// Model.h: a compiled model as nnc-run sees it: the library's description, found by dlsym("nnc_describe"),
// and instances of one of its models. The only file, with Model.cpp, that calls into a library.
#ifndef NNC_RUN_MODEL_H
#define NNC_RUN_MODEL_H

#include "runtime/nnc.h"
#include "tools/nnc-run/support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace nnc::run {

class Library {
public:
  /// Loads a library and checks that this program understands it. A library is native code: loading it runs
  /// it. It stays loaded to the end of the process, as its thread pool may.
  static Expected<Library> open(const std::string &path);

  const nnc_library &description() const { return *library; }
  const std::string &path() const { return name; }

  /// The model called `wanted`; "": the only one.
  Expected<const nnc_model *> model(const std::string &wanted) const;
  Error setThreads(int64_t count) const;

private:
  std::string name;
  const nnc_library *library = nullptr;
};

/// The function of this kind called `wanted`, with or without the kind's usual ending ("generate" finds
/// "generate_evaluate" among the evaluate functions). "": the only one, else the one named as `usual`.
Expected<const nnc_function *> findFunction(const nnc_model &model, nnc_function_kind kind,
                                            const std::string &wanted);
const char *kindName(nnc_function_kind kind);

/// "784", "batch", "2*batch*time + 1"
std::string dimText(const nnc_model &model, const nnc_dim &dim);
/// "f32[batch, 784]"
std::string typeText(const nnc_model &model, const nnc_value &value);
const char *dtypeName(nnc_dtype dtype);
size_t dtypeSize(nnc_dtype dtype);

/// The run-time dimension that stands alone at this place, or -1.
int bareSymbol(const nnc_model &model, const nnc_dim &dim);
bool usesSymbol(const nnc_dim &dim, size_t symbol);
/// The size for these values of the run-time dimensions; nothing if it overflows or is negative.
std::optional<int64_t> evaluate(const nnc_model &model, const nnc_dim &dim,
                                const std::vector<int64_t> &sizes);

class Instance {
public:
  /// `variant`: target of the CPU's code to run, or "" for the best that this CPU can run. `device`: as in nnc_options,
  /// or "".
  static Expected<Instance> create(const nnc_model &model, uint64_t seed, const std::string &variant,
                                   const std::string &device);
  Instance(Instance &&other) noexcept : type(other.type), handle(std::exchange(other.handle, nullptr)) {}
  ~Instance();
  Instance(const Instance &) = delete;
  Instance &operator=(const Instance &) = delete;

  const nnc_model &model() const { return *type; }
  /// What it runs on: "cuda:0 (NVIDIA H200)".
  std::string deviceText() const { return type->device_text(handle); }

  Error call(const nnc_function &function, const int64_t *sizes, const void *const *inputs,
             void *const *outputs, const double *hyper, void *report);
  Error hyperDefaults(const nnc_function &function, double *hyper);
  Error save(const std::string &path, const std::string &extraJson);
  Error load(const std::string &path, bool parametersOnly);
  /// What `save` was given as extra JSON.
  Expected<std::string> metadata(const std::string &path);
  /// Whether the library can say when its kernels run (nnc --profile=ops).
  bool canRecord() const { return type->record != nullptr; }
  /// From now on each run of a kernel goes there; null: no longer.
  Error record(nnc_recording *recording);
  /// Fails with the name of a parameter or state that holds a number that is not finite.
  Error checkFinite();

private:
  Instance(const nnc_model &model, nnc_instance *handle) : type(&model), handle(handle) {}
  Error check(int status) const;
  uint32_t indexOf(const nnc_function &function) const {
    return static_cast<uint32_t>(&function - type->functions);
  }

  const nnc_model *type;
  nnc_instance *handle;
};

} // namespace nnc::run

#endif
