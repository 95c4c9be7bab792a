// Access.cpp: text, checks, simplifications and the gradient of nn.access; the accesses that others are made of.
#include "ir/ops/Access.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace nnc {

//===--------------------------------------------------------------------------------------------------===//
// Building and reading
//===--------------------------------------------------------------------------------------------------===//

static DimValueAttr dimAttr(MLIRContext *context, const Dim &dim) {
  return DimValueAttr::get(context, StringAttr::get(context, dim.str()));
}

namespace {
/// The attributes that spell a map.
struct MapAttributes {
  DenseI64ArrayAttr coefficients, divisors;
  ArrayAttr constants;

  MapAttributes(MLIRContext *context, llvm::ArrayRef<Coordinate> coordinates) {
    llvm::SmallVector<int64_t> rows, quotients;
    llvm::SmallVector<Attribute> dims;
    for (const Coordinate &coordinate : coordinates) {
      rows.append(coordinate.coefficients.begin(), coordinate.coefficients.end());
      quotients.push_back(coordinate.divisor);
      dims.push_back(dimAttr(context, coordinate.constant));
    }
    coefficients = DenseI64ArrayAttr::get(context, rows);
    divisors = DenseI64ArrayAttr::get(context, quotients);
    constants = ArrayAttr::get(context, dims);
  }
};
} // namespace

void AccessOp::build(OpBuilder &builder, OperationState &state, Type type, Value x,
                     llvm::ArrayRef<Coordinate> coordinates, double fill) {
  MapAttributes map(builder.getContext(), coordinates);
  build(builder, state, type, x, map.coefficients, map.constants, map.divisors, llvm::APFloat(fill));
}

AccessMap AccessOp::coordinates() {
  AccessMap map;
  int64_t rank = cast<RankedTensorType>(getType()).getRank();
  for (auto [k, constant] : llvm::enumerate(getConstants().getAsRange<DimValueAttr>())) {
    Coordinate coordinate;
    llvm::ArrayRef<int64_t> row = getCoefficients().slice(k * rank, rank);
    coordinate.coefficients.assign(row.begin(), row.end());
    coordinate.constant = *Dim::parse(constant.getText());
    coordinate.divisor = getDivisors()[k];
    map.push_back(std::move(coordinate));
  }
  return map;
}

LogicalResult AccessOp::verify() {
  auto from = cast<RankedTensorType>(getX().getType());
  auto to = cast<RankedTensorType>(getType());
  constexpr int64_t limit = int64_t(1) << 31; // indices have 32 bits
  size_t rank = from.getRank();
  if (from.getElementType() != to.getElementType())
    return emitOpError("element types differ: ") << from.getElementType() << " and " << to.getElementType();
  if (getConstants().size() != rank || getDivisors().size() != rank)
    return emitOpError("expects one coordinate per axis of the operand, found ")
           << getConstants().size() << " for rank " << rank;
  if (getCoefficients().size() != rank * to.getRank())
    return emitOpError("expects one coefficient per axis of the operand and of the result, ")
           << rank * to.getRank() << " in all, found " << getCoefficients().size();
  for (int64_t divisor : getDivisors())
    if (divisor < 1 || divisor >= limit)
      return emitOpError("divides a coordinate by ") << divisor << "; a divisor is positive and below 2^31";
  for (int64_t coefficient : getCoefficients())
    if (coefficient <= -limit || coefficient >= limit)
      return emitOpError("has the coefficient ") << coefficient << ", expected an absolute value below 2^31";
  return success();
}

LogicalResult IotaOp::verify() {
  int64_t rank = cast<RankedTensorType>(getType()).getRank(), axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis ") << axis << " is outside of rank " << rank;
  return success();
}

//===--------------------------------------------------------------------------------------------------===//
// Text: nn.access %x [2*d0 + d1 - 1, (d2 + "n-1") over 2] else 0.0 : type -> type
//===--------------------------------------------------------------------------------------------------===//

