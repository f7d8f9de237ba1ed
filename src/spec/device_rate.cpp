#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

struct Split {
  std::string path;
  std::string_view value;
};

std::expected<Split, ParseError> split_device(std::string_view text, std::string_view expectation) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t colon = text.find(':');
  const auto in_dev = [](std::string_view path) { return path.starts_with("/dev/"); };
  const std::string path = in_dev(text) && colon != std::string_view::npos ? clean_path(text.substr(0, colon)) : "";
  // Parts such as ".." can lead out again.
  if (!in_dev(path)) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  return Split{path, text.substr(colon + 1)};
}

}  // namespace

std::expected<DeviceRate, ParseError> parse_device_rate(std::string_view text, RateUnit unit) {
  const bool bytes = unit == RateUnit::bytes;
  const std::string_view expectation =
      bytes ? "a device and its rate such as /dev/sda:1mb" : "one such as /dev/sda:100";
  auto parts = split_device(text, expectation);
  if (!parts) return std::unexpected(parts.error());
  if (bytes) {
    const auto rate = parse_bytes(parts->value);
    if (!rate) return std::unexpected(rate.error());
    return DeviceRate{.path = std::move(parts->path), .rate = *rate};
  }
  const auto rate = parse_decimal(parts->value);
  if (!rate) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  return DeviceRate{.path = std::move(parts->path), .rate = static_cast<std::int64_t>(*rate)};
}

std::expected<DeviceRate, ParseError> parse_device_weight(std::string_view text) {
  constexpr std::string_view expectation = "a device and a weight from 10 to 1000 such as /dev/sda:200";
  auto parts = split_device(text, expectation);
  if (!parts) return std::unexpected(parts.error());
  const auto weight = parse_decimal(parts->value, 1000);
  if (!weight || *weight < 10) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  return DeviceRate{.path = std::move(parts->path), .rate = static_cast<std::int64_t>(*weight)};
}

}  // namespace skillrun::inline v0
