// Settings that are one member of a request.
#include "engine/docker/received_settings.hpp"

#include "engine/docker/codec.hpp"
#include "spec/schema.hpp"

namespace skillrun::inline v0 {

namespace {

std::optional<ReceivedValue> member_of(const CodecRow& row, const ReceivedRequest& request) {
  return row.place.in(request).member(row.place.key);
}

/// As the flag reads it where that differs from the manifest's key: "host" is a name there, and no word for the caller.
void set_by_row(const CodecRow& row, SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const SettingRow& setting = *find_setting(row.setting);
  (setting.flag.set != nullptr ? setting.flag.set : setting.set)(builder, value, origin);
}

/// A setter takes a text: what it made of it must be the number again.
void set_number(const CodecRow& row, const ReceivedValue& value, std::int64_t number, const std::string& text) {
  set_by_row(row, value.builder(), text, value.origin());
  const auto fields = fields_of_setting(*find_setting(row.setting), value.builder().spec);
  if (fields.empty() || fields.front().value == json::value(number)) return;
  value.invalid(fmt::format("{} is beyond what docker keeps exactly", number), "send a smaller number");
}

}  // namespace

void set_by_flag(SpecBuilder& builder, std::string_view flag, const std::string& value, const Origin& origin) {
  find_docker_run_flag(flag)->set(builder, value, origin);
}

void receive_text(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (!value) return;
  if (const auto text = value->text(); text && !text->empty()) {
    set_by_row(row, request.builder, *text, value->origin());
  }
}

void receive_texts(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (!value) return;
  for (const auto& [text, origin] : value->texts()) set_by_row(row, request.builder, text, origin);
}

void receive_pairs(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  const auto object = value ? value->object() : std::nullopt;
  if (!object) return;
  for (const auto& [pair, origin] : object->pairs()) set_by_row(row, request.builder, pair, origin);
}

void receive_flag(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (value && value->flag().value_or(false)) set_by_row(row, request.builder, "true", value->origin());
}

void receive_stated_flag(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (!value) return;
  if (const auto on = value->flag()) set_by_row(row, request.builder, *on ? "true" : "false", value->origin());
}

void receive_number(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (!value) return;
  if (const auto number = value->number(); number && *number != 0) {
    set_number(row, *value, *number, std::to_string(*number));
  }
}

void receive_stated_number(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  if (!value) return;
  if (const auto number = value->number()) set_number(row, *value, *number, std::to_string(*number));
}

/// Billionths of a processor.
void receive_cpus(const CodecRow& row, ReceivedRequest& request) {
  constexpr std::int64_t one = 1'000'000'000;
  const auto value = member_of(row, request);
  const auto number = value ? value->number() : std::nullopt;
  if (!number || *number == 0) return;
  if (*number < 0) return value->invalid("a number of processors below 0", "send NanoCpus as billionths of one");
  set_number(row, *value, *number, fmt::format("{}.{:09}", *number / one, *number % one));
}

/// 0 is a bound here; clients write -1, the system's own, where nobody asked.
void receive_swappiness(const CodecRow& row, ReceivedRequest& request) {
  const auto value = member_of(row, request);
  const auto number = value ? value->number() : std::nullopt;
  if (number && *number != -1) set_number(row, *value, *number, std::to_string(*number));
}

void receive_ulimits(const CodecRow& row, ReceivedRequest& request) {
  std::set<std::string> names;
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto limit = entry.object();
    if (!limit) continue;
    const std::string name = limit->text("Name");
    if (!names.insert(name).second) entry.invalid("the limit is given here twice", "keep one of them");
    set_by_row(row, request.builder, fmt::format("{}={}:{}", name, limit->number("Soft"), limit->number("Hard")),
               entry.origin());
  }
}

namespace {

void receive_of_devices(const CodecRow& row, ReceivedRequest& request, std::string_view key, std::int64_t most) {
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto device = entry.object();
    if (!device) continue;
    const std::int64_t amount = device->number(key);
    if (amount > most) {
      entry.invalid(fmt::format("{} is beyond what docker keeps exactly", amount), "send a smaller number");
    } else {
      set_by_row(row, request.builder, fmt::format("{}:{}", device->text("Path"), amount), entry.origin());
    }
  }
}

}  // namespace

void receive_byte_rates(const CodecRow& row, ReceivedRequest& request) {
  receive_of_devices(row, request, "Rate", largest_exact_number);
}

void receive_rates(const CodecRow& row, ReceivedRequest& request) {
  receive_of_devices(row, request, "Rate", INT64_MAX);
}

void receive_weights(const CodecRow& row, ReceivedRequest& request) {
  receive_of_devices(row, request, "Weight", INT64_MAX);
}

}  // namespace skillrun::inline v0
