// OptionParsers.h: values of options, with errors in the form of all of nnc's: what was expected and what was found.
#ifndef NNC_TOOLS_NNC_OPTIONPARSERS_H
#define NNC_TOOLS_NNC_OPTIONPARSERS_H

#include "tools/nnc/Report.h"
#include "llvm/Support/CommandLine.h"
#include <map>
#include <string>

namespace nnc {

/// One of the names of cl::values.
template <typename T> struct NameParser : llvm::cl::parser<T> {
  using llvm::cl::parser<T>::parser;
  bool parse(llvm::cl::Option &option, llvm::StringRef name, llvm::StringRef text, T &value) {
    const unsigned index = this->findOption(text);
    if (index != this->getNumOptions())
      return llvm::cl::parser<T>::parse(option, name, text, value);
    llvm::raw_ostream &out = error() << "expected --" << option.ArgStr << "=";
    for (unsigned i = 0; i < this->getNumOptions(); ++i)
      out << (i == 0 ? "" : i + 1 == this->getNumOptions() ? " or " : ", ") << this->getOption(i);
    out << ", found '" << text << "'\n";
    return true;
  }
};

/// Reads an option that is a whole number from 0, and kept as text since cl's own parser has its own words; an option
/// that is not given leaves `value`. False after an error.
template <typename T> bool readNumber(const llvm::cl::opt<std::string> &option, T &value) {
  if (option.getNumOccurrences() == 0 || !llvm::StringRef(option).getAsInteger(10, value))
    return true;
  error() << "expected a whole number behind " << (option.ArgStr.size() > 1 ? "--" : "-") << option.ArgStr
          << ", found '" << option << "'\n";
  return false;
}

/// Reads `dimension=n` into `sizes`. False after an error.
inline bool readSize(llvm::StringRef text, std::map<std::string, int64_t> &sizes) {
  auto [name, number] = text.split('=');
  int64_t size;
  if (name.empty() || number.getAsInteger(10, size) || size < 1) {
    error() << "expected --size=dimension=n with n of 1 or more, found '" << text << "'\n";
    return false;
  }
  sizes[name.str()] = size;
  return true;
}

} // namespace nnc

#endif