/// A sum of numbers, sizes in quotes, and indices, each with a number before it where it is not one.
static ParseResult parseSum(OpAsmParser &parser, llvm::SmallVectorImpl<std::pair<int64_t, int64_t>> &terms,
                            Dim &constant) {
  while (true) {
    llvm::SMLoc place = parser.getCurrentLocation();
    int64_t number = 1;
    std::string text;
    StringRef index;
    OptionalParseResult hasNumber = parser.parseOptionalInteger(number);
    if (hasNumber.has_value() && failed(*hasNumber))
      return failure();
    std::optional<Dim> term = Dim(number);
    if (!hasNumber.has_value() || succeeded(parser.parseOptionalStar())) {
      if (succeeded(parser.parseOptionalString(&text))) {
        std::optional<Dim> size = Dim::parse(text);
        term = size ? size->mul(Dim(number)) : std::nullopt;
      } else if (int64_t axis; succeeded(parser.parseOptionalKeyword(&index)) && index.consume_front("d") &&
                               !index.getAsInteger(10, axis) && axis < 64) {
        terms.emplace_back(axis, number);
        term = Dim(0);
      } else {
        return parser.emitError(place, "expected an index as 'd0', a number or a size in quotes");
      }
    }
    std::optional<Dim> sum = term ? constant.add(*term) : std::nullopt;
    if (!sum)
      return parser.emitError(place, "'") << text << "' is not a size";
    constant = *sum;
    if (succeeded(parser.parseOptionalPlus()))
      continue;
    // A number with a minus sign goes on with the sum.
    place = parser.getCurrentLocation();
    if (*place.getPointer() != '-')
      return success();
  }
}

ParseResult AccessOp::parse(OpAsmParser &parser, OperationState &result) {
  struct Row {
    llvm::SmallVector<std::pair<int64_t, int64_t>> terms;
    Dim constant;
    int64_t divisor = 1;
  };
  llvm::SmallVector<Row> rows;
  OpAsmParser::UnresolvedOperand x;
  FloatAttr fill;
  Type from, to;
  auto parseCoordinate = [&]() -> ParseResult {
    Row &row = rows.emplace_back();
    if (failed(parser.parseOptionalLParen()))
      return parseSum(parser, row.terms, row.constant);
    return failure(parseSum(parser, row.terms, row.constant) || parser.parseRParen() ||
                   parser.parseKeyword("over") || parser.parseInteger(row.divisor));
  };
  llvm::SMLoc place = parser.getCurrentLocation();
  if (parser.parseOperand(x) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseCoordinate) ||
      parser.parseKeyword("else") || parser.parseAttribute(fill, Float64Type::get(parser.getContext())) ||
      parser.parseOptionalAttrDict(result.attributes) || parser.parseColonType(from) || parser.parseArrow() ||
      parser.parseType(to) || parser.resolveOperand(x, from, result.operands))
    return failure();
  auto type = dyn_cast<RankedTensorType>(to);
  if (!type)
    return parser.emitError(place, "expected a ranked tensor as result");
  AccessMap map;
  for (const Row &row : rows) {
    Coordinate coordinate = Coordinate::ofConstant(type.getRank(), row.constant);
    for (auto [axis, coefficient] : row.terms) {
      if (axis >= type.getRank())
        return parser.emitError(place, "index d") << axis << " is outside of rank " << type.getRank();
      coordinate.coefficients[axis] += coefficient;
    }
    coordinate.divisor = row.divisor;
    map.push_back(std::move(coordinate));
  }
  MapAttributes attributes(parser.getContext(), map);
  result.addAttribute(getCoefficientsAttrName(result.name), attributes.coefficients);
  result.addAttribute(getConstantsAttrName(result.name), attributes.constants);
  result.addAttribute(getDivisorsAttrName(result.name), attributes.divisors);
  result.addAttribute(getFillAttrName(result.name), fill);
  result.addTypes(to);
  return success();
}

static void printSum(OpAsmPrinter &printer, const Coordinate &coordinate) {
  bool isFirst = true;
  auto sign = [&](bool negative) {
    if (!isFirst)
      printer << (negative ? " - " : " + ");
    else if (negative)
      printer << "-";
    isFirst = false;
  };
  for (auto [axis, coefficient] : llvm::enumerate(coordinate.coefficients)) {
    if (coefficient == 0)
      continue;
    sign(coefficient < 0);
    if (coefficient != 1) // a minus sign needs its number to be read again
      printer << std::abs(coefficient) << "*";
    printer << "d" << axis;
  }
  const Dim &constant = coordinate.constant;
  if (!constant.isStatic()) {
    sign(false);
    printer << '"' << constant.str() << '"';
  } else if (int64_t value = constant.value(); value != 0 || isFirst) {
    sign(value < 0);
    printer << std::abs(value);
  }
}

