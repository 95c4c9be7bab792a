// Listing.h: a function as lines for people: short types, constants without their numbers, and names that stay.
//
// The printed graph numbers what the source does not name, so one op more renames all below it. A listing takes the names
// of the listing before it: an op that is still there keeps its name, whatever a pass did around it.
#ifndef NNC_CODEGEN_VIEW_LISTING_H
#define NNC_CODEGEN_VIEW_LISTING_H

#include "ir/ops/Structure.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::view {

/// One op, or the end of one with a region.
struct ListingLine {
  std::string text;               // without indentation
  unsigned depth = 0;             // of regions
  std::string file;               // of the source; empty: unknown
  unsigned line = 0, column = 0;
  std::string role, rule;         // of ops that are not the forward pass
  std::string kernel;             // the symbol of the kernel it is in or begins
  int64_t id = -1;                // see setIds
  std::vector<std::string> names; // of results
  std::string key;                // what tells ops apart beside operands
};

struct Listing {
  std::string function;
  std::vector<ListingLine> lines;
  llvm::StringMap<std::vector<std::string>> known; // "operands | key" -> names, of what follows to take
  llvm::StringSet<> taken;                         // names, of all listings up to here
};

/// Lists `func`; names come from `before`, a listing of the function at another time, if there is one.
Listing list(FuncOp func, const Listing *before);

/// `f32[batch, 784]`; `f32` of a scalar.
std::string shortType(mlir::Type type);

/// Numbers the ops of a module in order, in their locations: what passes make of an op has its number still.
void setIds(mlir::ModuleOp module);
int64_t idOf(mlir::Location loc);

} // namespace nnc::view

#endif
