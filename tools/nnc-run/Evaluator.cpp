// Evaluator.cpp: batches in order; random draws are keyed by the first sample's number, so that they do not
// depend on what was evaluated before.
#include "tools/nnc-run/Evaluator.h"
#include "tools/nnc-run/support/Random.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <numeric>

namespace nnc::run {

std::vector<size_t> allSamples(int64_t count) {
  std::vector<size_t> samples(static_cast<size_t>(count));
  std::iota(samples.begin(), samples.end(), size_t(0));
  return samples;
}

Expected<Evaluator> Evaluator::create(Instance &instance, const nnc_function &function, const Dataset &data,
                                      const Scalars &scalars, int64_t batch, uint64_t seed) {
  Expected<Feed> feed = Feed::create(data, function, scalars, batch);
  if (!feed)
    return feed.takeError();
  return Evaluator(instance, function, std::move(*feed), batch, seed);
}

Expected<std::optional<Metrics>> Evaluator::run(const std::vector<size_t> &samples, const Between &between) {
  Metrics metrics(*function);
  std::vector<uint64_t> report(metrics.slots());
  for (size_t done = 0; done < samples.size();) {
    size_t count = std::min(batch, samples.size() - done);
    feed.load(&samples[done], count);
    feed.setSeed(Random(seed, Stream::ModelSeed, samples[done]).next());
    if (Error error =
            instance->call(*function, feed.sizes().data(), feed.inputs(), nullptr, nullptr, report.data()))
      return error;
    std::string loss;
    double value;
    if (!metrics.lossesFinite(report, loss, value))
      return Error::failure(text(loss, " of ", quote(function->name), " is ", value));
    metrics.add(report, static_cast<int64_t>(count));
    done += count;
    if (!between(static_cast<int64_t>(done)))
      return std::optional<Metrics>();
  }
  return std::optional<Metrics>(std::move(metrics));
}

} // namespace nnc::run
