// Samples.cpp: drawing arguments.
#include "ir/interpreter/Samples.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <cmath>

using namespace mlir;

namespace nnc {

uint64_t SampleSource::bits() {
  // SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::map<std::string, int64_t> sampleSizes(ModelOp model) {
  std::map<std::string, int64_t> sizes;
  int64_t next = 3;
  for (auto [symbol, bound] : llvm::zip(model.getSymbols(), model.getBounds())) {
    sizes[cast<StringAttr>(symbol).str()] = bound > 0 ? std::min(next, bound) : next;
    next += 2;
  }
  return sizes;
}

namespace {
struct Range {
  double low = -2.0, high = 2.0;
  bool operator<(const Range &other) const { return std::tie(low, high) < std::tie(other.low, other.high); }
};

/// Deals `count` distinct numbers of a range in random order.
class Deck {
public:
  void reserve(int64_t more) { count += more; }

  double draw(const Range &range, SampleSource &source) {
    if (cards.empty())
      shuffle(range, source);
    double card = cards.back();
    cards.pop_back();
    return card;
  }

private:
  /// Points of a grid, each moved a little, without those near a multiple of 1/2.
  void shuffle(const Range &range, SampleSource &source) {
    int64_t points = count + count / 4 + 8;
    double spacing = (range.high - range.low) / static_cast<double>(points);
    double margin = std::min(0.01, spacing);
    while (static_cast<int64_t>(cards.size()) < count)
      for (int64_t i = 0; i < points; ++i) {
        double x = range.low + spacing * (static_cast<double>(i) + 0.5 + 0.4 * (source.uniform() - 0.5));
        if (std::abs(2.0 * x - std::nearbyint(2.0 * x)) > 2.0 * margin)
          cards.push_back(x);
      }
    for (size_t i = cards.size(); i > 1; --i)
      std::swap(cards[i - 1], cards[source.below(i)]);
  }

  int64_t count = 0;
  std::vector<double> cards;
};
} // namespace

static Range rangeOf(DictionaryAttr attributes) {
  auto range = attributes ? attributes.getAs<DenseF64ArrayAttr>("nn.range") : DenseF64ArrayAttr();
  return range && range.size() == 2 ? Range{range[0], range[1]} : Range();
}

/// Where numbers of a variable lie: slots of optimizers hold squares, so they stay positive.
static Range rangeOf(VariableOp variable) {
  return variable.getKind() == VariableKind::Slot ? Range{0.1, 0.9} : Range{-0.9, 0.9};
}

std::optional<IndexRange> indexRangeOf(Value value, const std::map<std::string, int64_t> &sizes) {
  for (OpOperand &use : value.getUses()) {
    if (auto indexing = dyn_cast<IndexingOpInterface>(use.getOwner()))
      if (std::optional<Dim> bound = indexing.indexBound(); bound && &indexing.indexOperand() == &use)
        if (std::optional<int64_t> known = bound->evaluate([&](llvm::StringRef symbol) { return sizes.at(symbol.str()); }))
          return IndexRange{*known, indexing.ignoredIndex()};
    if (auto kernel = dyn_cast<KernelOp>(use.getOwner()))
      if (std::optional<IndexRange> range = indexRangeOf(kernel.getBody().getArgument(use.getOperandNumber()), sizes))
        return range;
  }
  return std::nullopt;
}

static void drawIntegers(Tensor &tensor, Type element, const std::optional<IndexRange> &range, SampleSource &source) {
  for (double &number : tensor.data)
    if (element.isInteger(1))
      number = static_cast<double>(source.below(2));
    else if (range || element.isUnsignedInteger())
      number = static_cast<double>(source.below(range ? range->bound : 10));
    else
      number = static_cast<double>(source.below(11) - 5);
}

namespace {
/// Collects what a call needs, then draws all of it: floats of one range are distinct, whoever gets them.
class Drawing {
public:
  Drawing(FuncOp function, std::map<std::string, int64_t> sizes) : function(function), context(call) {
    call.sizes = std::move(sizes);
  }

  void addArguments() {
    call.inputs.reserve(function.getNumArguments());
    for (BlockArgument argument : function.getArguments()) {
      call.inputs.push_back(context.make(argument));
      DictionaryAttr attributes = function.getArgAttrDict(argument.getArgNumber());
      auto value = attributes ? attributes.getAs<FloatAttr>("nn.default") : FloatAttr();
      if (value && function.argumentRole(argument.getArgNumber()) == "hyper")
        call.inputs.back() = Tensor::scalar(value.getValueAsDouble());
      else
        wanted.push_back({&call.inputs.back(), getElementTypeOrSelf(argument.getType()),
                          indexRangeOf(argument, call.sizes), rangeOf(attributes)});
    }
  }

  void addVariables() {
    for (VariableOp variable : function->getParentOfType<ModelOp>().getBody().getOps<VariableOp>()) {
      Tensor &tensor = call.variables[variable.getSymName().str()];
      tensor = Tensor(context.shapeOf(variable.getType()));
      // Counters, of updates and of gradients that wait for one.
      bool isCounter = variable.getKind() == VariableKind::StepCounter ||
                       (variable.getKind() == VariableKind::Gradient &&
                        !isa<FloatType>(getElementTypeOrSelf(variable.getType())));
      if (isCounter)
        tensor.data[0] = 3.0;
      else
        wanted.push_back({&tensor, getElementTypeOrSelf(variable.getType()), std::nullopt, rangeOf(variable)});
    }
  }

  Call draw(uint64_t seed) {
    SampleSource source(seed);
    std::map<Range, Deck> decks;
    for (Wanted &want : wanted)
      if (isa<FloatType>(want.element))
        decks[want.range].reserve(want.tensor->count());
    for (Wanted &want : wanted) {
      if (!isa<FloatType>(want.element)) {
        drawIntegers(*want.tensor, want.element, want.indexRange, source);
        continue;
      }
      for (double &number : want.tensor->data)
        number = decks[want.range].draw(want.range, source);
    }
    return std::move(call);
  }

private:
  struct Wanted {
    Tensor *tensor;
    Type element;
    std::optional<IndexRange> indexRange;
    Range range;
  };

  FuncOp function;
  Call call;
  InterpreterContext context; // of `call`
  std::vector<Wanted> wanted;
};
} // namespace

Call sampleArguments(FuncOp function, std::map<std::string, int64_t> sizes, uint64_t seed) {
  Drawing drawing(function, std::move(sizes));
  drawing.addArguments();
  return drawing.draw(seed);
}

Call sampleCall(FuncOp function, std::map<std::string, int64_t> sizes, uint64_t seed) {
  Drawing drawing(function, std::move(sizes));
  drawing.addArguments();
  drawing.addVariables();
  return drawing.draw(seed);
}

} // namespace nnc
