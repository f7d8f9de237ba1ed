#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"
#include "engine/docker/received_settings.hpp"
#include "engine/gap_sink.hpp"
#include "engine/typed_answer.hpp"
#include "spec/setting_json.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// A request to create a container while it is written. The API has what describes the image's program at the top and
/// what describes the host's part in an object of its own.
struct CreateRequest {
  json::object& top;
  json::object& host;
  json::object endpoint;   ///< how it appears on its network
  json::object addresses;  ///< the endpoint's
  const Dialect& dialect;
};

/// The words for a client while they are written.
struct ClientWords {
  std::vector<std::string>& flags;
  const Dialect& dialect;

  void add(std::string_view flag, std::string_view value) { flags.push_back(fmt::format("--{}={}", flag, value)); }
};

/// An answer to inspect: all of it, and the objects that say again what a create request says.
struct InspectAnswer {
  TypedAnswer document;
  TypedAnswer top;
  TypedAnswer host;
  TypedAnswer endpoint;  ///< empty before it is attached to a network
  TypedAnswer addresses;
  const Dialect& dialect;
  const AskedContainer& asked;
};

/// As engines write the id of a container or network.
inline bool is_hex_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Where a setting stands in a create request, and again in an answer to inspect.
struct ApiPlace {
  enum class Part : std::uint8_t { none, top, host, endpoint, addresses };
  Part part = Part::none;
  std::string_view key = {};

  [[nodiscard]] auto& in(auto& whole) const {
    switch (part) {
      case Part::top: return whole.top;
      case Part::endpoint: return whole.endpoint;
      case Part::addresses: return whole.addresses;
      case Part::none:
      case Part::host: break;
    }
    return whole.host;
  }
};

constexpr ApiPlace top(std::string_view key) { return {ApiPlace::Part::top, key}; }
constexpr ApiPlace host(std::string_view key) { return {ApiPlace::Part::host, key}; }
constexpr ApiPlace endpoint(std::string_view key) { return {ApiPlace::Part::endpoint, key}; }
constexpr ApiPlace addresses(std::string_view key) { return {ApiPlace::Part::addresses, key}; }

/// One setting of ContainerSpec in docker's dialect: the one place that says how it is written, read back, and where
/// docker and podman differ. From these rows come the create request, the words for clients, what an engine is found to
/// have made, what it could not honour, and what a request of somebody else's asks for.
struct CodecRow {
  std::string_view setting;  ///< the member's name in the table of settings (spec/schema.hpp)
  ApiPlace place = {};
  /// Writes it into a create request; null: another row does, or no engine is told.
  void (*write)(const ApiPlace& place, const ContainerSpec& spec, CreateRequest& request) = nullptr;
  /// Reads it from an answer. What no spec can say is noted as foreign.
  void (*read)(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) = nullptr;
  /// Reads it from a create request that somebody else wrote; null: another row does, or no member of the body says it.
  void (*receive)(const CodecRow& row, ReceivedRequest& request) = nullptr;
  /// Words for a client; null: the setting's flag with each of its values.
  void (*words)(const ContainerSpec& spec, ClientWords& words) = nullptr;
  int since = 0;       ///< the API version 1.N that brought it; older engines drop it without a word
  bool podman = true;  ///< false: skillrun does not hand it to podman, which reads it differently or not at all
  /// What else an engine may lack of it.
  void (*gaps)(const ContainerSpec& spec, const Dialect& dialect, GapSink& gaps) = nullptr;

  // The same row, but for one member.
  [[nodiscard]] constexpr CodecRow with_read(decltype(CodecRow::read) other) const {
    CodecRow row = *this;
    row.read = other;
    return row;
  }
  [[nodiscard]] constexpr CodecRow with_receive(decltype(CodecRow::receive) other) const {
    CodecRow row = *this;
    row.receive = other;
    return row;
  }
  [[nodiscard]] constexpr CodecRow with_words(decltype(CodecRow::words) other) const {
    CodecRow row = *this;
    row.words = other;
    return row;
  }
  [[nodiscard]] constexpr CodecRow with_gaps(decltype(CodecRow::gaps) other) const {
    CodecRow row = *this;
    row.gaps = other;
    return row;
  }
  [[nodiscard]] constexpr CodecRow not_for_podman() const {
    CodecRow row = *this;
    row.podman = false;
    return row;
  }
  [[nodiscard]] constexpr CodecRow since_api(int minor) const {
    CodecRow row = *this;
    row.since = minor;
    return row;
  }
};

/// Every setting that an engine is told, in the order of the table of settings.
[[nodiscard]] std::span<const CodecRow> codec();

