// ElaborateSlice.cpp: `x[:, -1]`, `x[..., 0:n:2]`, `mask[:, new]`: each axis of the result reads one of the operand at
// start + step * i, a fixed position reads none.
//
// A position may be an integer of run time, `table[at]`: it is gathered, from 0 on, and checked as those of 'gather' are.
//
// Numbers below 0 count from the end. Other than NumPy's, bounds outside of the axis are errors: nothing is cut off
// silently, and what a run-time dimension decides must be provably inside.
#include "frontend/Elaborator.h"
#include "frontend/SizeFacts.h"
#include "ir/ops/Indexing.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

/// Works out the subscripts of one tensor.
class Slicer {
public:
  Slicer(Elaborator &e, const IndexExpr &expr, const Datum &base)
      : e(e), expr(expr), base(base), dims(dimsOf(base.type())), facts(e.model.bounds),
        name(e.operandName(expr.base, "this")) {}

  Datum run() {
    size_t taken = 0, packs = 0;
    for (const Subscript &sub : expr.subscripts) {
      taken += sub.kind != Subscript::Kind::New && sub.kind != Subscript::Kind::Pack;
      packs += sub.kind == Subscript::Kind::Pack;
    }
    if (packs > 1)
      return e.fail(expr.range, "'...' stands once among the indices");
    if (taken > dims.size())
      return e.fail(expr.range, name + " has " + llvm::Twine(dims.size()) +
                                    (dims.size() == 1 ? " axis, found " : " axes, found ") +
                                    llvm::Twine(taken) + " indices");
    bool ok = true;
    for (const Subscript &sub : expr.subscripts)
      switch (sub.kind) {
      case Subscript::Kind::New:
        result.push_back(Dim(1));
        labels.push_back("1");
        break;
      case Subscript::Kind::Pack: copyAxes(dims.size() - taken); break;
      case Subscript::Kind::Slice: ok &= slice(sub); break;
      case Subscript::Kind::Index: ok &= position(sub); break;
      }
    if (!ok)
      return Datum();
    copyAxes(dims.size() - forms.size());
    if (!moves)
      return gather(e.reshapeTo(base, result, labels, expr.range));
    llvm::SmallVector<std::string> symbols;
    for (size_t i = 0; i < result.size(); ++i)
      symbols.push_back(Elaborator::indexSymbol(i));
    if (!e.checkSize(result, base.type().getElementType(), expr.range))
      return Datum();
    return gather(Datum::ofTensor(e.readAt(base.tensor, result, forms, symbols, 0.0, expr.range), labels));
  }

private:
  size_t axis() const { return forms.size(); }

  void copyAxes(size_t count) {
    for (; count > 0; --count) {
      labels.push_back(base.labels[axis()]);
      Dim size = dims[axis()];
      forms.push_back(Dim::symbol(Elaborator::indexSymbol(result.size())));
      result.push_back(size);
    }
  }

  std::string axisName() const { return "dimension " + std::to_string(axis()) + " of " + name; }

  /// A bound as written; one below 0 counts from the end.
  std::optional<Dim> bound(const Expr &written) {
    Datum value = e.evaluate(written);
    if (!value.is(Datum::Kind::Int)) {
      if (!value.isUnknown())
        e.error(written.range, "the bound of a slice is an int, found " + describe(value));
      return std::nullopt;
    }
    std::optional<int64_t> number = value.asStaticInt();
    return number && *number < 0 ? dims[axis()].add(value.size) : std::optional(value.size);
  }

  bool provably(std::optional<Dim> form) const { return form && facts.isNonNegative(*form); }

  /// "dimension 1 of 'x', which has size 'time'"
  std::string sizeText() const { return axisName() + ", which has size " + dims[axis()].str(); }

