// Dim.h: sizes as polynomials over run-time dimensions, in one canonical form.
//
// Two sizes are equal exactly if their canonical spellings are, so tensor types that hold the spelling
// (#nn.dims) can be compared by pointer. Arithmetic is checked: overflow gives no value, never a wrong one.
#ifndef NNC_IR_DIM_H
#define NNC_IR_DIM_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// A polynomial with integer coefficients over symbols: `784`, `batch`, `4*batch*time + 8`.
class Dim {
public:
  /// A product of symbols, sorted, repeated for powers. Empty: the constant term.
  using Monomial = std::vector<std::string>;

  Dim() = default;
  Dim(int64_t value) {
    if (value != 0)
      terms[{}] = value;
  }
  static Dim symbol(llvm::StringRef name) {
    Dim dim;
    dim.terms[{name.str()}] = 1;
    return dim;
  }
  /// Reads a spelling; nothing if it is not one.
  static std::optional<Dim> parse(llvm::StringRef text);

  /// The canonical spelling: monomials by degree and name, highest first; `2*batch*time+batch+3`.
  std::string str() const;

  bool isStatic() const { return terms.empty() || (terms.size() == 1 && terms.begin()->first.empty()); }
  /// The value of a static size.
  int64_t value() const;
  std::optional<int64_t> valueIfStatic() const {
    return isStatic() ? std::optional<int64_t>(value()) : std::nullopt;
  }
  /// The name, if this is just one symbol.
  std::optional<std::string> symbolIfBare() const;
  const std::map<Monomial, int64_t> &getTerms() const { return terms; }

  bool operator==(const Dim &other) const { return terms == other.terms; }
  bool operator!=(const Dim &other) const { return !(*this == other); }
  bool operator<(const Dim &other) const { return terms < other.terms; }

  // Checked arithmetic: nothing on overflow of 64 bits.
  std::optional<Dim> add(const Dim &other) const;
  std::optional<Dim> sub(const Dim &other) const;
  std::optional<Dim> mul(const Dim &other) const;
  /// This divided by `other`, if it divides exactly as a polynomial (by a constant or a single term).
  std::optional<Dim> divExact(const Dim &other) const;

  /// The value for given sizes of the symbols; nothing on overflow or an unknown symbol.
  std::optional<int64_t> evaluate(const std::function<std::optional<int64_t>(llvm::StringRef)> &sizeOf) const;

private:
  void addTerm(const Monomial &monomial, int64_t coefficient);
  std::map<Monomial, int64_t> terms; // no zero coefficients
};

using Dims = llvm::SmallVector<Dim, 4>;

/// Whether every run-time size of a tensor is named, as all ops of the dialect demand.
bool hasNamedSizes(mlir::RankedTensorType type);

/// The sizes of a tensor, static or named. Types are inferred before they are verified, so a size without a name has
/// one here that no model declares.
Dims dimsOf(mlir::RankedTensorType type);
inline Dims dimsOf(mlir::Value value) { return dimsOf(mlir::cast<mlir::RankedTensorType>(value.getType())); }

/// The one place that builds tensor types: an encoding appears exactly when a size is not static.
mlir::RankedTensorType makeTensor(llvm::ArrayRef<Dim> dims, mlir::Type elementType);

/// The same sizes with other elements.
mlir::RankedTensorType withElementType(mlir::RankedTensorType type, mlir::Type elementType);

/// Number of elements; nothing on overflow.
std::optional<Dim> elementCount(llvm::ArrayRef<Dim> dims);

/// Bytes of one element in memory (bool takes one).
int64_t elementBytes(mlir::Type elementType);

/// `[batch, 784]`, for messages.
std::string dimsText(llvm::ArrayRef<Dim> dims);

} // namespace nnc

#endif
