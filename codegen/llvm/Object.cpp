// Object.cpp: from the llvm dialect to machine code, by LLVM's own pipeline.
#include "codegen/llvm/Object.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace mlir;
using llvm::StringRef;

namespace nnc {

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
  });
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

FailureOr<llvm::SmallVector<char, 0>> compileHostModule(ModuleOp module, StringRef triple, ObjectKind kind) {
  initializeTargets();
  std::string reason;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple.str(), reason);
  if (!target)
    return module.emitError() << "no code generator for '" << triple << "': " << reason;
  // Position-independent, as shared libraries have to be.
  std::unique_ptr<llvm::TargetMachine> machine(
      target->createTargetMachine(triple, triple.starts_with("x86_64") ? "x86-64" : "generic", "",
                                  llvm::TargetOptions(), llvm::Reloc::PIC_));
  if (!machine)
    return module.emitError() << "no code generator for '" << triple << "'";

  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  // Layout and triple are set first: the translation asks for sizes and alignments.
  module->setAttr(LLVM::LLVMDialect::getDataLayoutAttrName(),
                  StringAttr::get(context, machine->createDataLayout().getStringRepresentation()));
  module->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(), StringAttr::get(context, triple));
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, llvmContext, "nnc");
  if (!llvmModule)
    return module.emitError("host code could not be translated to LLVM IR");
  llvmModule->setPICLevel(llvm::PICLevel::BigPIC);

  optimize(*llvmModule, *machine);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager emit;
  auto fileType =
      kind == ObjectKind::Object ? llvm::CodeGenFileType::ObjectFile : llvm::CodeGenFileType::AssemblyFile;
  if (machine->addPassesToEmitFile(emit, stream, nullptr, fileType))
    return module.emitError() << "the code generator for '" << triple << "' cannot write this kind of file";
  emit.run(*llvmModule);
  return bytes;
}

} // namespace nnc
