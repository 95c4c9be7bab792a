// Checkpoint.cpp: metadata as JSON in one string, "nnc_run". Doubles travel as hexadecimal text, and so come
// back exactly.
#include "tools/nnc-run/Checkpoint.h"
#include "tools/nnc-run/support/Text.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace nnc::run {

using Json = nlohmann::json;

static constexpr int formatVersion = 1;
static constexpr const char *key = "nnc_run";

static std::string exact(double value) {
  char buffer[40];
  return std::string(buffer,
                     std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::hex).ptr);
}

std::string metadataJson(const Metadata &metadata) {
  Json inputs = Json::object();
  for (auto &[name, preparation] : metadata.preparations) {
    Json &input = inputs[name] = Json::object();
    if (preparation.affine) {
      input["scale"] = exact(preparation.affine->scale);
      input["shift"] = exact(preparation.affine->shift);
    }
    if (!preparation.classes.empty())
      input["classes"] = preparation.classes;
  }
  Json root = {{"version", formatVersion}, {"inputs", inputs}};
  if (metadata.training) {
    const TrainingState &state = *metadata.training;
    Json running = Json::object(), settings = Json::object();
    for (auto &[name, sum] : state.running)
      running[name] = {exact(sum.first), sum.second};
    for (auto &[name, value] : state.settings)
      settings[name] = exact(value);
    root["training"] = {{"model", state.model},
                        {"function", state.function},
                        {"seed", state.seed},
                        {"batch", state.batch},
                        {"validation", exact(state.validation)},
                        {"samples", state.samples},
                        {"data_crc32", state.dataChecksum},
                        {"set", settings},
                        {"epoch", state.epoch},
                        {"position", state.position},
                        {"running", running},
                        {"best_loss", exact(state.bestLoss)},
                        {"best_epoch", state.bestEpoch}};
  }
  // Words from data files need not be UTF-8; what is not is kept readable.
  auto dump = [](const Json &json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); };
  Json strings = Json::object();
  strings[key] = dump(root);
  return dump(strings);
}

namespace {
/// Reads fields of an object, remembering whether one was missing or of the wrong kind.
struct Reader {
  const Json &object;
  bool good = true;

  const Json *field(const char *name) {
    auto found = object.is_object() ? object.find(name) : object.end();
    if (object.is_object() && found != object.end())
      return &*found;
    good = false;
    return nullptr;
  }
  std::string string(const char *name) {
    const Json *value = field(name);
    if (value && value->is_string())
      return *value->get_ptr<const std::string *>();
    good = false;
    return "";
  }
  int64_t count(const char *name) {
    const Json *value = field(name);
    if (value && value->is_number_integer() && value->get<int64_t>() >= 0)
      return value->get<int64_t>();
    good = false;
    return 0;
  }
  uint64_t bits(const char *name) {
    const Json *value = field(name);
    if (value && value->is_number_unsigned())
      return value->get<uint64_t>();
    good = false;
    return 0;
  }
  double real(const Json &value) {
    double result = 0;
    if (const std::string *text = value.get_ptr<const std::string *>()) {
      auto [end, status] =
          std::from_chars(text->data(), text->data() + text->size(), result, std::chars_format::hex);
      if (status == std::errc() && end == text->data() + text->size())
        return result;
    }
    good = false;
    return 0;
  }
  double real(const char *name) {
    const Json *value = field(name);
    return value ? real(*value) : 0;
  }
};
} // namespace

static bool readTraining(const Json &object, TrainingState &state) {
  Reader reader{object};
  state.model = reader.string("model");
  state.function = reader.string("function");
  state.seed = reader.bits("seed");
  state.batch = reader.count("batch");
  state.validation = reader.real("validation");
  state.samples = reader.count("samples");
  state.dataChecksum = static_cast<uint32_t>(reader.bits("data_crc32"));
  state.epoch = reader.count("epoch");
  state.position = reader.count("position");
  state.bestLoss = reader.real("best_loss");
  state.bestEpoch = reader.count("best_epoch");
  if (const Json *settings = reader.field("set"))
    for (auto &[name, value] : settings->items())
      state.settings[name] = reader.real(value);
  if (const Json *running = reader.field("running"))
    for (auto &[name, value] : running->items()) {
      if (!value.is_array() || value.size() != 2 || !value[1].is_number_integer())
        return false;
      state.running[name] = {reader.real(value[0]), value[1].get<int64_t>()};
    }
  return reader.good;
}

static bool readPreparation(const Json &object, Preparation &preparation) {
  Reader reader{object};
  if (!object.is_object())
    return false;
  if (object.contains("scale"))
    preparation.affine = Affine{reader.real("scale"), reader.real("shift")};
  if (object.contains("classes"))
    for (const Json &word : object["classes"]) {
      if (!word.is_string())
        return false;
      preparation.classes.push_back(*word.get_ptr<const std::string *>());
    }
  return reader.good;
}

Expected<Metadata> readMetadata(Instance &instance, const std::string &path) {
  Expected<std::string> extra = instance.metadata(path);
  if (!extra)
    return extra.takeError();
  Metadata metadata;
  Json strings = Json::parse(*extra, nullptr, /*allow_exceptions=*/false);
  if (!strings.is_object() || !strings.contains(key) || !strings[key].is_string())
    return metadata;
  Error damaged = Error::at(path, "its record of the training is damaged");
  Json root = Json::parse(*strings[key].get_ptr<const std::string *>(), nullptr, /*allow_exceptions=*/false);
  if (!root.is_object())
    return damaged;
  Reader reader{root};
  if (int64_t version = reader.count("version"); version != formatVersion)
    return Error::at(path, text("its record of the training has version ", version, ", this nnc-run reads ",
                                formatVersion));
  if (const Json *inputs = reader.field("inputs"); inputs && inputs->is_object())
    for (auto &[name, input] : inputs->items())
      if (!readPreparation(input, metadata.preparations[name]))
        return damaged;
  if (root.contains("training") && !readTraining(root["training"], metadata.training.emplace()))
    return damaged;
  return reader.good ? Expected<Metadata>(std::move(metadata)) : Expected<Metadata>(damaged);
}

} // namespace nnc::run
