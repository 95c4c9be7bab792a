// Diff.cpp: see Diff.h.
#include "codegen/view/Diff.h"
#include "llvm/ADT/DenseMap.h"
#include <algorithm>
#include <cstdint>

using llvm::ArrayRef;

namespace nnc::view {

namespace {

/// Stretches without anchors whose table of lengths would have more entries than this count as rewritten.
constexpr size_t largestTable = size_t(1) << 24;

class Matcher {
public:
  Matcher(ArrayRef<unsigned> before, ArrayRef<unsigned> after) : before(before), after(after) {}

  void match(size_t a, size_t aEnd, size_t b, size_t bEnd) {
    while (a < aEnd && b < bEnd && before[a] == after[b])
      pairs.push_back({a++, b++});
    size_t common = 0;
    while (a + common < aEnd && b + common < bEnd && before[aEnd - 1 - common] == after[bEnd - 1 - common])
      ++common;
    aEnd -= common, bEnd -= common;
    if (a < aEnd && b < bEnd) {
      std::vector<std::pair<size_t, size_t>> anchors = findAnchors(a, aEnd, b, bEnd);
      if (anchors.empty()) {
        longest(a, aEnd, b, bEnd);
      } else {
        for (auto [inBefore, inAfter] : anchors) {
          match(a, inBefore, b, inAfter);
          pairs.push_back({inBefore, inAfter});
          a = inBefore + 1, b = inAfter + 1;
        }
        match(a, aEnd, b, bEnd);
      }
    }
    for (size_t i = 0; i < common; ++i)
      pairs.push_back({aEnd + i, bEnd + i});
  }

  std::vector<std::pair<size_t, size_t>> pairs;

private:
  /// Elements that occur once on either side, as many as ascend in both: a longest ascending subsequence by piles.
  std::vector<std::pair<size_t, size_t>> findAnchors(size_t a, size_t aEnd, size_t b, size_t bEnd) {
    struct Places {
      size_t inBefore = 0, inAfter = 0;
      unsigned timesBefore = 0, timesAfter = 0;
    };
    llvm::DenseMap<unsigned, Places> places;
    for (size_t i = a; i < aEnd; ++i) {
      Places &place = places[before[i]];
      place.inBefore = i, ++place.timesBefore;
    }
    for (size_t i = b; i < bEnd; ++i) {
      Places &place = places[after[i]];
      place.inAfter = i, ++place.timesAfter;
    }
    struct Card {
      size_t inBefore, inAfter, below; // the card on the pile to the left, or npos
    };
    constexpr size_t npos = SIZE_MAX;
    std::vector<Card> cards;
    std::vector<size_t> piles; // the topmost card of each
    for (size_t i = a; i < aEnd; ++i) {
      const Places &place = places[before[i]];
      if (place.timesBefore != 1 || place.timesAfter != 1)
        continue;
      auto pile = std::lower_bound(piles.begin(), piles.end(), place.inAfter,
                                   [&](size_t card, size_t at) { return cards[card].inAfter < at; });
      cards.push_back({i, place.inAfter, pile == piles.begin() ? npos : *(pile - 1)});
      if (pile == piles.end())
        piles.push_back(cards.size() - 1);
      else
        *pile = cards.size() - 1;
    }
    std::vector<std::pair<size_t, size_t>> anchors;
    for (size_t card = piles.empty() ? npos : piles.back(); card != npos; card = cards[card].below)
      anchors.push_back({cards[card].inBefore, cards[card].inAfter});
    std::reverse(anchors.begin(), anchors.end());
    return anchors;
  }

  /// A longest common subsequence, by the table of lengths from the end.
  void longest(size_t a, size_t aEnd, size_t b, size_t bEnd) {
    const size_t rows = aEnd - a, columns = bEnd - b;
    if ((rows + 1) * (columns + 1) > largestTable)
      return;
    std::vector<uint32_t> lengths((rows + 1) * (columns + 1), 0);
    auto at = [&](size_t i, size_t j) -> uint32_t & { return lengths[i * (columns + 1) + j]; };
    for (size_t i = rows; i-- > 0;)
      for (size_t j = columns; j-- > 0;)
        at(i, j) = before[a + i] == after[b + j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    for (size_t i = 0, j = 0; i < rows && j < columns;) {
      if (before[a + i] == after[b + j]) {
        pairs.push_back({a + i, b + j});
        ++i, ++j;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  ArrayRef<unsigned> before, after;
};

} // namespace

std::vector<std::pair<size_t, size_t>> match(ArrayRef<unsigned> before, ArrayRef<unsigned> after) {
  Matcher matcher(before, after);
  matcher.match(0, before.size(), 0, after.size());
  return std::move(matcher.pairs);
}

} // namespace nnc::view
