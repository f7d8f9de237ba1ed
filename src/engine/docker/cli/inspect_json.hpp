#pragma once

#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// Readers of what the clients print as JSON. Members that one engine leaves out keep their defaults; a text of
/// another shape is a protocol error.

/// The array that `inspect --type=container` prints.
[[nodiscard]] EngineResult<ContainerState> parse_container_inspect(std::string_view text);
/// The array that `image inspect` prints.
[[nodiscard]] EngineResult<ImageInfo> parse_image_inspect(std::string_view text);

/// The array that `volume inspect` prints.
[[nodiscard]] EngineResult<VolumeInfo> parse_volume_inspect(std::string_view text);

/// What `version` says about who answers.
struct VersionAnswer {
  bool podman = false;
  bool has_server = false;  ///< a daemon answered (podman without a service has none)
  std::string context;      ///< docker's context; empty when not told
  std::string version;
  std::string api_version;
  std::string os;
  std::string architecture;
};
[[nodiscard]] EngineResult<VersionAnswer> parse_version(std::string_view text);

/// What podman's `info` says.
struct PodmanHost {
  bool rootless = false;
  bool remote = false;
  std::string os;
  std::string architecture;
  std::string socket;
};
[[nodiscard]] EngineResult<PodmanHost> parse_podman_info(std::string_view text);

/// True when a JSON array of docker's security options names rootless mode.
[[nodiscard]] bool names_rootless(std::string_view security_options);

}  // namespace skillrun::inline v0
