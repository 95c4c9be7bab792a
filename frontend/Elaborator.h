// Elaborator.h: runs the text of one function of a model, symbolically: what is known while compiling is computed,
// what is not becomes ops of the graph.
//
// One Elaborator makes one nn.func. The model's text is run anew for each (training differs, entries add to it);
// what must be the same in all of them, names and types of parameters above all, is kept in ModelState.
#ifndef NNC_FRONTEND_ELABORATOR_H
#define NNC_FRONTEND_ELABORATOR_H

#include "frontend/Datum.h"
#include "frontend/Diagnostics.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace nnc {

/// Stands before a parameter's name where its average is read, until it is known whose.
inline const std::string averagePlaceholder = "averaged ";

/// What all functions of one model share.
struct ModelState {
  struct Variable {
    VariableOp op;
    mlir::RankedTensorType type;
    Range declared;
    std::vector<std::string> sizes; // of each axis as written, or empty
    Range firstUse;                 // the application that made it
    bool isParameter = false;
  };
  ModelState(Diagnostics &diags, mlir::MLIRContext &context, const Module &mainModule)
      : diags(diags), context(context), mainModule(mainModule) {}
  Diagnostics &diags;
  mlir::MLIRContext &context;
  const Module &mainModule;
  const ast::ModelDecl *decl = nullptr;
  const Module *module = nullptr;
  ModelOp op;
  mlir::Type floatType;
  llvm::StringMap<Datum> overrides; // of -D
  std::map<std::string, Variable> variables;
  std::vector<std::string> symbols; // run-time dimensions by first appearance
  llvm::StringMap<int64_t> bounds;
  llvm::StringMap<Range> symbolPlaces;
  struct Instance {
    const void *origin;
    Range occurrence;
  };
  llvm::StringMap<Instance> instances;
  llvm::StringSet<> frozen;              // parameters that a train block freezes
  bool hasAverages = false;              // a train block has 'average'
  std::map<std::string, Range> averaged; // parameters whose average is read, with the `averaged(l)` that does
  int64_t checkpoints = 0;               // numbers given out
  bool splitsSteps = false;              // train blocks have their steps in halves too
  llvm::StringMap<bool> inputsRead;      // every input of the text; true once a function needs it
  llvm::StringMap<Range> inputPlaces;
};

class Elaborator {
public:
  Elaborator(ModelState &model, FuncOp func, bool training);

  //===------------------------------------------------------------------------------------------------===//
  // Frames: where in the text we are
  //===------------------------------------------------------------------------------------------------===//

  /// The state of a `for` that is being unrolled, or of a `scan` whose turn is being written.
  struct LoopState {
    struct Slot {
      const ast::Stmt *stmt;
      unsigned index; // which of its values
      bool isLast;
      llvm::StringRef carry; // of `last`
      std::vector<Datum> values;
    };
    llvm::SmallVector<Slot> slots; // in text order
    llvm::StringMap<Datum> carried, nextValues;
    llvm::StringMap<Range> nextPlaces;
  };
  struct Frame {
    enum class Kind { Model, Entry, Layer, Function, Optimizer, Train };
    Kind kind = Kind::Model;
    const Module *module = nullptr;
    ScopePtr scope;
    std::shared_ptr<Naming> naming;
    bool training = false;
    LayerPtr instance;       // the layer whose body this is
    std::string statePrefix; // of an entry
    bool returned = false;
    Datum result;
    Range resultPlace;
    llvm::StringSet<> given; // formals that the call gave
    bool hasFormals = false;
    LoopState *loop = nullptr;
    const Frame *caller = nullptr;
  };
  /// Makes `frame` the current one while it lives.
  struct Enter {
    Enter(Elaborator &e, Frame &frame) : e(e), previous(e.frame) {
      frame.caller = previous;
      e.frame = &frame;
    }
    ~Enter() { e.frame = previous; }
    Elaborator &e;
    Frame *previous;
  };
  /// A call: messages inside get a note, and ops of library text get this place.
  struct Call {
    Call(Elaborator &e, Range range, Range firstArg, llvm::StringRef callee);
    ~Call();
    Elaborator &e;
    Diagnostics::Context context;
    Range previousPlace;
  };
  struct CallSite {
    Range range, firstArg;
    llvm::StringRef callee;
    const Module *module;
  };

