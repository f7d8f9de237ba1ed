#include "engine/docker/received_value.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/typed_answer.hpp"
#include "spec/scan.hpp"
#include "support/abridged.hpp"
#include "support/strict_json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t longest_evidence = 200;

Origin origin_at(std::string pointer, std::string text) {
  return {.kind = OriginKind::create_request, .field = std::move(pointer), .span = {}, .text = std::move(text)};
}

std::string as_written(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(std::string_view(*text));
  return json::serialize(value);
}

/// The name that an engine would read the member as, or that was meant.
std::string way_to_name(std::string_view name, const std::set<std::string_view>& known) {
  const auto folded = std::ranges::find_if(known, [&](auto one) { return to_lower(one) == to_lower(name); });
  if (folded != known.end()) {
    return fmt::format("engines would read it as {}: write the name exactly so, and once", *folded);
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto near = closest(name, names, 1);
  if (near.empty()) return "leave it out: what is not known is not judged";
  return fmt::format("did you mean {}? otherwise leave it out: what is not known is not judged", near.front());
}

}  // namespace

Origin ReceivedValue::origin() const { return origin_at(pointer_, abridged(as_written(*value_), longest_evidence)); }

void ReceivedValue::problem(std::string_view rule, std::string message, std::string remedy) const {
  reception_->settled.insert(value_);
  builder().problem(rule, origin(), std::move(message), std::move(remedy));
}

/// The value is not shown: what stands in the wrong place may be a secret, and findings end in logs.
void ReceivedValue::expected(std::string_view what) const {
  if (!reception_->settled.insert(value_).second) return;  // told already: some members are read for two settings
  builder().problem("invalid-value", origin_at(pointer_, {}),
                    fmt::format("{} was expected, found {}", what, type_name(*value_)),
                    "send what the engine's API has here, or leave the member out");
}

std::optional<std::string> ReceivedValue::text() const {
  if (const json::string* text = value_->if_string()) return std::string(std::string_view(*text));
  expected("a text");
  return std::nullopt;
}

std::optional<std::int64_t> ReceivedValue::number() const {
  if (const std::int64_t* number = value_->if_int64()) return *number;
  expected("a whole number of 64 bits");
  return std::nullopt;
}

std::optional<bool> ReceivedValue::flag() const {
  if (const bool* flag = value_->if_bool()) return *flag;
  expected("true or false");
  return std::nullopt;
}

std::optional<ReceivedObject> ReceivedValue::object() const {
  if (const json::object* object = value_->if_object()) return ReceivedObject(*object, pointer_, *reception_);
  expected("an object");
  return std::nullopt;
}

std::vector<ReceivedValue> ReceivedValue::list() const {
  std::vector<ReceivedValue> entries;
  const json::array* list = value_->if_array();
  if (list == nullptr) {
    expected("a list");
    return entries;
  }
  for (std::size_t at = 0; at < list->size(); ++at) {
    const json::value& entry = (*list)[at];
    reception_->taken.insert(&entry);
    entries.emplace_back(entry, pointer_below(pointer_, std::to_string(at)), *reception_);
  }
  return entries;
}

std::vector<std::pair<std::string, Origin>> ReceivedValue::texts() const {
  std::vector<std::pair<std::string, Origin>> out;
  for (const ReceivedValue& entry : list()) {
    if (auto text = entry.text()) out.emplace_back(std::move(*text), entry.origin());
  }
  return out;
}

std::optional<ReceivedValue> ReceivedObject::member(std::string_view key) const {
  reception_->asked[object_].insert(key);
  const json::value* value = object_->if_contains(key);
  if (value == nullptr) return std::nullopt;
  reception_->taken.insert(value);
  if (value->is_null()) return std::nullopt;
  return ReceivedValue(*value, pointer_below(pointer_, key), *reception_);
}

std::string ReceivedObject::text(std::string_view key) const {
  const auto value = member(key);
  return value ? value->text().value_or("") : std::string();
}

std::int64_t ReceivedObject::number(std::string_view key) const {
  const auto value = member(key);
  return value ? value->number().value_or(0) : 0;
}

bool ReceivedObject::flag(std::string_view key) const {
  const auto value = member(key);
  return value && value->flag().value_or(false);
}

std::optional<ReceivedObject> ReceivedObject::object(std::string_view key) const {
  const auto value = member(key);
  return value ? value->object() : std::nullopt;
}

std::vector<ReceivedValue> ReceivedObject::list(std::string_view key) const {
  const auto value = member(key);
  return value ? value->list() : std::vector<ReceivedValue>();
}

void ReceivedObject::nothing(std::string_view key, std::string_view why) const {
  const auto value = member(key);
  if (!value || says_nothing(value->value())) return;
  value->problem("unenforced-field", fmt::format("{} cannot be asked for here: {}", key, why),
                 "leave it out, or send null");
}

std::vector<std::pair<std::string, ReceivedValue>> ReceivedObject::members() const {
  std::vector<std::pair<std::string, ReceivedValue>> out;
  for (const auto& entry : *object_) {
    const std::string name(entry.key());
    reception_->taken.insert(&entry.value());
    out.emplace_back(name, ReceivedValue(entry.value(), pointer_below(pointer_, name), *reception_));
  }
  return out;
}

std::vector<std::pair<std::string, Origin>> ReceivedObject::pairs() const {
  std::vector<std::pair<std::string, Origin>> out;
  for (const auto& [key, value] : members()) {
    const auto text = value.text();
    if (!text) continue;
    if (key.contains('=')) {
      value.invalid(fmt::format("the key {} holds a =", quoted(key)), "use another key; it would be cut there");
    } else {
      out.emplace_back(key + "=" + *text, value.origin());
    }
  }
  return out;
}

Origin ReceivedObject::origin_of(std::string_view key) const {
  const json::value* value = object_->if_contains(key);
  return origin_at(pointer_below(pointer_, key),
                   value == nullptr ? std::string() : abridged(as_written(*value), longest_evidence));
}

bool says_nothing(const json::value& value) {
  if (const json::object* object = value.if_object()) return object->empty();
  if (const json::array* list = value.if_array()) return list->empty();
  if (const json::string* text = value.if_string()) return text->empty();
  if (const bool* flag = value.if_bool()) return !*flag;
  if (const std::int64_t* number = value.if_int64()) return *number == 0;
  return value.is_null();
}

void refuse_untaken(const json::value& value, const std::string& pointer, const Reception& reception) {
  if (reception.settled.contains(&value)) return;
  static const std::set<std::string_view> none;
  if (const json::object* object = value.if_object()) {
    const auto asked = reception.asked.find(object);
    for (const auto& entry : *object) {
      const std::string_view name = entry.key();
      std::string place = pointer_below(pointer, name);
      if (reception.taken.contains(&entry.value())) {
        refuse_untaken(entry.value(), place, reception);
      } else {
        reception.builder.problem("unknown-key", origin_at(std::move(place), {}),
                                  fmt::format("the member {} is not known here", quoted(name)),
                                  way_to_name(name, asked == reception.asked.end() ? none : asked->second));
      }
    }
  } else if (const json::array* list = value.if_array()) {
    for (std::size_t at = 0; at < list->size(); ++at) {
      std::string place = pointer_below(pointer, std::to_string(at));
      if (reception.taken.contains(&(*list)[at])) {
        refuse_untaken((*list)[at], place, reception);
      } else {
        reception.builder.problem("unknown-key", origin_at(std::move(place), {}), "this entry is not known here",
                                  "leave it out: what is not known is not judged");
      }
    }
  }
}

}  // namespace skillrun::inline v0
