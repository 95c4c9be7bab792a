// Deriver.h: makes the derivation of one function from the joint graph and the rules that were applied to it.
//
// 1. values get their names: what is computed again or kept from a turn has that of the value it is; d_x is the adjoint of
//    x, d_x_via_y and d_x_via_z what its uses in y and z contribute, d_w_at[t] what turn t contributes to a value that all
//    turns read;
// 2. rules become steps; before each stand the lines that it reads and that nothing has said so far.
//
// Names of adjoints belong to forward values, not to values of the backward pass: where an adjoint passes unchanged from
// one forward value to another, a line says so, and the next step reads it by the name it has there.
#ifndef NNC_CODEGEN_EXPLAIN_DERIVER_H
#define NNC_CODEGEN_EXPLAIN_DERIVER_H

#include "codegen/explain/Derivation.h"
#include "codegen/explain/Notation.h"
#include "codegen/explain/Recorder.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::explain {

class Deriver {
public:
  Deriver(FuncOp func, const Recorder &recorder);

  Derivation derive();
  Notation &getNotation() { return notation; }
  /// The calls of the expressions since the last call of this function, with their meanings.
  std::vector<Call> takeCalls();
  /// Works the numbers; `before` is the function before it was differentiated.
  llvm::Error work(FuncOp before, const mlir::IRMapping &copies, const Setting &setting, Derivation &derivation);

private:
  /// A rule in its place; a loop is met before and after the rules of its turns.
  struct Event {
    Step::Part part;
    const Applied *rule;
    ScanOp forward, backward; // of a loop: the one that keeps values, and the one of the adjoints
    unsigned depth;
  };
  /// The adjoints of one gradient, by forward value.
  struct Adjoints {
    const Completed *of = nullptr;
    std::vector<Event> events;
    llvm::DenseMap<mlir::Value, Math> names;
    llvm::DenseMap<mlir::Value, llvm::SmallVector<Math>> terms; // that it is the sum of, in order
    llvm::DenseMap<mlir::Value, unsigned> counts;               // how many there will be
    llvm::DenseMap<std::pair<const Applied *, unsigned>, Math> targets; // of a rule's contribution to an operand
  };

  // Naming.cpp
  void addEvents(size_t from, size_t to, mlir::Block &block, unsigned depth, std::vector<Event> &events);
  void findRepetitions(mlir::Block &block);
  static std::optional<std::vector<const Event *>> matching(llvm::ArrayRef<Event> whole, llvm::ArrayRef<Event> part);
  void joinGradients();
  bool isRepetition(mlir::Operation &op, mlir::Operation *known);
  void countTerms(Adjoints &adjoints);
  void nameAdjoints(Adjoints &adjoints);
  void nameLoop(const Event &event, Adjoints &adjoints);
  void nameContributions(const Event &event, Adjoints &adjoints);
  void nameRead(mlir::Value value);
  /// The name of a value; of what leaves no trace in equations that of what it is made of, with what happens to it.
  std::string wordFor(mlir::Value value);
  std::string userOf(const Event &event);
  Math adjointOf(mlir::Value value, Adjoints &adjoints);
  void addTerm(mlir::Value value, Math term, Adjoints &adjoints) { adjoints.terms[value].push_back(std::move(term)); }
  std::vector<unsigned> carriedOf(const Event &event);
  /// Whether a carried value of the adjoint's loop is but the sum of what each turn contributes.
  bool isSumOverTurns(ScanOp backward, unsigned carry);

  // Derive.cpp
  Line line(mlir::Value value);
  Line line(Math target, Math text, mlir::Value like);
  void need(mlir::Value value, mlir::Block *block, llvm::SetVector<mlir::Operation *> &ops);
  std::vector<Line> linesFor(mlir::ValueRange roots, mlir::Block *block);
  Line loopLine(ScanOp scan);
  Gradient gradient(Adjoints &adjoints);
  Step step(const Event &event, Adjoints &adjoints);
  Step beginOf(const Event &event);
  void rule(const Event &event, Adjoints &adjoints, Step &step);
  void loopBegins(const Event &event, Adjoints &adjoints, Step &step);
  void loopEnds(const Event &event, Adjoints &adjoints, Step &step);
  void takeIncoming(const Event &event, Adjoints &adjoints, Step &step);
  std::optional<Line> sum(mlir::Value value, Adjoints &adjoints);
  void findRecomputed(mlir::Value value, Step &step);
  void noteReads(const Applied::Part &part, mlir::Value adjoint, const Math &name);

  void findTurnPairs(Adjoints &adjoints);

  // LocalRule.cpp
  std::optional<Math> localFactor(const Event &event, unsigned operand);
  std::optional<Math> jacobian(const Event &event, llvm::ArrayRef<unsigned> places, const std::string &type);
  void takeJacobians(const Event &event, llvm::ArrayRef<unsigned> operands, Adjoints &adjoints, Step &step);
  void takeLetters(const Event &event, Step &step);
  void takeLoopLetters(const Event &event, Step &step);
  Math nameAtTurns(mlir::Value value);
  /// Whether equations show the repetition of a value as the value itself.
  bool isRepeated(mlir::Value value);
  Line repetition(mlir::Value value);

  // Updates.cpp
  std::vector<Update> updates();
  void readGradientsOf(llvm::ArrayRef<std::string> parameters, Update &update);

  bool isHere(mlir::Operation *op) { return func->isProperAncestor(op); }

  FuncOp func;
  const Recorder &recorder;
  Notation notation;
  std::vector<Adjoints> all;
  llvm::DenseMap<mlir::Operation *, ScanOp> forwardLoops; // of loops of adjoints
  llvm::DenseSet<mlir::Operation *> appliedTo;            // all ops that a rule was applied to
  llvm::StringMap<llvm::SmallVector<mlir::Operation *>> alike; // while repetitions are looked for
  llvm::DenseMap<mlir::Value, mlir::Value> firstAlike;         // of values that ops compute alike
  llvm::DenseSet<mlir::Value> stated;                     // values that a line says
  std::vector<AdjointPair> pairs;                         // outside of loops
  std::vector<TurnPair> turnPairs;                        // of the turns of loops that are in no other
  llvm::DenseSet<mlir::Value> announced;                  // that are computed again
  llvm::DenseMap<mlir::Value, std::string> words;         // of what leaves no trace in equations
};

std::string roleOf(mlir::Operation *op);
std::vector<Math> sizesOf(mlir::Value value);

} // namespace nnc::explain

#endif