  //===------------------------------------------------------------------------------------------------===//
  // Blocks and statements (ElaborateStmt.cpp)
  //===------------------------------------------------------------------------------------------------===//

  void runBlock(const ast::Block &block);
  void runStatement(const ast::Stmt &stmt);
  /// Binds a model's or layer's parameters from arguments, -D and defaults.
  void bindModelFormals(const ast::ModelDecl &decl);
  void define(const ast::Name &name, Datum value, const ast::Type *type = nullptr);
  Datum runLoop(const ast::ForExpr &loop);
  /// The yields and lasts of a block in text order.
  static void collectSlots(const ast::Block &block, llvm::SmallVectorImpl<LoopState::Slot> &slots);
  Datum runScan(const ast::ScanExpr &scan); // ElaborateScan.cpp
  Datum runComprehension(const ast::ComprehensionExpr &comprehension);
  void updateState(Binding &binding, const ast::NextStmt &next);
  /// `require time <= 128` of a run-time dimension bounds it, as `dim time <= 128` does, which each call checks. Whether
  /// the condition is one of these; its bound is not known to hold otherwise.
  bool requireBound(const ast::Expr &condition);

  //===------------------------------------------------------------------------------------------------===//
  // Expressions (ElaborateExpr.cpp)
  //===------------------------------------------------------------------------------------------------===//

  Datum evaluate(const ast::Expr &expr);
  Datum evaluateName(const ast::NameExpr &expr);
  Datum evaluateChain(const ast::ChainExpr &chain);
  Datum evaluateUnary(const ast::UnaryExpr &unary);
  Datum evaluateCast(const ast::CastExpr &cast);
  Datum evaluatePipe(const ast::PipeExpr &pipe);
  Datum evaluateIndex(const ast::IndexExpr &index);
  /// `x[:, -1]` (ElaborateSlice.cpp)
  Datum sliceTensor(const ast::IndexExpr &expr, const Datum &base);
  Datum negate(const Datum &operand, const ast::Expr *expr, Range range);
  Datum evaluateMember(const ast::MemberExpr &member);
  Datum evaluateCall(const ast::CallExpr &call, const Datum *piped, Range pipedRange);
  /// Applies what is on the right of `|>`.
  Datum applyStage(const ast::Expr &stage, const Datum &input, Range inputRange);
  /// A condition, which must be known now; nothing after an error.
  std::optional<bool> evaluateCondition(const ast::Expr &expr);
  /// A size or a number, perhaps over run-time dimensions; nothing after an error.
  std::optional<Dim> evaluateSize(const ast::Expr &expr);
  std::optional<int64_t> evaluateStaticInt(const ast::Expr &expr, const llvm::Twine &what);
  std::vector<Datum> evaluateEach(const ast::Each &each, bool &ok);
  Datum binary(ast::Op op, Range opRange, const Datum &lhs, const ast::Expr *lhsExpr, const Datum &rhs,
               const ast::Expr *rhsExpr, Range whole);
  Datum compileTimeBinary(ast::Op op, Range opRange, const Datum &lhs, const Datum &rhs, Range whole,
                          const ast::Expr *lhsExpr, const ast::Expr *rhsExpr);
  Datum resolveName(llvm::StringRef name, Range range, bool mustExist);
  Datum definitionDatum(const Definition &definition, Range range);
  Datum read(Binding &binding, llvm::StringRef name, Range range);
  void evaluateLazily(Binding &binding, llvm::StringRef name);