void AccessOp::print(OpAsmPrinter &printer) {
  printer << " " << getX() << " [";
  llvm::interleaveComma(coordinates(), printer, [&](const Coordinate &coordinate) {
    if (coordinate.divisor == 1)
      return printSum(printer, coordinate);
    printer << "(";
    printSum(printer, coordinate);
    printer << ") over " << coordinate.divisor;
  });
  printer << "] else ";
  printer.printAttributeWithoutType(getFillAttr());
  printer.printOptionalAttrDict((*this)->getAttrs(), {getCoefficientsAttrName(), getConstantsAttrName(),
                                                      getDivisorsAttrName(), getFillAttrName()});
  printer << " : " << getX().getType() << " -> " << getType();
}

//===--------------------------------------------------------------------------------------------------===//
// Simplification
//===--------------------------------------------------------------------------------------------------===//

std::optional<AccessMap> accessMapOf(Operation *op) {
  if (auto access = dyn_cast<AccessOp>(op))
    return access.coordinates();
  if (!isa<TransposeOp, BroadcastOp>(op))
    return std::nullopt;
  Dims from = dimsOf(op->getOperand(0)), to = dimsOf(op->getResult(0));
  int64_t rank = to.size();
  AccessMap map(from.size(), Coordinate::ofConstant(rank, 0));
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    for (auto [target, source] : llvm::enumerate(transpose.getPermutation()))
      map[source] = Coordinate::ofIndex(rank, target);
  } else {
    for (auto [source, target] : llvm::enumerate(cast<BroadcastOp>(op).getDims()))
      if (from[source] == to[target])
        map[source] = Coordinate::ofIndex(rank, target);
  }
  return map;
}

static bool isAlwaysInside(llvm::ArrayRef<Coordinate> map, llvm::ArrayRef<Dim> operand,
                           llvm::ArrayRef<Dim> sizes) {
  return llvm::none_of(llvm::zip(map, operand),
                       [&](auto pair) { return testsOf(std::get<0>(pair), std::get<1>(pair), sizes).any(); });
}

static bool isIdentity(llvm::ArrayRef<Coordinate> map) {
  return llvm::all_of(llvm::enumerate(map), [](auto item) {
    return item.value().plainIndex() == static_cast<int64_t>(item.index());
  });
}

OpFoldResult AccessOp::fold(FoldAdaptor adaptor) {
  AccessMap map = coordinates();
  Dims operand = dimsOf(getX()), sizes = dimsOf(getY());
  if (getX().getType() == getType() && isIdentity(map))
    return getX();
  for (auto [coordinate, size] : llvm::zip(map, operand))
    if (isAlwaysOutside(coordinate, size, sizes))
      return getFillAttr();
  bool isInside = isAlwaysInside(map, operand, sizes);
  if (auto number = dyn_cast_or_null<FloatAttr>(adaptor.getX()))
    if (isInside || number == getFillAttr())
      return number;

  bool changed = false;
  if (isInside && !getFill().isPosZero()) {
    setFill(llvm::APFloat(0.0));
    changed = true;
  }
  AccessMap next;
  for (const Coordinate &coordinate : map)
    next.push_back(coordinate.reduced());
  Operation *inner = getX().getDefiningOp();
  if (std::optional<AccessMap> innerMap = inner ? accessMapOf(inner) : std::nullopt) {
    auto access = dyn_cast<AccessOp>(inner);
    if (std::optional<AccessMap> composed =
            compose(next, sizes, *innerMap, operand, dimsOf(inner->getOperand(0)),
                    access && access.getFillAttr() == getFillAttr())) {
      next = std::move(*composed);
      if (access)
        setFillAttr(access.getFillAttr());
      getXMutable().assign(inner->getOperand(0));
      changed = true;
    }
  }
  if (!changed && next == map)
    return {};
  MapAttributes attributes(getContext(), next);
  setCoefficientsAttr(attributes.coefficients);
  setConstantsAttr(attributes.constants);
  setDivisorsAttr(attributes.divisors);
  return getResult();
}

