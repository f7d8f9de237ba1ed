#include "engine/log.hpp"

#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "support/json.hpp"

namespace skillrun::log {

namespace {

/// One line of JSON per message. The message is escaped by the JSON library, so that no text can forge a line.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch());
    const auto level = spdlog::level::to_string_view(message.level);
    const std::string line =
        json::serialize(json::object{{"time_ms", time.count()},
                                     {"level", std::string_view(level.data(), level.size())},
                                     {"message", std::string_view(message.payload.data(), message.payload.size())}});
    out.append(line.data(), line.data() + line.size());
    out.push_back('\n');
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: break;
  }
  return spdlog::level::warn;
}

}  // namespace

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto created = std::make_shared<spdlog::logger>("skillrun", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_level(spdlog::level::warn);
    created->set_pattern("skillrun: %l: %v");
    return created;
  }();
  return *instance;
}

bool writes(Level level) { return logger().should_log(spdlog_level(level)); }

void write(Level level, fmt::string_view format, fmt::format_args args) {
  if (writes(level)) logger().log(spdlog_level(level), fmt::vformat(format, args));
}

void use_json() { logger().set_formatter(std::make_unique<JsonFormatter>()); }

}  // namespace skillrun::log