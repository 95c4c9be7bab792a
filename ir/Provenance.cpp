// Provenance.cpp: reading and making locations that carry names and reasons.
#include "ir/Provenance.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace nnc {

/// Visits a location and those inside it, outermost first, until `visit` returns true.
static bool walkLocation(Location loc, llvm::function_ref<bool(Location)> visit) {
  if (visit(loc))
    return true;
  if (auto named = dyn_cast<NameLoc>(loc))
    return walkLocation(named.getChildLoc(), visit);
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return walkLocation(call.getCallee(), visit) || walkLocation(call.getCaller(), visit);
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      if (walkLocation(inner, visit))
        return true;
  return false;
}

/// The place of `loc` under a name, without its provenance.
static Location namedPlace(Location loc, StringRef name) {
  FileLineColLoc file = sourcePlace(loc);
  Location place = file ? Location(file) : UnknownLoc::get(loc.getContext());
  place = inLayer(place, layerOf(loc));
  if (name.empty())
    return place;
  return NameLoc::get(StringAttr::get(loc.getContext(), name), place);
}

Location renamed(Location loc, StringRef name) {
  Location place = namedPlace(loc, name);
  ProvenanceAttr provenance = provenanceOf(loc);
  return provenance ? Location(FusedLoc::get({place}, provenance, loc.getContext())) : place;
}

Location provenanceLoc(Location forward, Role role, StringRef rule, int32_t operand, StringRef name,
                       StringRef of) {
  MLIRContext *context = forward.getContext();
  return FusedLoc::get({namedPlace(forward, name)}, ProvenanceAttr::get(context, role, rule, operand, of),
                       context);
}

Location provenanceLoc(Operation *forward, Role role, StringRef rule, int32_t operand, StringRef name) {
  StringRef of = sourceName(forward->getLoc());
  return provenanceLoc(forward->getLoc(), role, rule, operand, name,
                       of.empty() ? forward->getName().stripDialect() : of);
}

ProvenanceAttr provenanceOf(Location loc) {
  ProvenanceAttr found;
  walkLocation(loc, [&](Location inner) {
    if (auto fused = dyn_cast<FusedLoc>(inner))
      found = dyn_cast_or_null<ProvenanceAttr>(fused.getMetadata());
    return bool(found);
  });
  return found;
}

StringRef sourceName(Location loc) {
  StringRef name;
  walkLocation(loc, [&](Location inner) {
    if (auto named = dyn_cast<NameLoc>(inner))
      name = named.getName().getValue();
    return !name.empty();
  });
  return name;
}

Location inLayer(Location loc, StringRef layer) {
  if (layer.empty())
    return loc;
  return FusedLoc::get({loc}, StringAttr::get(loc.getContext(), layer), loc.getContext());
}

StringRef layerOf(Location loc) {
  StringRef layer;
  walkLocation(loc, [&](Location inner) {
    if (auto fused = dyn_cast<FusedLoc>(inner))
      if (auto name = dyn_cast_or_null<StringAttr>(fused.getMetadata()))
        layer = name.getValue();
    return !layer.empty();
  });
  return layer;
}

FileLineColLoc sourcePlace(Location loc) {
  FileLineColLoc place;
  walkLocation(loc, [&](Location inner) {
    if (auto file = dyn_cast<FileLineColLoc>(inner))
      place = file;
    return bool(place);
  });
  return place;
}

std::string provenanceText(Location loc) {
  std::string text;
  llvm::raw_string_ostream out(text);
  if (ProvenanceAttr provenance = provenanceOf(loc)) {
    Role role = provenance.getRole();
    out << stringifyRole(role);
    if (role == Role::Optimizer)
      out << ' ' << provenance.getRule();
    if (!provenance.getOf().empty())
      out << (role == Role::Optimizer ? " for " : " of ") << provenance.getOf();
    if (role == Role::Adjoint || role == Role::Accumulate)
      out << ", operand " << provenance.getOperand() << ", by: " << provenance.getRule();
  }
  if (FileLineColLoc place = sourcePlace(loc))
    out << (text.empty() ? "" : ", ") << llvm::sys::path::filename(place.getFilename().getValue()) << ':' << place.getLine()
        << ':' << place.getColumn();
  return text;
}

void printWithProvenance(ModuleOp module, llvm::raw_ostream &out) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  AsmState::LocationMap places;
  AsmState state(module, OpPrintingFlags(), &places);
  module.print(stream, state);
  llvm::DenseMap<unsigned, Operation *> opOfLine; // the first of a line
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto place = places.find(op); place != places.end())
      opOfLine.try_emplace(place->second.first, op);
  });
  unsigned number = 0;
  for (StringRef rest = StringRef(text).rtrim('\n'); !rest.empty();) {
    auto [line, after] = rest.split('\n');
    out << line;
    Operation *op = opOfLine.lookup(++number);
    if (op && provenanceOf(op->getLoc()))
      out << "  // " << provenanceText(op->getLoc());
    out << '\n';
    rest = after;
  }
}

/// Turns a source name into one the printer accepts (`conv2.weight` stays readable as `conv2.weight`).
static std::string printable(StringRef name) {
  std::string text;
  for (char c : name)
    text += llvm::isAlnum(c) || c == '_' || c == '.' ? c : '_';
  return text;
}

/// Whether the printer's names may begin as this one does.
static bool isUsable(StringRef name) { return !name.empty() && (llvm::isAlpha(name.front()) || name.front() == '_'); }

std::string describedName(Value value) {
  // What a kernel or loop yields has the name; the op's own is that of its anchor.
  Operation *op = value.getDefiningOp();
  if (op && op->getNumRegions() == 1 && !op->getRegion(0).empty())
    return describedName(op->getRegion(0).front().back().getOperand(cast<OpResult>(value).getResultNumber()));
  if (StringRef name = sourceName(value.getLoc()); isUsable(name))
    return printable(name);
  if (op)
    return op->getName().stripDialect().str(); // %relu says more than %17
  // Kernels and loops have an argument for each operand, these last.
  auto argument = cast<BlockArgument>(value);
  op = argument.getOwner()->getParentOp();
  int64_t before = static_cast<int64_t>(argument.getOwner()->getNumArguments()) - op->getNumOperands();
  return argument.getArgNumber() < before ? "" : describedName(op->getOperand(argument.getArgNumber() - before));
}

void nameResults(Operation *op, OpAsmSetValueNameFn setName) {
  for (Value result : op->getResults())
    setName(result, describedName(result));
}

void nameArguments(Region &region, OpAsmSetValueNameFn setName) {
  for (BlockArgument argument : region.getArguments())
    if (std::string name = describedName(argument); !name.empty())
      setName(argument, name);
}

} // namespace nnc
