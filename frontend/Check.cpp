// Check.cpp: walks all bodies with their scopes.
//
// Rules: every name is defined; a local hides functions, but no other local, input or parameter; statements stand where
// they mean something; a carried value or state is set once on each path and not read after that; nothing uses itself.
#include "frontend/Check.h"
#include "frontend/Builtins.h"
#include "frontend/CheckOperator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

enum class Place { Model, Entry, Layer, FunctionLayer, Function, LayerFunction, Optimizer, Loop };

struct Local {
  enum class Kind { Let, Function, Formal, Input, Param, State, Carry, Loop, Value };
  Kind kind = Kind::Let;
  Range declared;
  bool used = false;
  Range next; // where `next` set it
};

struct Names {
  Names *parent = nullptr;
  llvm::StringMap<Local> locals;
  llvm::StringSet<> dims;
  const Block *loop = nullptr; // the names of a loop's turn

  Local *find(llvm::StringRef name) {
    for (Names *names = this; names; names = names->parent)
      if (auto it = names->locals.find(name); it != names->locals.end())
        return &it->second;
    return nullptr;
  }
  bool hasDim(llvm::StringRef name) const {
    for (const Names *names = this; names; names = names->parent)
      if (names->dims.contains(name))
        return true;
    return false;
  }
};

bool isCamelCase(llvm::StringRef name) { return llvm::isUpper(name.front()) && !name.contains('_'); }
bool isSnakeCase(llvm::StringRef name) {
  return llvm::none_of(name, [](char c) { return llvm::isUpper(c); });
}

class Checker {
public:
  Checker(const Module &module, Diagnostics &diags, mlir::MLIRContext &context)
      : module(module), diags(diags), context(context) {}

  bool run() {
    for (const File *file : module.files)
      for (const Decl *decl : file->declarations)
        checkDecl(*decl);
    for (const File *file : module.files)
      for (const Decl *decl : file->declarations)
        if (!cycleFound)
          findCycle(decl);
    return sound;
  }

private:
  //===------------------------------------------------------------------------------------------------===//
  // Names
  //===------------------------------------------------------------------------------------------------===//

  void unsound(Range range, const llvm::Twine &text) {
    diags.error(range, text);
    sound = false;
  }

  static llvm::StringRef word(Local::Kind kind) {
    switch (kind) {
    case Local::Kind::Let: return "value";
    case Local::Kind::Function: return "function";
    case Local::Kind::Formal: return "parameter";
    case Local::Kind::Input: return "input";
    case Local::Kind::Param: return "parameter";
    case Local::Kind::State: return "state";
    case Local::Kind::Carry: return "carried value";
    case Local::Kind::Loop: return "loop's value";
    case Local::Kind::Value: return "value";
    }
    return "";
  }

  void define(const Name &name, Local::Kind kind) {
    if (name.text == "_")
      return;
    if (!isSnakeCase(name.text))
      diags.warning(Warning::Naming, name.range, "'" + name.text + "' is written in snake_case");
    if (Local *other = names->find(name.text)) {
      // A `let` at the end of a loop's turn or of a branch is gone with its block.
      diags.error(name.range, "'" + name.text + "' is defined already, as a " + word(other->kind))
          .note(other->declared, "'" + name.text + "' declared here");
      return;
    }
    Local local;
    local.kind = kind;
    local.declared = name.range;
    names->locals[name.text] = local;
  }

  struct Enter {
    Enter(Checker &checker) : checker(checker), own{checker.names, {}, {}, nullptr} { checker.names = &own; }
    ~Enter() {
      checker.warnUnused(own);
      checker.names = own.parent;
    }
    Checker &checker;
    Names own;
  };

  void warnUnused(const Names &scope) {
    llvm::SmallVector<std::pair<uint32_t, llvm::StringRef>> unused;
    for (const auto &entry : scope.locals) {
      const Local &local = entry.getValue();
      if (!local.used && (local.kind == Local::Kind::Let || local.kind == Local::Kind::Function) &&
          !entry.getKey().starts_with("_"))
        unused.push_back({local.declared.begin.offset, entry.getKey()});
    }
    llvm::sort(unused);
    for (auto [offset, name] : unused)
      diags.warning(Warning::UnusedName, scope.locals.find(name)->second.declared,
                    "nothing reads '" + name + "'");
  }

