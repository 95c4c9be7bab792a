// Profile.h: where the time of a function goes, kernel call by kernel call.
#ifndef NNC_RUN_PROFILE_H
#define NNC_RUN_PROFILE_H

#include "tools/nnc-run/SyntheticCall.h"
#include "tools/nnc-run/support/OutputFile.h"

#include <cstdint>
#include <string>
#include <vector>

namespace nnc::run {

/// One measured call of the function: in nanoseconds, what the caller saw, and each run of a kernel.
struct ProfiledStep {
  uint64_t begin, end;
  std::vector<nnc_event> events;
};

/// What rows of the table stand for.
enum class ProfileKey { Call, Line, Kernel, Role };

/// Some kernel calls together, per step of the function.
struct ProfileRow {
  std::vector<uint32_t> calls; // indices into the model's kernel calls
  double seconds = 0;          // median over the steps
  double runs = 0;             // a call in a loop runs in each of its turns
  double operations = 0, bytes = 0;
};

class Profile {
public:
  /// Runs the call `warmUp` times, then `steps` times with the clock on.
  static Expected<Profile> measure(Instance &instance, SyntheticCall &call, int64_t warmUp, int64_t steps);

  /// The most expensive first.
  std::vector<ProfileRow> rows(ProfileKey key) const;
  /// Medians over the steps: of the whole call, and of what was not spent in kernels.
  double stepSeconds() const;
  double outsideSeconds() const;
  const nnc_model &model() const { return *type; }

  /// The measured steps as a Chrome trace ("Trace Event Format"; chrome://tracing, ui.perfetto.dev read it).
  std::string trace() const;

private:
  const nnc_model *type = nullptr;
  std::string function;
  std::vector<int64_t> sizes;
  std::vector<ProfiledStep> steps;
};

} // namespace nnc::run

#endif
