#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// EngineInfo::kind.
inline constexpr std::string_view kind_docker = "docker";
inline constexpr std::string_view kind_podman = "podman";

/// What docker's words mean to whoever gets them: docker or podman, over the API or through their programs.
struct Dialect {
  bool podman = false;
  bool rootless = false;
  bool client = false;    ///< a program that is given words, which passes them on
  int api_minor = 99;     ///< of API version 1.N: an older engine would ignore what is newer, so it is refused
  bool has_init = true;   ///< podman has no init program of its own everywhere
  std::string init_path;  ///< podman's client: the init program to use; empty: its own

  /// True when the engine knows what API 1.`minor` brought. podman's versions count otherwise: its gaps are told row by
  /// row.
  [[nodiscard]] bool knows(int minor) const noexcept { return podman || api_minor >= minor; }
};

/// True for engines that give a terminal its size when they make the container (HostConfig.ConsoleSize).
[[nodiscard]] inline bool knows_size_at_creation(const Dialect& dialect) noexcept {
  return !dialect.podman && dialect.knows(42);
}

/// That of an engine's API. An engine that says no version (none was asked yet) is taken for the newest.
[[nodiscard]] Dialect dialect_of(const EngineInfo& engine);

/// The words that mean `image` to an engine and no other image. podman looks for a short name in every registry that it
/// knows, so it is told the registry too.
[[nodiscard]] std::string image_name_for(const ImageReference& image, const Dialect& dialect);

/// N of an API version "1.N"; nothing for every other text.
[[nodiscard]] std::optional<int> api_minor(std::string_view version);

}  // namespace skillrun::inline v0
