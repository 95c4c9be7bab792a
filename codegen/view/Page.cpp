// Page.cpp: puts page/viewer.{html,css,js}, which the build embeds, and the data together.
#include "codegen/view/Page.h"

using llvm::StringRef;

namespace nnc::view {

namespace {

struct EmbeddedFile {
  StringRef name, text;
};
constexpr EmbeddedFile files[] = {
#include "codegen/view/page.inc"
};

StringRef fileNamed(StringRef name) {
  for (const EmbeddedFile &file : files)
    if (file.name == name)
      return file.text;
  llvm_unreachable("CMakeLists.txt embeds all of them");
}

/// Nothing in a script may end it: `<` occurs in strings of the data alone, where \u003c is the same.
std::string withoutTags(StringRef json) {
  std::string text;
  text.reserve(json.size());
  for (char c : json)
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

std::string escaped(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return result;
}

} // namespace

std::string pageText(StringRef title, StringRef json) {
  std::string page;
  StringRef rest = fileNamed("viewer.html");
  while (true) {
    auto [before, after] = rest.split("{{");
    page += before;
    if (after.data() == nullptr || before.size() == rest.size())
      return page;
    auto [name, next] = after.split("}}");
    page += name == "title" ? escaped(title) : name == "data" ? withoutTags(json) : fileNamed(name).str();
    rest = next;
  }
}

} // namespace nnc::view
