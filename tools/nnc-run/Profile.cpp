// Profile.cpp: see Profile.h.
#include "tools/nnc-run/Profile.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

namespace nnc::run {

namespace {

/// The clock of nnc_event.
uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000 + static_cast<uint64_t>(time.tv_nsec);
}

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string keyOf(const nnc_kernel_call &call, uint32_t index, ProfileKey key) {
  switch (key) {
  case ProfileKey::Call: break;
  case ProfileKey::Line: return text(call.file, ":", call.line);
  case ProfileKey::Kernel: return call.kernel;
  case ProfileKey::Role: return call.role;
  }
  return text(index);
}

/// The roles of a call as the format of traces has them, with commas between.
std::string categories(const nnc_kernel_call &call) {
  std::string text = call.role;
  std::replace(text.begin(), text.end(), '+', ',');
  return text;
}

} // namespace

Expected<Profile> Profile::measure(Instance &instance, SyntheticCall &call, int64_t warmUp, int64_t steps) {
  Profile profile;
  profile.type = &instance.model();
  profile.function = call.function().name;
  profile.sizes = call.sizes();
  // A recording without room counts.
  nnc_recording recording = {};
  if (Error error = instance.record(&recording))
    return error;
  for (int64_t i = 0; i < std::max<int64_t>(warmUp, 1); ++i) {
    recording.count = 0;
    if (Error error = call.run(instance))
      return error;
  }
  std::vector<nnc_event> events(recording.count);
  recording.events = events.data();
  recording.capacity = events.size();
  for (int64_t i = 0; i < steps; ++i) {
    recording.count = 0;
    uint64_t begin = now();
    if (Error error = call.run(instance))
      return error;
    uint64_t end = now();
    events.resize(std::min<uint64_t>(recording.count, recording.capacity));
    profile.steps.push_back({begin, end, events});
    events.resize(recording.capacity);
  }
  if (Error error = instance.record(nullptr))
    return error;
  return profile;
}

std::vector<ProfileRow> Profile::rows(ProfileKey key) const {
  std::map<std::string, ProfileRow> rows;
  std::vector<ProfileRow *> rowOf(type->kernel_call_count);
  for (uint32_t i = 0; i < type->kernel_call_count; ++i) {
    const nnc_kernel_call &call = type->kernel_calls[i];
    // Calls of other functions have no events, and no row.
    bool ran = std::any_of(steps.begin(), steps.end(), [&](const ProfiledStep &step) {
      return std::any_of(step.events.begin(), step.events.end(),
                         [&](const nnc_event &event) { return event.call == i; });
    });
    if (!ran)
      continue;
    rowOf[i] = &rows[keyOf(call, i, key)];
    rowOf[i]->calls.push_back(i);
  }
  std::map<ProfileRow *, std::vector<double>> times;
  for (size_t s = 0; s < steps.size(); ++s)
    for (const nnc_event &event : steps[s].events) {
      ProfileRow *row = rowOf[event.call];
      std::vector<double> &perStep = times[row];
      perStep.resize(steps.size());
      perStep[s] += static_cast<double>(event.end - event.begin) * 1e-9;
      const nnc_kernel_call &call = type->kernel_calls[event.call];
      double share = 1.0 / static_cast<double>(steps.size());
      row->runs += share;
      row->operations += share * static_cast<double>(evaluate(*type, call.operations, sizes).value_or(0));
      row->bytes += share * static_cast<double>(evaluate(*type, call.bytes, sizes).value_or(0));
    }
  std::vector<ProfileRow> sorted;
  for (auto &[name, row] : rows) {
    row.seconds = median(times[&row]);
    sorted.push_back(row);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ProfileRow &a, const ProfileRow &b) { return a.seconds > b.seconds; });
  return sorted;
}

double Profile::stepSeconds() const {
  std::vector<double> all;
  for (const ProfiledStep &step : steps)
    all.push_back(static_cast<double>(step.end - step.begin) * 1e-9);
  return median(all);
}

double Profile::outsideSeconds() const {
  std::vector<double> all;
  for (const ProfiledStep &step : steps) {
    double outside = static_cast<double>(step.end - step.begin);
    for (const nnc_event &event : step.events)
      outside -= static_cast<double>(event.end - event.begin);
    all.push_back(outside * 1e-9);
  }
  return median(all);
}

std::string Profile::trace() const {
  using Json = nlohmann::json;
  Json events = Json::array();
  auto named = [&](const char *what, int thread, const std::string &name) {
    events.push_back({{"ph", "M"}, {"pid", 1}, {"tid", thread}, {"name", what}, {"args", {{"name", name}}}});
  };
  named("process_name", 0, type->name);
  named("thread_name", 1, "calls");
  named("thread_name", 2, "kernels");
  uint64_t origin = steps.empty() ? 0 : steps.front().begin;
  // Microseconds, as the format has them; a kernel of the defaults may begin before the call's first event.
  auto span = [&](int thread, uint64_t begin, uint64_t end) {
    return Json{{"ph", "X"},
                {"pid", 1},
                {"tid", thread},
                {"ts", (static_cast<double>(begin) - static_cast<double>(origin)) / 1000},
                {"dur", static_cast<double>(end - begin) / 1000}};
  };
  for (size_t s = 0; s < steps.size(); ++s) {
    Json step = span(1, steps[s].begin, steps[s].end);
    step["name"] = text(function, " ", s);
    step["cat"] = "call";
    events.push_back(step);
    for (const nnc_event &event : steps[s].events) {
      const nnc_kernel_call &call = type->kernel_calls[event.call];
      Json kernel = span(2, event.begin, event.end);
      kernel["name"] = call.value;
      kernel["cat"] = categories(call);
      double nanoseconds = std::max(1.0, static_cast<double>(event.end - event.begin));
      kernel["args"] = {
          {"kernel", call.kernel},
          {"rule", call.rule},
          {"place", text(call.file, ":", call.line, ":", call.column)},
          {"GFLOP/s", static_cast<double>(evaluate(*type, call.operations, sizes).value_or(0)) / nanoseconds},
          {"GB/s", static_cast<double>(evaluate(*type, call.bytes, sizes).value_or(0)) / nanoseconds}};
      events.push_back(kernel);
    }
  }
  Json root = {{"displayTimeUnit", "ns"}, {"traceEvents", events}};
  return root.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace nnc::run
