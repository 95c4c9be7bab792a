// Npy.cpp: NumPy's .npy, versions 1 to 3. After the magic and a length comes a Python dictionary as text:
// {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }
#include "tools/nnc-run/data/DataFile.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace nnc::run {

bool recognizesNpy(std::string_view start) { return start.substr(0, 6) == "\x93NUMPY"; }

namespace {

struct NpyHeader {
  std::string descr;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<int64_t>> shape;
};

/// Parses the part of Python's literal syntax that NumPy writes. Every function returns false where the text
/// is something else.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  bool parse(NpyHeader &header) {
    if (!take('{'))
      return false;
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':') || !value(key, header))
        return false;
      if (!take(',') && peek() != '}')
        return false;
    }
    return peek() == 0;
  }

private:
  char peek() {
    while (!rest.empty() && isspace(static_cast<unsigned char>(rest.front())))
      rest.remove_prefix(1);
    return rest.empty() ? 0 : rest.front();
  }

  bool take(char c) {
    if (peek() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }

  bool word(std::string_view expected) {
    peek();
    if (rest.substr(0, expected.size()) != expected)
      return false;
    rest.remove_prefix(expected.size());
    return true;
  }

  bool string(std::string &out) {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      return false;
    size_t end = rest.find(quote, 1);
    if (end == std::string_view::npos)
      return false;
    out = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return true;
  }

  bool tuple(std::vector<int64_t> &out) {
    if (!take('('))
      return false;
    while (!take(')')) {
      peek();
      size_t length = std::min(rest.find_first_not_of("-0123456789"), rest.size());
      std::optional<int64_t> size = parseInteger(rest.substr(0, length));
      if (!size || out.size() == 64)
        return false;
      out.push_back(*size);
      rest.remove_prefix(length);
      if (!take(',') && peek() != ')')
        return false;
    }
    return true;
  }

  bool value(const std::string &key, NpyHeader &header) {
    if (key == "descr") {
      // A list describes a record type: understood as far as needed to say so.
      if (peek() == '[') {
        header.descr = "[...]";
        size_t end = rest.rfind(']');
        if (end == std::string_view::npos)
          return false;
        rest.remove_prefix(end + 1);
        return true;
      }
      return string(header.descr);
    }
    if (key == "fortran_order") {
      header.fortranOrder = word("True");
      return *header.fortranOrder || word("False");
    }
    return key == "shape" && tuple(header.shape.emplace());
  }

  std::string_view rest;
};

std::optional<Element> elementOfDescr(std::string_view descr) {
  static const struct {
    std::string_view code;
    Element element;
  } codes[] = {{"b1", Element::Bool}, {"u1", Element::U8},  {"i1", Element::I8},  {"u2", Element::U16},
               {"i2", Element::I16},  {"u4", Element::U32}, {"i4", Element::I32}, {"u8", Element::U64},
               {"i8", Element::I64},  {"f4", Element::F32}, {"f8", Element::F64}};
  if (descr.size() == 3 && std::string_view("<>=|").find(descr[0]) != std::string_view::npos)
    for (auto &entry : codes)
      if (descr.substr(1) == entry.code)
        return entry.element;
  return std::nullopt;
}

class NpyFile : public ArrayFile {
public:
  Error readHeader(std::unique_ptr<ByteSource> from) {
    source = std::move(from);
    unsigned char magic[12];
    if (Error error = source->readAll(reinterpret_cast<char *>(magic), 8, "the header"))
      return error;
    unsigned version = magic[6];
    if (version < 1 || version > 3)
      return Error::at(source->path(), text("NPY version ", version, " is not supported, expected 1 to 3"));
    size_t lengthBytes = version == 1 ? 2 : 4, length = 0;
    if (Error error =
            source->readAll(reinterpret_cast<char *>(magic) + 8, lengthBytes, "the header's length"))
      return error;
    for (size_t i = lengthBytes; i-- > 0;)
      length = length << 8 | magic[8 + i];
    constexpr size_t longest = 1 << 20;
    if (length > longest)
      return Error::at(source->path(),
                       text("header is ", grouped(length), " bytes long, at most ", grouped(longest)));
    std::string dictionary(length, '\0');
    if (Error error = source->readAll(dictionary.data(), length, "the header"))
      return error;

    NpyHeader header;
    if (!HeaderParser(dictionary).parse(header) || header.descr.empty() || !header.fortranOrder ||
        !header.shape)
      return Error::at(source->path(), text("header is damaged: ", quote(trim(dictionary))));
    std::optional<Element> element = elementOfDescr(header.descr);
    if (header.descr.find('O') != std::string::npos)
      return Error::at(source->path(),
                       "holds pickled Python objects, which are never read; save it as numbers");
    if (!element)
      return Error::at(source->path(), text("element type ", quote(header.descr),
                                            " is not supported, expected bool, integers or f4, f8"));
    for (int64_t size : *header.shape)
      if (size < 0)
        return Error::at(source->path(), text("header has the negative size ", size));
    fortranOrder = *header.fortranOrder;
    bool machineIsBig = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    return describe(*this, *element, std::move(*header.shape),
                    header.descr[0] == '>' || (header.descr[0] == '=' && machineIsBig));
  }
};

} // namespace

Expected<std::unique_ptr<DataFile>> openNpy(std::unique_ptr<ByteSource> source, const ReadOptions &) {
  auto file = std::make_unique<NpyFile>();
  if (Error error = file->readHeader(std::move(source)))
    return error;
  return std::unique_ptr<DataFile>(std::move(file));
}

} // namespace nnc::run
