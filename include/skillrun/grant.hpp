#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// What of the caller's a skill may ask for beyond what is open to every skill.
enum class AskKind : std::uint8_t {
  mount,           ///< a folder or file of the host
  volume,          ///< a volume of the engine that was not made for this skill
  variable,        ///< a variable of the caller's, handed to the container
  image_variable,  ///< a variable of the caller's in an image reference: a registry is told its value
  build_variable,  ///< a variable of the caller's in a build: the builder gets to see it
  build_context,   ///< a folder outside the manifest's own that an image is built from
  label,           ///< a label that other programs of the machine obey
  network,         ///< a network
  port,            ///< a port of the host
};

/// "mount", "volume", "variable", "image-variable", "build-variable", "build-context", "label", "network" or "port".
[[nodiscard]] SKILLRUN_API std::string_view to_string(AskKind kind) noexcept;
[[nodiscard]] SKILLRUN_API std::optional<AskKind> parse_ask_kind(std::string_view word) noexcept;

/// One thing that a skill asks for, after variables, instances and links were resolved. Two that are equal ask for the
/// same, whoever asks.
struct Ask {
  AskKind kind = AskKind::mount;
  /// mount and build_context: the absolute real path; volume, network: the name; the variables: the name;
  /// label: KEY=VALUE; port: "IP:PORT/PROTOCOL" with "*" for every interface or any port.
  std::string subject;
  bool writes = false;  ///< mount and volume: not only read
  /// Belongs to the system or holds secrets: no caller's word opens it, only a grant of a policy that names it.
  bool closed = false;

  friend bool operator==(const Ask&, const Ask&) = default;
};

/// The ask in words that follow "the skill": "reads and writes /srv/films", "gets your GITHUB_TOKEN". Safe for a
/// terminal.
[[nodiscard]] SKILLRUN_API std::string describe(const Ask& ask);

/// What a caller lets one skill have: an option of this run, or an answer that was recorded. Never from a manifest.
struct SKILLRUN_API Grant {
  AskKind kind = AskKind::mount;
  std::string subject;  ///< as in Ask; a mount's path stands for everything below it
  bool writes = false;
  std::string by;  ///< who says so, for reports: "--allow-mount", "skillrun allow, 2026-11-27"

  /// True when it covers the ask: never one that is closed.
  [[nodiscard]] bool covers(const Ask& ask) const noexcept;
};

using Grants = std::vector<Grant>;

}  // namespace skillrun::inline v0
