// Tuning.cpp: the file is JSON:
//
//   {"compiler": "nnc 0.1.0 (...)", "kernels": [{"choices": {"tile": "8x3"}, "kernel": "matmul_0123",
//     "percent_faster": 8, "sizes": {"batch": 64}, "target": "x86-64-v4"}]}
#include "codegen/halide/Tuning.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>

namespace nnc {

llvm::Expected<Tuning> Tuning::read(llvm::StringRef path, std::string compiler, bool &stale) {
  auto fail = [&](const llvm::Twine &why) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "cannot read '" + path + "': " + why);
  };
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return fail(file.getError().message());
  llvm::Expected<llvm::json::Value> json = llvm::json::parse((*file)->getBuffer());
  if (!json)
    return fail("it is no tuning file: " + llvm::toString(json.takeError()));
  const llvm::json::Object *root = json->getAsObject();
  const llvm::json::Array *list = root ? root->getArray("kernels") : nullptr;
  std::optional<llvm::StringRef> madeBy = root ? root->getString("compiler") : std::nullopt;
  if (!list || !madeBy)
    return fail("it is no tuning file: expected an object with 'compiler' and 'kernels'");
  Tuning tuning(std::move(compiler));
  stale = *madeBy != tuning.compiler;
  if (stale)
    return tuning;
  for (size_t i = 0; i < list->size(); ++i) {
    const llvm::json::Object *entry = (*list)[i].getAsObject();
    auto kernel = entry ? entry->getString("kernel") : std::nullopt;
    auto target = entry ? entry->getString("target") : std::nullopt;
    const llvm::json::Object *choices = entry ? entry->getObject("choices") : nullptr;
    if (!kernel || !target || !choices)
      return fail("kernel " + llvm::Twine(i + 1) + " lacks 'kernel', 'target' or 'choices'");
    TunedKernel tuned;
    tuned.gain = 1 + entry->getNumber("percent_faster").value_or(0) / 100;
    for (const auto &[name, way] : *choices) {
      if (!way.getAsString())
        return fail("choice '" + llvm::StringRef(name) + "' of kernel '" + *kernel + "' is no text");
      tuned.chosen[name.str()] = way.getAsString()->str();
    }
    if (const llvm::json::Object *sizes = entry->getObject("sizes"))
      for (const auto &[name, size] : *sizes)
        tuned.sizes[name.str()] = size.getAsInteger().value_or(0);
    tuning.set(*kernel, *target, std::move(tuned));
  }
  return tuning;
}

std::string Tuning::text() const {
  llvm::json::Array list;
  for (const auto &[key, tuned] : kernels) {
    llvm::json::Object choices, sizes;
    for (const auto &[name, way] : tuned.chosen)
      choices[name] = way;
    for (const auto &[name, size] : tuned.sizes)
      sizes[name] = size;
    list.push_back(llvm::json::Object{{"kernel", key.first},
                                      {"target", key.second},
                                      {"choices", std::move(choices)},
                                      {"sizes", std::move(sizes)},
                                      {"percent_faster", std::llround(100 * (tuned.gain - 1))}});
  }
  llvm::json::Value root = llvm::json::Object{{"compiler", compiler}, {"kernels", std::move(list)}};
  return llvm::formatv("{0:2}\n", root).str();
}

const TunedKernel *Tuning::find(llvm::StringRef kernel, llvm::StringRef target) const {
  auto known = kernels.find({kernel.str(), target.str()});
  return known == kernels.end() ? nullptr : &known->second;
}

void Tuning::set(llvm::StringRef kernel, llvm::StringRef target, TunedKernel tuned) {
  kernels[{kernel.str(), target.str()}] = std::move(tuned);
}

} // namespace nnc
