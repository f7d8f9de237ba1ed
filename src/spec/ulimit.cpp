#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a limit such as nofile=1024 or nofile=1024:4096";

constexpr std::array<std::string_view, 15> names = {"core",    "cpu",      "data",   "fsize",      "locks",
                                                    "memlock", "msgqueue", "nice",   "nofile",     "nproc",
                                                    "rss",     "rtprio",   "rttime", "sigpending", "stack"};

std::optional<std::int64_t> parse_limit(std::string_view text) {
  if (text == "-1") return -1;
  if (const auto value = parse_decimal(text)) return static_cast<std::int64_t>(*value);
  return std::nullopt;
}

}  // namespace

std::expected<Ulimit, ParseError> parse_ulimit(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  const std::string_view name = text.substr(0, equals);
  if (std::ranges::find(names, name) == names.end()) {
    return refuse(
        fmt::format("expected one of {}, found {} in {}", fmt::join(names, ", "), quoted(name), quoted(text)));
  }
  const std::string_view limits = text.substr(equals + 1);
  const std::size_t colon = limits.find(':');
  const auto soft = parse_limit(limits.substr(0, colon));
  const auto hard = colon == std::string_view::npos ? soft : parse_limit(limits.substr(colon + 1));
  if (!soft || !hard) {
    return refuse(fmt::format("expected {}, found {}; a limit is a number, or -1 for none", expectation, quoted(text)));
  }
  // Engines disagree about a bounded limit beside an unlimited one.
  if (*soft > *hard || (*soft == -1 && *hard != -1)) {
    return refuse(
        fmt::format("expected a soft limit that is at most the hard limit, found {}; use -1 for both or for neither",
                    quoted(text)));
  }
  return Ulimit{std::string(name), *soft, *hard};
}

}  // namespace skillrun::inline v0