/// For each axis of the operand the axis of the result that it is, if every coordinate is one index, each another, and
/// the sizes are equal.
static std::optional<llvm::SmallVector<int64_t>>
placesOf(llvm::ArrayRef<Coordinate> map, llvm::ArrayRef<Dim> operand, llvm::ArrayRef<Dim> sizes) {
  llvm::SmallVector<int64_t> places;
  for (auto [coordinate, size] : llvm::zip(map, operand)) {
    std::optional<int64_t> axis = coordinate.plainIndex();
    if (!axis || sizes[*axis] != size || llvm::is_contained(places, *axis))
      return std::nullopt;
    places.push_back(*axis);
  }
  return places;
}

namespace {
/// An access that only permutes axes is a transpose; one that only adds axes is a broadcast.
struct AccessToNamedOp : OpRewritePattern<AccessOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("reading in the order of indices is a transpose or a repetition"); }

  LogicalResult matchAndRewrite(AccessOp op, PatternRewriter &rewriter) const override {
    Dims operand = dimsOf(op.getX()), sizes = dimsOf(op.getY());
    std::optional<llvm::SmallVector<int64_t>> places = placesOf(op.coordinates(), operand, sizes);
    if (!places)
      return rewriter.notifyMatchFailure(op, "coordinates are more than distinct indices");
    if (places->size() == sizes.size()) {
      llvm::SmallVector<int64_t> permutation(places->size());
      for (auto [from, to] : llvm::enumerate(*places))
        permutation[to] = from;
      rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getX(), permutation);
      return success();
    }
    if (!llvm::is_sorted(*places))
      return rewriter.notifyMatchFailure(op, "axes are permuted and repeated at once");
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), op.getX(), *places);
    return success();
  }
};
} // namespace

void AccessOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AccessToNamedOp>(context);
}

//===--------------------------------------------------------------------------------------------------===//
// Gradient
//===--------------------------------------------------------------------------------------------------===//

Value accessGradient(GraphBuilder &g, AccessOp op, Value dy) {
  Dims operand = dimsOf(op.getX()), sizes = dimsOf(op.getY()), space;
  AdjointMap adjoint = adjointOf(op.coordinates(), sizes);
  if (adjoint.constraints > 0) {
    Dims extended = sizes;
    extended.append(adjoint.constraints, Dim(1));
    Type type = makeTensor(extended, getElementTypeOrSelf(dy.getType()));
    dy = g.create<BroadcastOp>(type, dy, llvm::to_vector(llvm::seq<int64_t>(0, sizes.size())));
  }
  for (int64_t axis : adjoint.summed)
    space.push_back(sizes[axis]);
  space.append(operand.begin(), operand.end());
  Value gathered = access(g, dy, space, adjoint.map);
  if (adjoint.summed.empty())
    return gathered;
  return g.create<SumOp>(gathered, llvm::to_vector(llvm::seq<int64_t>(0, adjoint.summed.size())));
}

//===--------------------------------------------------------------------------------------------------===//
// Concatenation
//===--------------------------------------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                         llvm::SmallVectorImpl<Type> &types) {
  if (adaptor.getParts().empty())
    return emitOptionalError(loc, "'nn.concat' op expects at least one operand");
  Type element = getElementTypeOrSelf(adaptor.getParts().front().getType());
  Dims sizes = dimsOf(adaptor.getParts().front());
  int64_t axis = adaptor.getAxis(), rank = sizes.size();
  if (axis < 0 || axis >= rank)
    return emitOptionalError(loc, "'nn.concat' op axis ", axis, " is outside of rank ", rank);
  for (Value part : adaptor.getParts().drop_front()) {
    if (getElementTypeOrSelf(part.getType()) != element)
      return emitOptionalError(loc, "'nn.concat' op element types differ: ", element, " and ",
                               getElementTypeOrSelf(part.getType()));
    Dims other = dimsOf(part);
    std::optional<Dim> total = other.size() == sizes.size() ? sizes[axis].add(other[axis]) : std::nullopt;
    if (total)
      other[axis] = sizes[axis];
    if (!total || other != sizes)
      return emitOptionalError(loc, "'nn.concat' op operands of sizes ",
                               dimsText(dimsOf(adaptor.getParts().front())), " and ", dimsText(dimsOf(part)),
                               " differ in more than axis ", axis);
    sizes[axis] = *total;
  }
  types.push_back(makeTensor(sizes, element));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) { return getParts().size() == 1 ? getParts().front() : Value(); }

