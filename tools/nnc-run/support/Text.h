// Text.h: words and numbers, in and out, the same in every locale.
#ifndef NNC_RUN_SUPPORT_TEXT_H
#define NNC_RUN_SUPPORT_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace nnc::run {

/// Shortest text that reads back as the same double.
std::string number(double value);

inline void append(std::string &out, std::string_view text) { out += text; }
inline void append(std::string &out, char c) { out += c; }
inline void append(std::string &out, double value) { out += number(value); }
template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void append(std::string &out, T value) {
  out += std::to_string(value);
}

/// The arguments' text, one after the other.
template <typename... Parts> std::string text(const Parts &...parts) {
  std::string out;
  (append(out, parts), ...);
  return out;
}

std::string join(const std::vector<std::string> &parts, std::string_view separator = ", ");
std::vector<std::string> split(std::string_view list, char separator);
std::string_view trim(std::string_view text);

/// "'text'", with control characters masked and long text cut: for text from files in messages.
std::string quote(std::string_view text);

/// A decimal number, all of `text`; nothing if it is none. "nan" and "inf" in the usual spellings are
/// numbers. Too large a number is infinite, so that the caller can say what is wrong with it.
std::optional<double> parseNumber(std::string_view text);
std::optional<int64_t> parseInteger(std::string_view text);

/// A number as people give it on a command line: "0.5", "1e-3" or a fraction "1/255".
std::optional<double> parseRatio(std::string_view text);

/// "; did you mean 'x'?" with the candidate nearest to `word`, or "; expected one of ..." if none is near.
std::string suggestion(std::string_view word, const std::vector<std::string> &candidates);

/// "109,386"
std::string grouped(uint64_t value);
/// "437.5 kB"
std::string byteSize(uint64_t bytes);
/// "28 x 28"
std::string shapeText(const int64_t *sizes, size_t count);

} // namespace nnc::run

#endif
