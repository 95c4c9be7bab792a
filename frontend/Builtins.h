// Builtins.h: functions of the language whose arguments have forms of their own: `softmax(x, along: time)`.
//
// Elementwise functions are not among them: `tanh(x)` is the op nn.tanh, found by its name in the dialect.
#ifndef NNC_FRONTEND_BUILTINS_H
#define NNC_FRONTEND_BUILTINS_H

#include "frontend/Elaborator.h"

namespace nnc {

/// A call of a builtin, its arguments sorted by the builtin's formals.
struct BuiltinCall {
  struct Arg {
    Datum value;                     // evaluated, unless the formal is `form`
    const ast::Expr *expr = nullptr; // null: the argument came through a pipe, or is left out
    Range range;
    bool given = false;
  };
  Elaborator &e;
  const Builtin &builtin;
  Range range; // of the call
  const ast::CallExpr *call;
  llvm::SmallVector<Arg, 4> args; // one per formal
  llvm::SmallVector<Arg, 4> rest; // of a formal that takes any number

  const Arg &operator[](unsigned i) const { return args[i]; }
  /// Argument i as a tensor; null after an error.
  mlir::Value tensor(unsigned i) const;
  mlir::Value floatTensor(unsigned i) const;
  bool flag(unsigned i, bool otherwise, bool &ok) const;
};

struct Builtin {
  using Handler = Datum (*)(BuiltinCall &);
  llvm::StringLiteral name;
  /// "x, along?, keep?": `?` may be left out, `'` is taken as written, not evaluated, `*` takes all further ones.
  llvm::StringLiteral formals;
  Handler handler;         // null: the language has it, this compiler not yet
  bool makesLayer = false; // its value is a layer, even in a pipe of layers
};

// The tables, one per file of builtins/.
llvm::ArrayRef<Builtin> reductionBuiltins();
llvm::ArrayRef<Builtin> shapeBuiltins();
llvm::ArrayRef<Builtin> moveBuiltins();
llvm::ArrayRef<Builtin> positionBuiltins();
llvm::ArrayRef<Builtin> indexingBuiltins();
llvm::ArrayRef<Builtin> compileTimeBuiltins();
llvm::ArrayRef<Builtin> valueBuiltins();
llvm::ArrayRef<Builtin> layerBuiltins();
llvm::ArrayRef<Builtin> attentionBuiltins();
llvm::ArrayRef<Builtin> windowBuiltins();

// Axes (builtins/Axes.cpp). Nothing after an error.

/// Axis `axis` of `x`, from 0; a negative one counts from the end.
std::optional<int64_t> countedAxis(Elaborator &e, int64_t axis, const Datum &x, Range range);
/// The axes of argument `i`, or all of them where it is left out.
std::optional<llvm::SmallVector<int64_t>> axesOf(BuiltinCall &c, unsigned i);
/// One axis: argument `i`, or the last one.
std::optional<int64_t> axisOf(BuiltinCall &c, unsigned i);

const Builtin *findBuiltin(llvm::StringRef name);
void builtinNames(llvm::SmallVectorImpl<llvm::StringRef> &names);
/// Calls a builtin; `call` is null when it is called as a value, as in `x |> softmax`.
Datum callBuiltin(Elaborator &e, const Builtin &builtin, Range range, const ast::CallExpr *call,
                  const Elaborator::Argument *piped);

/// Whether nn.<name> is an elementwise op without a spelling of its own (`nn.add` is written `+`).
bool isElementwiseName(llvm::StringRef name, mlir::MLIRContext &context);
void elementwiseNames(mlir::MLIRContext &context, llvm::SmallVectorImpl<llvm::StringRef> &names);

/// "unknown name 'x'; did you mean 'y'?"
void reportUnknownName(const Module &module, const Scope &scope, llvm::StringRef name, Range range,
                       mlir::MLIRContext &context, Diagnostics &diags);

} // namespace nnc

#endif