  void use(llvm::StringRef name, Range range) {
    if (Local *local = names->find(name)) {
      local->used = true;
      if (local->next.isValid())
        diags
            .error(range, "'" + name + "' is read after its 'next'; bind the new value by 'let' and use that")
            .note(local->next, "'next' of '" + name + "'");
      return;
    }
    if (names->hasDim(name) || name == "training" || name == "inf" || name == "pi" ||
        (name == "step" && inTrain))
      return;
    if (Definition definition = lookup(module, name)) {
      if (owner)
        usedBy[owner].push_back({definition.decl, range});
      return;
    }
    if (findBuiltin(name) || isElementwiseName(name, context))
      return;
    // Told with the names that are near; the elaborator says the same at the same place, once.
    Scope scope;
    for (Names *n = names; n; n = n->parent) {
      for (const auto &entry : n->locals)
        scope.names[entry.getKey()];
      for (const auto &entry : n->dims)
        scope.dims[entry.getKey().str()] = Dim(1);
    }
    reportUnknownName(module, scope, name, range, context, diags);
  }

  /// Bare names in types bind dimensions.
  void bindDims(const Type &type) {
    for (const DimExpr &dim : type.dims)
      if (const auto *name = dim.size ? llvm::dyn_cast<NameExpr>(dim.size) : nullptr)
        if (!names->find(name->name))
          names->dims.insert(name->name);
    for (const Type *part : type.parts)
      bindDims(*part);
  }

  void checkType(const Type &type) {
    for (const DimExpr &dim : type.dims)
      if (dim.size && !(llvm::isa<NameExpr>(dim.size) && llvm::cast<NameExpr>(dim.size)->name == "_"))
        expr(*dim.size);
    for (const Type *part : type.parts)
      checkType(*part);
    static constexpr llvm::StringLiteral elements[] = {"f",  "f32",  "f64",  "i32", "i64",
                                                       "u8", "bool", "bf16", "f16"};
    static constexpr llvm::StringLiteral plain[] = {"int", "float", "bool", "string", "init", "layer"};
    auto known = [&](llvm::ArrayRef<llvm::StringLiteral> list) {
      if (llvm::is_contained(list, type.name.text))
        return;
      llvm::SmallVector<llvm::StringRef> names(list.begin(), list.end());
      std::string hint = didYouMean(type.name.text, names);
      if (type.kind == Type::Kind::Plain && llvm::is_contained(elements, type.name.text))
        hint = "; a tensor's type has brackets, a scalar is '" + type.name.text.str() + "[]'";
      if (type.kind == Type::Kind::Tensor && llvm::is_contained(plain, type.name.text))
        hint = "; a value known while compiling has no brackets: '" + type.name.text.str() + "'";
      diags.error(type.name.range,
                  "unknown " + llvm::Twine(type.kind == Type::Kind::Tensor ? "element type" : "type") + " '" +
                      type.name.text + "'" + hint);
    };
    if (type.kind == Type::Kind::Tensor)
      known(elements);
    else if (type.kind == Type::Kind::Plain || type.kind == Type::Kind::List)
      known(plain);
  }

  void formals(List<Formal> list) {
    // Configuration is known first, so that sizes can name it.
    for (const Formal &formal : list)
      if (formal.type->kind != Type::Kind::Tensor)
        define(formal.name, Local::Kind::Formal);
    for (const Formal &formal : list)
      if (formal.type->kind == Type::Kind::Tensor) {
        bindDims(*formal.type);
        define(formal.name, Local::Kind::Formal);
      }
    for (const Formal &formal : list) {
      checkType(*formal.type);
      if (formal.defaultValue)
        expr(*formal.defaultValue);
    }
  }

  void signature(const Signature &s) {
    formals(s.formals);
    checkType(*s.result);
  }

  //===------------------------------------------------------------------------------------------------===//
  // Expressions
  //===------------------------------------------------------------------------------------------------===//

