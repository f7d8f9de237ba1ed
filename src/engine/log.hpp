#pragma once

// Logging of the runtime library and the program: spdlog behind one header, which does not read spdlog's own: they cost
// each file that logs seconds. Messages go to standard error and never hold a secret: the values of environment
// variables, credentials and standard streams are not logged.
#include <cstdint>

#include <fmt/format.h>

namespace spdlog {
class logger;
}

namespace skillrun::log {

enum class Level : std::uint8_t { debug, info, warn };

/// The logger "skillrun": silent below warnings until the program says otherwise.
[[nodiscard]] spdlog::logger& logger();

/// True when messages of this level are written.
[[nodiscard]] bool writes(Level level);

void write(Level level, fmt::string_view format, fmt::format_args args);

/// Makes every line one JSON object: time, level, message.
void use_json();

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, format, fmt::make_format_args(args...));
}

template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, format, fmt::make_format_args(args...));
}

template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warn, format, fmt::make_format_args(args...));
}

}  // namespace skillrun::log