  bool slice(const Subscript &sub) {
    const Dim &size = dims[axis()];
    if (!sub.index && !sub.end && !sub.step) {
      copyAxes(1);
      return true;
    }
    std::optional<int64_t> step = 1;
    if (sub.step && !(step = e.evaluateStaticInt(*sub.step, "the step of a slice")))
      return false;
    if (*step == 0) {
      e.error(sub.step->range, "the step of a slice is not 0");
      return false;
    }
    const bool down = *step < 0;
    std::optional<Dim> last = size.sub(Dim(1));
    std::optional<Dim> begin = sub.index ? bound(*sub.index) : down ? last : std::optional(Dim(0));
    // Where it ends, exclusively; going down from the end, that is before 0.
    std::optional<Dim> end = sub.end ? bound(*sub.end) : down ? std::optional(Dim(-1)) : std::optional(size);
    if (!begin || !end)
      return false;
    // Between them, at least: going up 0 <= begin and end <= size, going down begin < size and -1 <= end.
    struct Limit {
      std::optional<Dim> room;
      const Expr *written;
      const char *verb;
      const Dim &value;
    };
    const Limit limits[] = {{*begin, sub.index, "begins", *begin},
                            {down ? last->sub(*begin) : size.sub(*begin), sub.index, "begins", *begin},
                            {down ? end->add(Dim(1)) : std::optional(*end), sub.end, "ends", *end},
                            {down ? last->sub(*end) : size.sub(*end), sub.end, "ends", *end}};
    for (const Limit &limit : limits)
      if (limit.written && !provably(limit.room)) {
        const bool isKnown = limit.room && limit.room->isStatic();
        e.error(limit.written->range, std::string("this slice ") + limit.verb + " at " + limit.value.str() +
                                          (isKnown ? ", outside of " : ", which may be outside of ") +
                                          sizeText());
        return false;
      }
    std::optional<Dim> span = down ? begin->sub(*end) : end->sub(*begin);
    std::optional<Dim> count;
    const int64_t width = down ? -*step : *step;
    if (span && span->isStatic())
      count = Dim((span->value() + width - 1) / width);
    else if (span && !(count = span->divExact(Dim(width))) && (span = span->add(Dim(width - 1))))
      count = span->divExact(Dim(width));
    if (!count) {
      e.error(sub.range, "the number of elements of this slice is not a polynomial of the sizes: every " +
                             llvm::Twine(width) + ". of " + (span ? span->str() : size.str()));
      return false;
    }
    if (count->isStatic() && count->value() < 1) {
      e.error(sub.range, "this slice is empty: it goes from " + begin->str() + " to " + end->str() +
                             (down ? " by " + std::to_string(*step) : std::string()));
      return false;
    }
    std::optional<Dim> form = Dim::symbol(Elaborator::indexSymbol(result.size())).mul(Dim(*step));
    form = form ? form->add(*begin) : std::nullopt;
    if (!form) {
      e.error(sub.range, "these numbers exceed 64 bits");
      return false;
    }
    const bool isWhole = *count == size;
    const auto *endName = llvm::dyn_cast_or_null<NameExpr>(sub.end);
    labels.push_back(isWhole                                     ? base.labels[axis()]
                     : endName && *step == 1 && *begin == Dim(0) ? endName->name
                                                                 : "");
    moves |= !isWhole || *step != 1;
    forms.push_back(*form);
    result.push_back(*count);
    return true;
  }

  bool position(const Subscript &sub) {
    Datum value = e.evaluate(*sub.index);
    if (value.isUnknown())
      return false;
    if (value.isTensor())
      return runTimePosition(sub, value);
    if (!value.is(Datum::Kind::Int)) {
      e.error(sub.range, "an index is an int, found " + describe(value));
      return false;
    }
    const Dim &size = dims[axis()];
    std::optional<int64_t> number = value.asStaticInt();
    std::optional<Dim> at = number && *number < 0 ? size.add(value.size) : std::optional(value.size);
    std::optional<Dim> room = at ? size.sub(*at) : std::nullopt;
    if (!provably(at) || !provably(room ? room->sub(Dim(1)) : std::nullopt)) {
      std::string range = size.isStatic() ? ", expected " + std::to_string(-size.value()) + " to " +
                                                std::to_string(size.value() - 1)
                                          : std::string();
      e.error(sub.range, "index " + value.size.str() +
                             (size.isStatic() && number ? " is outside of " : " may be outside of ") +
                             sizeText() + range);
      return false;
    }
    moves = true;
    forms.push_back(*at);
    return true;
  }

  /// The axis stays until the others are read, and is gathered from then.
  bool runTimePosition(const Subscript &sub, const Datum &value) {
    mlir::Type element = value.type().getElementType();
    if (value.type().getRank() != 0 || mlir::isa<mlir::FloatType>(element) || element.isInteger(1)) {
      e.error(sub.range,
              "an index is one integer, found " + describe(value) +
                  (value.type().getRank() != 0 ? "; several rows are read by 'gather(x, index)'" : ""));
      return false;
    }
    gathered.push_back({result.size(), value.tensor, sub.range});
    copyAxes(1);
    return true;
  }

  /// Reads the positions that are known at run time, the last axis first: so the others keep their numbers.
  Datum gather(Datum x) {
    for (const Gathered &each : llvm::reverse(gathered)) {
      if (x.isUnknown())
        return x;
      x.labels.erase(x.labels.begin() + each.axis);
      x = Datum::ofTensor(e.at(each.range).create<GatherOp>(x.tensor, each.position, uint64_t(each.axis)),
                          x.labels);
    }
    return x;
  }

  struct Gathered {
    size_t axis; // of the result, before any is gathered
    mlir::Value position;
    Range range;
  };

  Elaborator &e;
  const IndexExpr &expr;
  const Datum &base;
  llvm::SmallVector<Gathered, 2> gathered;
  Dims dims, result;
  Labels labels;
  llvm::SmallVector<Dim, 4> forms; // one per axis of the operand that is done
  SizeFacts facts;
  std::string name;
  bool moves = false; // else only axes of size 1 are new
};

} // namespace

Datum Elaborator::sliceTensor(const IndexExpr &expr, const Datum &base) {
  return Slicer(*this, expr, base).run();
}
