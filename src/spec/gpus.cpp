#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/csv.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "all, a positive number of GPUs, or docker's CSV form such as device=0";

std::optional<std::int64_t> parse_count(std::string_view text) {
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (text == "all") return -1;
  const auto count = parse_decimal(text, most);
  if (!count || *count == 0) return std::nullopt;
  return static_cast<std::int64_t>(*count);
}

/// Each part of a list inside one field; an empty part is nothing that a driver could mean.
std::optional<std::vector<std::string>> parse_words(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ',')) {
    if (word.empty()) return std::nullopt;
    words.emplace_back(word);
  }
  return words;
}

class GpuReader {
 public:
  std::optional<ParseError> read(std::string_view field) {
    const std::size_t equals = field.find('=');
    // A word without a value is the count.
    const std::string_view key = equals == std::string_view::npos ? "count" : field.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? field : field.substr(equals + 1);
    if (std::ranges::find(seen_, key) != seen_.end()) return ParseError{fmt::format("{} is given twice", quoted(key))};
    seen_.push_back(key);
    return set(key, value) ? std::nullopt
                           : std::optional(ParseError{fmt::format("{} is not understood", quoted(field))});
  }

  std::expected<GpuRequest, ParseError> finish() {
    const bool counted = std::ranges::find(seen_, "count") != seen_.end();
    if (counted && !request_.device_ids.empty()) return refuse("a count and a list of devices exclude each other");
    if (!counted) request_.count = request_.device_ids.empty() ? 1 : 0;
    return std::move(request_);
  }

 private:
  bool set(std::string_view key, std::string_view value) {
    if (key == "count") {
      const auto count = parse_count(value);
      request_.count = count.value_or(0);
      return count.has_value();
    }
    if (key == "driver") {
      request_.driver = value;
      return is_engine_name(value);
    }
    if (key == "device") return take(request_.device_ids, parse_words(value));
    if (key == "capabilities") return take(request_.capabilities, parse_words(value));
    if (key != "options") return false;
    const auto options = parse_csv_record(value);
    if (!options) return false;
    for (const std::string& option : *options) {
      const std::size_t equals = option.find('=');
      if (equals == std::string::npos || equals == 0) return false;
      request_.options.push_back({option.substr(0, equals), option.substr(equals + 1)});
    }
    return true;
  }

  static bool take(std::vector<std::string>& into, std::optional<std::vector<std::string>> words) {
    if (!words) return false;
    into = std::move(*words);
    return true;
  }

  GpuRequest request_;
  std::vector<std::string_view> seen_;
};

}  // namespace

std::expected<GpuRequest, ParseError> parse_gpus(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto fields = parse_csv_record(text);
  if (!fields) return std::unexpected(fields.error());
  const auto wrong = [text](const ParseError& error) {
    return refuse(fmt::format("expected {}, found {}: {}", expectation, quoted(text), error.message));
  };
  GpuReader reader;
  for (const std::string& field : *fields) {
    if (const auto error = reader.read(field)) return wrong(*error);
  }
  auto request = reader.finish();
  if (!request) return wrong(request.error());
  return request;
}

}  // namespace skillrun::inline v0