  void expr(const Expr &e) {
    switch (e.kind) {
    case Expr::Kind::Name: return use(llvm::cast<NameExpr>(e).name, e.range);
    case Expr::Kind::Tuple:
      for (const Expr *element : llvm::cast<TupleExpr>(e).elements)
        expr(*element);
      return;
    case Expr::Kind::List:
      for (const Expr *element : llvm::cast<ListExpr>(e).elements)
        expr(*element);
      return;
    case Expr::Kind::Comprehension: {
      const auto &comprehension = llvm::cast<ComprehensionExpr>(e);
      for (const Each &each : comprehension.each)
        eachSource(each);
      Enter enter(*this);
      for (const Each &each : comprehension.each)
        define(each.name, Local::Kind::Loop);
      return expr(*comprehension.element);
    }
    case Expr::Kind::Call: {
      const auto &call = llvm::cast<CallExpr>(e);
      expr(*call.callee);
      for (const Arg &arg : call.args)
        expr(*arg.value);
      return checkArgumentNames(call);
    }
    case Expr::Kind::Index: {
      const auto &index = llvm::cast<IndexExpr>(e);
      expr(*index.base);
      for (const Subscript &sub : index.subscripts)
        for (const Expr *part : {sub.index, sub.end, sub.step})
          if (part)
            expr(*part);
      return;
    }
    case Expr::Kind::Member: {
      const auto &member = llvm::cast<MemberExpr>(e);
      if (const auto *name = llvm::dyn_cast<NameExpr>(member.base);
          name && !names->find(name->name) && isAlias(module, name->name)) {
        Definition definition = lookupQualified(module, name->name, member.member.text);
        if (definition && owner)
          usedBy[owner].push_back({definition.decl, e.range});
        else if (!definition)
          diags.error(member.member.range, "'" + name->name + "' defines no '" + member.member.text + "'");
        return;
      }
      return expr(*member.base);
    }
    case Expr::Kind::Chain:
      for (const Expr *operand : llvm::cast<ChainExpr>(e).operands)
        expr(*operand);
      return;
    case Expr::Kind::Unary: return expr(*llvm::cast<UnaryExpr>(e).operand);
    case Expr::Kind::Cast: return expr(*llvm::cast<CastExpr>(e).operand);
    case Expr::Kind::Choice: {
      const auto &choice = llvm::cast<ChoiceExpr>(e);
      expr(*choice.condition);
      expr(*choice.whenTrue);
      return expr(*choice.whenFalse);
    }
    case Expr::Kind::Pipe: {
      const auto &pipe = llvm::cast<PipeExpr>(e);
      expr(*pipe.first);
      for (const Expr *stage : pipe.stages)
        expr(*stage);
      return;
    }
    case Expr::Kind::Scan: {
      const auto &scan = llvm::cast<ScanExpr>(e);
      for (const ScanSource &source : scan.sources)
        eachSource(source.each);
      if (scan.along)
        use(scan.along.text, scan.along.range);
      llvm::SmallVector<Name> values;
      for (const ScanSource &source : scan.sources)
        values.push_back(source.each.name);
      return loop(values, scan.carries, *scan.body);
    }
    case Expr::Kind::For: {
      const auto &f = llvm::cast<ForExpr>(e);
      for (const Each &each : f.each)
        eachSource(each);
      llvm::SmallVector<Name> values;
      for (const Each &each : f.each)
        values.push_back(each.name);
      return loop(values, f.carries, *f.body);
    }
    case Expr::Kind::Reduce: {
      const auto &reduce = llvm::cast<ReduceExpr>(e);
      Enter enter(*this);
      indices(reduce.indices);
      if (reduce.where)
        expr(*reduce.where);
      return expr(*reduce.body);
    }
    default: return;
    }
  }

  void eachSource(const Each &each) {
    expr(*each.first);
    if (each.last)
      expr(*each.last);
  }

  /// Indices are a name space of their own, which hides all others.
  void indices(List<Name> list) {
    for (const Name &index : list)
      names->locals[index.text] = {Local::Kind::Loop, index.range, true, {}};
  }

  void loop(llvm::ArrayRef<Name> values, List<Carry> carries, const Block &body) {
    for (const Carry &carry : carries)
      expr(*carry.value);
    Enter enter(*this);
    names->loop = &body;
    for (const Name &value : values)
      define(value, Local::Kind::Loop);
    for (const Carry &carry : carries)
      define(carry.name, Local::Kind::Carry);
    block(body, Place::Loop);
  }

