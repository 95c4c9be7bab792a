// Checker.h: the walk over all bodies with their scopes, in four files: CheckNames.cpp, CheckExpr.cpp, CheckStmt.cpp and
// Check.cpp, which has the declarations. Only these include it; Check.h is what others use.
#ifndef NNC_FRONTEND_CHECKER_H
#define NNC_FRONTEND_CHECKER_H

#include "frontend/Check.h"
#include "frontend/CheckRecursion.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::check {

/// Where a statement stands.
enum class Place { Model, Entry, Layer, FunctionLayer, Function, LayerFunction, Optimizer, Loop };

struct Local {
  enum class Kind { Let, Function, Formal, Input, Param, State, Carry, Loop, Value };
  Kind kind = Kind::Let;
  Range declared;
  bool used = false;
  Range next; // where `next` set it
};

/// One scope: its names, and the scope around it.
struct Names {
  Names *parent = nullptr;
  llvm::StringMap<Local> locals;
  llvm::StringSet<> dims;
  const ast::Block *loop = nullptr; // the names of a loop's turn

  Local *find(llvm::StringRef name);
  bool hasDim(llvm::StringRef name) const;
};

bool isSnakeCase(llvm::StringRef name);

class Checker {
public:
  Checker(const Module &module, Diagnostics &diags, mlir::MLIRContext &context)
      : module(module), diags(diags), context(context) {}

  bool run();

private:
  /// A scope of its own for as long as it lives; what nothing read in it is warned of at its end.
  struct Enter {
    explicit Enter(Checker &checker) : checker(checker), own{checker.names, {}, {}, nullptr} {
      checker.names = &own;
    }
    ~Enter() {
      checker.warnUnused(own);
      checker.names = own.parent;
    }
    Checker &checker;
    Names own;
  };

  // Names and types (CheckNames.cpp).
  void unsound(Range range, const llvm::Twine &text);
  void define(const ast::Name &name, Local::Kind kind);
  void warnUnused(const Names &scope);
  void use(llvm::StringRef name, Range range);
  void bindDims(const ast::Type &type);
  void checkType(const ast::Type &type);
  void formals(ast::List<ast::Formal> list);
  void signature(const ast::Signature &s);

  // Expressions (CheckExpr.cpp).
  void expr(const ast::Expr &e);
  void eachSource(const ast::Each &each);
  void indices(ast::List<ast::Name> list);
  void loop(llvm::ArrayRef<ast::Name> values, ast::List<ast::Carry> carries, const ast::Block &body);
  void checkArgumentNames(const ast::CallExpr &call);

  // Statements (CheckStmt.cpp).
  void block(const ast::Block &b, Place place);
  void stmt(const ast::Stmt &s, Place place);
  void result(const ast::Name &name, llvm::StringRef what);
  /// Where each state and carried value in sight has been set so far: branches are walked one after the other.
  using Marks = llvm::SmallVector<std::pair<Local *, Range>>;
  Marks nextMarks();
  static void setMarks(const Marks &marks);

  // Declarations (Check.cpp).
  void checkDecl(const ast::Decl &decl);
  void configuration(ast::List<ast::Formal> list);
  void defineAhead(const ast::Block &body);

  const Module &module;
  Diagnostics &diags;
  mlir::MLIRContext &context;
  Names *names = nullptr;
  bool sound = true, inTrain = false;
  const ast::Decl *owner = nullptr;
  llvm::StringMap<Range> entries;
  UseGraph uses;
};

} // namespace nnc::check

#endif
