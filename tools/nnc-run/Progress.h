// Progress.h: a bar on a terminal, a line now and then elsewhere; on the standard error, so that results can
// be piped.
#ifndef NNC_RUN_PROGRESS_H
#define NNC_RUN_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace nnc::run {

class Progress {
public:
  enum class Mode { None, Plain, Bar };
  /// What suits the standard error: a bar on a terminal that can move its cursor.
  static Mode suitableMode();

  explicit Progress(Mode mode);
  ~Progress() { clear(); }

  /// Parts shown beside the bar, in order; where space is short those of the largest `rank` go first.
  struct Part {
    std::string text;
    int rank;
  };

  /// True if an update would be shown now: spares the caller from making texts that nobody sees.
  bool due() const;
  void update(const std::string &label, int64_t done, int64_t total, const std::vector<Part> &parts);
  /// Takes the bar away, so that lines can be printed.
  void clear();

private:
  using Clock = std::chrono::steady_clock;
  std::string drawBar(const std::string &label, int64_t done, int64_t total, std::vector<Part> parts) const;

  Mode mode;
  bool colour, unicode, shown = false;
  Clock::duration interval;
  Clock::time_point next;
};

/// "0:07", "12:30", "1:02:03"
std::string durationText(double seconds);
/// A number for people: four significant digits.
std::string shortNumber(double value);

} // namespace nnc::run

#endif
