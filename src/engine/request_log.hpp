#pragma once

#include <span>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// A request of the Engine API for the log, on one line. Values of environment variables and of build arguments, and
/// whatever looks like a secret, are masked; headers are not shown; what is long is cut.
[[nodiscard]] std::string shown_request(std::string_view method, std::string_view target, std::string_view body);

/// The words of a client's command line for the log, in the same way.
[[nodiscard]] std::string shown_words(std::string_view program, std::span<const std::string> words);

}  // namespace skillrun::inline v0
