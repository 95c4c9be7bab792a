// AST.h: the tree of a .nn file, as written; nothing is resolved or checked here.
//
// Nodes live in an arena, are immutable after parsing, and are trivially destructible: lists are ArrayRefs into
// the arena and texts are StringRefs into the source. Chains such as `a + b + c` and `x |> f |> g` are one flat
// node, so that no tree is deeper than the nesting the parser allows.
#ifndef NNC_FRONTEND_AST_H
#define NNC_FRONTEND_AST_H

#include "frontend/Source.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Casting.h"

namespace nnc::ast {

template <typename T> using List = llvm::ArrayRef<T>;

/// A written name; empty where an optional one is left out.
struct Name {
  llvm::StringRef text;
  Range range;
  explicit operator bool() const { return !text.empty(); }
};

struct Expr;
struct Block;
struct Type;

//===------------------------------------------------------------------------------------------------===//
// Expressions
//===------------------------------------------------------------------------------------------------===//

struct Expr {
  enum class Kind {
    Name,
    Int,
    Float,
    String,
    Bool,
    Tuple,
    List,
    Comprehension,
    Call,
    Index,
    Member,
    Chain,
    Unary,
    Cast,
    Choice,
    Pipe,
    Scan,
    For,
    Pack,
    Reduce
  };
  const Kind kind;
  Range range;

protected:
  Expr(Kind kind, Range range) : kind(kind), range(range) {}
};

template <Expr::Kind K> struct ExprOf : Expr {
  explicit ExprOf(Range range) : Expr(K, range) {}
  static bool classof(const Expr *e) { return e->kind == K; }
};

struct NameExpr : ExprOf<Expr::Kind::Name> {
  using ExprOf::ExprOf;
  llvm::StringRef name;
};
struct IntExpr : ExprOf<Expr::Kind::Int> {
  using ExprOf::ExprOf;
  int64_t value = 0;
};
struct FloatExpr : ExprOf<Expr::Kind::Float> {
  using ExprOf::ExprOf;
  double value = 0;
};
struct StringExpr : ExprOf<Expr::Kind::String> {
  using ExprOf::ExprOf;
  llvm::StringRef value;
};
struct BoolExpr : ExprOf<Expr::Kind::Bool> {
  using ExprOf::ExprOf;
  bool value = false;
};
/// `(a, b)`
struct TupleExpr : ExprOf<Expr::Kind::Tuple> {
  using ExprOf::ExprOf;
  List<const Expr *> elements;
};
/// `[a, b]`
struct ListExpr : ExprOf<Expr::Kind::List> {
  using ExprOf::ExprOf;
  List<const Expr *> elements;
};
/// `b in blocks`, `i in 0..n`
struct Each {
  Name name;
  const Expr *first = nullptr; // the list, or the lower bound
  const Expr *last = nullptr;  // the upper bound of a range, or null
};
/// `[Dense(n) for n in widths]`
struct ComprehensionExpr : ExprOf<Expr::Kind::Comprehension> {
  using ExprOf::ExprOf;
  const Expr *element = nullptr;
  List<Each> each;
};
struct Arg {
  Name name; // empty: by position
  const Expr *value = nullptr;
};
struct CallExpr : ExprOf<Expr::Kind::Call> {
  using ExprOf::ExprOf;
  const Expr *callee = nullptr;
  List<Arg> args;
};
/// One of the things between `[` and `]`.
struct Subscript {
  enum class Kind { Index, Slice, New, Pack };
  Kind kind = Kind::Index;
  Range range;
  const Expr *index = nullptr; // of an index; of a slice its begin, or null
  const Expr *end = nullptr, *step = nullptr;
  Name pack;
};
struct IndexExpr : ExprOf<Expr::Kind::Index> {
  using ExprOf::ExprOf;
  const Expr *base = nullptr;
  List<Subscript> subscripts;
};
struct MemberExpr : ExprOf<Expr::Kind::Member> {
  using ExprOf::ExprOf;
  const Expr *base = nullptr;
  Name member;
};

enum class Op { Or, And, Eq, Ne, Lt, Le, Gt, Ge, Add, Sub, Mul, Div, Mod, MatMul, Pow, Not, Neg };
llvm::StringRef spelling(Op op);

/// Operands of one level of precedence, applied from left to right: `a + b - c`. Comparisons of index
/// notation chain by their meaning in mathematics: `0 <= i < n`.
struct ChainExpr : ExprOf<Expr::Kind::Chain> {
  using ExprOf::ExprOf;
  struct Operator {
    Op op;
    Range range;
  };
  List<const Expr *> operands; // one more than operators
  List<Operator> operators;
};
struct UnaryExpr : ExprOf<Expr::Kind::Unary> {
  using ExprOf::ExprOf;
  Op op = Op::Neg;
  const Expr *operand = nullptr;
};
/// `x as f`
struct CastExpr : ExprOf<Expr::Kind::Cast> {
  using ExprOf::ExprOf;
  const Expr *operand = nullptr;
  List<Name> types; // `x as i32 as f`, from left to right
};
/// `if c then a else b`
struct ChoiceExpr : ExprOf<Expr::Kind::Choice> {
  using ExprOf::ExprOf;
  const Expr *condition = nullptr, *whenTrue = nullptr, *whenFalse = nullptr;
};
/// `x |> f |> g(1)`
struct PipeExpr : ExprOf<Expr::Kind::Pipe> {
  using ExprOf::ExprOf;
  const Expr *first = nullptr;
  List<const Expr *> stages;
};
/// `h = h0` in `with`.
struct Carry {
  Name name;
  const Expr *value = nullptr;
};
/// `xt over x` or `t in 0..n`
struct ScanSource {
  bool isRange = false;
  Each each; // of a sequence: name and `first`
};
struct ScanExpr : ExprOf<Expr::Kind::Scan> {
  using ExprOf::ExprOf;
  List<ScanSource> sources;
  Name along;                        // `along time`, or
  const Expr *alongNumber = nullptr; // `along -1`
  bool reverse = false;
  List<Carry> carries;
  const Block *body = nullptr;
};
struct ForExpr : ExprOf<Expr::Kind::For> {
  using ExprOf::ExprOf;
  List<Each> each;
  List<Carry> carries;
  const Block *body = nullptr;
};
/// `...`, `...a` as an argument.
struct PackExpr : ExprOf<Expr::Kind::Pack> {
  using ExprOf::ExprOf;
  Name name;
};
/// `sum(k, c where 0 <= t + k) product`, of index notation.
struct ReduceExpr : ExprOf<Expr::Kind::Reduce> {
  using ExprOf::ExprOf;
  Name reduction; // sum prod max min
  List<Name> indices;
  const Expr *where = nullptr;
  const Expr *body = nullptr;
};

//===------------------------------------------------------------------------------------------------===//
// Types and signatures
//===------------------------------------------------------------------------------------------------===//

/// One size in a type: `784`, `batch`, `4 * hidden`, or any number of them: `...`, `...a`.
struct DimExpr {
  Range range;
  const Expr *size = nullptr; // null: a pack
  Name pack;
};

struct Type {
  enum class Kind { Plain, Tensor, List, Layer, Tuple };
  Kind kind = Kind::Plain;
  Range range;
  Name name;                // of plain types and tensors' elements; of a list, of its elements
  List<DimExpr> dims;       // of tensors
  List<const Type *> parts; // of tuples
};

struct Formal {
  Name name;
  const Type *type = nullptr;
  const Expr *defaultValue = nullptr;
  llvm::StringRef doc;
};

struct Signature {
  Range range;
  List<Formal> formals;
  const Type *result = nullptr;
};

/// `y[n, t] = sum(k) x[n, t + k] * w[k]`
struct Equation {
  Range range;
  Name name;
  List<Name> indices;
  const Expr *value = nullptr;
};

//===------------------------------------------------------------------------------------------------===//
// Statements
//===------------------------------------------------------------------------------------------------===//

struct Stmt {
  enum class Kind {
    Let,
    Equation,
    Const,
    Entry,
    Fn,
    If,
    Variable,
    Input,
    Output,
    Loss,
    Metric,
    Next,
    Return,
    Yield,
    Last,
    Require,
    Dim
  };
  const Kind kind;
  Range range;   // the whole statement
  Range keyword; // its first word
  llvm::StringRef doc;

protected:
  Stmt(Kind kind, Range keyword) : kind(kind), range(keyword), keyword(keyword) {}
};

template <Stmt::Kind K> struct StmtOf : Stmt {
  explicit StmtOf(Range keyword) : Stmt(K, keyword) {}
  static bool classof(const Stmt *s) { return s->kind == K; }
};

struct Block {
  Range range; // with its braces
  List<const Stmt *> statements;
};

struct LetStmt : StmtOf<Stmt::Kind::Let> {
  using StmtOf::StmtOf;
  List<Name> names;
  const Expr *value = nullptr;
};
struct EquationStmt : StmtOf<Stmt::Kind::Equation> {
  using StmtOf::StmtOf;
  Equation equation;
};
struct ConstStmt : StmtOf<Stmt::Kind::Const> {
  using StmtOf::StmtOf;
  Name name;
  const Type *type = nullptr;
  const Expr *value = nullptr;
};
struct EntryStmt : StmtOf<Stmt::Kind::Entry> {
  using StmtOf::StmtOf;
  Name name;
  const Block *body = nullptr;
};
struct FnStmt : StmtOf<Stmt::Kind::Fn> {
  using StmtOf::StmtOf;
  Name name;
  Signature signature;
  const Block *body = nullptr;
};
struct IfStmt : StmtOf<Stmt::Kind::If> {
  using StmtOf::StmtOf;
  const Expr *condition = nullptr;
  const Block *then = nullptr;
  const Block *otherwise = nullptr; // null: no else. `else if` is a block of one `if`
};
/// `param w: f[n] = zeros()`, `state s: f[n] = zeros()`
struct VariableStmt : StmtOf<Stmt::Kind::Variable> {
  using StmtOf::StmtOf;
  bool isState = false;
  Name name;
  const Type *type = nullptr;
  const Expr *initial = nullptr;
};
struct InputStmt : StmtOf<Stmt::Kind::Input> {
  using StmtOf::StmtOf;
  Name name;
  const Type *type = nullptr;
  const Expr *defaultValue = nullptr;
};
struct OutputStmt : StmtOf<Stmt::Kind::Output> {
  using StmtOf::StmtOf;
  Name name;
  const Expr *value = nullptr;
};
struct LossStmt : StmtOf<Stmt::Kind::Loss> {
  using StmtOf::StmtOf;
  Name name; // empty: `loss`
  const Expr *value = nullptr;
};
struct MetricStmt : StmtOf<Stmt::Kind::Metric> {
  using StmtOf::StmtOf;
  Name name;
  const Expr *value = nullptr;
  const Expr *where = nullptr;
};
struct NextStmt : StmtOf<Stmt::Kind::Next> {
  using StmtOf::StmtOf;
  Name name;
  const Expr *value = nullptr;
};
struct ReturnStmt : StmtOf<Stmt::Kind::Return> {
  using StmtOf::StmtOf;
  List<const Expr *> values;
};
struct YieldStmt : StmtOf<Stmt::Kind::Yield> {
  using StmtOf::StmtOf;
  List<const Expr *> values;
};
struct LastStmt : StmtOf<Stmt::Kind::Last> {
  using StmtOf::StmtOf;
  List<Name> names;
};
struct RequireStmt : StmtOf<Stmt::Kind::Require> {
  using StmtOf::StmtOf;
  const Expr *condition = nullptr;
  bool hasMessage = false;
  llvm::StringRef message;
};
struct DimStmt : StmtOf<Stmt::Kind::Dim> {
  using StmtOf::StmtOf;
  Name name;
  const Expr *bound = nullptr;
};

//===------------------------------------------------------------------------------------------------===//
// Train blocks
//===------------------------------------------------------------------------------------------------===//

/// `blocks[0..2].attention`, `*.weight`
struct SelectorPart {
  Range range;
  bool any = false; // `*`
  llvm::StringRef name;
  const Expr *first = nullptr, *last = nullptr; // index, or range of indices
};
struct Selector {
  Range range;
  List<SelectorPart> parts;
};
struct Setting {
  Name name;
  const Expr *value = nullptr;
};
struct NamedCall {
  Range range;
  Name name;
  List<Arg> args;
};

struct Clause {
  enum class Kind {
    Let,
    Hyper,
    Minimize,
    Optimizer,
    Update,
    Freeze,
    Group,
    Regularize,
    Project,
    Clip,
    Average,
    Accumulate
  };
  Kind kind = Kind::Let;
  Range range, keyword;
  llvm::StringRef doc;
  const LetStmt *let = nullptr;
  Formal hyper;
  const Expr *value = nullptr; // minimize, accumulate
  NamedCall call;              // optimizer, regularize, project
  List<Selector> selectors;    // update, freeze, group, regularize, project
  List<Setting> settings;      // group; clip and average have one
};

//===------------------------------------------------------------------------------------------------===//
// Declarations
//===------------------------------------------------------------------------------------------------===//

struct Decl {
  enum class Kind { Use, Const, Model, Layer, Fn, Op, Train, Optimizer };
  const Kind kind;
  Range range, keyword;
  Name name;
  llvm::StringRef doc;

protected:
  Decl(Kind kind, Range keyword) : kind(kind), range(keyword), keyword(keyword) {}
};

template <Decl::Kind K> struct DeclOf : Decl {
  explicit DeclOf(Range keyword) : Decl(K, keyword) {}
  static bool classof(const Decl *d) { return d->kind == K; }
};

struct UseDecl : DeclOf<Decl::Kind::Use> { // name: of the library, or empty
  using DeclOf::DeclOf;
  llvm::StringRef path; // of `use "file.nn"`
  Range pathRange;
  Name alias;
};
struct ConstDecl : DeclOf<Decl::Kind::Const> {
  using DeclOf::DeclOf;
  const ConstStmt *constant = nullptr;
};
struct ModelDecl : DeclOf<Decl::Kind::Model> {
  using DeclOf::DeclOf;
  List<Formal> formals;
  const Block *body = nullptr;
};
struct LayerDecl : DeclOf<Decl::Kind::Layer> {
  using DeclOf::DeclOf;
  List<Formal> formals;
  bool hasSignature = false; // else it has `fn`s
  Signature signature;
  const Block *body = nullptr;
};
struct FnDecl : DeclOf<Decl::Kind::Fn> {
  using DeclOf::DeclOf;
  Signature signature;
  const Block *body = nullptr;
};
struct OpDecl : DeclOf<Decl::Kind::Op> {
  using DeclOf::DeclOf;
  List<Formal> formals, results;
  List<Equation> equations;
};
struct OptimizerDecl : DeclOf<Decl::Kind::Optimizer> {
  using DeclOf::DeclOf;
  List<Formal> formals; // the numbers
  Signature signature;  // weight and gradient to new weight
  const Block *body = nullptr;
};
struct TrainDecl : DeclOf<Decl::Kind::Train> { // name: of the model
  using DeclOf::DeclOf;
  Name entry, alias;
  List<Clause> clauses;
};

struct File {
  const SourceFile *source = nullptr;
  List<const Decl *> declarations;
};

} // namespace nnc::ast

#endif
