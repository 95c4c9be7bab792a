// ASTPrinter.cpp: the tree as indented text.
//
//     File mlp.nn
//     `-Model Classifier <3:1-14:2>
//       |-Formal hidden <3:18-3:35>
//       | |-Type int <3:26-3:29>
//       | `-Int 128 <3:32-3:35>
#include "frontend/ASTPrinter.h"
#include "llvm/Support/Format.h"
#include <functional>

using namespace nnc;
using namespace nnc::ast;

namespace {

class Printer {
public:
  Printer(const SourceManager &sources, llvm::raw_ostream &os) : sources(sources), os(os) {}

  void file(const File &f) {
    os << "File " << f.source->name << '\n';
    Children children(*this);
    for (const Decl *d : f.declarations)
      children.add([this, d] { decl(*d); });
  }

private:
  /// Collects the children of a node, then prints each, the last with another corner.
  class Children {
  public:
    explicit Children(Printer &printer) : printer(printer) {}
    ~Children() {
      for (size_t i = 0; i < items.size(); ++i) {
        bool last = i + 1 == items.size();
        printer.os << printer.prefix << (last ? "`-" : "|-");
        printer.prefix += last ? "  " : "| ";
        items[i]();
        printer.prefix.resize(printer.prefix.size() - 2);
      }
    }
    void add(std::function<void()> item) { items.push_back(std::move(item)); }

  private:
    Printer &printer;
    std::vector<std::function<void()>> items;
  };

  void head(llvm::StringRef kind, Range range, llvm::StringRef detail = "", llvm::StringRef doc = "") {
    Position begin = sources.position(range.begin), end = sources.position(range.end);
    os << kind;
    if (!detail.empty())
      os << ' ' << detail;
    os << " <" << begin.line << ':' << begin.column << '-' << end.line << ':' << end.column << '>';
    if (!doc.empty()) {
      os << " doc \"";
      os.write_escaped(doc);
      os << '"';
    }
    os << '\n';
  }

  void add(Children &children, const Expr *e) {
    if (e)
      children.add([this, e] { expr(*e); });
  }
  /// A child under a word that says which part of its parent it is.
  void addPart(Children &children, llvm::StringRef role, const Expr *e) {
    if (e)
      children.add([this, role, e] {
        os << role << ": ";
        expr(*e);
      });
  }
  void addName(Children &children, llvm::StringRef kind, const Name &name) {
    children.add([this, kind, name] { head(kind, name.range, name.text); });
  }

  void type(const Type &t) {
    static const char *const kinds[] = {"Type", "TensorType", "ListType", "LayerType", "TupleType"};
    head(kinds[size_t(t.kind)], t.range, t.name.text);
    Children children(*this);
    for (const DimExpr &dim : t.dims) {
      if (dim.size)
        add(children, dim.size);
      else
        children.add([this, &dim] { head("Pack", dim.range, dim.pack.text); });
    }
    for (const Type *part : t.parts)
      children.add([this, part] { type(*part); });
  }

  void add(Children &children, const Type *t) {
    if (t)
      children.add([this, t] { type(*t); });
  }
  void add(Children &children, List<Formal> formals) {
    for (const Formal &formal : formals)
      children.add([this, &formal] {
        head("Formal", formal.name.range, formal.name.text, formal.doc);
        Children inner(*this);
        add(inner, formal.type);
        addPart(inner, "default", formal.defaultValue);
      });
  }
  void add(Children &children, const Signature &signature) {
    children.add([this, &signature] {
      head("Signature", signature.range);
      Children inner(*this);
      add(inner, signature.formals);
      inner.add([this, &signature] {
        os << "result: ";
        type(*signature.result);
      });
    });
  }
  void add(Children &children, const Block *block) {
    if (block)
      children.add([this, block] {
        head("Block", block->range);
        Children inner(*this);
        for (const Stmt *s : block->statements)
          inner.add([this, s] { stmt(*s); });
      });
  }
  void add(Children &children, List<Arg> args) {
    for (const Arg &arg : args) {
      if (arg.name)
        addPart(children, arg.name.text, arg.value);
      else
        add(children, arg.value);
    }
  }
  void add(Children &children, List<Each> each) {
    for (const Each &e : each)
      children.add([this, &e] { eachIn("Each", e); });
  }
  void eachIn(llvm::StringRef kind, const Each &e) {
    head(kind, e.name.range, e.name.text);
    Children inner(*this);
    add(inner, e.first);
    add(inner, e.last);
  }
  void add(Children &children, List<Carry> carries) {
    for (const Carry &carry : carries)
      children.add([this, &carry] {
        head("Carry", carry.name.range, carry.name.text);
        Children inner(*this);
        add(inner, carry.value);
      });
  }
  void add(Children &children, const Equation &equation) {
    children.add([this, &equation] {
      head("Equation", equation.range, equation.name.text);
      Children inner(*this);
      for (const Name &index : equation.indices)
        addName(inner, "IndexName", index);
      add(inner, equation.value);
    });
  }

