// Modules.h: the files of a program and the names they define.
//
// A module is a name space: one file, or the standard library with its files. `use` makes the names of another
// module visible, qualified or not; names it uses itself are not passed on.
#ifndef NNC_FRONTEND_MODULES_H
#define NNC_FRONTEND_MODULES_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"
#include <optional>

namespace nnc {

struct Module {
  struct Use {
    const Module *module = nullptr;
    const ast::UseDecl *decl = nullptr;
    llvm::StringRef alias; // empty: names come unqualified
  };
  std::string name;
  bool isLibrary = false;
  std::vector<const ast::File *> files;
  std::vector<Use> uses;
  /// What can be named: all declarations but `use` and `train`, by name.
  llvm::StringMap<const ast::Decl *> names;
};

/// A declaration and the module that its text is in.
struct Definition {
  const ast::Decl *decl = nullptr;
  const Module *module = nullptr;
  explicit operator bool() const { return decl; }
};

class ModuleLoader {
public:
  ModuleLoader(SourceManager &sources, Diagnostics &diags) : sources(sources), diags(diags) {}

  /// Reads the main file, or takes its text, and reads all it uses; null when it cannot be read at all.
  const Module *load(llvm::StringRef mainFile, std::optional<llvm::StringRef> mainText);
  const std::vector<std::string> &getDependencies() const { return dependencies; }
  llvm::BumpPtrAllocator &getMemory() { return memory; }
  const std::vector<std::unique_ptr<Module>> &getModules() const { return modules; }

private:
  Module *loadFile(llvm::StringRef path, std::optional<llvm::StringRef> text, const ast::UseDecl *usedBy);
  void loadUses(Module &module);

  SourceManager &sources;
  Diagnostics &diags;
  llvm::BumpPtrAllocator memory; // of all trees
  std::vector<std::unique_ptr<Module>> modules;
  std::vector<std::string> dependencies;
  llvm::StringMap<Module *> byIdentity; // device and inode: one file under two names is one module
  struct Pending {
    Module *module;
    const ast::UseDecl *use;
  };
  llvm::SmallVector<Pending> loading; // from the main file to the one being read
};

/// Enters a module's declarations into its names; two of one name are an error.
void collectNames(Module &module, Diagnostics &diags);

/// Finds an unqualified name: the module's own definitions win over used ones; two used ones clash.
/// `clash` receives the second of two equal names.
Definition lookup(const Module &module, llvm::StringRef name, Definition *clash = nullptr);
/// Finds `alias.name`.
Definition lookupQualified(const Module &module, llvm::StringRef alias, llvm::StringRef name);
bool isAlias(const Module &module, llvm::StringRef name);
/// All names visible without qualification, for "did you mean".
void visibleNames(const Module &module, llvm::SmallVectorImpl<llvm::StringRef> &names);

} // namespace nnc

#endif
