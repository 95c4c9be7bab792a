// Explain.h: `nnc explain`: gradient rules of operators and derivations of models.
#ifndef NNC_TOOLS_NNC_EXPLAIN_H
#define NNC_TOOLS_NNC_EXPLAIN_H

namespace nnc {

/// Runs `nnc explain ...`; argv[1] is `explain`. The exit status.
int explainMain(int argc, char **argv);

} // namespace nnc

#endif