// The rows by subject.
[[nodiscard]] std::span<const CodecRow> process_codec();
[[nodiscard]] std::span<const CodecRow> isolation_codec();
[[nodiscard]] std::span<const CodecRow> device_codec();
[[nodiscard]] std::span<const CodecRow> namespace_codec();
[[nodiscard]] std::span<const CodecRow> mount_codec();
[[nodiscard]] std::span<const CodecRow> network_codec();
[[nodiscard]] std::span<const CodecRow> resource_codec();

/// For settings that clients are told otherwise, or not.
inline void no_words(const ContainerSpec& /*spec*/, ClientWords& /*words*/) {}

namespace codec_detail {

/// Values are written as one text, number or boolean each, as explain shows them.
template <auto pointer>
void write(const ApiPlace& place, const ContainerSpec& spec, CreateRequest& request) {
  const auto& setting = spec.*pointer;
  using Value = std::remove_cvref_t<decltype(setting)>;
  json::object& object = place.in(request);
  if constexpr (std::same_as<Value, SettingList<KeyValue>>) {
    if (setting.empty()) return;
    json::object pairs;
    for (const auto& entry : setting) pairs[entry.value.key] = entry.value.value;
    object[place.key] = std::move(pairs);
  } else if constexpr (requires { setting.empty(); }) {
    if (setting.empty()) return;
    json::array list;
    for (const auto& entry : setting) list.push_back(to_json(entry.value));
    object[place.key] = std::move(list);
  } else if (setting) {
    object[place.key] = to_json(setting->value);
  }
}

/// Values that engines say as they were told.
template <class Value>
concept ReadsAlike = std::same_as<Value, OptionalSetting<std::int64_t>> || std::same_as<Value, OptionalSetting<bool>> ||
                     std::same_as<Value, OptionalSetting<std::string>> || std::same_as<Value, SettingList<KeyValue>> ||
                     std::same_as<Value, SettingList<std::string>>;

/// What engines say for "nothing" (0, false, an empty text) is nothing.
template <auto pointer>
void read(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  auto& slot = made.spec.*pointer;
  const TypedAnswer& object = place.in(answer);
  using Value = std::remove_cvref_t<decltype(slot)>;
  if constexpr (std::same_as<Value, OptionalSetting<std::int64_t>>) {
    if (const std::int64_t number = object.number(place.key); number != 0) slot = Setting{number, Origin()};
  } else if constexpr (std::same_as<Value, OptionalSetting<bool>>) {
    if (object.flag(place.key)) slot = Setting{true, Origin()};
  } else if constexpr (std::same_as<Value, OptionalSetting<std::string>>) {
    if (std::string text = object.text(place.key); !text.empty()) slot = Setting{std::move(text), Origin()};
  } else if constexpr (std::same_as<Value, SettingList<KeyValue>>) {
    for (auto& [key, value] : object.pairs(place.key)) slot.push_back({KeyValue{key, value}, Origin()});
  } else {
    for (std::string& text : object.texts(place.key)) slot.push_back({std::move(text), Origin()});
  }
}

/// Of the shape that write() gives it.
template <class Value>
constexpr decltype(CodecRow::receive) receiver() {
  if constexpr (std::same_as<Value, OptionalSetting<std::int64_t>>) {
    return receive_number;
  } else if constexpr (std::same_as<Value, OptionalSetting<bool>>) {
    return receive_flag;
  } else if constexpr (std::same_as<Value, SettingList<KeyValue>>) {
    return receive_pairs;
  } else if constexpr (requires(const Value& value) { value.empty(); }) {
    return receive_texts;
  } else {
    return receive_text;
  }
}

}  // namespace codec_detail

/// A setting that is one member of the API, of the same shape. Values of other types than texts, numbers, booleans and
/// pairs need a reader of their own.
template <auto pointer>
constexpr CodecRow same(std::string_view setting, ApiPlace place) {
  using Value = std::remove_cvref_t<decltype(std::declval<ContainerSpec&>().*pointer)>;
  CodecRow row{.setting = setting,
               .place = place,
               .write = codec_detail::write<pointer>,
               .receive = codec_detail::receiver<Value>()};
  if constexpr (codec_detail::ReadsAlike<Value>) row.read = codec_detail::read<pointer>;
  return row;
}

/// Reads a value; what its parser cannot read is foreign.
template <auto pointer, class Parse>
void observe_parsed(ObservedContainer& made, std::string_view setting, const std::string& text, const Parse& parse) {
  if (text.empty()) return;
  auto value = parse(text);
  if (!value) return made.foreign.push_back({std::string(setting), text});
  auto& slot = made.spec.*pointer;
  if constexpr (requires { slot.emplace_back(); }) {
    slot.push_back({std::move(*value), Origin()});
  } else {
    slot = Setting{std::move(*value), Origin()};
  }
}

}  // namespace skillrun::inline v0
