// Window.cpp: see Window.h.
#include "ir/Window.h"

using namespace nnc;

int64_t Window::taps() const {
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  return count;
}

bool Window::isValid(std::string &whyNot) const {
  if (rank() < 1 || rank() > 3)
    return whyNot = "has one to three spatial axes, found " + std::to_string(rank()), false;
  auto counts = [&](llvm::ArrayRef<int64_t> list, const char *what, int64_t least) {
    if (list.size() != rank())
      whyNot = std::string("expects ") + what + " for each of " + std::to_string(rank()) +
               " spatial axes, found " + std::to_string(list.size());
    for (int64_t entry : list)
      if (entry < least || entry > (int64_t(1) << 30))
        whyNot = std::string("expects ") + what + " of at least " + std::to_string(least) + ", found " +
                 std::to_string(entry);
  };
  whyNot.clear();
  counts(sizes, "a window", 1);
  counts(strides, "a stride", 1);
  counts(dilations, "a dilation", 1);
  counts(low, "padding", 0);
  counts(high, "padding", 0);
  return whyNot.empty();
}

static int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

std::optional<Dim> Window::positions(size_t axis, const Dim &size, std::string &whyNot) const {
  // floor((size + rest) / stride) + 1; the terms of run-time dimensions come out of the floor where they divide.
  int64_t rest = low[axis] + high[axis] - span(axis), stride = strides[axis];
  Dim constant, symbolic = size;
  if (auto term = size.getTerms().find({}); term != size.getTerms().end()) {
    constant = Dim(term->second);
    symbolic = *size.sub(constant);
  }
  std::optional<Dim> whole = symbolic == Dim() ? Dim() : symbolic.divExact(Dim(stride));
  if (!whole) {
    whyNot =
        "a stride of " + std::to_string(stride) + " does not divide the run-time size '" + size.str() + "'";
    return std::nullopt;
  }
  std::optional<Dim> count = whole->add(Dim(floorDiv(constant.value() + rest, stride) + 1));
  if (count && count->isStatic() && count->value() < 1) {
    whyNot = "a window of " + std::to_string(span(axis)) + " does not fit into spatial axis " +
             std::to_string(axis) + " of size " + size.str() + " with padding " + std::to_string(low[axis]) +
             " and " + std::to_string(high[axis]);
    return std::nullopt;
  }
  if (!count)
    whyNot = "a size exceeds 64 bits";
  return count;
}

std::optional<Dims> Window::positions(llvm::ArrayRef<Dim> x, std::string &whyNot) const {
  if (x.size() != rank() + 2) {
    whyNot = "expects a tensor [n, spatial..., channels] of rank " + std::to_string(rank() + 2) +
             ", found rank " + std::to_string(x.size());
    return std::nullopt;
  }
  Dims y(x.begin(), x.end());
  for (size_t axis = 0; axis < rank(); ++axis) {
    std::optional<Dim> count = positions(axis, x[axis + 1], whyNot);
    if (!count)
      return std::nullopt;
    y[axis + 1] = *count;
  }
  return y;
}