  //===------------------------------------------------------------------------------------------------===//
  // Calls (ElaborateCall.cpp)
  //===------------------------------------------------------------------------------------------------===//

  struct Argument {
    ast::Name name; // empty: by position
    Datum value;
    Range range;
    const ast::Expr *expr = nullptr;
  };
  using Arguments = llvm::SmallVector<Argument, 4>;

  Arguments evaluateArguments(llvm::ArrayRef<ast::Arg> args, const Datum *piped, Range pipedRange);
  /// Arguments by formal; null where the default holds. Nothing after an error.
  std::optional<llvm::SmallVector<const Argument *>> matchArguments(llvm::ArrayRef<ast::Formal> formals,
                                                                    const Arguments &arguments, Range call,
                                                                    llvm::StringRef callee, Range declared);
  Datum construct(const Callable &constructor, const ast::CallExpr &call);
  Datum callFunction(const Callable &function, const Arguments &arguments, Range range);
  Datum callCallable(const Callable &callable, const Arguments &arguments, Range range,
                     const ast::CallExpr *call);
  /// Equations and operators made of them (ElaborateOperator.cpp).
  Datum runEquation(const ast::Equation &equation);
  bool runEquations(const ast::OpDecl &decl);
  Datum callOperator(const Callable &callable, const Arguments &arguments, Range range);
  Datum applyLayerLike(const Datum &layer, const Arguments &arguments, Range range);
  Datum applyLayer(const LayerPtr &layer, const Arguments &arguments, Range range);
  Datum applyInstance(const LayerPtr &layer, llvm::StringRef method, const Arguments &arguments, Range range);
  /// A scope with the configuration and, of a layer of functions, its lazy names.
  ScopePtr instanceScope(const LayerPtr &layer);
  bool bindFormals(llvm::ArrayRef<ast::Formal> formals, llvm::ArrayRef<const Argument *> arguments,
                   llvm::StringRef callee, Range call, ScopePtr dimsScope);
  Datum checkResult(const ast::Type &type, const Datum &value, Range place, llvm::StringRef callee);
  LayerPtr asLayer(const Datum &datum, Range range);
  LayerPtr cloneLayer(const LayerPtr &layer, const void *origin, Range range);
  /// What `evaluate` adds to the graph is one checkpoint: not kept for the backward pass, but computed again there.
  Datum checkpointed(llvm::function_ref<Datum()> evaluate);
  LayerPtr makeView(LayerValue::View view, LayerPtr inner, Range range);

  // Names of layers.
  void nameLayer(const Datum &datum, Naming &naming, llvm::StringRef component);
  void nameLayer(LayerValue &layer, Naming &naming, llvm::StringRef component);
  void nameAnonymous(LayerValue &layer, Naming &naming);
  void setPath(LayerValue &layer, std::string path);
  /// Numbers the anonymous layers of a branch that is not taken, so that names do not depend on it.
  void countUntaken(const ast::Block &block);
  void countUntaken(const ast::Expr &expr);

  //===------------------------------------------------------------------------------------------------===//
  // Types (ElaborateType.cpp)
  //===------------------------------------------------------------------------------------------------===//

  mlir::Type elementType(const ast::Name &name);
  /// A type whose sizes must all be known; those of an input may become run-time dimensions.
  mlir::RankedTensorType resolveType(const ast::Type &type, Labels &labels, bool bindsSymbols);
  std::optional<Dim> resolveDim(const ast::DimExpr &dim, bool bindsSymbols, llvm::StringRef &label);
  bool checkSize(llvm::ArrayRef<Dim> dims, mlir::Type elementType, Range range);
  /// Fits an argument to the type of its formal, binding dimensions in `dimsScope`. Unknown after an error.
  Datum fitFormal(const ast::Formal &formal, const Argument &argument, llvm::StringRef callee,
                  Scope &dimsScope);
  Datum fitTensor(const ast::Formal &formal, const Argument &argument, llvm::StringRef callee,
                  Scope &dimsScope);
  Datum fitConfig(const ast::Type &type, const Datum &value, Range range, llvm::StringRef what);
  std::string typeAsWritten(const ast::Type &type);
  void addSymbol(llvm::StringRef name, Range place);