llvm::SmallVector<Value> concatGradient(GraphBuilder &g, ConcatOp op, Value dy) {
  llvm::SmallVector<Value> gradients;
  Dim start = 0;
  for (Value part : op.getParts()) {
    Dim size = dimsOf(part)[op.getAxis()];
    gradients.push_back(sliceAccess(g, dy, op.getAxis(), start, 1, size));
    start = *start.add(size);
  }
  return gradients;
}

//===--------------------------------------------------------------------------------------------------===//
// Common accesses
//===--------------------------------------------------------------------------------------------------===//

Value access(GraphBuilder &g, Value x, llvm::ArrayRef<Dim> sizes, llvm::ArrayRef<Coordinate> coordinates,
             double fill) {
  RankedTensorType type = makeTensor(sizes, getElementTypeOrSelf(x.getType()));
  if (type == x.getType() && isIdentity(coordinates))
    return x;
  return g.create<AccessOp>(type, x, coordinates, fill);
}

static AccessMap identityMap(int64_t rank) {
  AccessMap map;
  for (int64_t axis = 0; axis < rank; ++axis)
    map.push_back(Coordinate::ofIndex(rank, axis));
  return map;
}

Value sliceAccess(GraphBuilder &g, Value x, int64_t axis, const Dim &start, int64_t step, const Dim &count) {
  Dims sizes = dimsOf(x);
  AccessMap map = identityMap(sizes.size());
  map[axis] = Coordinate::ofIndex(sizes.size(), axis, step, start);
  sizes[axis] = count;
  return access(g, x, sizes, map);
}

Value padAccess(GraphBuilder &g, Value x, llvm::ArrayRef<Dim> low, llvm::ArrayRef<Dim> sizes, double fill,
                llvm::ArrayRef<int64_t> gaps) {
  AccessMap map = identityMap(sizes.size());
  for (auto [axis, coordinate] : llvm::enumerate(map)) {
    coordinate.constant = *low[axis].mul(Dim(-1));
    coordinate.divisor = gaps.empty() ? 1 : gaps[axis] + 1;
  }
  return access(g, x, sizes, map, fill);
}

Value reverseAccess(GraphBuilder &g, Value x, llvm::ArrayRef<int64_t> axes) {
  Dims sizes = dimsOf(x);
  AccessMap map = identityMap(sizes.size());
  for (int64_t axis : axes)
    map[axis] = Coordinate::ofIndex(sizes.size(), axis, -1, *sizes[axis].sub(Dim(1)));
  return access(g, x, sizes, map);
}

Value windowAccess(GraphBuilder &g, Value x, llvm::ArrayRef<Window> windows, double fill, int64_t before) {
  Dims operand = dimsOf(x), sizes = operand;
  int64_t operandRank = operand.size(), count = windows.size(), rank = operandRank + count;
  if (before < 0)
    before = operandRank;
  auto placeOf = [&](int64_t axis) { return axis < before ? axis : axis + count; };
  AccessMap map;
  for (int64_t axis = 0; axis < operandRank; ++axis)
    map.push_back(Coordinate::ofIndex(rank, placeOf(axis)));
  Dims inside;
  for (auto [k, window] : llvm::enumerate(windows)) {
    Coordinate &coordinate = map[window.axis];
    coordinate.coefficients[placeOf(window.axis)] = window.stride;
    coordinate.coefficients[before + k] = window.dilation;
    coordinate.constant = *window.low.mul(Dim(-1));
    sizes[window.axis] = window.positions;
    inside.push_back(Dim(window.size));
  }
  sizes.insert(sizes.begin() + before, inside.begin(), inside.end());
  return access(g, x, sizes, map, fill);
}

Value iota(GraphBuilder &g, int64_t axis, RankedTensorType type) {
  return g.create<IotaOp>(type, static_cast<uint64_t>(axis));
}

void registerAccessOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Access.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Access.cpp.inc"
