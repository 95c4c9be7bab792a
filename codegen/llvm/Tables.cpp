// Tables.cpp: what nnc_describe() shows of a library: models, functions, values, variables, kernel calls (nnc.h).
#include "codegen/llvm/HostBuilder.h"
#include "ir/KernelCall.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "runtime/nnc.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc {

namespace {

nnc_dtype dtypeOf(Type type) {
  if (type.isF32())
    return NNC_F32;
  if (type.isF64())
    return NNC_F64;
  if (type.isInteger(32))
    return NNC_I32;
  if (type.isInteger(64))
    return NNC_I64;
  return type.isInteger(1) ? NNC_BOOL : NNC_U8;
}

nnc_role roleOf(StringRef role) {
  static constexpr std::pair<StringRef, nnc_role> roles[] = {{"input", NNC_INPUT},
                                                             {"hyper", NNC_HYPER},
                                                             {"seed", NNC_SEED},
                                                             {"output", NNC_OUTPUT},
                                                             {"loss", NNC_LOSS},
                                                             {"metric", NNC_METRIC},
                                                             {"metric_count", NNC_METRIC_COUNT}};
  for (auto [name, value] : roles)
    if (role == name)
      return value;
  llvm_unreachable("the verifier knows all roles");
}

// The dialect's enums are numbered as those of nnc.h.
static_assert(int(FunctionKind::Defaults) == NNC_DEFAULTS && int(FunctionKind::Step) == NNC_STEP &&
              int(FunctionKind::Gradients) == NNC_GRADIENTS && int(FunctionKind::Update) == NNC_UPDATE);
static_assert(int(VariableKind::Average) == NNC_AVERAGE &&
              int(VariableKind::StepCounter) == NNC_STEP_COUNTER &&
              int(VariableKind::Gradient) == NNC_GRADIENT);
static_assert(int(InitKind::Values) == NNC_INIT_VALUES && int(InitKind::Truncated) == NNC_INIT_TRUNCATED);

class ModelTables {
public:
  ModelTables(HostBuilder &host, const ModelInterface &model) : host(host), model(model) {}

  Address build(llvm::ArrayRef<std::vector<std::string>> bodies);

private:
  std::string named(StringRef name) { return model.prefix + "." + name.str(); }
  Address text(StringRef value) { return host.globals.text(value); }

  StructConstant<nnc_dim> dim(const Dim &dim);
  Address dims(llvm::ArrayRef<Dim> sizes);
  StructConstant<nnc_value> value(const ValueInterface &value);
  Address values(StringRef name, const std::vector<ValueInterface> &first,
                 const std::vector<ValueInterface> &second);
  StructConstant<nnc_function> function(const FunctionInterface &function,
                                        llvm::ArrayRef<std::string> bodies);
  std::vector<StructConstant<nnc_dim>> indexSpaces(const FunctionInterface &function);
  Address symbols();
  Address variables();
  Address resets();
  Address kernelCalls(size_t &count);

