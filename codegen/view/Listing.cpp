// Listing.cpp: see Listing.h. The printer of each op writes its line; names, types and numbers are replaced in it.
#include "codegen/view/Listing.h"
#include "codegen/explain/Math.h"
#include "codegen/view/Diff.h"
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc::view {

std::string shortType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::string text;
  llvm::raw_string_ostream out(text);
  out << (tensor ? tensor.getElementType() : type);
  if (!tensor || tensor.getRank() == 0)
    return text == "i1" ? "bool" : text;
  out << '[';
  llvm::interleaveComma(dimsOf(tensor), out, [&](const Dim &dim) { out << dim.str(); });
  out << ']';
  return StringRef(text).starts_with("i1[") ? "bool" + text.substr(2) : text;
}

void setIds(ModuleOp module) {
  int64_t next = 0;
  Builder builder(module.getContext());
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    op->setLoc(FusedLoc::get({op->getLoc()}, builder.getI64IntegerAttr(next++), module.getContext()));
  });
}

int64_t idOf(Location loc) {
  if (auto fused = dyn_cast<FusedLoc>(loc))
    if (auto number = dyn_cast_or_null<IntegerAttr>(fused.getMetadata()))
      return number.getInt();
  return -1;
}

namespace {

bool isTokenChar(char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '-' || c == '#'; }

/// Where the types of a printed op begin: at the first " : " outside of brackets and strings.
size_t findTypes(StringRef text) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"')
      inString = !inString;
    if (inString)
      continue;
    if (c == '<' || c == '(' || c == '[' || c == '{')
      ++depth;
    if (c == ')' || c == ']' || c == '}' || (c == '>' && (i == 0 || text[i - 1] != '-')))
      --depth;
    if (depth == 0 && text.substr(i).starts_with(" : "))
      return i;
  }
  return text.size();
}

/// Numbers in scientific notation with as few digits as they need.
std::string withShortNumbers(StringRef text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    if (i == 0 || !isTokenChar(text[i - 1]) || text[i - 1] == '-')
      while (end < text.size() && (llvm::isDigit(text[end]) || text[end] == '.' || (end > i && text[end] == 'e') ||
                                   (end > i && text[end - 1] == 'e' && (text[end] == '+' || text[end] == '-'))))
        ++end;
    StringRef number = text.slice(i, end);
    double value;
    if (number.contains('e') && !number.getAsDouble(value)) {
      result += explain::numberText(value);
      i = end;
    } else {
      result += text[i++];
    }
  }
  return result;
}

class Lister {
public:
  Lister(FuncOp func, const Listing *before)
      : before(before), func(func), flags(OpPrintingFlags().elideLargeElementsAttrs(8).skipRegions()),
        state(func, flags) {}

  Listing list() {
    listing.function = func.getSymName().str();
    if (before)
      for (const auto &name : before->taken)
        listing.taken.insert(name.getKey());
    collect(func.getBody().front(), 1);
    inherit();
    for (auto [index, argument] : llvm::enumerate(func.getArguments()))
      give(argument, func.argumentName(index));
    listing.lines.push_back(header());
    for (Entry &entry : entries)
      write(entry);
    ListingLine end;
    end.text = "}";
    listing.lines.push_back(std::move(end));
    return std::move(listing);
  }

private:
  struct Entry {
    Operation *op;
    unsigned depth;
    bool isEnd;
    std::string key;
    const std::vector<std::string> *names = nullptr; // of the listing before
  };

  void collect(Block &block, unsigned depth) {
    for (Operation &op : block) {
      if (isa<YieldOp>(op) && isa<KernelOp>(op.getParentOp()))
        continue; // the kernel's own line names what it yields
      if (auto fill = dyn_cast<FillOp>(op)) {
        literals[fill.getResult()] = literalOf(fill); // stands where it is read
        continue;
      }
      entries.push_back({&op, depth, false, keyOf(&op)});
      if (op.getNumRegions() == 0)
        continue;
      collect(op.getRegion(0).front(), depth + 1);
      entries.push_back({&op, depth, true, "}"});
    }
  }

  static std::string literalOf(FillOp fill) { return explain::numberText(fill.getValue().convertToDouble()); }
  std::string shown(Value value) {
    auto literal = literals.find(value);
    return literal == literals.end() ? "%" + names.lookup(value) : literal->second;
  }
  /// The argument of a kernel is the operand itself.
  void bind(BlockArgument argument, Value operand) {
    names[argument] = names.lookup(operand);
    if (auto literal = literals.find(operand); literal != literals.end())
      literals[argument] = std::string(literal->second);
  }

