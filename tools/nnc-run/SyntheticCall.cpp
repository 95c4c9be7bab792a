// SyntheticCall.cpp: see SyntheticCall.h.
#include "tools/nnc-run/SyntheticCall.h"
#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Random.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cstring>

namespace nnc::run {

static constexpr int64_t usualSize = 64;

Expected<std::vector<int64_t>> chooseSizes(const nnc_model &model, const std::vector<std::string> &settings) {
  std::vector<int64_t> sizes;
  for (uint32_t s = 0; s < model.symbol_count; ++s) {
    int64_t bound = model.symbols[s].bound;
    sizes.push_back(bound > 0 ? std::min(bound, usualSize) : usualSize);
  }
  for (const std::string &setting : settings) {
    Expected<GivenSize> size = parseSize(model, setting);
    if (!size)
      return size.takeError();
    sizes[size->dimension] = size->value;
  }
  return sizes;
}

namespace {

/// Integers that the call accepts lie below this.
uint64_t bound(const nnc_model &model, const nnc_value &value, const std::vector<int64_t> &sizes) {
  int64_t bound = value.index_bound > 0 ? value.index_bound : 0;
  for (uint32_t i = 0; i < value.index_size_count; ++i)
    if (std::optional<int64_t> size = evaluate(model, value.index_sizes[i], sizes))
      bound = bound > 0 ? std::min(bound, *size) : *size;
  return bound > 0 ? static_cast<uint64_t>(bound) : 2;
}

template <typename T> void fillIntegers(Bytes &bytes, uint64_t bound, Random &random) {
  for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value = static_cast<T>(random.below(bound));
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
}

template <typename T> void fillNumbers(Bytes &bytes, Random &random) {
  for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value = static_cast<T>(random.next() >> 40) / T(1 << 24);
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
}

void fill(Bytes &bytes, nnc_dtype dtype, uint64_t bound, Random &random) {
  switch (dtype) {
  case NNC_F32: return fillNumbers<float>(bytes, random);
  case NNC_F64: return fillNumbers<double>(bytes, random);
  case NNC_I32: return fillIntegers<int32_t>(bytes, bound, random);
  case NNC_I64: return fillIntegers<int64_t>(bytes, bound, random);
  case NNC_U8: return fillIntegers<uint8_t>(bytes, std::min<uint64_t>(bound, 256), random);
  case NNC_BOOL: return fillIntegers<uint8_t>(bytes, 2, random);
  }
}

} // namespace

/// Memory for a value at these sizes; at least a byte, so that its address is one.
Expected<Bytes> SyntheticCall::allocate(const nnc_model &model, const nnc_value &value) const {
  std::optional<int64_t> bytes = static_cast<int64_t>(dtypeSize(value.dtype));
  for (uint32_t axis = 0; axis < value.rank && bytes; ++axis) {
    std::optional<int64_t> size = evaluate(model, value.dims[axis], dimensionSizes);
    bytes = size ? product(*bytes, *size) : std::nullopt;
  }
  Bytes memory;
  if (!bytes || !memory.resize(static_cast<size_t>(std::max<int64_t>(*bytes, 1))))
    return Error::failure(text("no memory for ", quote(value.name), " at these sizes"));
  return memory;
}

Expected<SyntheticCall> SyntheticCall::create(const nnc_model &model, const nnc_function &function,
                                              std::vector<int64_t> sizes, uint64_t seed) {
  SyntheticCall call;
  call.type = &function;
  call.dimensionSizes = std::move(sizes);
  Random random(seed, Stream::Synthetic);
  for (uint32_t i = 0; i < function.input_count; ++i) {
    const nnc_value &value = function.inputs[i];
    if (value.role == NNC_HYPER)
      continue;
    if (value.has_default) {
      call.inputs.push_back(nullptr);
      continue;
    }
    Expected<Bytes> memory = call.allocate(model, value);
    if (!memory)
      return memory.takeError();
    fill(*memory, value.dtype, bound(model, value, call.dimensionSizes), random);
    call.memory.push_back(std::move(*memory));
    call.inputs.push_back(call.memory.back().data());
  }
  for (uint32_t i = 0; i < function.output_count; ++i) {
    const nnc_value &value = function.outputs[i];
    if (value.role != NNC_OUTPUT) {
      call.report.push_back(0);
      continue;
    }
    Expected<Bytes> memory = call.allocate(model, value);
    if (!memory)
      return memory.takeError();
    call.memory.push_back(std::move(*memory));
    call.outputs.push_back(call.memory.back().data());
  }
  return call;
}

Error SyntheticCall::run(Instance &instance) {
  return instance.call(*type, dimensionSizes.data(), inputs.data(), outputs.data(), nullptr,
                       report.empty() ? nullptr : report.data());
}

} // namespace nnc::run
