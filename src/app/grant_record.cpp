#include "app/grant_record.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/json.hpp"
#include "support/sha256.hpp"

namespace skillrun::app {

namespace {

constexpr int version = 1;

json::object to_object(const GrantRecord& record) {
  json::array asks;
  for (const Ask& ask : record.asks) {
    asks.push_back(json::object{{"kind", to_string(ask.kind)}, {"subject", ask.subject}, {"writes", ask.writes}});
  }
  json::object object{{"skill", record.skill},
                      {"instance", record.instance ? json::value(*record.instance) : json::value(nullptr)},
                      {"manifest", record.manifest},
                      {"digest", record.digest},
                      {"granted", record.day},
                      {"asks", std::move(asks)}};
  if (record.context) {
    object["context"] = json::object{{"folder", record.context->folder},
                                     {"dockerfile", record.context->dockerfile},
                                     {"digest", record.context->digest}};
  }
  return object;
}

/// Takes the members of an object out one by one; what is wrong or left over makes it fail.
class Reader {
 public:
  explicit Reader(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr) failed_ = true;
  }

  const json::value* take(std::string_view key) {
    const json::value* value = take_if_there(key);
    if (value == nullptr) failed_ = true;
    return value;
  }
  const json::value* take_if_there(std::string_view key) {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(key);
    if (value != nullptr) ++taken_;
    return value;
  }
  std::string text(std::string_view key) {
    const json::value* value = take(key);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    failed_ = true;
    return {};
  }
  std::optional<std::string> text_or_null(std::string_view key) {
    const json::value* value = take(key);
    if (value != nullptr && value->is_null()) return std::nullopt;
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    failed_ = true;
    return std::nullopt;
  }
  bool flag(std::string_view key) {
    const json::value* value = take(key);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    failed_ = true;
    return false;
  }
  const json::array& list(std::string_view key) {
    static const json::array none;
    const json::value* value = take(key);
    if (value != nullptr && value->is_array()) return value->get_array();
    failed_ = true;
    return none;
  }
  [[nodiscard]] bool is_whole() const { return !failed_ && taken_ == object_->size(); }

 private:
  const json::object* object_;
  std::size_t taken_ = 0;
  bool failed_ = false;
};

std::optional<Ask> parse_ask(const json::value& value) {
  Reader reader(value);
  const auto kind = parse_ask_kind(reader.text("kind"));
  Ask ask{.subject = reader.text("subject"), .writes = reader.flag("writes")};
  if (!reader.is_whole() || !kind) return std::nullopt;
  ask.kind = *kind;
  return ask;
}

std::optional<GrantedContext> parse_context(const json::value& value) {
  Reader reader(value);
  GrantedContext context{
      .folder = reader.text("folder"), .dockerfile = reader.text("dockerfile"), .digest = reader.text("digest")};
  return reader.is_whole() ? std::optional(std::move(context)) : std::nullopt;
}

std::optional<GrantRecord> parse_record(const json::value& value) {
  Reader reader(value);
  GrantRecord record{.skill = reader.text("skill"),
                     .instance = reader.text_or_null("instance"),
                     .manifest = reader.text("manifest"),
                     .digest = reader.text("digest"),
                     .day = reader.text("granted"),
                     .asks = {}};
  for (const json::value& entry : reader.list("asks")) {
    auto ask = parse_ask(entry);
    if (!ask) return std::nullopt;
    record.asks.push_back(std::move(*ask));
  }
  if (const json::value* context = reader.take_if_there("context")) {
    record.context = parse_context(*context);
    if (!record.context) return std::nullopt;
  }
  if (!reader.is_whole()) return std::nullopt;
  return record;
}

}  // namespace

std::string manifest_digest(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return "sha256:" + sha256(text);
}

Grants grants_of(const GrantRecord& record) {
  Grants grants;
  for (const Ask& ask : record.asks) {
    grants.push_back({.kind = ask.kind,
                      .subject = ask.subject,
                      .writes = ask.writes,
                      .by = fmt::format("skillrun allow, {}", record.day)});
  }
  return grants;
}

void put_record(GrantRecords& records, GrantRecord record) {
  const auto known = std::ranges::find_if(records, [&](const GrantRecord& other) { return other.is_about(record); });
  if (known == records.end()) {
    records.push_back(std::move(record));
  } else {
    *known = std::move(record);
  }
}

std::string format_records(const GrantRecords& records) {
  json::array grants;
  for (const GrantRecord& record : records) grants.push_back(to_object(record));
  return pretty(json::object{{"version", version}, {"grants", std::move(grants)}});
}

std::expected<GrantRecords, std::string> parse_records(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return std::unexpected("it is not JSON");
  Reader reader(value);
  const json::value* found = reader.take("version");
  if (found == nullptr || *found != json::value(version)) {
    return std::unexpected("it is of another version of skillrun");
  }
  GrantRecords records;
  for (const json::value& entry : reader.list("grants")) {
    auto record = parse_record(entry);
    if (!record) return std::unexpected("it has an entry that is not understood");
    records.push_back(std::move(*record));
  }
  if (!reader.is_whole()) return std::unexpected("it has a key that is not known");
  return records;
}

}  // namespace skillrun::app
