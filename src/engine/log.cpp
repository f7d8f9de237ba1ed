#include "engine/log.hpp"

#include <memory>

#include <spdlog/sinks/stdout_sinks.h>

namespace skillrun::log {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto created = std::make_shared<spdlog::logger>("skillrun", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_level(spdlog::level::warn);
    created->set_pattern("skillrun: %l: %v");
    return created;
  }();
  return *instance;
}

}  // namespace skillrun::log