  void checkArgumentNames(const CallExpr &call) {
    const auto *name = llvm::dyn_cast<NameExpr>(call.callee);
    if (!name || names->find(name->name))
      return;
    Definition definition = lookup(module, name->name);
    List<Formal> formals;
    if (const auto *layer = llvm::dyn_cast_or_null<LayerDecl>(definition.decl))
      formals = layer->formals;
    else if (const auto *fn = llvm::dyn_cast_or_null<FnDecl>(definition.decl))
      formals = fn->signature.formals;
    else if (const auto *op = llvm::dyn_cast_or_null<OpDecl>(definition.decl))
      formals = op->formals;
    else
      return;
    llvm::SmallVector<llvm::StringRef> known;
    for (const Formal &formal : formals)
      known.push_back(formal.name.text);
    for (const Arg &arg : call.args)
      if (arg.name && !llvm::is_contained(known, arg.name.text))
        diags.error(arg.name.range, "'" + name->name + "' has no argument '" + arg.name.text + "'" +
                                        didYouMean(arg.name.text, known));
  }

  //===------------------------------------------------------------------------------------------------===//
  // Statements
  //===------------------------------------------------------------------------------------------------===//

  static llvm::StringRef describePlace(Place place) {
    switch (place) {
    case Place::Model: return "a model";
    case Place::Entry: return "an entry";
    case Place::Layer: return "a layer";
    case Place::FunctionLayer: return "a layer that has functions";
    case Place::Function:
    case Place::LayerFunction: return "a function";
    case Place::Optimizer: return "an optimizer";
    case Place::Loop: return "a loop";
    }
    return "";
  }

  /// Whether a kind of statement means something in a place.
  static bool isAllowed(Stmt::Kind kind, Place place) {
    using Kind = Stmt::Kind;
    const bool isModel = place == Place::Model || place == Place::Entry;
    const bool isLayer = place == Place::Layer || place == Place::FunctionLayer;
    switch (kind) {
    case Kind::Let:
    case Kind::Equation:
    case Kind::Const:
    case Kind::Require: return true;
    case Kind::Entry: return place == Place::Model;
    case Kind::Fn: return isModel || isLayer;
    case Kind::If: return place != Place::FunctionLayer;
    case Kind::Variable: return isModel || isLayer || place == Place::Optimizer;
    case Kind::Input:
    case Kind::Output:
    case Kind::Loss:
    case Kind::Metric:
    case Kind::Dim: return isModel;
    case Kind::Next: return place != Place::FunctionLayer && place != Place::Function;
    case Kind::Return:
      return place == Place::Layer || place == Place::Function || place == Place::LayerFunction ||
             place == Place::Optimizer;
    case Kind::Yield:
    case Kind::Last: return place == Place::Loop;
    }
    return true;
  }

  void block(const Block &b, Place place) {
    bool ended = false;
    for (const Stmt *s : b.statements) {
      if (!isAllowed(s->kind, place)) {
        unsound(s->keyword,
                "'" + diags.getSources().text(s->keyword) + "' has no meaning in " + describePlace(place));
        continue;
      }
      if (ended) {
        diags.error(s->keyword, "nothing follows a 'return'");
        ended = false;
      }
      stmt(*s, place);
      ended = s->kind == Stmt::Kind::Return;
    }
  }

