// Error.h: failures as values. A failure carries one line of text, made to be shown as it is.
//
// `Error` converts to true when something went wrong, `Expected<T>` to true when there is a value, as LLVM's
// do; this tool must not depend on LLVM.
#ifndef NNC_RUN_SUPPORT_ERROR_H
#define NNC_RUN_SUPPORT_ERROR_H

#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace nnc::run {

class [[nodiscard]] Error {
public:
  static Error success() { return Error(); }

  /// A failure of the invocation itself; shown as "nnc-run: error: message".
  static Error failure(std::string message) { return at("", std::move(message)); }

  /// A failure with a place, "file" or "file:line:column"; shown as "place: error: message".
  static Error at(std::string place, std::string message) {
    Error error;
    error.contents = Contents{std::move(place), std::move(message)};
    return error;
  }

  explicit operator bool() const { return contents.has_value(); }
  const std::string &place() const { return contents->place; }
  const std::string &message() const { return contents->message; }

private:
  struct Contents {
    std::string place, message;
  };
  std::optional<Contents> contents;
};

template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : value(std::move(value)) {}
  Expected(Error error) : error(std::move(error)) { assert(this->error && "success needs a value"); }

  explicit operator bool() const { return value.has_value(); }
  T &operator*() { return *value; }
  T *operator->() { return &*value; }
  Error takeError() { return std::move(error); }

private:
  std::optional<T> value;
  Error error;
};

} // namespace nnc::run

#endif