  void expr(const Expr &e) {
    switch (e.kind) {
    case Expr::Kind::Name: return head("Name", e.range, llvm::cast<NameExpr>(e).name);
    case Expr::Kind::Int: return head("Int", e.range, std::to_string(llvm::cast<IntExpr>(e).value));
    case Expr::Kind::Float: {
      std::string text;
      llvm::raw_string_ostream(text) << llvm::format("%.17g", llvm::cast<FloatExpr>(e).value);
      return head("Float", e.range, text);
    }
    case Expr::Kind::String: {
      std::string text;
      llvm::raw_string_ostream stream(text);
      stream << '"';
      stream.write_escaped(llvm::cast<StringExpr>(e).value) << '"';
      return head("String", e.range, text);
    }
    case Expr::Kind::Bool: return head("Bool", e.range, llvm::cast<BoolExpr>(e).value ? "true" : "false");
    case Expr::Kind::Pack: return head("Pack", e.range, llvm::cast<PackExpr>(e).name.text);
    case Expr::Kind::Tuple: {
      head("Tuple", e.range);
      Children children(*this);
      for (const Expr *element : llvm::cast<TupleExpr>(e).elements)
        add(children, element);
      return;
    }
    case Expr::Kind::List: {
      head("List", e.range);
      Children children(*this);
      for (const Expr *element : llvm::cast<ListExpr>(e).elements)
        add(children, element);
      return;
    }
    case Expr::Kind::Comprehension: {
      const auto &comprehension = llvm::cast<ComprehensionExpr>(e);
      head("Comprehension", e.range);
      Children children(*this);
      add(children, comprehension.element);
      add(children, comprehension.each);
      return;
    }
    case Expr::Kind::Call: {
      const auto &call = llvm::cast<CallExpr>(e);
      head("Call", e.range);
      Children children(*this);
      add(children, call.callee);
      add(children, call.args);
      return;
    }
    case Expr::Kind::Index: {
      const auto &index = llvm::cast<IndexExpr>(e);
      head("Index", e.range);
      Children children(*this);
      add(children, index.base);
      for (const Subscript &s : index.subscripts)
        children.add([this, &s] { subscript(s); });
      return;
    }
    case Expr::Kind::Member: {
      const auto &member = llvm::cast<MemberExpr>(e);
      head("Member", e.range, member.member.text);
      Children children(*this);
      add(children, member.base);
      return;
    }
    case Expr::Kind::Chain: {
      const auto &chain = llvm::cast<ChainExpr>(e);
      std::string operators;
      for (const ChainExpr::Operator &op : chain.operators)
        operators += (operators.empty() ? "" : " ") + spelling(op.op).str();
      head("Chain", e.range, operators);
      Children children(*this);
      for (const Expr *operand : chain.operands)
        add(children, operand);
      return;
    }
    case Expr::Kind::Unary: {
      const auto &unary = llvm::cast<UnaryExpr>(e);
      head("Unary", e.range, spelling(unary.op));
      Children children(*this);
      add(children, unary.operand);
      return;
    }
    case Expr::Kind::Cast: {
      const auto &cast = llvm::cast<CastExpr>(e);
      std::string types;
      for (const Name &t : cast.types)
        types += (types.empty() ? "" : " as ") + t.text.str();
      head("Cast", e.range, types);
      Children children(*this);
      add(children, cast.operand);
      return;
    }
    case Expr::Kind::Choice: {
      const auto &choice = llvm::cast<ChoiceExpr>(e);
      head("Choice", e.range);
      Children children(*this);
      add(children, choice.condition);
      add(children, choice.whenTrue);
      add(children, choice.whenFalse);
      return;
    }
    case Expr::Kind::Pipe: {
      const auto &pipe = llvm::cast<PipeExpr>(e);
      head("Pipe", e.range);
      Children children(*this);
      add(children, pipe.first);
      for (const Expr *stage : pipe.stages)
        add(children, stage);
      return;
    }
    case Expr::Kind::Scan: {
      const auto &scan = llvm::cast<ScanExpr>(e);
      head("Scan", e.range, scan.reverse ? "reverse" : "");
      Children children(*this);
      for (const ScanSource &source : scan.sources)
        children.add([this, &source] { eachIn(source.isRange ? "In" : "Over", source.each); });
      if (scan.along)
        addName(children, "Along", scan.along);
      addPart(children, "along", scan.alongNumber);
      add(children, scan.carries);
      add(children, scan.body);
      return;
    }
    case Expr::Kind::For: {
      const auto &loop = llvm::cast<ForExpr>(e);
      head("For", e.range);
      Children children(*this);
      add(children, loop.each);
      add(children, loop.carries);
      add(children, loop.body);
      return;
    }
    case Expr::Kind::Reduce: {
      const auto &reduce = llvm::cast<ReduceExpr>(e);
      head("Reduce", e.range, reduce.reduction.text);
      Children children(*this);
      for (const Name &index : reduce.indices)
        addName(children, "IndexName", index);
      addPart(children, "where", reduce.where);
      add(children, reduce.body);
      return;
    }
    }
  }

