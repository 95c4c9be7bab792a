// Definitions.h: what emitted functions are written with.
#ifndef NNC_CODEGEN_HALIDE_DEFINITIONS_H
#define NNC_CODEGEN_HALIDE_DEFINITIONS_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// Halide's order of arguments: the innermost axis first.
std::vector<Halide::Expr> reversed(llvm::ArrayRef<Halide::Expr> index);

/// Defines function(args) as one or several values.
void define(const Halide::FuncRef &at, const Nums &values);

/// The values of function(args).
Nums read(Halide::Func function, const std::vector<Halide::Expr> &args);

/// combine(sofar, element), with the element once in the expression.
Nums combineOnce(const ReduceSpec &spec, const Nums &sofar, const Nums &element);

/// `sofar` with the element at a position of the domain.
Nums nextOf(const ReduceSpec &spec, const Halide::RDom &domain, const Nums &sofar,
            llvm::ArrayRef<Halide::Expr> index);

/// Inserts the reduced axes' positions into an index over the kept ones.
ExprIndex fullIndex(const ReduceSpec &spec, llvm::ArrayRef<Halide::Expr> kept,
                    const std::vector<Halide::Expr> &reduced);

/// How many elements make one, where sizes are known at run time only a guess.
double guessedLength(const ReduceSpec &spec);

/// Operations to compute some expressions, shared parts once: the work per element that tasks are sized by.
double countOperations(const Nums &values);

} // namespace nnc

#endif
