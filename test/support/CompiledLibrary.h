// CompiledLibrary.h: calls a compiled library with the interpreter's tensors, through its description alone.
#ifndef NNC_TEST_SUPPORT_COMPILEDLIBRARY_H
#define NNC_TEST_SUPPORT_COMPILEDLIBRARY_H

#include "ir/interpreter/Interpreter.h"
#include "runtime/nnc.h"
#include <string>

namespace nnc::test {

/// One model of a loaded library, with an instance. Failures leave a text in `error`.
class CompiledModel {
public:
  /// Loads `path`, takes its first model, and makes an instance.
  explicit CompiledModel(const std::string &path, uint64_t seed = 1);
  ~CompiledModel();
  CompiledModel(const CompiledModel &) = delete;
  CompiledModel &operator=(const CompiledModel &) = delete;

  /// Calls a function. Sizes by name, inputs in order; results that are not outputs (losses, metrics) come as
  /// reported.
  bool call(const std::string &function, const Call &arguments, std::vector<Tensor> &results);

  /// A variable's value, rounded to and read from its type.
  bool set(const std::string &variable, const Tensor &value);
  bool get(const std::string &variable, Tensor &value);

  bool isOpen() const { return instance != nullptr; }
  const nnc_model *getModel() const { return model; }
  const std::string &error() const { return text; }

private:
  bool fail(const std::string &reason);

  void *handle = nullptr;
  const nnc_model *model = nullptr;
  nnc_instance *instance = nullptr;
  std::string text;
};

} // namespace nnc::test

#endif
