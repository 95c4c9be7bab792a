// Model.cpp: dlopen, and the texts that describe a model's types.
#include "tools/nnc-run/Model.h"
#include "tools/nnc-run/support/OutputFile.h"
#include "tools/nnc-run/support/Text.h"

#include <cerrno>
#include <climits>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nnc::run {

/// The loader maps what the program headers name, and pages that a cut file does not have fault when they are touched.
static Error checkSegments(const std::string &path, off_t size) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Error::at(path, text("cannot be opened: ", std::strerror(errno)));
  Elf64_Ehdr header = {};
  bool whole = pread(descriptor, &header, sizeof header, 0) == sizeof header;
  if (whole && std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64)
    for (unsigned i = 0; whole && i < header.e_phnum; ++i) {
      Elf64_Phdr segment = {};
      whole = pread(descriptor, &segment, sizeof segment, header.e_phoff + i * sizeof segment) ==
                  sizeof segment &&
              segment.p_offset <= uint64_t(size) && segment.p_filesz <= uint64_t(size) - segment.p_offset;
    }
  else
    whole = true; // what else it is, dlopen says
  close(descriptor);
  return whole ? Error::success() : Error::at(path, "is cut short, expected a whole library");
}

Expected<Library> Library::open(const std::string &path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    return Error::at(path, text("cannot be opened: ", std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    return Error::at(path, "is not a file, expected a library made by nnc");
  spareInput(path);
  if (Error error = checkSegments(path, status.st_size))
    return error;
  // Without a slash dlopen searches the system's directories.
  std::string where = path.find('/') == std::string::npos ? "./" + path : path;
  void *handle = dlopen(where.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    std::string_view reason = dlerror();
    if (reason.substr(0, where.size() + 2) == where + ": ")
      reason.remove_prefix(where.size() + 2);
    return Error::at(path, text("cannot be loaded as a library: ", reason));
  }
  auto describe = reinterpret_cast<const nnc_library *(*)()>(dlsym(handle, "nnc_describe"));
  const nnc_library *description = describe ? describe() : nullptr;
  if (!description)
    return Error::at(path, "is not a library made by nnc: it has no 'nnc_describe'");
  // Nothing after the version may be read before it is known.
  if (description->abi_version != NNC_ABI_VERSION)
    return Error::at(path, text("was compiled for interface version ", description->abi_version,
                                ", this nnc-run understands version ", NNC_ABI_VERSION,
                                "; compile the model again with the nnc that belongs to it"));
  if (description->model_count == 0)
    return Error::at(path, "has no model");
  Library library;
  library.name = path;
  library.library = description;
  return library;
}

Expected<const nnc_model *> Library::model(const std::string &wanted) const {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < library->model_count; ++i) {
    names.push_back(library->models[i]->name);
    if (wanted == names.back())
      return library->models[i];
  }
  if (!wanted.empty())
    return Error::at(name, text("has no model ", quote(wanted), suggestion(wanted, names)));
  if (names.size() > 1)
    return Error::at(name, text("has several models, say which with --model: ", join(names)));
  return library->models[0];
}

Error Library::setThreads(int64_t count) const {
  if (count > INT_MAX || library->set_threads(static_cast<int>(count)) != NNC_OK)
    return Error::failure(text("--threads ", count, " is not accepted by ", quote(name)));
  return Error::success();
}

const char *kindName(nnc_function_kind kind) {
  switch (kind) {
  case NNC_PREDICT: return "predict";
  case NNC_EVALUATE: return "evaluate";
  case NNC_STEP: return "train";
  case NNC_GRADIENTS: return "gradients";
  case NNC_UPDATE: return "update";
  case NNC_DEFAULTS: break;
  }
  return "defaults";
}

Expected<const nnc_function *> findFunction(const nnc_model &model, nnc_function_kind kind,
                                            const std::string &wanted) {
  const char *ending = kind == NNC_STEP ? "_step" : kind == NNC_EVALUATE ? "_evaluate" : "_predict";
  const char *usual = kind == NNC_STEP ? "train_step" : kind == NNC_EVALUATE ? "evaluate" : "predict";
  const nnc_function *found = nullptr, *byEnding = nullptr;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    if (function.kind != kind)
      continue;
    names.push_back(function.name);
    if (function.name == (wanted.empty() ? usual : wanted))
      found = &function;
    else if (function.name == wanted + ending || (wanted.empty() && !byEnding))
      byEnding = &function;
  }
  if (found)
    return found;
  if (names.empty())
    return Error::failure(text("model ", quote(model.name), " has no ", kindName(kind), " function",
                               kind == NNC_STEP ? "; it needs a 'train' block" : ""));
  if (byEnding && (!wanted.empty() || names.size() == 1))
    return byEnding;
  if (wanted.empty())
    return Error::failure(text("model ", quote(model.name), " has several ", kindName(kind),
                               " functions, say which with ",
                               kind == NNC_STEP ? "--train: " : "--function: ", join(names)));
  return Error::failure(text("model ", quote(model.name), " has no ", kindName(kind), " function ",
                             quote(wanted), suggestion(wanted, names)));
}

std::string dimText(const nnc_model &model, const nnc_dim &dim) {
  std::string out;
  for (uint32_t t = 0; t < dim.term_count; ++t) {
    const nnc_term &term = dim.terms[t];
    std::vector<std::string> factors;
    for (uint32_t s = 0; s < model.symbol_count; ++s)
      for (unsigned power = 0; power < term.powers[s]; ++power)
        factors.push_back(model.symbols[s].name);
    int64_t coefficient = term.coefficient;
    if (t > 0)
      out += coefficient < 0 ? " - " : " + ";
    if (t > 0 && coefficient < 0)
      coefficient = -coefficient;
    if (factors.empty() || coefficient != 1)
      factors.insert(factors.begin(), std::to_string(coefficient));
    out += join(factors, "*");
  }
  return out.empty() ? "0" : out;
}

