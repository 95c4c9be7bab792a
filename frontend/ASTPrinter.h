// ASTPrinter.h: the tree as indented text, one node a line with its range, for --emit=ast.
#ifndef NNC_FRONTEND_ASTPRINTER_H
#define NNC_FRONTEND_ASTPRINTER_H

#include "frontend/AST.h"
#include "llvm/Support/raw_ostream.h"

namespace nnc {

void printAST(const ast::File &file, const SourceManager &sources, llvm::raw_ostream &os);

} // namespace nnc

#endif