  //===------------------------------------------------------------------------------------------------===//
  // Tensors (ElaborateTensor.cpp)
  //===------------------------------------------------------------------------------------------------===//

  GraphBuilder at(Range range);
  mlir::Location location(Range range);
  /// A number, truth value, list of numbers or initial value as a tensor of this type; null if it is none.
  mlir::Value asTensor(const Datum &datum, mlir::RankedTensorType type, Range range);
  /// Whether a number known while compiling is one of the element type; an error if not.
  bool checkFits(double value, mlir::Type element, Range range);
  /// A value that takes its type from `like`: a tensor as it is, or a literal.
  Datum literalLike(const Datum &datum, mlir::Type elementType, Range range, llvm::StringRef what);
  mlir::Value broadcastTo(mlir::Value value, llvm::ArrayRef<Dim> dims, Range range);
  struct Operand {
    Datum *datum;
    const ast::Expr *expr;
    Range range;
  };
  /// Brings operands to one element type and common sizes. False after an error.
  bool unify(llvm::MutableArrayRef<Operand> operands, Range place, Range whole, Labels &labels);
  Datum matmul(const Datum &lhs, const ast::Expr *lhsExpr, const Datum &rhs, const ast::Expr *rhsExpr,
               Range opRange, Range whole);
  Datum callElementwise(const Callable &callable, const Arguments &arguments, Range range);
  Datum reshapeTo(const Datum &datum, llvm::ArrayRef<Dim> dims, Labels labels, Range range);
  Datum castTo(const Datum &datum, mlir::Type elementType, Range range);
  /// How an index is called in a Dim polynomial.
  static std::string indexSymbol(unsigned index) { return "#" + std::to_string(index); }
  /// A tensor of sizes `sizes`: the elements of `x` whose index along each axis is a form over the result's indices,
  /// called `symbols`; `fill` where that is outside.
  mlir::Value readAt(mlir::Value x, llvm::ArrayRef<Dim> sizes, llvm::ArrayRef<Dim> forms,
                     llvm::ArrayRef<std::string> symbols, double fill, Range range);
  /// What an operand is called in messages: 'x', or a fallback.
  std::string operandName(const ast::Expr *expr, llvm::StringRef otherwise);
  /// How a size is called: "'features' = 784", "'batch'", "784".
  std::string sizeName(const ast::Expr *expr, const Datum &datum, unsigned axis);
  /// The axis that `along:` names; nothing after an error.
  std::optional<llvm::SmallVector<int64_t>> resolveAxes(const ast::Expr &expr, const Datum &x,
                                                        const ast::Expr *xExpr);
  Datum gradient(const ast::CallExpr &call, const Datum &target, Range targetRange, const ast::Expr &wrt);
  bool checkPath(mlir::Value target, mlir::Value value, Range targetRange, llvm::StringRef targetName,
                 llvm::StringRef name);

  //===------------------------------------------------------------------------------------------------===//
  // Variables
  //===------------------------------------------------------------------------------------------------===//

  Binding makeVariable(const ast::VariableStmt &stmt);
  InitAttr initAttribute(const Datum &datum, mlir::RankedTensorType type, Range range);
  ModelState::Variable *getVariable(const std::string &name, VariableKind kind, mlir::RankedTensorType type,
                                    InitAttr init, Range declared, llvm::StringRef doc);
  /// The value of a variable, loaded once.
  mlir::Value load(llvm::StringRef name, Range range);
  /// Reads `layer.part`.
  Datum layerPart(const LayerPtr &layer, const ast::Name &part, Range range);

  //===------------------------------------------------------------------------------------------------===//
  // Finishing
  //===------------------------------------------------------------------------------------------------===//

