// Dataset.cpp: what is done with bound data. How files find their inputs is in DatasetLoader.cpp.
#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace nnc::run {

const Dataset::Column *Dataset::find(const std::string &input) const {
  for (const std::unique_ptr<Column> &column : columns)
    if (input == column->value->name)
      return column.get();
  return nullptr;
}

uint32_t Dataset::checksum() const {
  uLong crc = crc32(0, nullptr, 0);
  for (const std::unique_ptr<Column> &column : columns)
    crc =
        crc32_z(crc, reinterpret_cast<const Bytef *>(column->array.bytes.data()), column->array.bytes.size());
  return static_cast<uint32_t>(crc);
}

std::vector<std::string> Dataset::describe() const {
  std::vector<std::string> lines;
  for (const std::unique_ptr<Column> &column : columns) {
    const Array &array = column->array;
    std::string line = text(column->value->name, ": ", shapeText(array.shape.data(), array.shape.size()), " ",
                            elementName(array.element), " from ", array.source);
    if (column->affine.scale != 1)
      line += text(", times ", column->affine.scale);
    if (column->affine.shift != 0)
      line += text(", plus ", column->affine.shift);
    if (!array.classes.empty())
      line += text(", classes ", join(array.classes));
    lines.push_back(line);
  }
  return lines;
}

Expected<Feed> Feed::create(const Dataset &data, const nnc_function &function, const Scalars &scalars,
                            int64_t maxBatch) {
  Feed feed;
  feed.data = &data;
  feed.callSizes = data.sizes();
  feed.seedValue = std::make_unique<int64_t>(0);
  for (uint32_t i = 0; i < function.input_count; ++i) {
    const nnc_value &value = function.inputs[i];
    if (value.role == NNC_SEED) {
      feed.pointers.push_back(feed.seedValue.get());
      continue;
    }
    if (value.role != NNC_INPUT)
      continue;
    const Dataset::Column *column = data.find(value.name);
    auto scalar = scalars.find(value.name);
    if (!column && scalar == scalars.end()) {
      if (!value.has_default)
        return Error::failure(text("input ", quote(value.name), " of ", quote(function.name),
                                   " is a single number: give it with --set ", value.name, "=VALUE"));
      feed.pointers.push_back(nullptr);
      continue;
    }
    // Rounded up to whole cache lines: aligned_alloc wants a multiple of the alignment.
    int64_t rows = column && column->perSample ? maxBatch : 1, numbers = column ? column->rowNumbers : 1;
    std::optional<int64_t> bytes = product(rows, numbers);
    if (bytes)
      bytes = product(*bytes, static_cast<int64_t>(dtypeSize(value.dtype)));
    void *memory = bytes ? aligned_alloc(64, (static_cast<size_t>(*bytes) + 63) / 64 * 64) : nullptr;
    if (!memory)
      return Error::failure(
          text("out of memory for a batch of ", rows, " samples of input ", quote(value.name)));
    feed.pointers.push_back(memory);
    feed.slots.push_back({column, std::unique_ptr<void, Free>(memory)});
    if (column && !column->perSample) {
      const size_t whole = 0;
      gatherRows(column->array, column->rowNumbers, &whole, 1, value.dtype, column->affine, memory);
    } else if (!column) {
      visitElement(elementOf(value.dtype), [&](auto type) {
        type = static_cast<decltype(type)>(scalar->second);
        std::memcpy(memory, &type, sizeof(type));
      });
    }
  }
  return feed;
}

void Feed::load(const size_t *indices, size_t count) {
  if (data->sampleDimension() >= 0)
    callSizes[static_cast<size_t>(data->sampleDimension())] = static_cast<int64_t>(count);
  for (Slot &slot : slots)
    if (slot.column && slot.column->perSample)
      gatherRows(slot.column->array, slot.column->rowNumbers, indices, count, slot.column->value->dtype,
                 slot.column->affine, slot.memory.get());
}

} // namespace nnc::run