std::string typeText(const nnc_model &model, const nnc_value &value) {
  std::vector<std::string> dims;
  for (uint32_t axis = 0; axis < value.rank; ++axis)
    dims.push_back(dimText(model, value.dims[axis]));
  return text(dtypeName(value.dtype), "[", join(dims), "]");
}

const char *dtypeName(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_F32: return "f32";
  case NNC_F64: return "f64";
  case NNC_I32: return "i32";
  case NNC_I64: return "i64";
  case NNC_U8: return "u8";
  case NNC_BOOL: break;
  }
  return "bool";
}

size_t dtypeSize(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_F64:
  case NNC_I64: return 8;
  case NNC_F32:
  case NNC_I32: return 4;
  default: return 1;
  }
}

int bareSymbol(const nnc_model &model, const nnc_dim &dim) {
  if (dim.term_count != 1 || dim.terms[0].coefficient != 1)
    return -1;
  int symbol = -1;
  for (uint32_t s = 0; s < model.symbol_count; ++s) {
    if (dim.terms[0].powers[s] == 0)
      continue;
    if (symbol >= 0 || dim.terms[0].powers[s] > 1)
      return -1;
    symbol = static_cast<int>(s);
  }
  return symbol;
}

bool usesSymbol(const nnc_dim &dim, size_t symbol) {
  for (uint32_t t = 0; t < dim.term_count; ++t)
    if (dim.terms[t].powers[symbol])
      return true;
  return false;
}

std::optional<int64_t> evaluate(const nnc_model &model, const nnc_dim &dim,
                                const std::vector<int64_t> &sizes) {
  int64_t sum = 0;
  for (uint32_t t = 0; t < dim.term_count; ++t) {
    int64_t value = dim.terms[t].coefficient;
    for (uint32_t s = 0; s < model.symbol_count; ++s)
      for (unsigned power = 0; power < dim.terms[t].powers[s]; ++power)
        if (__builtin_mul_overflow(value, sizes[s], &value))
          return std::nullopt;
    if (__builtin_add_overflow(sum, value, &sum))
      return std::nullopt;
  }
  return sum < 0 ? std::nullopt : std::optional<int64_t>(sum);
}

Expected<Instance> Instance::create(const nnc_model &model, uint64_t seed, const std::string &variant,
                                    const std::string &device) {
  char reason[512] = "";
  nnc_options options = {};
  options.seed = seed;
  options.variant = variant.empty() ? nullptr : variant.c_str();
  options.device = device.empty() ? nullptr : device.c_str();
  options.error = reason;
  options.error_bytes = sizeof(reason);
  nnc_instance *handle = nullptr;
  if (model.create(&model, &handle, &options) != NNC_OK)
    return Error::failure(text("model ", quote(model.name),
                               " cannot be created: ", reason[0] ? reason : "no reason was given"));
  return Instance(model, handle);
}

Instance::~Instance() {
  if (handle)
    type->destroy(handle);
}

Error Instance::check(int status) const {
  // The text says which function and which argument or file it is about.
  return status == NNC_OK ? Error::success() : Error::failure(type->error_text(handle));
}

Error Instance::call(const nnc_function &function, const int64_t *sizes, const void *const *inputs,
                     void *const *outputs, const double *hyper, void *report) {
  return check(type->call(handle, indexOf(function), sizes, inputs, outputs, hyper, report));
}

Error Instance::record(nnc_recording *recording) { return check(type->record(handle, recording)); }

Error Instance::hyperDefaults(const nnc_function &function, double *hyper) {
  return check(type->hyper_defaults(handle, indexOf(function), hyper));
}

Error Instance::save(const std::string &path, const std::string &extraJson) {
  return check(type->save(handle, path.c_str(), extraJson.c_str()));
}

Error Instance::load(const std::string &path, bool parametersOnly) {
  return check(type->load(handle, path.c_str(), parametersOnly));
}

Expected<std::string> Instance::metadata(const std::string &path) {
  uint64_t bytes = 0;
  if (Error error = check(type->metadata(handle, path.c_str(), nullptr, 0, &bytes)))
    return error;
  std::string extra(bytes, '\0');
  if (Error error = check(type->metadata(handle, path.c_str(), extra.data(), extra.size(), &bytes)))
    return error;
  extra.resize(bytes ? bytes - 1 : 0);
  return extra;
}

template <typename T> static bool allFinite(const std::vector<char> &bytes) {
  const T *values = reinterpret_cast<const T *>(bytes.data());
  // The sum of x * 0 is 0 or NaN: no branch in the loop.
  T sum = 0;
  for (size_t i = 0, count = bytes.size() / sizeof(T); i < count; ++i)
    sum += values[i] * 0;
  return sum == 0;
}

Error Instance::checkFinite() {
  std::vector<char> bytes;
  for (uint32_t v = 0; v < type->variable_count; ++v) {
    const nnc_variable &variable = type->variables[v];
    if (!(variable.dtype == NNC_F32 || variable.dtype == NNC_F64) || variable.kind == NNC_SLOT)
      continue;
    bytes.resize(variable.bytes);
    if (Error error = check(type->get(handle, variable.name, bytes.data(), variable.bytes)))
      return error;
    if (!(variable.dtype == NNC_F32 ? allFinite<float>(bytes) : allFinite<double>(bytes)))
      return Error::failure(text(quote(variable.name), " has values that are not finite"));
  }
  return Error::success();
}

} // namespace nnc::run