  static std::string keyOf(Operation *op) {
    std::string key;
    llvm::raw_string_ostream out(key);
    out << op->getName() << '|' << sourceName(op->getLoc()) << '|' << layerOf(op->getLoc()) << '|';
    if (isa<KernelOp>(op))
      return key;
    if (FileLineColLoc place = sourcePlace(op->getLoc()))
      out << place;
    if (ProvenanceAttr provenance = provenanceOf(op->getLoc()))
      out << provenance;
    out << '|';
    llvm::interleaveComma(op->getResultTypes(), out, [&](Type type) { out << type.getAsOpaquePointer(); });
    if (op->getNumRegions() == 0) {
      NamedAttrList attributes(op->getAttrDictionary());
      attributes.erase(kCheckpointAttr);
      out << '|' << attributes.getDictionary(op->getContext()).getAsOpaquePointer();
    }
    return key;
  }

  /// Which ops of the listing before are still there.
  void inherit() {
    if (!before)
      return;
    llvm::StringMap<unsigned> numbers;
    auto number = [&](StringRef key) { return numbers.try_emplace(key, numbers.size()).first->second; };
    std::vector<unsigned> a, b;
    for (const ListingLine &line : before->lines)
      a.push_back(number(line.key));
    for (const Entry &entry : entries)
      b.push_back(number(entry.key));
    for (auto [i, j] : match(a, b))
      entries[j].names = &before->lines[i].names;
  }

  /// Gives a value a name that nothing else has had.
  void give(Value value, StringRef wanted) {
    std::string text = wanted.empty() ? "value" : wanted.str();
    std::string unique = text;
    for (unsigned number = 2; !isFree(unique, value); ++number)
      unique = text + "_" + std::to_string(number);
    take(value, unique);
  }
  bool isFree(const std::string &name, Value value) {
    // Arguments of the function are the first to be named, every time.
    bool isArgument = isa<BlockArgument>(value) && value.getParentBlock() == &func.getBody().front();
    return !current.contains(name) && (isArgument || !listing.taken.contains(name));
  }
  void take(Value value, StringRef name) {
    names[value] = name.str();
    current.insert(name);
    listing.taken.insert(name);
  }

  std::string tokenOf(Value value) {
    std::string token;
    llvm::raw_string_ostream out(token);
    value.printAsOperand(out, state);
    return token;
  }

  /// The values an op's line names first: results, then the arguments of its region.
  static SmallVector<Value> namedValues(Operation *op) {
    SmallVector<Value> values(op->getResults());
    if (op->getNumRegions())
      llvm::append_range(values, op->getRegion(0).getArguments());
    return values;
  }

  void nameValues(Entry &entry, ListingLine &line) {
    Operation *op = entry.op;
    std::string signature;
    for (Value operand : op->getOperands())
      signature += shown(operand) + ",";
    signature += "|" + entry.key;
    SmallVector<Value> values = namedValues(op);
    const std::vector<std::string> *known = entry.names;
    if (!known && before)
      if (auto found = before->known.find(signature); found != before->known.end())
        known = &found->second;
    for (auto [index, value] : llvm::enumerate(values)) {
      if (known && index < known->size() && !current.contains((*known)[index])) {
        take(value, (*known)[index]);
      } else {
        StringRef name = sourceName(value.getLoc());
        give(value, name.empty() ? op->getName().stripDialect() : name);
      }
      line.names.push_back(names[value]);
    }
    listing.known[signature] = line.names;
  }

  /// A result that the open kernel only fills with a number: no op's line names it.
  void nameFilled(Value result) {
    std::vector<std::string> &made = listing.lines[kernelLine].names;
    if (openNames && made.size() < openNames->size() && !current.contains((*openNames)[made.size()]))
      take(result, (*openNames)[made.size()]);
    else
      give(result, "value");
    made.push_back(names.lookup(result));
  }

  void write(Entry &entry) {
    Operation *op = entry.op;
    ListingLine line;
    line.depth = entry.depth;
    line.key = entry.key;
    if (auto kernel = dyn_cast<KernelOp>(op); kernel && !entry.isEnd) {
      openKernel = kernel;
      for (auto [argument, operand] : llvm::zip(kernel.getBody().getArguments(), kernel.getInputs()))
        bind(argument, operand);
    }
    line.id = idOf(op->getLoc());
    if (openKernel)
      line.kernel = openKernel.getSymbol().value_or("").str();
    if (entry.isEnd) {
      line.text = "}";
      if (auto kernel = dyn_cast<KernelOp>(op)) {
        for (auto [result, value] : llvm::zip(kernel.getResults(), kernel.yieldOp().getValues()))
          if (std::string known = names.lookup(value); !known.empty())
            names[result] = known;
          else
            nameFilled(result);
        listing.lines[kernelLine].text = kernelText(kernel);
        openKernel = {};
      }
      listing.lines.push_back(std::move(line));
      return;
    }
    if (FileLineColLoc place = sourcePlace(op->getLoc())) {
      line.file = place.getFilename().getValue();
      line.line = place.getLine(), line.column = place.getColumn();
    }
    if (ProvenanceAttr provenance = provenanceOf(op->getLoc()))
      line.role = stringifyRole(provenance.getRole()), line.rule = provenance.getRule();
    if (isa<KernelOp>(op)) {
      kernelLine = listing.lines.size();
      openNames = entry.names;
    } else {
      nameValues(entry, line);
      line.text = opText(op);
    }
    listing.lines.push_back(std::move(line));
  }

