// Constants.cpp: globals with initializers, in MLIR's llvm dialect.
#include "codegen/llvm/Constants.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc {

Type Constant::type(MLIRContext *context) const {
  switch (kind) {
  case Kind::Integer: return IntegerType::get(context, bits);
  case Kind::Number: return Float64Type::get(context);
  case Kind::Address: return LLVM::LLVMPointerType::get(context);
  case Kind::Struct: {
    llvm::SmallVector<Type> types;
    for (const Constant &field : fields)
      types.push_back(field.type(context));
    return LLVM::LLVMStructType::getLiteral(context, types);
  }
  }
  llvm_unreachable("kind of constant");
}

Value Constant::materialize(OpBuilder &builder, Location loc) const {
  Type type = this->type(builder.getContext());
  switch (kind) {
  case Kind::Integer:
    return builder.create<LLVM::ConstantOp>(loc, type, builder.getIntegerAttr(type, integerValue));
  case Kind::Number: return builder.create<LLVM::ConstantOp>(loc, type, builder.getF64FloatAttr(numberValue));
  case Kind::Address:
    if (symbol.empty())
      return builder.create<LLVM::ZeroOp>(loc, type);
    return builder.create<LLVM::AddressOfOp>(loc, type, symbol);
  case Kind::Struct: {
    Value value = builder.create<LLVM::UndefOp>(loc, type);
    for (auto [index, field] : llvm::enumerate(fields))
      value = builder.create<LLVM::InsertValueOp>(loc, value, field.materialize(builder, loc), index);
    return value;
  }
  }
  llvm_unreachable("kind of constant");
}

uint64_t Constant::alignment() const {
  if (kind != Kind::Struct)
    return bits / 8;
  uint64_t alignment = 1;
  for (const Constant &field : fields)
    alignment = std::max(alignment, field.alignment());
  return alignment;
}

uint64_t Constant::size() const {
  if (kind != Kind::Struct)
    return bits / 8;
  uint64_t size = 0;
  for (const Constant &field : fields)
    size = llvm::alignTo(size, field.alignment()) + field.size();
  return llvm::alignTo(size, alignment());
}

Constant layOut(std::vector<std::pair<size_t, Constant>> fields, size_t size, const char *name) {
  llvm::sort(fields, [](const auto &a, const auto &b) { return a.first < b.first; });
  std::vector<Constant> values;
  uint64_t end = 0;
  for (auto &[offset, value] : fields) {
    if (llvm::alignTo(end, value.alignment()) != offset)
      llvm::report_fatal_error(llvm::Twine("a field before offset ") + llvm::Twine(offset) +
                               " is not set: " + name);
    end = offset + value.size();
    values.push_back(std::move(value));
  }
  Constant result = Constant::structure(std::move(values));
  if (result.size() != size)
    llvm::report_fatal_error(llvm::Twine("fields at the end are not set: ") + name);
  return result;
}

LLVM::GlobalOp Globals::create(StringRef name, Type type, Attribute value) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto global = builder.create<LLVM::GlobalOp>(builder.getUnknownLoc(), type, /*isConstant=*/true,
                                               LLVM::Linkage::Internal, name, value, /*alignment=*/0,
                                               /*addrSpace=*/0, /*dsoLocal=*/true);
  return global;
}

Address Globals::text(StringRef text) {
  auto [entry, isNew] = texts.try_emplace(text, "text." + std::to_string(texts.size()));
  if (isNew) {
    OpBuilder builder(module.getContext());
    std::string terminated = text.str() + '\0';
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), terminated.size());
    LLVM::GlobalOp global = create(entry->second, type, builder.getStringAttr(terminated));
    // Lets the linker merge equal texts of host code and runtime.
    global.setLinkage(LLVM::Linkage::Private);
    global.setUnnamedAddr(LLVM::UnnamedAddr::Global);
  }
  return {entry->second};
}

Address Globals::array(StringRef name, llvm::ArrayRef<Constant> elements) {
  if (elements.empty())
    return {};
  auto type = LLVM::LLVMArrayType::get(elements.front().type(module.getContext()), elements.size());
  LLVM::GlobalOp global = create(name, type, {});
  OpBuilder builder(module.getContext());
  builder.createBlock(&global.getInitializerRegion());
  Location loc = builder.getUnknownLoc();
  Value value = builder.create<LLVM::UndefOp>(loc, type);
  for (auto [index, element] : llvm::enumerate(elements))
    value = builder.create<LLVM::InsertValueOp>(loc, value, element.materialize(builder, loc), index);
  builder.create<LLVM::ReturnOp>(loc, value);
  return {name.str()};
}

Address Globals::addresses(StringRef name, llvm::ArrayRef<Address> elements) {
  std::vector<Constant> constants;
  for (const Address &element : elements)
    constants.push_back(Constant::address(element));
  return array(name, constants);
}

Address Globals::bytes(StringRef name, llvm::ArrayRef<uint8_t> elements) {
  if (elements.empty())
    return {};
  OpBuilder builder(module.getContext());
  int64_t count = elements.size();
  auto value = DenseElementsAttr::getFromRawBuffer(
      RankedTensorType::get({count}, builder.getI8Type()),
      llvm::ArrayRef<char>(reinterpret_cast<const char *>(elements.data()), elements.size()));
  create(name, LLVM::LLVMArrayType::get(builder.getI8Type(), count), value);
  return {name.str()};
}

Address Globals::integers(StringRef name, llvm::ArrayRef<int64_t> elements) {
  if (elements.empty())
    return {};
  OpBuilder builder(module.getContext());
  int64_t count = elements.size();
  create(name, LLVM::LLVMArrayType::get(builder.getI64Type(), count), builder.getI64TensorAttr(elements));
  return {name.str()};
}

Address Globals::numbers(StringRef name, DenseElementsAttr elements) {
  OpBuilder builder(module.getContext());
  llvm::SmallVector<double> values;
  bool isFloat = isa<FloatType>(elements.getElementType());
  bool isUnsigned = elements.getElementType().isUnsignedInteger() || elements.getElementType().isInteger(1);
  if (isFloat)
    for (const llvm::APFloat &value : elements.getValues<llvm::APFloat>()) {
      llvm::APFloat wide = value;
      bool loses;
      wide.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &loses);
      values.push_back(wide.convertToDouble());
    }
  else
    for (const llvm::APInt &value : elements.getValues<llvm::APInt>())
      values.push_back(value.roundToDouble(/*isSigned=*/!isUnsigned));
  int64_t count = values.size();
  auto type = RankedTensorType::get({count}, builder.getF64Type());
  create(name, LLVM::LLVMArrayType::get(builder.getF64Type(), count),
         DenseElementsAttr::get(type, llvm::ArrayRef<double>(values)));
  return {name.str()};
}

} // namespace nnc