  void subscript(const Subscript &s) {
    static const char *const kinds[] = {"At", "Slice", "New", "Pack"};
    head(kinds[size_t(s.kind)], s.range, s.pack.text);
    Children children(*this);
    addPart(children, s.kind == Subscript::Kind::Slice ? "begin" : "index", s.index);
    addPart(children, "end", s.end);
    addPart(children, "step", s.step);
  }

  void stmt(const Stmt &s) {
    using Kind = Stmt::Kind;
    switch (s.kind) {
    case Kind::Let: {
      const auto &let = llvm::cast<LetStmt>(s);
      std::string names;
      for (const Name &name : let.names)
        names += (names.empty() ? "" : ", ") + name.text.str();
      head("Let", s.range, names, s.doc);
      Children children(*this);
      add(children, let.value);
      return;
    }
    case Kind::Equation: {
      head("Let", s.range, "", s.doc);
      Children children(*this);
      add(children, llvm::cast<EquationStmt>(s).equation);
      return;
    }
    case Kind::Const: {
      const auto &constant = llvm::cast<ConstStmt>(s);
      head("Const", s.range, constant.name.text, s.doc);
      Children children(*this);
      add(children, constant.type);
      add(children, constant.value);
      return;
    }
    case Kind::Entry: {
      const auto &entry = llvm::cast<EntryStmt>(s);
      head("Entry", s.range, entry.name.text, s.doc);
      Children children(*this);
      add(children, entry.body);
      return;
    }
    case Kind::Fn: {
      const auto &fn = llvm::cast<FnStmt>(s);
      head("Fn", s.range, fn.name.text, s.doc);
      Children children(*this);
      add(children, fn.signature);
      add(children, fn.body);
      return;
    }
    case Kind::If: {
      const auto &branch = llvm::cast<IfStmt>(s);
      head("If", s.range);
      Children children(*this);
      add(children, branch.condition);
      add(children, branch.then);
      add(children, branch.otherwise);
      return;
    }
    case Kind::Variable: {
      const auto &variable = llvm::cast<VariableStmt>(s);
      head(variable.isState ? "State" : "Param", s.range, variable.name.text, s.doc);
      Children children(*this);
      add(children, variable.type);
      add(children, variable.initial);
      return;
    }
    case Kind::Input: {
      const auto &input = llvm::cast<InputStmt>(s);
      head("Input", s.range, input.name.text, s.doc);
      Children children(*this);
      add(children, input.type);
      addPart(children, "default", input.defaultValue);
      return;
    }
    case Kind::Output: return named<OutputStmt>("Output", s);
    case Kind::Next: return named<NextStmt>("Next", s);
    case Kind::Loss: return named<LossStmt>("Loss", s);
    case Kind::Metric: {
      const auto &metric = llvm::cast<MetricStmt>(s);
      head("Metric", s.range, metric.name.text, s.doc);
      Children children(*this);
      add(children, metric.value);
      addPart(children, "where", metric.where);
      return;
    }
    case Kind::Return: {
      head("Return", s.range);
      Children children(*this);
      for (const Expr *value : llvm::cast<ReturnStmt>(s).values)
        add(children, value);
      return;
    }
    case Kind::Yield: {
      head("Yield", s.range);
      Children children(*this);
      for (const Expr *value : llvm::cast<YieldStmt>(s).values)
        add(children, value);
      return;
    }
    case Kind::Last: {
      head("Last", s.range);
      Children children(*this);
      for (const Name &name : llvm::cast<LastStmt>(s).names)
        addName(children, "Name", name);
      return;
    }
    case Kind::Require: {
      const auto &require = llvm::cast<RequireStmt>(s);
      std::string message;
      llvm::raw_string_ostream stream(message);
      if (require.hasMessage) {
        stream << '"';
        stream.write_escaped(require.message) << '"';
      }
      head("Require", s.range, message);
      Children children(*this);
      add(children, require.condition);
      return;
    }
    case Kind::Dim: {
      const auto &dim = llvm::cast<DimStmt>(s);
      head("Dim", s.range, dim.name.text, s.doc);
      Children children(*this);
      addPart(children, "bound", dim.bound);
      return;
    }
    }
  }