  void stmt(const Stmt &s, Place place) {
    switch (s.kind) {
    case Stmt::Kind::Let: {
      const auto &let = llvm::cast<LetStmt>(s);
      if (place != Place::FunctionLayer) // names of a layer of functions are defined ahead
        expr(*let.value);
      for (const Name &name : let.names)
        if (place != Place::FunctionLayer)
          define(name, Local::Kind::Let);
      if (place == Place::FunctionLayer)
        expr(*let.value);
      return;
    }
    case Stmt::Kind::Equation: {
      const Equation &equation = llvm::cast<EquationStmt>(s).equation;
      {
        Enter enter(*this);
        indices(equation.indices);
        expr(*equation.value);
      }
      if (place != Place::FunctionLayer)
        define(equation.name, Local::Kind::Let);
      return;
    }
    case Stmt::Kind::Const: {
      const auto &constant = llvm::cast<ConstStmt>(s);
      if (constant.type)
        checkType(*constant.type);
      expr(*constant.value);
      if (place != Place::FunctionLayer)
        define(constant.name, Local::Kind::Let);
      return;
    }
    case Stmt::Kind::Entry: {
      const auto &entry = llvm::cast<EntryStmt>(s);
      auto [it, isNew] = entries.try_emplace(entry.name.text, entry.name.range);
      if (!isNew)
        diags.error(entry.name.range, "entry '" + entry.name.text + "' is defined twice")
            .note(it->second, "first defined here");
      Enter enter(*this);
      return block(*entry.body, Place::Entry);
    }
    case Stmt::Kind::Fn: {
      const auto &fn = llvm::cast<FnStmt>(s);
      if (place != Place::FunctionLayer)
        define(fn.name, Local::Kind::Function);
      Enter enter(*this);
      signature(fn.signature);
      return block(*fn.body, place == Place::Layer || place == Place::FunctionLayer ? Place::LayerFunction
                                                                                    : Place::Function);
    }
    case Stmt::Kind::If: {
      const auto &branch = llvm::cast<IfStmt>(s);
      expr(*branch.condition);
      Marks before = nextMarks();
      {
        Enter enter(*this);
        block(*branch.then, place);
      }
      Marks afterThen = nextMarks();
      setMarks(before);
      if (branch.otherwise) {
        Enter enter(*this);
        block(*branch.otherwise, place);
      }
      // What either branch has set counts as set, unless that branch has returned.
      if (branch.otherwise && returns(*branch.otherwise))
        setMarks(before);
      if (!returns(*branch.then))
        for (auto [local, next] : afterThen)
          if (next.isValid())
            local->next = next;
      return;
    }
    case Stmt::Kind::Variable: {
      const auto &variable = llvm::cast<VariableStmt>(s);
      checkType(*variable.type);
      expr(*variable.initial);
      if (place != Place::FunctionLayer)
        define(variable.name, variable.isState ? Local::Kind::State : Local::Kind::Param);
      return;
    }
    case Stmt::Kind::Input: {
      const auto &input = llvm::cast<InputStmt>(s);
      bindDims(*input.type);
      if (Names *outer =
              place == Place::Entry ? names->parent : nullptr) // run-time dimensions are the model's
        outer->dims.insert(names->dims.begin(), names->dims.end());
      checkType(*input.type);
      if (input.defaultValue)
        expr(*input.defaultValue);
      return define(input.name, Local::Kind::Input);
    }
    case Stmt::Kind::Output: {
      const auto &output = llvm::cast<OutputStmt>(s);
      expr(*output.value);
      return result(output.name, "output");
    }
    case Stmt::Kind::Loss: {
      const auto &loss = llvm::cast<LossStmt>(s);
      expr(*loss.value);
      return result(loss.name ? loss.name : Name{"loss", loss.keyword}, "loss");
    }
    case Stmt::Kind::Metric: {
      const auto &metric = llvm::cast<MetricStmt>(s);
      expr(*metric.value);
      if (metric.where)
        expr(*metric.where);
      return result(metric.name, "metric");
    }
    case Stmt::Kind::Next: {
      const auto &next = llvm::cast<NextStmt>(s);
      expr(*next.value);
      Local *local = names->find(next.name.text);
      if (!local) {
        use(next.name.text, next.name.range);
        return;
      }
      if (local->kind != Local::Kind::State && local->kind != Local::Kind::Carry) {
        diags
            .error(next.name.range,
                   "'" + next.name.text + "' is neither a state nor carried by a loop around this")
            .note(local->declared, "'" + next.name.text + "' declared here");
        return;
      }
      if (local->next.isValid())
        diags.error(next.name.range, "'" + next.name.text + "' is set twice")
            .note(local->next, "first set here");
      local->next = next.name.range;
      local->used = true;
      return;
    }
    case Stmt::Kind::Return:
      for (const Expr *value : llvm::cast<ReturnStmt>(s).values)
        expr(*value);
      return;
    case Stmt::Kind::Yield:
      for (const Expr *value : llvm::cast<YieldStmt>(s).values)
        expr(*value);
      return;
    case Stmt::Kind::Last:
      for (const Name &name : llvm::cast<LastStmt>(s).names) {
        Local *local = names->find(name.text);
        if (local && local->kind == Local::Kind::Carry)
          continue;
        diags.error(name.range,
                    "'" + name.text + "' is not carried by this loop; 'last' gives carried values");
      }
      return;
    case Stmt::Kind::Require: return expr(*llvm::cast<RequireStmt>(s).condition);
    case Stmt::Kind::Dim: {
      const auto &dim = llvm::cast<DimStmt>(s);
      if (dim.bound)
        expr(*dim.bound);
      names->dims.insert(dim.name.text);
      if (Names *outer = place == Place::Entry ? names->parent : nullptr)
        outer->dims.insert(dim.name.text);
      return;
    }
    }
  }

