// Modules.cpp: `use`: finding, reading and parsing files, and looking names up in them.
#include "frontend/Modules.h"
#include "frontend/Parser.h"
#include "frontend/StandardLibrary.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace nnc;
using namespace nnc::ast;

static constexpr unsigned maxUseDepth = 256;

const Module *ModuleLoader::load(llvm::StringRef mainFile, std::optional<llvm::StringRef> mainText) {
  return loadFile(mainFile, mainText, nullptr);
}

Module *ModuleLoader::loadFile(llvm::StringRef path, std::optional<llvm::StringRef> text,
                               const UseDecl *usedBy) {
  auto fail = [&](const llvm::Twine &reason) -> Module * {
    if (usedBy)
      diags.error(usedBy->pathRange, "cannot read '" + path + "': " + reason);
    else
      diags.error("cannot read '" + path + "': " + reason);
    return nullptr;
  };
  // A NUL would end the name for the operating system, but not for us.
  if (path.contains('\0'))
    return fail("the name holds a NUL character");
  std::string identity = path.str();
  llvm::sys::fs::UniqueID id;
  if (path != "-" && !llvm::sys::fs::getUniqueID(path, id))
    identity = std::to_string(id.getDevice()) + ":" + std::to_string(id.getFile());

  if (Module *known = byIdentity.lookup(identity)) {
    const auto *cycle = llvm::find_if(loading, [&](const Pending &p) { return p.module == known; });
    if (cycle == loading.end())
      return known;
    auto error =
        diags.error(usedBy->pathRange, "'" + path + "' uses itself" +
                                           (std::next(cycle) == loading.end() ? "" : ", by way of others"));
    for (auto it = std::next(cycle); it != loading.end(); ++it)
      error.note(it->use->pathRange, "'" + it->module->name + "' is used here");
    return nullptr;
  }
  if (loading.size() >= maxUseDepth)
    return fail("files use each other more than " + llvm::Twine(maxUseDepth) + " deep");
  std::string reason;
  SourceFile *source = text ? sources.add(path, *text, /*isLibrary=*/false) : sources.read(path, reason);
  if (!source)
    return fail(reason);
  if (path != "-")
    dependencies.push_back(path.str());

  modules.push_back(std::make_unique<Module>());
  Module *module = modules.back().get();
  module->name = path.str();
  byIdentity[identity] = module;
  loading.push_back({module, usedBy});
  module->files.push_back(Parser(*source, diags, memory).parseFile());
  loadUses(*module);
  loading.pop_back();
  collectNames(*module, diags);
  return module;
}

void ModuleLoader::loadUses(Module &module) {
  for (const File *file : module.files)
    for (const Decl *decl : file->declarations) {
      const auto *use = llvm::dyn_cast<UseDecl>(decl);
      if (!use)
        continue;
      const Module *used = nullptr;
      if (use->name) {
        if (use->name.text == "nn")
          used = &StandardLibrary::get().getModule();
        else
          diags.error(use->pathRange, "unknown library '" + use->name.text +
                                          "'; the library is 'nn', a file is written in quotes");
      } else {
        llvm::SmallString<256> path(use->path);
        if (!llvm::sys::path::is_absolute(use->path)) {
          path = file->source->directory;
          llvm::sys::path::append(path, use->path);
        }
        used = loadFile(path, std::nullopt, use);
      }
      if (!used)
        continue;
      for (const Module::Use &other : module.uses)
        if (use->alias && other.alias == use->alias.text)
          diags.error(use->alias.range, "'" + use->alias.text + "' stands for another file already")
              .note(other.decl->alias.range, "here");
      module.uses.push_back({used, use, use->alias.text});
    }
}

void nnc::collectNames(Module &module, Diagnostics &diags) {
  for (const File *file : module.files)
    for (const Decl *decl : file->declarations) {
      if (decl->kind == Decl::Kind::Use || decl->kind == Decl::Kind::Train)
        continue;
      auto [it, isNew] = module.names.try_emplace(decl->name.text, decl);
      if (!isNew)
        diags.error(decl->name.range, "'" + decl->name.text + "' is defined twice")
            .note(it->second->name.range, "first defined here");
    }
}

Definition nnc::lookup(const Module &module, llvm::StringRef name, Definition *clash) {
  if (const Decl *own = module.names.lookup(name))
    return {own, &module};
  Definition found;
  for (const Module::Use &use : module.uses) {
    if (!use.alias.empty())
      continue;
    const Decl *decl = use.module->names.lookup(name);
    if (!decl || decl == found.decl)
      continue;
    // The user's files win over the library.
    if (!found || (found.module->isLibrary && !use.module->isLibrary))
      found = {decl, use.module};
    else if (clash && !use.module->isLibrary)
      *clash = {decl, use.module};
  }
  return found;
}

Definition nnc::lookupQualified(const Module &module, llvm::StringRef alias, llvm::StringRef name) {
  for (const Module::Use &use : module.uses)
    if (use.alias == alias)
      if (const Decl *decl = use.module->names.lookup(name))
        return {decl, use.module};
  return {};
}

bool nnc::isAlias(const Module &module, llvm::StringRef name) {
  return llvm::any_of(module.uses,
                      [&](const Module::Use &use) { return !name.empty() && use.alias == name; });
}

void nnc::visibleNames(const Module &module, llvm::SmallVectorImpl<llvm::StringRef> &names) {
  auto add = [&](const Module &from) {
    for (const auto &entry : from.names)
      names.push_back(entry.getKey());
  };
  add(module);
  for (const Module::Use &use : module.uses)
    if (use.alias.empty())
      add(*use.module);
}
