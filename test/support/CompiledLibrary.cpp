// CompiledLibrary.cpp: loading a library and calling its functions.
#include "CompiledLibrary.h"
#include <algorithm>
#include <cstring>
#include <dlfcn.h>

namespace nnc::test {

static size_t bytesOf(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_F64:
  case NNC_I64: return 8;
  case NNC_F32:
  case NNC_I32: return 4;
  case NNC_U8:
  case NNC_BOOL: return 1;
  }
  return 0;
}

template <typename T> static void writeAs(double number, char *to) {
  T value = static_cast<T>(number);
  std::memcpy(to, &value, sizeof value);
}
template <typename T> static double readAs(const char *from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return static_cast<double>(value);
}

static void write(nnc_dtype dtype, double number, char *to) {
  switch (dtype) {
  case NNC_F64: return writeAs<double>(number, to);
  case NNC_F32: return writeAs<float>(number, to);
  case NNC_I64: return writeAs<int64_t>(number, to);
  case NNC_I32: return writeAs<int32_t>(number, to);
  case NNC_U8:
  case NNC_BOOL: return writeAs<uint8_t>(number, to);
  }
}

static double read(nnc_dtype dtype, const char *from) {
  switch (dtype) {
  case NNC_F64: return readAs<double>(from);
  case NNC_F32: return readAs<float>(from);
  case NNC_I64: return readAs<int64_t>(from);
  case NNC_I32: return readAs<int32_t>(from);
  case NNC_U8:
  case NNC_BOOL: return readAs<uint8_t>(from);
  }
  return 0.0;
}

CompiledModel::CompiledModel(const std::string &path, uint64_t seed) {
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    fail(dlerror());
    return;
  }
  auto describe = reinterpret_cast<const nnc_library *(*)()>(dlsym(handle, "nnc_describe"));
  if (!describe || describe()->abi_version != NNC_ABI_VERSION || describe()->model_count == 0) {
    fail(path + " is no library of this compiler");
    return;
  }
  model = describe()->models[0];
  char reason[256] = "";
  nnc_options options = {};
  options.seed = seed;
  options.error = reason;
  options.error_bytes = sizeof reason;
  if (model->create(model, &instance, &options) != NNC_OK) {
    instance = nullptr;
    fail(reason);
  }
}

CompiledModel::~CompiledModel() {
  if (instance)
    model->destroy(instance);
  if (handle)
    dlclose(handle);
}

bool CompiledModel::fail(const std::string &reason) {
  text = reason;
  return false;
}

static const nnc_variable *find(const nnc_model &model, const std::string &name) {
  const nnc_variable *end = model.variables + model.variable_count;
  const nnc_variable *found =
      std::find_if(model.variables, end, [&](const nnc_variable &v) { return name == v.name; });
  return found == end ? nullptr : found;
}

bool CompiledModel::set(const std::string &name, const Tensor &value) {
  const nnc_variable *variable = find(*model, name);
  if (!variable)
    return fail("the library has no variable " + name);
  size_t bytes = bytesOf(variable->dtype);
  std::vector<char> memory(value.data.size() * bytes);
  for (size_t k = 0; k < value.data.size(); ++k)
    write(variable->dtype, value.data[k], memory.data() + k * bytes);
  if (model->set(instance, name.c_str(), memory.data(), memory.size()) != NNC_OK)
    return fail(model->error_text(instance));
  return true;
}

bool CompiledModel::get(const std::string &name, Tensor &value) {
  const nnc_variable *variable = find(*model, name);
  if (!variable)
    return fail("the library has no variable " + name);
  std::vector<char> memory(variable->bytes);
  if (model->get(instance, name.c_str(), memory.data(), memory.size()) != NNC_OK)
    return fail(model->error_text(instance));
  value = Tensor(Shape(variable->shape, variable->shape + variable->rank));
  size_t bytes = bytesOf(variable->dtype);
  for (size_t k = 0; k < value.data.size(); ++k)
    value.data[k] = read(variable->dtype, memory.data() + k * bytes);
  return true;
}