  struct Result {
    std::string name, role, doc;
    mlir::Value value;
    Range place;
  };
  struct StateUpdate {
    std::string variable;
    mlir::Value value;
    llvm::SmallVector<mlir::Value, 1> neededBy; // it happens if one of these is needed; empty: always
    bool always = false;
    Range place;
  };
  struct Input {
    mlir::BlockArgument argument;
    std::string name, role, doc;
    std::optional<double> defaultValue;
    bool isKept = false; // even if the function does not read it
  };
  /// Returns `results`, keeps the state updates that belong to them, and drops all else, inputs included.
  void finish(llvm::ArrayRef<Result> results);
  Input &addInput(llvm::StringRef name, llvm::StringRef role, mlir::RankedTensorType type,
                  llvm::StringRef doc, Range place);
  void store(llvm::StringRef variable, mlir::Value value, Range place);
  /// The key of one random draw: of the call's seed (in a step: of the instance's and the step), and of the place in
  /// the text. Each call of this function is a draw of its own.
  mlir::Value randomKey(Range range);

  DiagnosticBuilder error(Range range, const llvm::Twine &text) { return diags.error(range, text); }
  Datum fail(Range range, const llvm::Twine &text) {
    error(range, text);
    return Datum();
  }
  /// The one way to say that the language has something which this compiler has not.
  Datum notYet(Range range, const llvm::Twine &what) {
    return fail(range, "not supported yet by this compiler: " + what);
  }

  // Found while the model's statements run.
  struct Loss {
    std::string name;
    mlir::Value value;
    Range place;
    bool inEntry;
    llvm::StringRef doc;
  };
  struct Metric {
    std::string name;
    mlir::Value value, count;
    Range place;
    bool inEntry;
    llvm::StringRef doc;
  };
  struct Output {
    std::string name;
    mlir::Value value;
    Range place;
    bool inEntry;
    llvm::StringRef doc;
  };
  std::vector<Loss> losses;
  std::vector<Metric> metrics;
  std::vector<Output> outputs;
  const ast::EntryStmt *entry = nullptr; // the entry to run, found when the model's block runs
  llvm::StringRef wantedEntry;

  // Of an optimizer's text.
  struct OptimizerContext {
    std::string prefix;    // "train.adam."
    std::string parameter; // "dense1.weight"
    std::string rule;      // "adam"
    mlir::Location forward;
    std::vector<std::pair<std::string, mlir::Value>> stores;
  };
  OptimizerContext *optimizer = nullptr;
  std::vector<CallSite> calls;

  ModelState &model;
  Diagnostics &diags;
  FuncOp func;
  mlir::OpBuilder builder;
  Frame *frame = nullptr;
  Range libraryPlace;                   // the user's call that library text is run for
  Range averaged;                       // the `averaged(l)` inside of which we are, or none
  Range scanPlace;                      // the innermost `scan` around what is being written
  llvm::SmallVector<mlir::Value> turns; // of the scans around it, outermost first: their turns' numbers
  mlir::Type floatType;
  llvm::StringMap<mlir::Value> loads;
  mlir::Value seed;                          // once something is drawn
  std::function<mlir::Value()> drawCounter;  // of a train block: tells its calls apart, i64
  llvm::StringMap<unsigned> drawsIn;         // how many draws each layer has made so far
  llvm::StringMap<mlir::Value> pendingState; // of an earlier application in this function
  std::vector<StateUpdate> stateUpdates;
  std::vector<Input> inputs;
  bool training;
  unsigned depth = 0;
  static constexpr unsigned maxDepth = 1000;
};

/// `Dense` -> `dense`, `MiniGpt` -> `mini_gpt`, `Conv2D` -> `conv2d`.
std::string snakeCase(llvm::StringRef camel);

/// A literal matrix as initial values; nothing if the list holds something else than numbers, or is ragged.
std::optional<InitSpec> literalValues(const Datum &list, bool &allInts);

} // namespace nnc

#endif
