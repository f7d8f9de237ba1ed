#include "support/strict_json.hpp"

#include <cstdint>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Follows a parser through the text, keeps the place, and stops it where the text is one that readers disagree about.
class JsonWatcher {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  explicit JsonWatcher(const JsonLimits& limits) : limits_(limits) {}

  /// What it stopped for; otherwise the place that it has come to.
  [[nodiscard]] JsonFault fault() const { return {pointer(), fault_}; }

  bool on_document_begin(boost::system::error_code& /*error*/) { return true; }
  bool on_document_end(boost::system::error_code& /*error*/) { return true; }
  bool on_object_begin(boost::system::error_code& error) { return enter(true, error); }
  bool on_object_end(std::size_t /*count*/, boost::system::error_code& /*error*/) { return leave(); }
  bool on_array_begin(boost::system::error_code& error) { return enter(false, error); }
  bool on_array_end(std::size_t /*count*/, boost::system::error_code& /*error*/) { return leave(); }
  bool on_key_part(std::string_view part, std::size_t /*count*/, boost::system::error_code& /*error*/) {
    key_ += part;
    return true;
  }
  bool on_key(std::string_view part, std::size_t /*count*/, boost::system::error_code& error) {
    key_ += part;
    Level& level = levels_.back();
    level.name = std::move(key_);
    key_.clear();
    if (!level.names.insert(level.name).second) return stop("the name appears twice in one object", error);
    return count(error);
  }
  bool on_string_part(std::string_view /*part*/, std::size_t /*count*/, boost::system::error_code& /*error*/) {
    return true;
  }
  bool on_string(std::string_view /*part*/, std::size_t /*count*/, boost::system::error_code& error) {
    return scalar(error);
  }
  bool on_number_part(std::string_view /*part*/, boost::system::error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t /*value*/, std::string_view /*text*/, boost::system::error_code& error) {
    return scalar(error);
  }
  bool on_uint64(std::uint64_t /*value*/, std::string_view /*text*/, boost::system::error_code& error) {
    return scalar(error);
  }
  bool on_double(double /*value*/, std::string_view /*text*/, boost::system::error_code& error) {
    return scalar(error);
  }
  bool on_bool(bool /*value*/, boost::system::error_code& error) { return scalar(error); }
  bool on_null(boost::system::error_code& error) { return scalar(error); }
  bool on_comment_part(std::string_view /*part*/, boost::system::error_code& /*error*/) { return true; }
  bool on_comment(std::string_view /*part*/, boost::system::error_code& /*error*/) { return true; }

 private:
  struct Level {
    bool object = false;
    std::size_t count = 0;
    std::string name = {};  ///< of the member that is being read
    std::set<std::string> names = {};
  };

  [[nodiscard]] std::string pointer() const {
    std::string out;
    for (const Level& level : levels_) {
      if (level.count == 0 && level.name.empty()) break;
      out = pointer_below(out, level.object ? level.name : fmt::format("{}", level.count - 1));
    }
    return out;
  }

  bool stop(std::string message, boost::system::error_code& error) {
    fault_ = std::move(message);
    error = make_error_code(json::error::exception);
    return false;
  }

  bool count(boost::system::error_code& error) {
    if (++levels_.back().count <= limits_.entries) return true;
    return stop(fmt::format("an object or list holds more than {} entries", limits_.entries), error);
  }

  /// A value begins. Members were counted by their names.
  bool scalar(boost::system::error_code& error) { return levels_.empty() || levels_.back().object || count(error); }

  bool enter(bool object, boost::system::error_code& error) {
    if (!scalar(error)) return false;
    if (levels_.size() >= limits_.depth) {
      return stop(fmt::format("objects and lists lie more than {} deep in each other", limits_.depth), error);
    }
    levels_.push_back({.object = object});
    return true;
  }

  bool leave() {
    levels_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  std::vector<Level> levels_;
  std::string key_;
  std::string fault_;
};

}  // namespace

std::expected<json::value, JsonFault> parse_strict_json(std::string_view text, const JsonLimits& limits) {
  const auto refused = [](JsonFault fault) { return std::unexpected(std::move(fault)); };
  if (text.size() > limits.bytes) return refused({{}, fmt::format("it is larger than {} bytes", limits.bytes)});
  if (const auto at = find_invalid_utf8(text)) {
    return refused({{}, fmt::format("it is not valid UTF-8 at byte {}", *at)});
  }
  json::parse_options options;
  options.max_depth = limits.depth + 1;  // the watcher stops first, and says where
  json::basic_parser<JsonWatcher> parser(options, limits);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = make_error_code(json::error::extra_data);
  if (error) {
    JsonFault fault = parser.handler().fault();
    if (fault.message.empty()) fault.message = fmt::format("it is not JSON: {} at byte {}", error.message(), read);
    return refused(std::move(fault));
  }
  json::value value = json::parse(text, error, {}, options);
  if (error) return refused({{}, fmt::format("it is not JSON: {}", error.message())});
  return value;
}

std::string pointer_below(std::string_view pointer, std::string_view name) {
  std::string out(pointer);
  out += '/';
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace skillrun::inline v0
