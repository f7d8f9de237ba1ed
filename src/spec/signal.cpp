#include <algorithm>
#include <array>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a signal such as SIGTERM or 15";
constexpr std::uint64_t largest_signal = 64;

struct Signal {
  std::string_view name;
  std::uint64_t number;
};

// The numbers of x86 and ARM. The first name of a number is its canonical one.
constexpr std::array<Signal, 34> signals = {{
    {"HUP", 1},   {"INT", 2},     {"QUIT", 3},  {"ILL", 4},   {"TRAP", 5},    {"ABRT", 6},  {"BUS", 7},
    {"FPE", 8},   {"KILL", 9},    {"USR1", 10}, {"SEGV", 11}, {"USR2", 12},   {"PIPE", 13}, {"ALRM", 14},
    {"TERM", 15}, {"STKFLT", 16}, {"CHLD", 17}, {"CONT", 18}, {"STOP", 19},   {"TSTP", 20}, {"TTIN", 21},
    {"TTOU", 22}, {"URG", 23},    {"XCPU", 24}, {"XFSZ", 25}, {"VTALRM", 26}, {"PROF", 27}, {"WINCH", 28},
    {"IO", 29},   {"PWR", 30},    {"SYS", 31},  {"CLD", 17},  {"IOT", 6},     {"POLL", 29},
}};

}  // namespace

std::expected<std::string, ParseError> parse_signal(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  std::optional<std::uint64_t> number = parse_decimal(text, largest_signal);
  if (!number) {
    const std::string upper = to_upper(text);
    std::string_view name = upper;
    if (name.starts_with("SIG")) name.remove_prefix(3);
    const auto* const named = std::ranges::find(signals, name, &Signal::name);
    if (named != signals.end()) number = named->number;
  }
  if (!number || *number == 0) {
    return refuse(
        fmt::format("expected {}, found {}; numbers go from 1 to {}", expectation, quoted(text), largest_signal));
  }
  const auto* const canonical = std::ranges::find(signals, *number, &Signal::number);
  return canonical != signals.end() ? fmt::format("SIG{}", canonical->name) : fmt::format("{}", *number);
}

}  // namespace skillrun::inline v0
