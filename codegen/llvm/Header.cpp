// Header.cpp: the C header of a library. It needs nothing else of nnc, is clean C99 and C++17 under -Wpedantic, and
// documents each function with the words of the text.
#include "codegen/llvm/HostModule.h"
#include "codegen/llvm/Names.h"
#include "ir/ops/Structure.h"
#include "runtime/nnc.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc {

namespace {

constexpr unsigned lineWidth = 100;

/// Text of a user in a `///` comment: no control characters, and no end of line that would continue the comment.
std::string commentLine(StringRef line) {
  std::string result;
  for (size_t i = 0; i < line.size(); ++i) {
    unsigned char c = line[i];
    // Marks that change the direction of text hide what a line says: U+200E, U+200F, U+202A.., U+2066.. in UTF-8.
    bool isMark = line.substr(i).starts_with("\xE2\x80") || line.substr(i).starts_with("\xE2\x81");
    unsigned char last = isMark && i + 2 < line.size() ? line[i + 2] : 0;
    bool turnsText = last == 0x8E || last == 0x8F || (last >= 0xA6 && last <= 0xAE);
    if (turnsText)
      i += 2;
    else if (c >= 0x20 && c != 0x7F)
      result += c;
    else
      result += ' ';
  }
  StringRef trimmed = StringRef(result).rtrim(" \\");
  return trimmed.ends_with("?\?/") ? trimmed.drop_back().str() : trimmed.str();
}

class HeaderWriter {
public:
  HeaderWriter(llvm::raw_ostream &out) : out(out) {}

  void library(const LibraryInterface &library, StringRef compiler);

private:
  void model(const ModelInterface &model);
  void status(const ModelInterface &model);
  void constants(const ModelInterface &model);
  void options(const ModelInterface &model);
  void structure(const StructInterface &structure, const ModelInterface &model);
  void fixedFunctions(const ModelInterface &model);
  void function(const FunctionInterface &function, const ModelInterface &model);
  void training(const FunctionInterface &function, const ModelInterface &model);

  /// Documentation of a user's, every line of it.
  void comment(StringRef text, StringRef indent = "") {
    llvm::SmallVector<StringRef> lines;
    text.trim().split(lines, '\n');
    if (!text.trim().empty())
      for (StringRef line : lines)
        out << indent << "/// " << commentLine(line) << '\n';
  }
  void valueComment(const ValueInterface &value);
  void prototype(StringRef result, StringRef name, llvm::ArrayRef<std::string> parameters);