  /// Outputs, losses and metrics are values under their names from there on; an output may bear the name of the value
  /// that it gives.
  void result(const Name &name, llvm::StringRef what) {
    Local *other = names->find(name.text);
    if (other && what == "output" && other->kind == Local::Kind::Let) {
      other->used = true;
      return;
    }
    if (other) {
      diags
          .error(name.range, name.text == "loss" && other->kind == Local::Kind::Value
                                 ? "a second loss needs a name: 'loss penalty = ...'"
                                 : "'" + name.text.str() + "' is defined already")
          .note(other->declared, "'" + name.text + "' declared here");
      return;
    }
    Local local;
    local.kind = Local::Kind::Value;
    local.declared = name.range;
    names->locals[name.text] = local;
  }

  static bool returns(const Block &b) {
    return !b.statements.empty() && b.statements.back()->kind == Stmt::Kind::Return;
  }

  using Marks = llvm::SmallVector<std::pair<Local *, Range>>;
  Marks nextMarks() {
    Marks marks;
    for (Names *n = names; n; n = n->parent)
      for (auto &entry : n->locals)
        if (entry.getValue().kind == Local::Kind::Carry || entry.getValue().kind == Local::Kind::State)
          marks.push_back({&entry.getValue(), entry.getValue().next});
    return marks;
  }
  static void setMarks(const Marks &marks) {
    for (auto [local, next] : marks)
      local->next = next;
  }

  //===------------------------------------------------------------------------------------------------===//
  // Declarations
  //===------------------------------------------------------------------------------------------------===//

  void checkDecl(const Decl &decl) {
    const bool isType = decl.kind == Decl::Kind::Model || decl.kind == Decl::Kind::Layer;
    if (decl.name && decl.kind != Decl::Kind::Use && decl.kind != Decl::Kind::Train) {
      if (isType && !isCamelCase(decl.name.text))
        diags.warning(Warning::Naming, decl.name.range, "'" + decl.name.text + "' is written in CamelCase");
      if (!isType && !isSnakeCase(decl.name.text))
        diags.warning(Warning::Naming, decl.name.range, "'" + decl.name.text + "' is written in snake_case");
    }
    owner = &decl;
    inTrain = decl.kind == Decl::Kind::Optimizer || decl.kind == Decl::Kind::Train;
    entries.clear();
    Enter enter(*this);
    switch (decl.kind) {
    case Decl::Kind::Use: break;
    case Decl::Kind::Const: {
      const ConstStmt &constant = *llvm::cast<ConstDecl>(decl).constant;
      if (constant.type)
        checkType(*constant.type);
      expr(*constant.value);
      break;
    }
    case Decl::Kind::Model: {
      const auto &model = llvm::cast<ModelDecl>(decl);
      configuration(model.formals);
      block(*model.body, Place::Model);
      break;
    }
    case Decl::Kind::Layer: {
      const auto &layer = llvm::cast<LayerDecl>(decl);
      configuration(layer.formals);
      if (layer.hasSignature) {
        Enter inner(*this);
        signature(layer.signature);
        block(*layer.body, Place::Layer);
        break;
      }
      defineAhead(*layer.body);
      block(*layer.body, Place::FunctionLayer);
      for (auto &entry : names->locals) // also from outside
        if (entry.getValue().kind == Local::Kind::Function)
          entry.getValue().used = true;
      break;
    }
    case Decl::Kind::Fn: {
      const auto &fn = llvm::cast<FnDecl>(decl);
      signature(fn.signature);
      block(*fn.body, Place::Function);
      break;
    }
    case Decl::Kind::Op: {
      const auto &op = llvm::cast<OpDecl>(decl);
      formals(op.formals);
      for (const Formal &result : op.results) {
        checkType(*result.type);
        define(result.name, Local::Kind::Value);
      }
      sound &= checkOperator(op, diags);
      for (const Equation &equation : op.equations) // they see each other
        if (!names->find(equation.name.text))
          define(equation.name, Local::Kind::Let);
      for (const Equation &equation : op.equations) {
        Enter inner(*this);
        indices(equation.indices);
        expr(*equation.value);
      }
      break;
    }
    case Decl::Kind::Optimizer: {
      const auto &optimizer = llvm::cast<OptimizerDecl>(decl);
      formals(optimizer.formals);
      signature(optimizer.signature);
      block(*optimizer.body, Place::Optimizer);
      break;
    }
    case Decl::Kind::Train: break; // its names are the model's; see LowerTrain.cpp
    }
    owner = nullptr;
  }