  HostBuilder &host;
  const ModelInterface &model;
  llvm::StringMap<std::string> terms;            // canonical size -> its array of nnc_term
  llvm::StringMap<std::string> powers;           // bytes -> array
  llvm::StringMap<std::string> dimLists; // spellings of sizes -> array of nnc_dim
};

//===--------------------------------------------------------------------------------------------------===//
// Sizes
//===--------------------------------------------------------------------------------------------------===//

StructConstant<nnc_dim> ModelTables::dim(const Dim &dim) {
  auto [entry, isNew] = terms.try_emplace(dim.str(), "");
  if (isNew && !dim.getTerms().empty()) {
    std::vector<StructConstant<nnc_term>> list;
    for (const auto &[monomial, coefficient] : dim.getTerms()) {
      std::vector<uint8_t> exponents(model.symbols.size());
      for (const std::string &name : monomial)
        for (auto [index, symbol] : llvm::enumerate(model.symbols))
          exponents[index] += symbol.name == name;
      StringRef key(reinterpret_cast<const char *>(exponents.data()), exponents.size());
      auto [power, isNewPower] = powers.try_emplace(key, "");
      if (isNewPower)
        power->second =
            host.globals.bytes(named("powers." + std::to_string(powers.size() - 1)), exponents).symbol;
      StructConstant<nnc_term> term;
      term.set(&nnc_term::coefficient, coefficient).set(&nnc_term::powers, Address{power->second});
      list.push_back(term);
    }
    entry->second = host.globals.array(named("terms." + std::to_string(terms.size() - 1)), list).symbol;
  }
  StructConstant<nnc_dim> constant;
  constant.set(&nnc_dim::terms, Address{entry->second}).set(&nnc_dim::term_count, dim.getTerms().size());
  return constant;
}

Address ModelTables::dims(llvm::ArrayRef<Dim> sizes) {
  std::string spelling;
  for (const Dim &size : sizes)
    spelling += size.str() + ",";
  auto [entry, isNew] = dimLists.try_emplace(spelling);
  if (isNew) {
    std::vector<StructConstant<nnc_dim>> list;
    for (const Dim &size : sizes)
      list.push_back(dim(size));
    entry->second = host.globals.array(named("dims." + std::to_string(dimLists.size() - 1)), list).symbol;
  }
  return {entry->second};
}

//===--------------------------------------------------------------------------------------------------===//
// Functions
//===--------------------------------------------------------------------------------------------------===//

StructConstant<nnc_value> ModelTables::value(const ValueInterface &value) {
  StructConstant<nnc_value> constant;
  constant.set(&nnc_value::name, text(value.name)).set(&nnc_value::role, roleOf(value.role));
  constant.set(&nnc_value::dtype, dtypeOf(value.type.getElementType()))
      .set(&nnc_value::rank, value.type.getRank());
  constant.set(&nnc_value::dims, dims(dimsOf(value.type)));
  constant.set(&nnc_value::default_value, value.defaultValue.value_or(0.0));
  constant.set(&nnc_value::has_default, value.defaultValue.has_value());
  constant.set(&nnc_value::index_bound, value.indexBound).set(&nnc_value::index_ignore, value.indexIgnore);
  constant.set(&nnc_value::index_size_count, value.indexSizes.size());
  constant.set(&nnc_value::index_sizes, dims(value.indexSizes));
  constant.set(&nnc_value::documentation, text(value.documentation));
  return constant;
}

Address ModelTables::values(StringRef name, const std::vector<ValueInterface> &first,
                            const std::vector<ValueInterface> &second) {
  std::vector<const ValueInterface *> all;
  for (const auto *list : {&first, &second})
    for (const ValueInterface &entry : *list)
      all.push_back(&entry);
  std::vector<StructConstant<nnc_value>> constants;
  for (const ValueInterface *entry : all)
    constants.push_back(value(*entry));
  return host.globals.array(named(name), constants);
}

/// Element counts that depend on run-time dimensions, of every buffer of a kernel. Equal ones appear once.
std::vector<StructConstant<nnc_dim>> ModelTables::indexSpaces(const FunctionInterface &function) {
  std::map<std::string, Dim> counts;
  auto collect = [&](TypeRange types) {
    for (Type type : types)
      if (auto count = elementCount(dimsOf(cast<RankedTensorType>(type))); count && !count->isStatic())
        counts.emplace(count->str(), *count);
  };
  function.op.walk([&](KernelOp kernel) {
    collect(kernel.getInputs().getTypes());
    collect(kernel.getResultTypes());
  });
  std::vector<StructConstant<nnc_dim>> spaces;
  for (const auto &[text, count] : counts)
    spaces.push_back(dim(count));
  return spaces;
}

/// A table of turns that is long enough for each loop: the sum of their lengths, of which the longest is a part.
static Dim turnsOf(FuncOp function) {
  Dim sum;
  function.walk([&](ScanOp scan) {
    if (!scan.turnArg().use_empty())
      sum = *sum.add(scan.lengthDim());
  });
  return sum;
}

StructConstant<nnc_function> ModelTables::function(const FunctionInterface &function,
                                                   llvm::ArrayRef<std::string> bodies) {
  FuncOp op = function.op;
  std::vector<ValueInterface> results = function.outputs;
  llvm::append_range(results, function.reported);
  llvm::sort(results, [](const ValueInterface &a, const ValueInterface &b) { return a.index < b.index; });
  uint64_t used = 0;
  for (unsigned symbol : function.symbols)
    used |= uint64_t(1) << symbol;
  std::vector<StructConstant<nnc_dim>> spaces = indexSpaces(function);
  std::vector<Address> bodyAddresses;
  for (const std::string &body : bodies)
    bodyAddresses.push_back({body});
  DimValueAttr workspace = op.getWorkspaceAttr();

  StructConstant<nnc_function> constant;
  constant.set(&nnc_function::name, text(function.name)).set(&nnc_function::kind, uint64_t(op.getKind()));
  constant.set(&nnc_function::input_count, function.inputs.size() + function.hypers.size());
  constant.set(&nnc_function::inputs, values(function.name + ".inputs", function.inputs, function.hypers));
  constant.set(&nnc_function::output_count, results.size());
  constant.set(&nnc_function::outputs, values(function.name + ".outputs", results, {}));
  constant.set(&nnc_function::symbols_used, used);
  constant.set(&nnc_function::workspace, dim(workspace ? *Dim::parse(workspace.getText()) : Dim()));
  constant.set(&nnc_function::defaults, op.getDefaults() ? model.functionIndex(*op.getDefaults()) : -1);
  constant.set(&nnc_function::step_variable, op.getStep() ? model.variableIndex(*op.getStep()) : -1);
  constant.set(&nnc_function::waiting_variable, op.getWaiting() ? model.variableIndex(*op.getWaiting()) : -1);
  constant.set(&nnc_function::index_space_count, spaces.size());
  constant.set(&nnc_function::index_spaces,
               host.globals.array(named(function.name + ".index_spaces"), spaces));
  constant.set(&nnc_function::bodies,
               host.globals.addresses(named(function.name + ".bodies"), bodyAddresses));
  constant.set(&nnc_function::turns, dim(turnsOf(op)));
  return constant;
}

//===--------------------------------------------------------------------------------------------------===//
// Models
//===--------------------------------------------------------------------------------------------------===//

Address ModelTables::symbols() {
  std::vector<StructConstant<nnc_symbol>> list;
  for (const SymbolInterface &symbol : model.symbols) {
    StructConstant<nnc_symbol> constant;
    constant.set(&nnc_symbol::name, text(symbol.name)).set(&nnc_symbol::bound, symbol.bound);
    list.push_back(constant);
  }
  return host.globals.array(named("symbols"), list);
}

Address ModelTables::variables() {
  std::vector<StructConstant<nnc_variable>> list;
  for (auto [index, variable] : llvm::enumerate(model.variables())) {
    auto type = cast<RankedTensorType>(variable.getType());
    std::string id = std::to_string(index);
    InitAttr init = variable.getInit();
    Address values;
    if (init.getKind() == InitKind::Values)
      values = host.globals.numbers(named("values." + id), init.getValues());
    StructConstant<nnc_init> initial;
    initial.set(&nnc_init::kind, uint64_t(init.getKind())).set(&nnc_init::a, init.getA().convertToDouble());
    initial.set(&nnc_init::b, init.getB().convertToDouble()).set(&nnc_init::values, values);

    StructConstant<nnc_variable> constant;
    constant.set(&nnc_variable::name, text(variable.getSymName()));
    constant.set(&nnc_variable::kind, uint64_t(variable.getKind()));
    constant.set(&nnc_variable::dtype, dtypeOf(type.getElementType()))
        .set(&nnc_variable::rank, type.getRank());
    constant.set(&nnc_variable::shape, host.globals.integers(named("shape." + id), type.getShape()));
    constant.set(&nnc_variable::bytes, bytesOf(type)).set(&nnc_variable::offset, *variable.getOffset());
    constant.set(&nnc_variable::init, initial);
    list.push_back(constant);
  }
  return host.globals.array(named("variables"), list);
}

Address ModelTables::resets() {
  std::vector<StructConstant<nnc_reset>> list;
  for (const ResetInterface &reset : model.resets) {
    StructConstant<nnc_reset> constant;
    constant.set(&nnc_reset::name, text(reset.name)).set(&nnc_reset::variable_count, reset.variables.size());
    constant.set(&nnc_reset::variables,
                 host.globals.integers(named("resets." + reset.name), reset.variables));
    list.push_back(constant);
  }
  return host.globals.array(named("resets"), list);
}

/// What a kernel must read and write: each operand once, of a table that is gathered from what is taken.
static Dim bytesMoved(KernelOp kernel) {
  Dim sum;
  auto add = [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    if (auto count = elementCount(dimsOf(type)))
      if (auto bytes = count->mul(elementBytes(type.getElementType())))
        sum = sum.add(*bytes).value_or(sum);
  };
  for (BlockArgument input : kernel.getBody().getArguments()) {
    auto isGather = [&](OpOperand &use) {
      return isa<IndexingOpInterface>(use.getOwner()) && use.getOwner()->hasTrait<IndexMap>() &&
             &cast<IndexingOpInterface>(use.getOwner()).indexOperand() != &use;
    };
    if (!input.use_empty() && llvm::all_of(input.getUses(), isGather))
      for (Operation *gather : input.getUsers())
        add(gather->getResult(0));
    else
      add(input);
  }
  for (Value result : kernel.getResults())
    add(result);
  return sum;
}

static Dim operationsOf(KernelOp kernel) {
  Dim sum;
  for (Operation &op : kernel.getBody().getOps())
    if (auto counted = dyn_cast<OperationCountOpInterface>(op))
      if (std::optional<Dim> count = counted.operationCount())
        sum = sum.add(*count).value_or(sum);
  return sum;
}

/// Which line each kernel call came from, by which rule, and what it amounts to.
Address ModelTables::kernelCalls(size_t &count) {
  std::vector<StructConstant<nnc_kernel_call>> list;
  for (auto [function, kernel] : model.kernelCalls()) {
    const KernelCall call = describeCall(kernel);
    FileLineColLoc place = sourcePlace(call.loc);
    ProvenanceAttr provenance = provenanceOf(call.loc);
    StructConstant<nnc_kernel_call> constant;
    constant.set(&nnc_kernel_call::function, text(function->name));
    constant.set(&nnc_kernel_call::kernel, text(kernel.getSymbolAttr()));
    constant.set(&nnc_kernel_call::value, text(call.values));
    constant.set(&nnc_kernel_call::role, text(call.roles));
    constant.set(&nnc_kernel_call::rule, text(call.rules));
    constant.set(&nnc_kernel_call::of, text(provenance ? provenance.getOf() : ""));
    constant.set(&nnc_kernel_call::file, text(place ? place.getFilename().getValue() : ""));
    constant.set(&nnc_kernel_call::line, place ? place.getLine() : 0);
    constant.set(&nnc_kernel_call::column, place ? place.getColumn() : 0);
    bool hasOperand = provenance && (provenance.getRole() == Role::Adjoint || provenance.getRole() == Role::Accumulate);
    constant.set(&nnc_kernel_call::operand, hasOperand ? provenance.getOperand() : -1);
    constant.set(&nnc_kernel_call::operations, dim(operationsOf(kernel)));
    constant.set(&nnc_kernel_call::bytes, dim(bytesMoved(kernel)));
    list.push_back(constant);
  }
  count = list.size();
  return host.globals.array(named("kernel_calls"), list);
}

Address ModelTables::build(llvm::ArrayRef<std::vector<std::string>> bodies) {
  std::vector<VariableOp> variableOps = model.variables();
  uint64_t variableBytes = 0;
  for (VariableOp variable : variableOps)
    variableBytes = std::max<uint64_t>(
        variableBytes, *variable.getOffset() + bytesOf(cast<RankedTensorType>(variable.getType())));
  std::vector<StructConstant<nnc_function>> functions;
  for (auto [entry, symbols] : llvm::zip(model.functions, bodies))
    functions.push_back(function(entry, symbols));
  std::vector<StructConstant<nnc_variant>> variants;
  for (const HostVariant &variant : host.options.variants) {
    StructConstant<nnc_variant> constant;
    constant.set(&nnc_variant::target, text(variant.target))
        .set(&nnc_variant::cpu_features, variant.cpuFeatures)
        .set(&nnc_variant::device, variant.device.empty() ? Address() : host.deviceType(variant.device));
    variants.push_back(constant);
  }
  auto runtime = [&](StringRef name) { return Address{host.runtime(name).getSymName().str()}; };

  size_t kernelCallCount = 0;
  StructConstant<nnc_model> constant;
  constant.set(&nnc_model::name, text(model.sourceName)).set(&nnc_model::prefix, text(model.prefix));
  constant.set(&nnc_model::symbol_count, model.symbols.size()).set(&nnc_model::symbols, symbols());
  constant.set(&nnc_model::variable_count, variableOps.size()).set(&nnc_model::variables, variables());
  constant.set(&nnc_model::variable_bytes, variableBytes);
  constant.set(&nnc_model::function_count, functions.size());
  constant.set(&nnc_model::functions, host.globals.array(named("functions"), functions));
  Address calls = kernelCalls(kernelCallCount);
  constant.set(&nnc_model::kernel_call_count, kernelCallCount).set(&nnc_model::kernel_calls, calls);
  constant.set(&nnc_model::variant_count, variants.size());
  constant.set(&nnc_model::variants, host.globals.array(named("variants"), variants));
  constant.set(&nnc_model::create, runtime("create")).set(&nnc_model::destroy, runtime("destroy"));
  constant.set(&nnc_model::error_text, runtime("error_text"));
  constant.set(&nnc_model::memory_bytes, runtime("memory_bytes")).set(&nnc_model::call, runtime("call"));
  constant.set(&nnc_model::hyper_defaults, runtime("hyper_defaults"));
  constant.set(&nnc_model::get, runtime("get")).set(&nnc_model::set, runtime("set"));
  constant.set(&nnc_model::save, runtime("save")).set(&nnc_model::load, runtime("load"));
  constant.set(&nnc_model::metadata, runtime("metadata"));
  constant.set(&nnc_model::reset_count, model.resets.size()).set(&nnc_model::resets, resets());
  constant.set(&nnc_model::reset, runtime("reset")).set(&nnc_model::device_text, runtime("device_text"));
  constant.set(&nnc_model::record, host.options.recordsCalls ? runtime("record") : Address());
  return host.globals.array(modelSymbol(model), constant.constant());
}

} // namespace

