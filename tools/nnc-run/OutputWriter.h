// OutputWriter.h: predictions as they come, batch by batch, into a file of some format.
#ifndef NNC_RUN_OUTPUTWRITER_H
#define NNC_RUN_OUTPUTWRITER_H

#include "runtime/nnc.h"
#include "tools/nnc-run/support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace nnc::run {

/// One output of a predict function, over all samples.
struct OutputArray {
  std::string name;
  nnc_dtype dtype;
  std::vector<int64_t> shape; // of the whole: axis 0 grows with the samples
  int64_t rows() const;
  int64_t rowNumbers() const;
};

class OutputWriter {
public:
  /// The format follows the path: .npy holds a single array; .csv, .tsv and "-" hold all side by side.
  static Expected<std::unique_ptr<OutputWriter>> create(const std::string &path,
                                                        std::vector<OutputArray> arrays);
  virtual ~OutputWriter() = default;

  /// Writes `rows` rows of every array, in the order they were given.
  virtual void write(const std::vector<const void *> &data, int64_t rows) = 0;
  /// Makes the file appear under its name.
  virtual Error finish() = 0;
};

} // namespace nnc::run

#endif