  template <typename Statement> void named(const char *kind, const Stmt &s) {
    const auto &statement = llvm::cast<Statement>(s);
    head(kind, s.range, statement.name.text, s.doc);
    Children children(*this);
    add(children, statement.value);
  }

  void clause(const Clause &c) {
    static const char *const kinds[] = {"Let",     "Hyper",  "Minimize", "Optimizer",
                                        "Update",  "Freeze", "Group",    "Regularize",
                                        "Project", "Clip",   "Average",  "Accumulate"};
    if (c.let)
      return stmt(*c.let);
    head(kinds[size_t(c.kind)], c.range, c.hyper.name ? c.hyper.name.text : c.call.name.text, c.doc);
    Children children(*this);
    add(children, c.hyper.type);
    addPart(children, "default", c.hyper.defaultValue);
    add(children, c.value);
    add(children, c.call.args);
    for (const Selector &selector : c.selectors)
      children.add([this, &selector] { head("Selector", selector.range, sources.text(selector.range)); });
    for (const Setting &setting : c.settings)
      addPart(children, setting.name.text, setting.value);
  }

  void decl(const Decl &d) {
    using Kind = Decl::Kind;
    static const char *const kinds[] = {"Use", "Const", "Model", "Layer", "Fn", "Op", "Train", "Optimizer"};
    std::string detail = d.name.text.str();
    if (d.kind == Kind::Const)
      return stmt(*llvm::cast<ConstDecl>(d).constant);
    if (d.kind == Kind::Train) {
      const auto &train = llvm::cast<TrainDecl>(d);
      detail += train.entry ? "." + train.entry.text.str() : "";
      detail += train.alias ? " as " + train.alias.text.str() : "";
    }
    if (d.kind == Kind::Use) {
      const auto &use = llvm::cast<UseDecl>(d);
      detail = sources.text(use.pathRange).str() + (use.alias ? " as " + use.alias.text.str() : "");
    }
    head(kinds[size_t(d.kind)], d.range, detail, d.doc);
    Children children(*this);
    switch (d.kind) {
    case Kind::Use:
    case Kind::Const: break;
    case Kind::Model: {
      const auto &model = llvm::cast<ModelDecl>(d);
      add(children, model.formals);
      add(children, model.body);
      break;
    }
    case Kind::Layer: {
      const auto &layer = llvm::cast<LayerDecl>(d);
      add(children, layer.formals);
      if (layer.hasSignature)
        add(children, layer.signature);
      add(children, layer.body);
      break;
    }
    case Kind::Fn: {
      const auto &fn = llvm::cast<FnDecl>(d);
      add(children, fn.signature);
      add(children, fn.body);
      break;
    }
    case Kind::Op: {
      const auto &op = llvm::cast<OpDecl>(d);
      add(children, op.formals);
      add(children, op.results);
      for (const Equation &equation : op.equations)
        add(children, equation);
      break;
    }
    case Kind::Optimizer: {
      const auto &optimizer = llvm::cast<OptimizerDecl>(d);
      add(children, optimizer.formals);
      add(children, optimizer.signature);
      add(children, optimizer.body);
      break;
    }
    case Kind::Train:
      for (const Clause &c : llvm::cast<TrainDecl>(d).clauses)
        children.add([this, &c] { clause(c); });
      break;
    }
  }

  const SourceManager &sources;
  llvm::raw_ostream &os;
  std::string prefix;
};

} // namespace

void nnc::printAST(const File &file, const SourceManager &sources, llvm::raw_ostream &os) {
  Printer(sources, os).file(file);
}
