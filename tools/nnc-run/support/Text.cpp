// Text.cpp: numbers through from_chars and to_chars only, since printf and strtod follow the locale.
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace nnc::run {

std::string number(double value) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

std::string join(const std::vector<std::string> &parts, std::string_view separator) {
  std::string out;
  for (const std::string &part : parts) {
    if (!out.empty())
      out += separator;
    out += part;
  }
  return out;
}

std::vector<std::string> split(std::string_view list, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    size_t end = list.find(separator);
    parts.emplace_back(trim(list.substr(0, end)));
    if (end == std::string_view::npos)
      return parts;
    list.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string quote(std::string_view text) {
  constexpr size_t longest = 40;
  std::string out = "'";
  for (char c : text.substr(0, longest))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (text.size() > longest ? "...'" : "'");
}

std::optional<double> parseNumber(std::string_view text) {
  bool plus = !text.empty() && text.front() == '+';
  if (plus)
    text.remove_prefix(1);
  if (text.empty() || (plus && text.front() == '-'))
    return std::nullopt;
  double value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || status == std::errc::invalid_argument)
    return std::nullopt;
  if (status == std::errc::result_out_of_range) {
    // from_chars doesn't say on which side: a negative exponent makes it a zero, for all practical numbers.
    size_t exponent = text.find_first_of("eE");
    bool tiny =
        exponent != std::string_view::npos ? text.substr(exponent + 1, 1) == "-" : text.find('.') <= 2;
    value = tiny ? 0.0 : HUGE_VAL;
    return text.front() == '-' ? -value : value;
  }
  return value;
}

std::optional<int64_t> parseInteger(std::string_view text) {
  int64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<double> parseRatio(std::string_view text) {
  size_t slash = text.find('/');
  std::optional<double> value = parseNumber(trim(text.substr(0, slash)));
  if (value && slash != std::string_view::npos) {
    std::optional<double> divisor = parseNumber(trim(text.substr(slash + 1)));
    if (!divisor || *divisor == 0)
      return std::nullopt;
    *value /= *divisor;
  }
  return value && std::isfinite(*value) ? value : std::nullopt;
}

/// Levenshtein distance, one row at a time.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

std::string suggestion(std::string_view word, const std::vector<std::string> &candidates) {
  if (candidates.empty())
    return "";
  size_t best = SIZE_MAX;
  const std::string *nearest = nullptr;
  for (const std::string &candidate : candidates) {
    size_t distance = editDistance(word.substr(0, 64), std::string_view(candidate).substr(0, 64));
    if (distance < best) {
      best = distance;
      nearest = &candidate;
    }
  }
  if (best <= std::max<size_t>(1, word.size() / 3))
    return text("; did you mean '", *nearest, "'?");
  std::vector<std::string> shown(candidates.begin(),
                                 candidates.begin() + std::min<size_t>(candidates.size(), 12));
  if (shown.size() < candidates.size())
    shown.push_back("...");
  return text("; expected ", shown.size() == 1 ? "" : "one of ", join(shown));
}

std::string grouped(uint64_t value) {
  std::string digits = std::to_string(value);
  for (size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

std::string byteSize(uint64_t bytes) {
  const char *units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0)
    return text(bytes, " ", units[0]);
  return text(std::round(value * 10) / 10, " ", units[unit]);
}

std::string shapeText(const int64_t *sizes, size_t count) {
  std::string out;
  for (size_t axis = 0; axis < count; ++axis)
    out += text(axis ? " x " : "", sizes[axis]);
  return count ? out : "1";
}

} // namespace nnc::run
