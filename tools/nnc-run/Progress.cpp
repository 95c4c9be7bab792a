// Progress.cpp: fits its parts into the width of the terminal, asked for anew at every drawing.
#include "tools/nnc-run/Progress.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace nnc::run {

static std::string environment(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

Progress::Mode Progress::suitableMode() {
  return isatty(STDERR_FILENO) && environment("TERM") != "dumb" ? Mode::Bar : Mode::Plain;
}

static bool localeIsUtf8() {
  for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale = environment(name);
    if (locale.empty())
      continue;
    for (char &c : locale)
      c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

static size_t terminalWidth() {
  if (std::optional<int64_t> columns = parseInteger(environment("COLUMNS")); columns && *columns > 0)
    return static_cast<size_t>(*columns);
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

Progress::Progress(Mode mode)
    : mode(mode), colour(environment("NO_COLOR").empty() && isatty(STDERR_FILENO)), unicode(localeIsUtf8()),
      interval(mode == Mode::Bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000)),
      next(Clock::now() + interval) {}

bool Progress::due() const { return mode != Mode::None && Clock::now() >= next; }

void Progress::update(const std::string &label, int64_t done, int64_t total, const std::vector<Part> &parts) {
  if (mode == Mode::None)
    return;
  next = Clock::now() + interval;
  std::string line;
  if (mode == Mode::Bar) {
    line = "\r" + drawBar(label, done, total, parts) + "\x1b[K";
  } else {
    line = label;
    for (const Part &part : parts)
      line += "  " + part.text;
    line += "\n";
  }
  fwrite(line.data(), 1, line.size(), stderr);
  fflush(stderr);
  shown = true;
}

void Progress::clear() {
  if (shown && mode == Mode::Bar) {
    fputs("\r\x1b[K", stderr);
    fflush(stderr);
  }
  shown = false;
}

std::string Progress::drawBar(const std::string &label, int64_t done, int64_t total,
                              std::vector<Part> parts) const {
  constexpr size_t gap = 2, longestBar = 30, shortestBar = 8;
  // The last column stays free: some terminals wrap when it is written.
  size_t width = terminalWidth() - 1;
  auto needed = [&] {
    size_t sum = label.size();
    for (const Part &part : parts)
      sum += gap + part.text.size();
    return sum;
  };
  while (!parts.empty() && needed() + gap + shortestBar > width)
    parts.erase(std::max_element(parts.begin(), parts.end(),
                                 [](const Part &a, const Part &b) { return a.rank < b.rank; }));
  size_t free = width > needed() + gap ? width - needed() - gap : 0;
  std::string line = label.substr(0, width);
  if (free >= shortestBar) {
    size_t cells = std::min(free, longestBar);
    size_t filled = total > 0 ? static_cast<size_t>(static_cast<double>(done) / static_cast<double>(total) *
                                                    static_cast<double>(cells))
                              : cells;
    filled = std::min(filled, cells);
    line += "  ";
    line += colour ? "\x1b[36m" : "";
    for (size_t i = 0; i < filled; ++i)
      line += unicode ? "\u2501" : "=";
    line += colour ? "\x1b[2m" : "";
    for (size_t i = filled; i < cells; ++i)
      line += unicode ? "\u2500" : "-";
    line += colour ? "\x1b[0m" : "";
  }
  for (const Part &part : parts)
    line += "  " + part.text;
  return line;
}

std::string durationText(double seconds) {
  if (!(seconds < 360000))
    return "--:--";
  long whole = std::lround(seconds);
  auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  if (whole < 3600)
    return text(whole / 60, ":", two(whole % 60));
  return text(whole / 3600, ":", two(whole / 60 % 60), ":", two(whole % 60));
}

std::string shortNumber(double value) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::general, 4).ptr;
  return std::string(buffer, end);
}

} // namespace nnc::run