std::string modelSymbol(const ModelInterface &model) { return model.prefix + ".model"; }

void buildTables(HostBuilder &host, const LibraryInterface &library,
                 llvm::ArrayRef<std::vector<std::vector<std::string>>> bodies) {
  std::vector<Address> models;
  for (auto [model, symbols] : llvm::zip(library.models, bodies))
    models.push_back(ModelTables(host, model).build(symbols));
  std::string targets;
  for (const HostVariant &variant : host.options.variants)
    targets += (targets.empty() ? "" : ",") + variant.target;
  StructConstant<nnc_library> constant;
  constant.set(&nnc_library::abi_version, NNC_ABI_VERSION);
  constant.set(&nnc_library::compiler, host.globals.text(host.options.compiler));
  constant.set(&nnc_library::target, host.globals.text(targets))
      .set(&nnc_library::model_count, models.size());
  constant.set(&nnc_library::models, host.globals.addresses("models", models));
  constant.set(&nnc_library::set_threads, Address{host.runtime("set_threads").getSymName().str()});
  Address table = host.globals.array("library", constant.constant());

  Location loc = UnknownLoc::get(host.context);
  LLVM::LLVMFuncOp describe =
      host.define("nnc_describe", host.functionType(host.pointer, {}), LLVM::Linkage::External, loc);
  OpBuilder builder(host.context);
  CodeBuilder code(host, describe.addEntryBlock(builder), loc);
  code.create<LLVM::ReturnOp>(code.addressOf(table.symbol));
}

} // namespace nnc
