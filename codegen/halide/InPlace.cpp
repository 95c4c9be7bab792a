// InPlace.cpp: see InPlace.h.
#include "codegen/halide/InPlace.h"

namespace nnc {
namespace {

class ReadResults : public Halide::Internal::IRMutator {
public:
  explicit ReadResults(std::map<std::string, std::string> resultOf) : resultOf(std::move(resultOf)) {}
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Halide::Expr visit(const Halide::Internal::Load *op) override {
    Halide::Expr index = mutate(op->index), predicate = mutate(op->predicate);
    auto result = resultOf.find(op->name);
    // The parameter stays: it says how the input, and so the result, is aligned.
    return Halide::Internal::Load::make(op->type, result == resultOf.end() ? op->name : result->second, index,
                                        op->image, op->param, predicate, op->alignment);
  }

private:
  std::map<std::string, std::string> resultOf;
};

} // namespace

void addInPlacePass(Halide::Pipeline &pipeline, std::map<std::string, std::string> resultOf) {
  if (!resultOf.empty())
    pipeline.add_custom_lowering_pass(new ReadResults(std::move(resultOf)));
}

} // namespace nnc
