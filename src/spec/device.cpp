#include <algorithm>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a device such as /dev/fuse or /dev/sdb:/dev/xvdc:r";

bool is_permissions(std::string_view text) {
  return !text.empty() && text.size() <= 3 && std::ranges::all_of(text, [text](char byte) {
    return std::string_view("rwm").find(byte) != std::string_view::npos && std::ranges::count(text, byte) == 1;
  });
}

/// A letter first, a letter or digit last, and letters, digits or `inner` between them.
bool is_cdi_name(std::string_view text, std::string_view inner, bool digit_first) {
  if (text.empty() || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  if (!digit_first && is_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [inner](char byte) { return is_alnum(byte) || inner.find(byte) != std::string_view::npos; });
}

}  // namespace

bool is_cdi_device(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const std::size_t equals = text.find('=');
  if (slash == std::string_view::npos || equals == std::string_view::npos || equals < slash) return false;
  return is_cdi_name(text.substr(0, slash), "_-.", false) &&
         is_cdi_name(text.substr(slash + 1, equals - slash - 1), "_-", false) &&
         is_cdi_name(text.substr(equals + 1), "_-.:", true);
}

std::expected<Device, ParseError> parse_device(std::string_view text, const PathContext& /*paths*/) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto wrong = [text](std::string_view why) {
    return refuse(fmt::format("expected {}, found {}: {}", expectation, quoted(text), why));
  };
  if (!text.starts_with('/')) {
    return wrong("the host's path has to be absolute");
  }
  std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() > 3) return wrong("there are more than three parts");
  Device device;
  if (parts.size() > 1 && is_permissions(parts.back())) {
    device.permissions = parts.back();
    parts.pop_back();
  }
  if (parts.size() == 3) return wrong("permissions are made of r, w and m, each at most once");
  if (!parts.back().starts_with('/')) {
    return wrong("the second part is an absolute path in the container, or permissions made of r, w and m");
  }
  device.host = clean_path(parts.front());
  device.container = clean_path(parts.back());
  if (device.host == "/" || device.container == "/") return wrong("the root is not a device");
  return device;
}

}  // namespace skillrun::inline v0