  void configuration(List<Formal> list) {
    formals(list);
    for (const Formal &formal : list)
      if (formal.type->kind == Type::Kind::Tensor)
        diags.error(formal.type->range,
                    "a parameter here is known while compiling: int, float, bool, string, init, "
                    "layer or a list; tensors are inputs, or the second list of a layer");
  }

  /// In a layer of functions all names see each other, and the dimensions of all its functions.
  void defineAhead(const Block &body) {
    for (const Stmt *s : body.statements) {
      if (const auto *let = llvm::dyn_cast<LetStmt>(s)) {
        for (const Name &name : let->names)
          define(name, Local::Kind::Let);
      } else if (const auto *equation = llvm::dyn_cast<EquationStmt>(s)) {
        define(equation->equation.name, Local::Kind::Let);
      } else if (const auto *constant = llvm::dyn_cast<ConstStmt>(s)) {
        define(constant->name, Local::Kind::Let);
      } else if (const auto *variable = llvm::dyn_cast<VariableStmt>(s)) {
        define(variable->name, variable->isState ? Local::Kind::State : Local::Kind::Param);
      } else if (const auto *fn = llvm::dyn_cast<FnStmt>(s)) {
        define(fn->name, Local::Kind::Function);
        for (const Formal &formal : fn->signature.formals)
          bindDims(*formal.type);
      }
    }
  }

  //===------------------------------------------------------------------------------------------------===//
  // Recursion
  //===------------------------------------------------------------------------------------------------===//

  void findCycle(const Decl *decl) {
    // Depth first, without recursion of our own: a chain of uses may be long.
    struct Step {
      const Decl *decl;
      Range use;
      size_t next;
    };
    if (finished.contains(decl))
      return;
    llvm::SmallVector<Step> path = {{decl, {}, 0}};
    llvm::SmallPtrSet<const Decl *, 16> onPath = {decl};
    while (!path.empty()) {
      Step &step = path.back();
      auto it = usedBy.find(step.decl);
      if (it == usedBy.end() || step.next >= it->second.size()) {
        finished.insert(step.decl);
        onPath.erase(step.decl);
        path.pop_back();
        continue;
      }
      auto [used, range] = it->second[step.next++];
      if (onPath.contains(used)) {
        sound = false;
        cycleFound = true;
        auto report = diags.error(used->name.range,
                                  "'" + used->name.text + "' uses itself; recursion has no meaning here");
        size_t first = 0;
        while (path[first].decl != used)
          ++first;
        for (size_t i = first + 1; i < path.size(); ++i)
          report.note(path[i].use, "'" + path[i].decl->name.text + "' is used here");
        report.note(range, "'" + used->name.text + "' is used here");
        return;
      }
      if (finished.contains(used))
        continue;
      onPath.insert(used);
      path.push_back({used, range, 0});
    }
  }

  const Module &module;
  Diagnostics &diags;
  mlir::MLIRContext &context;
  Names *names = nullptr;
  bool sound = true, inTrain = false, cycleFound = false;
  const Decl *owner = nullptr;
  llvm::StringMap<Range> entries;
  llvm::DenseMap<const Decl *, llvm::SmallVector<std::pair<const Decl *, Range>>> usedBy;
  llvm::SmallPtrSet<const Decl *, 16> finished;
};

} // namespace

bool nnc::checkModule(const Module &module, Diagnostics &diags, mlir::MLIRContext &context) {
  return Checker(module, diags, context).run();
}
