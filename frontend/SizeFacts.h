// SizeFacts.h: proves that a size is not negative and that an index lies in its range, whatever the run-time
// dimensions are.
//
// What is known: a run-time dimension is at least 1 (a call with a size of 0 computes nothing) and at most its bound; an
// index lies in its range; a condition around the place holds. What cannot be shown from these is not claimed.
#ifndef NNC_FRONTEND_SIZEFACTS_H
#define NNC_FRONTEND_SIZEFACTS_H

#include "ir/Dim.h"
#include "llvm/ADT/StringMap.h"

namespace nnc {

class SizeFacts {
public:
  explicit SizeFacts(const llvm::StringMap<int64_t> &bounds) : bounds(bounds) {}

  /// From here on `symbol` stands for an index with 0 <= symbol < extent.
  void addIndex(llvm::StringRef symbol, const Dim &extent);
  /// From here on this is known to be at least 0, because a condition around the place says so.
  void addGuard(const Dim &form) { guards.push_back(form); }

  enum class Use { Ranges, Guards };
  /// Whether `form` is at least 0 for all sizes and indices; by `Use::Ranges` without the guards.
  bool isNonNegative(const Dim &form, Use use = Use::Guards) const;
  /// The form where the indices make it least or greatest: a polynomial over sizes. Nothing on overflow.
  std::optional<Dim> least(const Dim &form) const { return extreme(form, /*most=*/false); }
  std::optional<Dim> greatest(const Dim &form) const { return extreme(form, /*most=*/true); }
  bool hasGuards() const { return !guards.empty(); }

  /// Restores what was known when it was made.
  class Scope {
  public:
    explicit Scope(SizeFacts &facts)
        : facts(facts), indexCount(facts.indices.size()), guardCount(facts.guards.size()) {}
    ~Scope() {
      facts.indices.resize(indexCount);
      facts.guards.resize(guardCount);
    }
    Scope(const Scope &) = delete;

  private:
    SizeFacts &facts;
    size_t indexCount, guardCount;
  };

private:
  struct Index {
    std::string symbol;
    Dim last; // extent - 1
  };
  std::optional<Dim> extreme(const Dim &form, bool most) const;
  bool holds(const Dim &form) const;
  bool sizesHold(const Dim &form) const;

  const llvm::StringMap<int64_t> &bounds;
  std::vector<Index> indices;
  std::vector<Dim> guards;
};

} // namespace nnc

#endif