  std::string listed(ValueRange values) {
    std::string text;
    for (Value value : values)
      text += (text.empty() ? "" : ", ") + shown(value);
    return text;
  }

  std::string kernelText(KernelOp kernel) {
    std::string text = listed(kernel.getResults()) + " = kernel";
    if (auto symbol = kernel.getSymbol())
      text += (" @" + *symbol).str();
    text += "(" + listed(kernel.getInputs()) + ")";
    if (ArrayAttr places = kernel.getPlacesAttr()) {
      text += " at ";
      llvm::raw_string_ostream out(text);
      llvm::interleaveComma(places, out, [&](Attribute attribute) {
        std::string spelling;
        llvm::raw_string_ostream(spelling) << attribute;
        StringRef place = spelling;
        place.consume_front("#nn.");
        for (char c : place)
          if (c != '"')
            out << c;
      });
    }
    return text + " {";
  }

  std::string opText(Operation *op) {
    std::string printed;
    llvm::raw_string_ostream out(printed);
    op->print(out, state);
    StringRef text = printed;
    if (op->getNumResults() > 0)
      text = text.split(" = ").second;
    text.consume_front("nn.");
    const bool hasRegion = op->getNumRegions() > 0;
    if (hasRegion)
      text = text.take_front(text.rfind("{...}")).rtrim();
    else
      text = text.take_front(findTypes(text));
    std::string result = op->getNumResults() > 0 ? listed(op->getResults()) + " = " : "";
    result += withShortNumbers(withoutCheckpoint(op, replaced(op, text)));
    if (!hasRegion && op->getNumResults() > 0) {
      result += " : ";
      llvm::raw_string_ostream types(result);
      llvm::interleaveComma(op->getResultTypes(), types, [&](Type type) { types << shortType(type); });
    }
    return hasRegion ? result + " {" : result;
  }

  /// A checkpoint's mark is for nn-differentiate alone, which takes it away: shown, it would make a difference of every line
  /// that stays as it is. What is computed again says so by its role.
  static std::string withoutCheckpoint(Operation *op, std::string text) {
    if (Attribute mark = op->getDiscardableAttr(kCheckpointAttr)) {
      std::string spelling = (" {" + kCheckpointAttr + " = ").str();
      llvm::raw_string_ostream(spelling) << mark << "}";
      if (size_t at = text.find(spelling); at != std::string::npos)
        text.erase(at, spelling.size());
    }
    return text;
  }

  /// `text` with our names for the printer's, short types for long ones, and single spaces.
  std::string replaced(Operation *op, StringRef text) {
    llvm::StringMap<std::string> tokens;
    std::map<std::string, std::string, std::greater<>> types; // longer ones with the same beginning first
    auto add = [&](Value value) {
      tokens[tokenOf(value)] = shown(value);
      std::string type;
      llvm::raw_string_ostream(type) << value.getType();
      types[type] = shortType(value.getType());
    };
    llvm::for_each(op->getOperands(), add);
    llvm::for_each(namedValues(op), add);
    std::string result;
    for (size_t i = 0; i < text.size();) {
      if (text[i] == '%') {
        size_t end = i + 1;
        while (end < text.size() && isTokenChar(text[end]))
          ++end;
        auto found = tokens.find(text.slice(i, end));
        result += found == tokens.end() ? text.slice(i, end).str() : found->second;
        i = end;
        continue;
      }
      if (text[i] == 't' && text.substr(i).starts_with("tensor<")) {
        auto found = llvm::find_if(types, [&](const auto &type) { return text.substr(i).starts_with(type.first); });
        if (found != types.end()) {
          result += found->second;
          i += found->first.size();
          continue;
        }
      }
      if (text[i] != ' ' || result.empty() || result.back() != ' ')
        result += text[i];
      ++i;
    }
    return result;
  }

  ListingLine header() {
    ListingLine line;
    line.key = "func";
    line.text = "func " + func.getSymName().str() + "(";
    llvm::raw_string_ostream out(line.text);
    llvm::interleaveComma(func.getArguments(), out, [&](BlockArgument argument) {
      out << '%' << names.lookup(argument) << ": " << shortType(argument.getType());
    });
    out << ")";
    if (DimValueAttr workspace = func.getWorkspaceAttr())
      out << " workspace " << Dim::parse(workspace.getText())->str() << " bytes";
    out << " {";
    return line;
  }

  const Listing *before;
  FuncOp func;
  OpPrintingFlags flags;
  AsmState state;
  std::vector<Entry> entries;
  llvm::DenseMap<Value, std::string> names, literals;
  llvm::StringSet<> current; // names in this listing
  KernelOp openKernel;
  size_t kernelLine = 0;                          // its line
  const std::vector<std::string> *openNames = nullptr; // that it had before
  Listing listing;
};

} // namespace

Listing list(FuncOp func, const Listing *before) { return Lister(func, before).list(); }

} // namespace nnc::view
