#pragma once

// Logging of the runtime library and the program: spdlog behind one header. Messages go to standard error and never
// hold a secret: the values of environment variables, credentials and standard streams are not logged.
#include <spdlog/spdlog.h>

namespace skillrun::log {

/// The logger "skillrun": silent below warnings until the program says otherwise.
[[nodiscard]] spdlog::logger& logger();

/// Makes every line one JSON object: time, level, message.
void use_json();

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  logger().debug(format, std::forward<Args>(args)...);
}

template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  logger().info(format, std::forward<Args>(args)...);
}

template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  logger().warn(format, std::forward<Args>(args)...);
}

}  // namespace skillrun::log
