// TrainLowering.h: what the files that lower one train block share.
//
//   TrainNumbers.cpp     the clauses are read; every number becomes an argument with a default (steps 1 and 2)
//   TrainSelectors.cpp   which parameters the block updates, and which its clauses are about (step 4)
//   TrainUpdate.cpp      from gradients to new values (step 6)
//   LowerTrain.cpp       the functions made of these
//
// A block becomes these functions:
//
//   <name>_step            one call of training
//   <name>_gradients       its first half: gradients, added to those that wait in `<name>.gradient.*`
//   <name>_update          its second half: the parameters' new values, from the mean of what waits
//   <name>_hyper_defaults  the numbers' defaults, where they are not constants
//
// All three have the same numbers, so that they share one C struct.
#ifndef NNC_FRONTEND_TRAINLOWERING_H
#define NNC_FRONTEND_TRAINLOWERING_H

#include "frontend/Builtins.h"
#include "frontend/Lower.h"
#include "ir/Provenance.h"
#include <deque>

namespace nnc {

/// A run-time number of a train block.
struct Hyper {
  std::string name;      // field of the C struct: "lr", "group1_lr", "regularize1_rate"
  std::string visibleAs; // its name in expressions, or empty
  Range place;
  const ast::Expr *value = nullptr; // the default as written
  const Module *module = nullptr;   // where it was written
  bool inOptimizer = false;         // a default of the optimizer's own text, which sees its other arguments
  llvm::StringRef doc;
  std::optional<double> constant;
  mlir::Value argument; // in the function being made
};

/// A call in a clause: what its formals are given.
struct BoundCall {
  const ast::Clause *clause = nullptr;
  Definition definition;
  ast::List<ast::Formal> formals;              // without those that the train block itself gives
  llvm::StringMap<int> hypers;                 // formal to index of its number
  llvm::StringMap<const ast::Expr *> settings; // formal to compile-time argument
  std::map<std::string, llvm::StringRef> given;
};

class TrainLowering {
public:
  TrainLowering(ModelState &model, const ast::TrainDecl &decl, llvm::StringRef name,
                llvm::StringSet<> &trained);

  void lower();

private:
  /// The parts of a step that a function has.
  enum class Part { Whole, Gradients, Update };
  struct Parameter {
    std::string name;
    mlir::Value value, gradient;
  };

  /// Whether this block has shown an error; those of others do not hide its own.
  bool failed() const { return diags.errorCount() != errorsBefore; }

  // Numbers and clauses (TrainNumbers.cpp)
  void collect();
  bool once(const ast::Clause *&slot, const ast::Clause &clause);
  void addSettingHypers(const ast::Clause &clause, llvm::StringRef prefix,
                        llvm::ArrayRef<llvm::StringRef> known);
  void addGroupHypers();
  int addHyper(Hyper hyper);
  void bindCall(BoundCall &bound, const ast::Clause &clause, ast::Decl::Kind kind, llvm::StringRef prefix,
                bool visible);
  void bindNumbers(BoundCall &bound, llvm::ArrayRef<const ast::Arg *> matched, llvm::StringRef prefix,
                   bool visible);
  void lowerDefaults();
  void finishDefaults(llvm::ArrayRef<FuncOp> functions);
  void checkPlausible(const Hyper &hyper);
  mlir::Value number(llvm::StringRef name) const;
  /// `step` as a float scalar of `e`.
  Datum stepValue(Elaborator &e, Range place);

  // Parameters (TrainSelectors.cpp)
  llvm::StringSet<> select(Elaborator &e, ast::List<ast::Selector> selectors);
  std::vector<std::string> selectParameters(Elaborator &e, mlir::Value objective);
  void selectMembers(Elaborator &e, llvm::ArrayRef<std::string> parameters);

  // Functions (LowerTrain.cpp)
  FuncOp lowerFunction(Part part);
  void buildFunction(Elaborator &e, Elaborator::Frame &outer, Part part);
  mlir::Value findObjective(Elaborator &e);
  std::vector<Elaborator::Result> reports(Elaborator &e);

  // Update (TrainUpdate.cpp)
  /// The running sum of a parameter's gradients.
  std::string gradientVariable(llvm::StringRef parameter) const;
  mlir::Value waiting(Elaborator &e);
  mlir::Value addToSum(Elaborator &e, const Parameter &parameter, mlir::Value count);
  mlir::Value meanOfSum(Elaborator &e, mlir::Value sum, mlir::Value count);
  /// Tells calls apart that draw random numbers: by updates done and, above them, gradients waiting; i64.
  mlir::Value drawCounter(Elaborator &e, Part part);
  void accumulate(Elaborator &e, llvm::MutableArrayRef<Parameter> parameters, Part part);
  void regularize(Elaborator &e, llvm::MutableArrayRef<Parameter> parameters);
  void clip(Elaborator &e, const ast::Clause &clause, mlir::Value limit,
            llvm::MutableArrayRef<Parameter> parameters);
  void update(Elaborator &e, const Parameter &parameter, const Datum &step);
  mlir::Value optimize(Elaborator &e, const Parameter &parameter, const Datum &step,
                       Elaborator::OptimizerContext &context);
  mlir::Value project(Elaborator &e, const Parameter &parameter, mlir::Value value);
  void average(Elaborator &e, const Parameter &parameter, mlir::Value value);
  void countStep(Elaborator &e);
  /// Stores a value, in a step that accumulates only if this call updates.
  void storeIfUpdating(Elaborator &e, const std::string &variable, mlir::Value value, mlir::Value old,
                       Range place);
  Datum callOn(Elaborator &e, const BoundCall &bound, mlir::Value value);
  mlir::Value hyperFor(llvm::StringRef parameter, int index, llvm::StringRef formal);

  std::string stepVariable() const { return name + ".step"; }
  std::string waitingVariable() const { return name + ".gradients_waiting"; }

  ModelState &model;
  Diagnostics &diags;
  const ast::TrainDecl &decl;
  std::string name;
  llvm::StringSet<> &trained;
  unsigned errorsBefore;

  // The clauses.
  std::vector<Hyper> hypers;
  BoundCall optimizer;
  std::deque<BoundCall> regularizers, projections;
  const ast::Clause *minimize = nullptr, *averageClause = nullptr, *accumulateClause = nullptr;
  std::vector<const ast::Clause *> updates, freezes, groups, clips;
  std::vector<const ast::LetStmt *> lets;
  int64_t accumulated = 1; // calls of the step for one update

  // Of the function that is being made.
  std::vector<llvm::StringSet<>> groupMembers, regularizerMembers, projectionMembers;
  mlir::Value isUpdating;       // bool[], in a step that accumulates
  llvm::StringSet<> keptHypers; // those that the block's first function reads

  std::unique_ptr<Elaborator> defaultsElaborator;
  std::vector<Elaborator::Result> defaultResults; // one per number
};

} // namespace nnc

#endif