  llvm::raw_ostream &out;
};

std::string shapeText(RankedTensorType type) {
  return type.getRank() == 0 ? "" : " " + dimsText(dimsOf(type));
}

/// `f32 [batch, 784]`, as in the text.
std::string typeText(RankedTensorType type) {
  Type element = type.getElementType();
  std::string name;
  if (element.isInteger(1))
    name = "bool (0 or 1)";
  else if (element.isUnsignedInteger())
    name = "u8";
  else
    name = (isa<FloatType>(element) ? "f" : "i") + std::to_string(element.getIntOrFloatBitWidth());
  return name + shapeText(type);
}

void HeaderWriter::prototype(StringRef result, StringRef name, llvm::ArrayRef<std::string> parameters) {
  std::string start = result.str() + (result.ends_with("*") ? "" : " ") + name.str() + "(";
  out << start;
  size_t column = start.size();
  for (auto [index, parameter] : llvm::enumerate(parameters)) {
    if (index != 0) {
      bool fits = column + parameter.size() + 3 <= lineWidth;
      out << (fits ? ", " : ",\n" + std::string(start.size(), ' '));
      column = fits ? column + 2 : start.size();
    }
    out << parameter;
    column += parameter.size();
  }
  out << (parameters.empty() ? "void);\n" : ");\n");
}

//===--------------------------------------------------------------------------------------------------===//
// Types and constants
//===--------------------------------------------------------------------------------------------------===//

void HeaderWriter::status(const ModelInterface &model) {
  static constexpr std::pair<StringRef, StringRef> statuses[] = {
      {"OK", ""},
      {"INVALID_ARGUMENT", "NULL, a negative or too large size, an unknown name"},
      {"OUT_OF_MEMORY", ""},
      {"IO", "the operating system refused; the text says why"},
      {"BAD_FILE", "a file was read and is not what this model can load"},
      {"BUSY", "another call is running on this instance"},
      {"UNSUPPORTED_CPU", "the library was compiled for a CPU this machine does not have"},
      {"INDEX_RANGE", "a label or index lies outside of what the model accepts"},
      {"INTERNAL", "a fault of nnc itself"},
      {"NO_DEVICE", "the machine has no such device, or no driver for it"},
      {"DEVICE_FAILED", "the device's driver refused or reports a fault"}};
  static_assert(std::size(statuses) == NNC_DEVICE_FAILED + 1, "every status of nnc.h");
  out << "/// What every call returns. Nothing prints, exits or throws; " << model.prefix
      << "_error_text says more.\n";
  out << "typedef enum " << model.prefix << "_status {\n";
  for (auto [index, status] : llvm::enumerate(statuses)) {
    bool last = index + 1 == std::size(statuses);
    out << "  " << model.macro(status.first) << " = " << index << (last ? "" : ",");
    if (!status.second.empty())
      out << " ///< " << status.second;
    out << '\n';
  }
  out << "} " << model.prefix << "_status;\n\n";
}

void HeaderWriter::constants(const ModelInterface &model) {
  uint64_t parameters = 0, bytes[NNC_GRADIENT + 1] = {};
  for (VariableOp variable : model.variables()) {
    auto type = cast<RankedTensorType>(variable.getType());
    bytes[unsigned(variable.getKind())] += bytesOf(type);
    if (variable.getKind() == VariableKind::Parameter)
      parameters += type.getNumElements();
  }
  auto define = [&](StringRef name, uint64_t value, StringRef meaning) {
    out << llvm::formatv("#define {0} UINT64_C({1}) ///< {2}\n", model.macro(name), value, meaning);
  };
  define("PARAMETER_COUNT", parameters, "numbers that training adapts");
  define("PARAMETER_BYTES", bytes[NNC_PARAMETER], "the same in bytes");
  define("STATE_BYTES", bytes[NNC_STATE], "state beside parameters, such as running statistics");
  define("OPTIMIZER_BYTES",
         bytes[NNC_SLOT] + bytes[NNC_STEP_COUNTER] + bytes[NNC_AVERAGE] + bytes[NNC_GRADIENT],
         "optimizer state, step counters, averages and gradients kept");

  // Where every run-time dimension has a bound the largest workspace is a constant as well.
  llvm::StringMap<int64_t> bounds;
  for (const SymbolInterface &symbol : model.symbols)
    if (symbol.bound > 0)
      bounds[symbol.name] = symbol.bound;
  std::optional<int64_t> most = 0;
  for (const FunctionInterface &function : model.functions) {
    DimValueAttr workspace = function.op.getWorkspaceAttr();
    std::optional<Dim> size = workspace ? Dim::parse(workspace.getText()) : std::nullopt;
    std::optional<int64_t> value;
    if (size)
      value = size->evaluate([&](StringRef name) -> std::optional<int64_t> {
        auto bound = bounds.find(name);
        return bound == bounds.end() ? std::nullopt : std::optional<int64_t>(bound->second);
      });
    most = most && value ? std::optional<int64_t>(std::max(*most, *value)) : std::nullopt;
  }
  if (most)
    define("WORKSPACE_BYTES", *most, "memory for intermediate values, at the largest sizes");
  out << '\n';
}

void HeaderWriter::options(const ModelInterface &model) {
  out << "/// How to create an instance. Start from zero: `" << model.prefix
      << "_options options = {0};`, in C++ `{}`.\n"
      << "typedef struct " << model.prefix << "_options {\n"
      << "  uint64_t seed; ///< initial values and random operators; same seed, same bits\n";
  for (const SymbolInterface &symbol : model.symbols)
    out << "  int64_t " << symbol.maxName << "; ///< largest " << symbol.name
        << " of any call; memory for it is taken"
        << " at once. "
        << (model.symbols.size() > 1 ? "All of these or none: if all are 0, memory grows with the calls\n"
                                     : "0: memory grows with the calls\n");
  out << "  void *memory; ///< memory for everything the instance needs, aligned to 64 bytes; NULL: "
         "allocate\n"
      << "  uint64_t memory_bytes; ///< bytes at memory; " << model.prefix
      << "_memory_bytes says how many are needed\n"
      << "  const char *variant; ///< CPU variant to run, or NULL for the best one this machine can run\n"
      << "  const char *device; ///< \"cpu\" or NULL; \"cuda\", \"cuda:1\": a GPU; \"auto\": a GPU if there "
         "is one\n"
      << "  char *error; ///< receives the reason when " << model.prefix << "_create fails; may be NULL\n"
      << "  uint64_t error_bytes; ///< room at error\n"
      << "} " << model.prefix << "_options;\n\n";
}

void HeaderWriter::structure(const StructInterface &structure, const ModelInterface &model) {
  bool isHyper = structure.fields.front().role == "hyper";
  out << (isHyper ? "/// Numbers of a training step. Start from the defaults and change what you like.\n"
                  : "/// What a call reports.\n");
  out << "typedef struct " << structure.cName << " {\n";
  for (const ValueInterface &field : structure.fields) {
    comment(field.documentation, "  ");
    out << "  " << (field.role == "metric_count" ? "int64_t " : "double ") << field.cName << ";";
    if (field.role == "metric_count")
      out << " ///< number of values the mean is of";
    else if (field.defaultValue)
      out << " ///< default " << llvm::format("%g", *field.defaultValue);
    else if (isHyper)
      out << " ///< default: computed from the step";
    out << '\n';
  }
  out << "} " << structure.cName << ";\n\n";
}

//===--------------------------------------------------------------------------------------------------===//
// Functions
//===--------------------------------------------------------------------------------------------------===//

void HeaderWriter::fixedFunctions(const ModelInterface &model) {
  const std::string &p = model.prefix;
  std::string type = model.typeName, instance = type + " *model", constInstance = "const " + type + " *model";
  auto function = [&](StringRef comment, StringRef result, StringRef name,
                      llvm::ArrayRef<std::string> parameters) {
    llvm::SmallVector<StringRef> lines;
    comment.split(lines, '\n');
    for (StringRef line : lines)
      out << "/// " << line << '\n';
    prototype(result, p + "_" + name.str(), parameters);
    out << '\n';
  };
  function(
      "Makes an instance with initial values; options may be NULL. Instances are independent of each other.\n"
      "On failure *model is NULL and options->error says why.",
      "int", "create", {type + " **model", "const " + p + "_options *options"});
  function("Ends an instance; NULL is allowed.", "void", "destroy", {instance});
  function("What was wrong with the last call that failed on this instance.", "const char *", "error_text",
           {constInstance});
  function("A status in words.", "const char *", "status_text", {"int status"});
  function("What runs the instance: \"cpu (x86-64-v4)\", \"cuda:0 (NVIDIA H200)\".", "const char *",
           "device_text", {constInstance});

  std::vector<std::string> sizes;
  for (const SymbolInterface &symbol : model.symbols)
    sizes.push_back("int64_t " + symbol.maxName);
  sizes.push_back("uint64_t *bytes");
  function("Bytes that options.memory must have so that no call up to these sizes needs more.", "int",
           "memory_bytes", sizes);
  function(
      "Copies a variable (a parameter, state or optimizer state, by its name) out; bytes must be its size.",
      "int", "get", {instance, "const char *name", "void *data", "uint64_t bytes"});
  function("Copies a variable in; bytes must be its size.", "int", "set",
           {instance, "const char *name", "const void *data", "uint64_t bytes"});
  function("Saves all variables as safetensors. The file is the old one or the new one, whatever happens.\n"
           "extra_json: a JSON object of strings to keep in the file, or NULL.",
           "int", "save", {instance, "const char *path", "const char *extra_json"});
  function("Loads variables; on failure the instance is as before. parameters_only: keep optimizer state, "
           "averages,\n"
           "steps and seed.",
           "int", "load", {instance, "const char *path", "int parameters_only"});
  function("Reads extra_json of a file back. *needed is set to its bytes with the final NUL; extra_json may "
           "be NULL.",
           "int", "metadata",
           {instance, "const char *path", "char *extra_json", "uint64_t bytes", "uint64_t *needed"});
  function(
      "Threads the library may use, the caller's included; 0: by NNC_THREADS or the machine. Results never\n"
      "depend on it.",
      "int", "set_threads", {"int count"});
  if (model.resets.empty())
    return;
  std::string entries;
  for (const ResetInterface &reset : model.resets)
    entries += (entries.empty() ? "\"" : ", \"") + reset.name + "\"";
  function("Sets the state that an entry keeps between its calls back to what it was at first. entry: " +
               entries + ",\nor NULL for all.",
           "int", "reset", {instance, "const char *entry"});
}

void HeaderWriter::valueComment(const ValueInterface &value) {
  std::string text = commentLine(value.documentation.substr(0, value.documentation.find('\n')));
  out << "/// " << value.cName << ": " << typeText(value.type);
  if (value.indexBound > 0) {
    out << ", in 0.." << value.indexBound - 1;
    if (value.indexIgnore != value.indexBound)
      out << " or " << value.indexIgnore;
  }
  for (const Dim &size : value.indexSizes)
    out << ", below " << size.str();
  if (!text.empty())
    out << "; " << text;
  out << '\n';
}

/// What a function of a train block does.
void HeaderWriter::training(const FunctionInterface &function, const ModelInterface &model) {
  StringRef block = StringRef(function.name).rsplit('_').first;
  std::string sums = block.str() + ".gradient.<parameter>", p = model.prefix;
  if (function.op.getKind() == FunctionKind::Step)
    out << "/// One step of training.\n";
  else if (function.op.getKind() == FunctionKind::Gradients)
    out << "/// The first half of " << p << "_" << block << "_step: gradients are added to the variables '"
        << sums << "',\n/// which " << p << "_get and " << p
        << "_set reach, to be summed over machines for instance. "
        << "The first call after an\n/// update begins the sums anew; no parameter changes.\n";
  else
    out << "/// The second half of " << p << "_" << block
        << "_step: updates the parameters by the mean of the gradients "
        << "that were\n/// added since the last update.\n";
}

void HeaderWriter::function(const FunctionInterface &function, const ModelInterface &model) {
  FuncOp op = function.op;
  if (!function.hyperDefaults.empty()) {
    out << "/// The numbers of the next step as the text has them.\n";
    prototype("int", function.hyperDefaults, {model.typeName + " *model", function.hyperType + " *hyper"});
    out << '\n';
  }
  if (op.getKind() == FunctionKind::Predict)
    out << "/// Computes outputs.\n";
  else if (op.getKind() == FunctionKind::Evaluate)
    out << "/// Computes losses and metrics; changes nothing.\n";
  else
    training(function, model);
  for (const ValueInterface &value : function.inputs)
    valueComment(value);
  for (const ValueInterface &value : function.outputs)
    valueComment(value);
  if (!function.hyperType.empty())
    out << "/// " << function.hyperName << ": NULL for the defaults\n";
  if (!function.reportType.empty())
    out << "/// " << function.reportName << ": NULL if "
        << (op.getKind() == FunctionKind::Evaluate ? "not wanted\n"
                                                   : "not wanted, which saves computing metrics\n");

  std::vector<std::string> parameters = {model.typeName + " *" + function.instanceName};
  for (const std::string &name : function.symbolNames)
    parameters.push_back("int64_t " + name);
  for (const ValueInterface &value : function.inputs) {
    std::string type = cTypeOf(value.type.getElementType()).str();
    parameters.push_back((value.isScalar() ? type + " " : "const " + type + " *") + value.cName);
  }
  for (const ValueInterface &value : function.outputs)
    parameters.push_back(cTypeOf(value.type.getElementType()).str() + " *" + value.cName);
  if (!function.hyperType.empty())
    parameters.push_back("const " + function.hyperType + " *" + function.hyperName);
  if (!function.reportType.empty())
    parameters.push_back(function.reportType + " *" + function.reportName);
  prototype("int", function.cName, parameters);
  out << '\n';
}

void HeaderWriter::model(const ModelInterface &model) {
  out << "//===--- " << commentLine(model.sourceName) << " ---===//\n\n";
  comment(model.documentation);
  out << "/// An instance of the model: its parameters, optimizer state and memory.\n";
  if (model.typeName != model.prefix)
    out << "/// (Its type is not called '" << model.prefix << "', which C or C++ keep for themselves.)\n";
  out << "typedef struct " << model.typeName << " " << model.typeName << ";\n\n";
  status(model);

  bool any = false;
  for (VariableOp variable : model.variables()) {
    if (variable.getKind() != VariableKind::Parameter)
      continue;
    out << (any ? "" : "// Parameters, by their names in files and for " + model.prefix + "_get:\n");
    out << "//   " << commentLine(variable.getSymName()) << ": "
        << typeText(cast<RankedTensorType>(variable.getType())) << '\n';
    any = true;
  }
  constants(model);
  options(model);
  for (const StructInterface &entry : model.structs)
    structure(entry, model);
  fixedFunctions(model);
  for (const FunctionInterface &entry : model.functions)
    if (!entry.isInternal())
      function(entry, model);
}

void HeaderWriter::library(const LibraryInterface &library, StringRef compiler) {
  std::string guard = "NNC_MODEL";
  for (const ModelInterface &model : library.models)
    guard += "_" + StringRef(model.prefix).upper();
  guard += "_H";
  out << "// The C interface of ";
  llvm::interleave(
      library.models, [&](const ModelInterface &model) { out << model.sourceName; }, [&]() { out << ", "; });
  out << ", made by " << compiler << ". Nothing else is needed to use the library.\n"
      << "//\n"
      << "// Tensors are row-major. Any number of instances may run in different threads; two calls at once "
         "on one\n"
      << "// instance: the second returns a status and does nothing. Names that are words of C or C++ have "
         "an\n"
      << "// underscore after them.\n"
      << "#ifndef " << guard << "\n#define " << guard << "\n\n#include <stdint.h>\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  for (const ModelInterface &entry : library.models)
    model(entry);
  out << "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

} // namespace

std::string headerText(const LibraryInterface &library, StringRef compiler) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  HeaderWriter(stream).library(library, compiler);
  return text;
}

} // namespace nnc
