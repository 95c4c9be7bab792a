// OptionParsers.h: values of options, with errors in the form of all of nnc's: what was expected and what was found.
#ifndef NNC_TOOLS_NNC_OPTIONPARSERS_H
#define NNC_TOOLS_NNC_OPTIONPARSERS_H

#include "tools/nnc/Report.h"
#include "llvm/Support/CommandLine.h"

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

} // namespace nnc

#endif
