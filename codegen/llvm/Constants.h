// Constants.h: tables of C structs as LLVM globals.
//
// A StructConstant<nnc_value> takes its fields by pointer to member, so that a table cannot drift from nnc.h: the
// compiler checks each field's type, and the layout LLVM will give the struct is checked against C's own offsets.
#ifndef NNC_CODEGEN_LLVM_CONSTANTS_H
#define NNC_CODEGEN_LLVM_CONSTANTS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <type_traits>
#include <vector>

namespace nnc {

/// The address of a global or function; empty: NULL.
struct Address {
  std::string symbol;
};

/// A value known to the linker: a number, an address, or a struct of such.
class Constant {
public:
  static Constant integer(uint64_t value, unsigned bits) { return Constant(Kind::Integer, value, 0, bits); }
  static Constant number(double value) { return Constant(Kind::Number, 0, value, 64); }
  static Constant address(Address address) {
    Constant constant(Kind::Address, 0, 0, 64);
    constant.symbol = std::move(address.symbol);
    return constant;
  }
  static Constant structure(std::vector<Constant> fields) {
    Constant constant(Kind::Struct, 0, 0, 0);
    constant.fields = std::move(fields);
    return constant;
  }

  mlir::Type type(mlir::MLIRContext *context) const;
  mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc) const;
  /// Size and alignment that LLVM gives it on targets with 64-bit pointers.
  uint64_t size() const;
  uint64_t alignment() const;

private:
  enum class Kind { Integer, Number, Address, Struct };
  Constant(Kind kind, uint64_t integerValue, double numberValue, unsigned bits)
      : kind(kind), integerValue(integerValue), numberValue(numberValue), bits(bits) {}

  Kind kind;
  uint64_t integerValue;
  double numberValue;
  unsigned bits;
  std::string symbol;
  std::vector<Constant> fields;
};

/// Checks that fields laid out in order fall on C's offsets and fill the struct; used by StructConstant.
Constant layOut(std::vector<std::pair<size_t, Constant>> fields, size_t size, const char *name);

template <typename C> class StructConstant {
public:
  template <typename F> StructConstant &set(F C::*field, uint64_t value) {
    static_assert(std::is_integral_v<F> || std::is_enum_v<F>, "not a whole number");
    return add(field, Constant::integer(value, sizeof(F) * 8));
  }
  StructConstant &set(double C::*field, double value) { return add(field, Constant::number(value)); }
  template <typename F> StructConstant &set(F *C::*field, Address value) {
    return add(field, Constant::address(std::move(value)));
  }
  template <typename F> StructConstant &set(F C::*field, const StructConstant<F> &value) {
    return add(field, value.constant());
  }
  Constant constant() const { return layOut(fields, sizeof(C), __PRETTY_FUNCTION__); }

private:
  template <typename F> StructConstant &add(F C::*field, Constant value) {
    static const C probe{};
    size_t offset = reinterpret_cast<const char *>(&(probe.*field)) - reinterpret_cast<const char *>(&probe);
    fields.emplace_back(offset, std::move(value));
    return *this;
  }
  std::vector<std::pair<size_t, Constant>> fields;
};

/// Makes the globals of a module.
class Globals {
public:
  explicit Globals(mlir::ModuleOp module) : module(module) {}

  /// NUL-terminated text; equal texts share one global.
  Address text(llvm::StringRef text);
  /// An array of structs; NULL if there are none.
  template <typename C> Address array(llvm::StringRef name, const std::vector<StructConstant<C>> &elements) {
    std::vector<Constant> constants;
    for (const StructConstant<C> &element : elements)
      constants.push_back(element.constant());
    return array(name, constants);
  }
  Address array(llvm::StringRef name, llvm::ArrayRef<Constant> elements);
  Address addresses(llvm::StringRef name, llvm::ArrayRef<Address> elements);
  Address bytes(llvm::StringRef name, llvm::ArrayRef<uint8_t> elements);
  Address integers(llvm::StringRef name, llvm::ArrayRef<int64_t> elements);
  Address numbers(llvm::StringRef name, mlir::DenseElementsAttr elements);

private:
  mlir::LLVM::GlobalOp create(llvm::StringRef name, mlir::Type type, mlir::Attribute value);

  mlir::ModuleOp module;
  llvm::StringMap<std::string> texts;
};

} // namespace nnc

#endif
