// AccessMap.h: index maps as arithmetic: which element of an operand each element of a result is.
//
// For every axis of the operand there is a coordinate, an exact quotient of an affine form of the result's indices:
//
//   (c_0 * d_0 + ... + c_m * d_m + constant) / divisor
//
// where the constant may name run-time dimensions. A quotient with a remainder, or one outside of the axis, means that
// the element is none of the operand's. The operations here are those of nn.access: proofs that no test is needed,
// composition, and the map that turns a scatter into a gather.
#ifndef NNC_IR_ACCESSMAP_H
#define NNC_IR_ACCESSMAP_H

#include "ir/Dim.h"

namespace nnc {

struct Coordinate {
  llvm::SmallVector<int64_t, 4> coefficients; // one per axis of the result
  Dim constant;
  int64_t divisor = 1; // positive

  /// coefficient * d_axis + constant, for a result with `rank` axes.
  static Coordinate ofIndex(int64_t rank, int64_t axis, int64_t coefficient = 1, Dim constant = 0);
  static Coordinate ofConstant(int64_t rank, Dim constant);

  bool operator==(const Coordinate &other) const {
    return coefficients == other.coefficients && constant == other.constant && divisor == other.divisor;
  }
  bool operator!=(const Coordinate &other) const { return !(*this == other); }
  /// j, if this is d_j itself.
  std::optional<int64_t> plainIndex() const;
  /// The same coordinate in lowest terms.
  Coordinate reduced() const;
};

/// One coordinate per axis of the operand.
using AccessMap = llvm::SmallVector<Coordinate, 4>;

/// Whether `value` is 0 or more for all sizes for which those of `positive` are 1 or more. True is a proof.
bool isNeverNegative(const Dim &value, llvm::ArrayRef<Dim> positive);

/// The tests that a coordinate needs, where no proof could be found that they always succeed.
struct CoordinateTests {
  bool low, high, exact;
  bool any() const { return low || high || exact; }
};
/// `size` is that of the operand's axis, `indexSizes` are those of the result.
CoordinateTests testsOf(const Coordinate &coordinate, const Dim &size, llvm::ArrayRef<Dim> indexSizes);

/// Whether a coordinate is below or above the axis for all indices. True is a proof.
bool isAlwaysOutside(const Coordinate &coordinate, const Dim &size, llvm::ArrayRef<Dim> indexSizes);

/// What reading by `outer` (with result sizes `sizes`) from what is read by `inner` (sizes `between`) out of an operand
/// (sizes `operand`) comes to. Nothing if it is no single access: elements that are outside for `outer` would have to be
/// outside for the composition, and filled alike, which `sameFill` says.
std::optional<AccessMap> compose(llvm::ArrayRef<Coordinate> outer, llvm::ArrayRef<Dim> sizes,
                                 llvm::ArrayRef<Coordinate> inner, llvm::ArrayRef<Dim> between,
                                 llvm::ArrayRef<Dim> operand, bool sameFill);

/// The map by which an operand's adjoint gathers what an access scattered:
///
///   dx[i] = sum over f of dy[map(f, i)], zero outside
///
/// The indices f are the access's indices `summed`, which the coordinates leave open; the others follow from i. Of all
/// choices the one with the fewest terms is made. Where coordinates are bound to one another (x[d, d], x[0, d]), dy has
/// `constraints` more axes of size 1, behind its own, which are read outside unless the condition holds.
struct AdjointMap {
  AccessMap map; // over the indices (f, i)
  llvm::SmallVector<int64_t> summed;
  int64_t constraints = 0;
};
AdjointMap adjointOf(llvm::ArrayRef<Coordinate> access, llvm::ArrayRef<Dim> sizes);

} // namespace nnc

#endif
