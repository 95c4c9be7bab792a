// Random.h: counter-based random numbers. The n-th number of a stream is a function of (seed, stream, n)
// alone, so an epoch's order can be made again after a resume without any stored state.
#ifndef NNC_RUN_SUPPORT_RANDOM_H
#define NNC_RUN_SUPPORT_RANDOM_H

#include <cstdint>
#include <utility>
#include <vector>

namespace nnc::run {

/// What a stream of random numbers is used for; part of every number's key. Values are kept by checkpoints'
/// promise to continue bit for bit: never renumber.
enum class Stream : uint64_t { Split = 1, Shuffle = 2, ModelSeed = 3, Synthetic = 4 };

class Random {
public:
  /// `instance` tells the sequences of one stream apart, for example by epoch.
  Random(uint64_t seed, Stream stream, uint64_t instance = 0)
      : key(mix(mix(mix(seed) + static_cast<uint64_t>(stream)) + instance)) {}

  uint64_t next() { return mix(key + counter++ * 0x9e3779b97f4a7c15u); }

  /// Uniform in [0, bound), without bias (Lemire's method).
  uint64_t below(uint64_t bound) {
    for (;;) {
      unsigned __int128 wide = static_cast<unsigned __int128>(next()) * bound;
      if (static_cast<uint64_t>(wide) >= (-bound) % bound)
        return static_cast<uint64_t>(wide >> 64);
    }
  }

  /// Fisher and Yates.
  template <typename T> void shuffle(std::vector<T> &items) {
    for (size_t left = items.size(); left > 1; --left)
      std::swap(items[left - 1], items[below(left)]);
  }

private:
  /// The finalizer of SplitMix64: a bijection whose output bits each depend on all input bits.
  static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  uint64_t key, counter = 0;
};

} // namespace nnc::run

#endif
