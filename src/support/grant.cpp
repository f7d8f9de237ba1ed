#include <skillrun/grant.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "support/ask_kinds.hpp"
#include "support/path_within.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Word = std::pair<AskKind, std::string_view>;
constexpr Word words[] = {
    {AskKind::mount, "mount"},
    {AskKind::volume, "volume"},
    {AskKind::variable, "variable"},
    {AskKind::image_variable, "image-variable"},
    {AskKind::build_variable, "build-variable"},
    {AskKind::build_context, "build-context"},
    {AskKind::label, "label"},
    {AskKind::network, "network"},
    {AskKind::port, "port"},
};

}  // namespace

std::string_view to_string(AskKind kind) noexcept { return std::ranges::find(words, kind, &Word::first)->second; }

std::optional<AskKind> parse_ask_kind(std::string_view word) noexcept {
  for (const auto& [kind, name] : words) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

std::span<const AskKind> ask_kinds() noexcept {
  static constexpr auto kinds = [] {
    std::array<AskKind, std::size(words)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = words[i].first;
    return all;
  }();
  return kinds;
}

std::string describe(const Ask& ask) {
  const std::string subject = printable(ask.subject);
  const std::string_view access = ask.writes ? "reads and writes" : "reads";
  switch (ask.kind) {
    case AskKind::mount: return fmt::format("{} {}", access, subject);
    case AskKind::volume: return fmt::format("{} the volume {}", access, subject);
    case AskKind::variable: return fmt::format("gets your {}", subject);
    case AskKind::image_variable:
      return fmt::format("tells a registry your {}, as a part of its image's name", subject);
    case AskKind::build_variable: return fmt::format("gets your {} while its image is built", subject);
    case AskKind::build_context: return fmt::format("builds its image from all that is in {}", subject);
    case AskKind::label: return fmt::format("sets the label {}, which other programs may obey", subject);
    case AskKind::network:
      return subject == "bridge" ? "can talk to the network" : fmt::format("can talk to the network {}", subject);
    case AskKind::port: return fmt::format("takes the port {} of this machine", subject);
  }
  return subject;
}

bool Grant::covers(const Ask& ask) const noexcept {
  if (ask.closed || ask.kind != kind || (ask.writes && !writes)) return false;
  const bool is_path = kind == AskKind::mount || kind == AskKind::build_context;
  return is_path ? is_within(ask.subject, subject) : ask.subject == subject;
}

}  // namespace skillrun::inline v0
