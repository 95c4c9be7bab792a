// Info.cpp: nnc-run info, what a library says about itself.
#include "tools/nnc-run/Model.h"
#include "tools/nnc-run/commands/Commands.h"
#include "tools/nnc-run/commands/Common.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <map>

namespace nnc::run {

namespace {

struct InfoOptions {
  std::string library, model;
  bool kernels = false;
};

const char *roleName(nnc_role role) {
  static const char *const names[] = {"input", "hyper", "seed", "output", "loss", "metric", "count"};
  return names[role];
}

const char *variableKindName(nnc_variable_kind kind) {
  static const char *const names[] = {"parameter", "state", "slot", "step counter", "average"};
  return names[kind];
}

std::string initText(const nnc_init &init) {
  switch (init.kind) {
  case NNC_INIT_CONSTANT: return text(shortNumber(init.a));
  case NNC_INIT_UNIFORM: return text("uniform(", shortNumber(init.a), ", ", shortNumber(init.b), ")");
  case NNC_INIT_NORMAL: return text("normal(", shortNumber(init.a), ", ", shortNumber(init.b), ")");
  case NNC_INIT_TRUNCATED: return text("truncated(", shortNumber(init.a), ", ", shortNumber(init.b), ")");
  case NNC_INIT_ORTHOGONAL: return text("orthogonal(", shortNumber(init.a), ")");
  case NNC_INIT_VALUES: break;
  }
  return "values";
}

/// A value's type, and what the type doesn't say.
std::string valueText(const nnc_model &model, const nnc_value &value) {
  std::string out = typeText(model, value);
  if (value.index_bound > 0)
    out += text(", 0 to ", value.index_bound - 1);
  if (value.index_bound > 0 && value.index_ignore != value.index_bound)
    out += text(" or ", value.index_ignore);
  if (value.has_default)
    out += text(" = ", value.default_value);
  return out;
}

void printFunctions(const nnc_model &model) {
  for (uint32_t f = 0; f < model.function_count; ++f) {
    const nnc_function &function = model.functions[f];
    if (function.kind == NNC_DEFAULTS)
      continue;
    printLine(text("  function ", function.name, " (", kindName(function.kind), "), workspace ",
                   dimText(model, function.workspace), " bytes"));
    Table table;
    for (uint32_t i = 0; i < function.input_count; ++i) {
      const nnc_value &value = function.inputs[i];
      bool computed = value.role == NNC_HYPER && !value.has_default && function.defaults >= 0;
      table.push_back({roleName(value.role), value.name,
                       valueText(model, value) + (computed ? " = by step" : ""), value.documentation});
    }
    for (uint32_t i = 0; i < function.output_count; ++i) {
      const nnc_value &value = function.outputs[i];
      table.push_back({roleName(value.role), value.name, valueText(model, value), value.documentation});
    }
    printTable(table, "    ");
  }
}

void printVariables(const nnc_model &model) {
  uint64_t numbers = 0, bytes = 0;
  Table table;
  for (uint32_t v = 0; v < model.variable_count; ++v) {
    const nnc_variable &variable = model.variables[v];
    std::vector<std::string> dims;
    for (uint32_t axis = 0; axis < variable.rank; ++axis)
      dims.push_back(std::to_string(variable.shape[axis]));
    if (variable.kind == NNC_PARAMETER) {
      numbers += variable.bytes / dtypeSize(variable.dtype);
      bytes += variable.bytes;
    }
    table.push_back({variableKindName(variable.kind), variable.name,
                     text(dtypeName(variable.dtype), "[", join(dims), "]"), initText(variable.init)});
  }
  printLine(text("  variables: ", grouped(numbers), " parameters in ", byteSize(bytes),
                 ", all of an instance's ", byteSize(model.variable_bytes)));
  printTable(table, "    ");
}

void printKernelCalls(const nnc_model &model, bool all) {
  std::map<std::string, int> kernels;
  for (uint32_t k = 0; k < model.kernel_call_count; ++k)
    ++kernels[model.kernel_calls[k].kernel];
  printLine(text("  kernel calls: ", model.kernel_call_count, ", of ", kernels.size(), " different kernels",
                 all || !model.kernel_call_count ? "" : "; --kernels lists them"));
  if (!all)
    return;
  Table table;
  for (uint32_t k = 0; k < model.kernel_call_count; ++k) {
    const nnc_kernel_call &call = model.kernel_calls[k];
    std::string of = call.of;
    if (call.operand >= 0)
      of += text(", operand ", call.operand);
    table.push_back({call.function, call.value, call.role, call.rule, of.empty() ? of : "of " + of,
                     text(call.file, ":", call.line, ":", call.column), call.kernel});
  }
  printTable(table, "    ");
}

Expected<int> describe(const InfoOptions &options) {
  Expected<Library> library = Library::open(options.library);
  if (!library)
    return library.takeError();
  const nnc_library &description = library->description();
  const nnc_model *only = nullptr;
  if (!options.model.empty()) {
    Expected<const nnc_model *> chosen = library->model(options.model);
    if (!chosen)
      return chosen.takeError();
    only = *chosen;
  }
  printLine(text(library->path(), ": compiled by ", description.compiler, " for ", description.target,
                 ", interface version ", description.abi_version));
  for (uint32_t m = 0; m < description.model_count; ++m) {
    const nnc_model &model = *description.models[m];
    if (only && &model != only)
      continue;
    printLine(text("model ", model.name, ", C functions ", model.prefix, "_*"));
    std::vector<std::string> symbols;
    for (uint32_t s = 0; s < model.symbol_count; ++s)
      symbols.push_back(model.symbols[s].bound > 0
                            ? text(model.symbols[s].name, " <= ", model.symbols[s].bound)
                            : std::string(model.symbols[s].name));
    std::vector<std::string> variants;
    for (uint32_t v = 0; v < model.variant_count; ++v)
      variants.push_back(model.variants[v].target);
    printLine(text("  variants: ", join(variants)));
    printLine(text("  run-time dimensions: ", symbols.empty() ? "none" : join(symbols)));
    printFunctions(model);
    printVariables(model);
    printKernelCalls(model, options.kernels);
  }
  return 0;
}

} // namespace

Command addInfoCommand(CLI::App &app) {
  auto options = std::make_shared<InfoOptions>();
  app.add_option("library", options->library, "Library made by nnc; native code, so only load what you trust")
      ->required()
      ->type_name("MODEL.so");
  app.add_option("--model", options->model, "Only this model")->type_name("NAME");
  app.add_flag("--kernels", options->kernels, "List the kernel calls with their lines of source");
  return [options] {
    Expected<int> status = describe(*options);
    return status ? *status : fail(status.takeError());
  };
}

} // namespace nnc::run