static int64_t sizeOf(const nnc_model &model, const nnc_dim &dim, const std::vector<int64_t> &sizes) {
  int64_t total = 0;
  for (uint32_t t = 0; t < dim.term_count; ++t) {
    int64_t product = dim.terms[t].coefficient;
    for (uint32_t s = 0; s < model.symbol_count; ++s)
      for (uint8_t power = 0; power < dim.terms[t].powers[s]; ++power)
        product *= sizes[s];
    total += product;
  }
  return total;
}

bool CompiledModel::call(const std::string &name, const Call &arguments, std::vector<Tensor> &results) {
  const nnc_function *functions = model->functions;
  const nnc_function *function = std::find_if(functions, functions + model->function_count,
                                              [&](const nnc_function &f) { return name == f.name; });
  if (function == functions + model->function_count)
    return fail("the library has no function " + name);
  if (function->input_count != arguments.inputs.size())
    return fail(name + " expects another number of inputs");

  std::vector<int64_t> sizes(model->symbol_count);
  for (uint32_t s = 0; s < model->symbol_count; ++s)
    sizes[s] = arguments.sizes.at(model->symbols[s].name);

  std::vector<std::vector<char>> memory;
  std::vector<const void *> inputs;
  std::vector<double> hypers;
  for (uint32_t i = 0; i < function->input_count; ++i) {
    const nnc_value &value = function->inputs[i];
    const Tensor &tensor = arguments.inputs[i];
    if (value.role == NNC_HYPER) {
      hypers.push_back(tensor.data[0]);
      continue;
    }
    size_t bytes = bytesOf(value.dtype);
    std::vector<char> &block = memory.emplace_back(tensor.data.size() * bytes);
    for (size_t k = 0; k < tensor.data.size(); ++k)
      write(value.dtype, tensor.data[k], block.data() + k * bytes);
    inputs.push_back(block.data());
  }

  std::vector<void *> outputs;
  std::vector<Shape> shapes(function->output_count);
  std::vector<std::vector<char>> outputMemory(function->output_count);
  size_t reported = 0;
  for (uint32_t i = 0; i < function->output_count; ++i) {
    const nnc_value &value = function->outputs[i];
    if (value.role != NNC_OUTPUT) {
      ++reported;
      continue;
    }
    for (uint32_t axis = 0; axis < value.rank; ++axis)
      shapes[i].push_back(sizeOf(*model, value.dims[axis], sizes));
    outputMemory[i].assign(countOf(shapes[i]) * bytesOf(value.dtype), char(0x55));
    outputs.push_back(outputMemory[i].data());
  }
  std::vector<uint64_t> report(reported);
  int status = model->call(instance, static_cast<uint32_t>(function - functions), sizes.data(), inputs.data(),
                           outputs.data(), hypers.empty() ? nullptr : hypers.data(),
                           report.empty() ? nullptr : report.data());
  if (status != NNC_OK)
    return fail(name + ": status " + std::to_string(status) + ": " + model->error_text(instance));

  results.clear();
  size_t next = 0;
  for (uint32_t i = 0; i < function->output_count; ++i) {
    const nnc_value &value = function->outputs[i];
    Tensor &tensor = results.emplace_back(shapes[i]);
    if (value.role != NNC_OUTPUT) {
      const char *slot = reinterpret_cast<const char *>(&report[next++]);
      tensor.data[0] = read(value.role == NNC_METRIC_COUNT ? NNC_I64 : NNC_F64, slot);
      continue;
    }
    size_t bytes = bytesOf(value.dtype);
    for (size_t k = 0; k < tensor.data.size(); ++k)
      tensor.data[k] = read(value.dtype, outputMemory[i].data() + k * bytes);
  }
  return true;
}

} // namespace nnc::test
