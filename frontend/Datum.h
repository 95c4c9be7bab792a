// Datum.h: what an expression means while compiling: a tensor of the graph, a number, a layer, a function, ...
#ifndef NNC_FRONTEND_DATUM_H
#define NNC_FRONTEND_DATUM_H

#include "frontend/AST.h"
#include "frontend/Modules.h"
#include "ir/Dialect.h"
#include <map>
#include <memory>

namespace nnc {

struct Builtin;
struct Datum;
struct LayerValue;
struct Scope;
using ScopePtr = std::shared_ptr<Scope>;
using LayerPtr = std::shared_ptr<LayerValue>;

/// Names of a tensor's axes in the body at hand: what `along: time` and broadcasting go by. Empty where none is
/// known; "1" for an axis that was written `1` or made by `new` or `keep: true`, which alone may be repeated.
using Labels = llvm::SmallVector<llvm::StringRef, 4>;

/// An initial value: `glorot_uniform()`, `constant(0.1)`, a literal matrix.
struct InitSpec {
  enum class Kind {
    Constant,
    Uniform,
    Normal,
    Truncated,
    Orthogonal,
    Values,
    // Of the form Uniform or Normal once the shape is known.
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal
  };
  Kind kind = Kind::Constant;
  double a = 0.0, b = 0.0;
  std::vector<double> values;
  llvm::SmallVector<int64_t, 2> shape; // of values
};

/// Something that can be called with tensors: a function of the text, of a layer, or of the compiler.
struct Callable {
  enum class Kind { Function, Builtin, Elementwise, Operator, Constructor };
  Kind kind = Kind::Function;
  llvm::StringRef name;
  const Module *module = nullptr; // of the text
  // Function
  const ast::Signature *signature = nullptr;
  const ast::Block *body = nullptr;
  Range declared;
  ScopePtr closure;  // of a function inside a layer or model
  LayerPtr instance; // of a function inside a layer
  // Builtin
  const Builtin *builtin = nullptr;
  // Elementwise: an op of the dialect, "nn.tanh"
  std::string opName;
  // Operator: one of the text, in index notation
  const ast::OpDecl *op = nullptr;
  // Constructor: a layer's name, which makes layer values
  const ast::LayerDecl *layer = nullptr;
};

struct Datum {
  enum class Kind { Unknown, Tensor, Int, Float, Bool, String, Init, Layer, Function, List, Tuple };
  Kind kind = Kind::Unknown;

  mlir::Value tensor;
  Labels labels; // of a tensor
  Dim size;      // of an int: a number, or a polynomial over run-time dimensions
  double number = 0.0;
  bool truth = false;
  llvm::StringRef text;
  std::shared_ptr<const InitSpec> init;
  LayerPtr layer;
  std::shared_ptr<const Callable> function;
  std::shared_ptr<const std::vector<Datum>> elements;

  static Datum ofTensor(mlir::Value value, Labels labels = {});
  static Datum ofInt(Dim value);
  static Datum ofFloat(double value);
  static Datum ofBool(bool value);
  static Datum ofString(llvm::StringRef value);
  static Datum ofInit(InitSpec spec);
  static Datum ofLayer(LayerPtr layer);
  static Datum ofFunction(Callable callable);
  static Datum ofList(std::vector<Datum> elements);
  static Datum ofTuple(std::vector<Datum> elements);

  bool is(Kind k) const { return kind == k; }
  bool isUnknown() const { return kind == Kind::Unknown; }
  bool isTensor() const { return kind == Kind::Tensor; }
  bool isNumber() const { return kind == Kind::Int || kind == Kind::Float; }
  /// A number known now.
  std::optional<double> asDouble() const;
  std::optional<int64_t> asStaticInt() const;
  /// A layer, a function, or a list of these.
  bool isLayerLike() const;
  mlir::RankedTensorType type() const { return mlir::cast<mlir::RankedTensorType>(tensor.getType()); }
};

/// `f[batch, 784]`, `int`, `a layer`: for messages.
std::string describe(const Datum &datum);
/// `f32[batch, 784]`.
std::string typeText(mlir::RankedTensorType type);
llvm::StringRef elementName(mlir::Type elementType);

/// Where the numbers and names of layers come from: one per body of a layer, per application.
struct Naming {
  std::string prefix; // "blocks.0."
  std::string turn;   // ".0" in the first turn of a `for`
  llvm::StringMap<unsigned> counters;
  bool forbidden = false; // in a function outside of layers
};

/// A layer value. It has a name (and with it its parameters) from the first place that gives it one: the `let` that
/// binds it, the argument that receives it, or its first application.
struct LayerValue {
  enum class Kind { Instance, Function, Composition, View };
  enum class View { Eval, Train, Averaged, Checkpoint };
  Kind kind = Kind::Instance;
  Range occurrence; // the text that made it
  // Instance
  const ast::LayerDecl *decl = nullptr;
  const Module *module = nullptr;
  std::vector<Datum> config;    // one per formal
  const void *origin = nullptr; // the node of the tree: with the name, its identity
  std::string path;             // empty: no name yet; else "blocks.0.attention."
  bool named = false;
  // Function, perhaps with further arguments: `mean(along: time)`
  Datum function;
  const ast::CallExpr *call = nullptr;
  ScopePtr callScope;
  // Composition: applied in turn. View: its only element.
  std::vector<LayerPtr> parts;
  View view = View::Eval;
};

/// A name and what it stands for.
struct Binding {
  enum class State { Ready, Lazy, Evaluating };
  Datum value;
  Range declared;
  const ast::Type *type = nullptr; // as written, where it was
  State state = State::Ready;
  const ast::Stmt *lazy = nullptr; // evaluated at the first use
  unsigned lazyIndex = 0;          // which of the names of a `let`
  bool isState = false, isParam = false;
  std::string variable; // of param and state
};

/// The names of a block, and the dimensions of a signature.
struct Scope {
  ScopePtr parent;
  llvm::StringMap<Binding> names;
  std::map<std::string, Dim> dims;
  std::map<std::string, Dims> packs;
  std::map<std::string, Range> dimPlaces;
  // What the caller calls the axes that were bound here, so that results keep their names.
  std::map<std::string, llvm::StringRef> callerLabels;
  std::map<std::string, Labels> callerPacks;

  Binding *find(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->parent.get())
      if (auto it = scope->names.find(name);
          it != scope->names.end() && it->second.state != Binding::State::Evaluating)
        return &it->second;
    return nullptr;
  }
  const Dim *findDim(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->parent.get())
      if (auto it = scope->dims.find(name.str()); it != scope->dims.end())
        return &it->second;
    return nullptr;
  }
  const Dims *findPack(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->parent.get())
      if (auto it = scope->packs.find(name.str()); it != scope->packs.end())
        return &it->second;
    return nullptr;
  }
};

inline ScopePtr makeScope(ScopePtr parent) {
  auto scope = std::make_shared<Scope>();
  scope->parent = std::move(parent);
  return scope;
}

} // namespace nnc

#endif
