// Model.h: a model that nnc compiled, ready to be called over and over.
#ifndef NNC_BENCH_KERNELS_MODEL_H
#define NNC_BENCH_KERNELS_MODEL_H

#include "runtime/nnc.h"

#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/// Floats that no denormals or zeros make easy.
inline std::vector<float> randomFloats(size_t count) {
  static std::mt19937 generator(1);
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> numbers(count);
  for (float &number : numbers)
    number = distribution(generator);
  return numbers;
}

/// One function of one model, without run-time dimensions, all of whose inputs and results are f32.
class Model {
public:
  Model(const std::string &library, const std::string &name, const std::string &function, int threads) {
    void *handle = dlopen(library.c_str(), RTLD_NOW);
    if (!handle)
      throw std::runtime_error(dlerror());
    auto describe = reinterpret_cast<const nnc_library *(*)()>(dlsym(handle, "nnc_describe"));
    const nnc_library *description = describe();
    description->set_threads(threads);
    for (uint32_t m = 0; m < description->model_count; ++m)
      if (description->models[m]->name == name)
        model = description->models[m];
    for (uint32_t f = 0; model && f < model->function_count; ++f)
      if (model->functions[f].name == function)
        index = f;
    char reason[512] = "no such model or function";
    nnc_options options = {};
    options.error = reason;
    options.error_bytes = sizeof reason;
    if (!model || index == ~0u || model->create(model, &instance, &options))
      throw std::runtime_error(library + ": " + reason);
    const nnc_function &described = model->functions[index];
    for (uint32_t i = 0; i < described.input_count; ++i)
      if (described.inputs[i].role == NNC_INPUT)
        addArray(described.inputs[i], inputs);
    for (uint32_t o = 0; o < described.output_count; ++o)
      if (described.outputs[o].role == NNC_OUTPUT)
        addArray(described.outputs[o], outputs);
  }
  ~Model() { model->destroy(instance); }
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  void run() {
    if (model->call(instance, index, nullptr, const_cast<const void *const *>(inputs.data()), outputs.data(), nullptr,
                    nullptr))
      throw std::runtime_error(model->error_text(instance));
  }
  float *input(size_t i) { return static_cast<float *>(inputs[i]); }
  float *output(size_t i) { return static_cast<float *>(outputs[i]); }

private:
  void addArray(const nnc_value &value, std::vector<void *> &list) {
    size_t count = 1;
    for (uint32_t axis = 0; axis < value.rank; ++axis)
      count *= value.dims[axis].term_count ? static_cast<size_t>(value.dims[axis].terms->coefficient) : 0;
    arrays.push_back(randomFloats(count));
    list.push_back(arrays.back().data());
  }

  const nnc_model *model = nullptr;
  nnc_instance *instance = nullptr;
  uint32_t index = ~0u;
  std::vector<std::vector<float>> arrays;
  std::vector<void *> inputs, outputs;
};

#endif
