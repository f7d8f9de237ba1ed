#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/containers.hpp>
#include <skillrun/export.hpp>
#include <skillrun/images.hpp>
#include <skillrun/spec.hpp>
#include <skillrun/volumes.hpp>

namespace skillrun::inline v0 {

/// What an engine says it can enforce; nothing where it was not asked or does not say.
struct Enforcement {
  std::optional<bool> memory;
  std::optional<bool> swap;
  std::optional<bool> pids;
  std::optional<bool> cpu;
  std::optional<bool> seccomp;
  std::optional<bool> apparmor;
  std::optional<bool> selinux;
  std::optional<bool> user_namespaces;  ///< root in a container is not root on the machine
};

struct EngineInfo {
  std::string kind;       ///< "docker" or "podman": what answers
  std::string transport;  ///< "api" or "cli"
  std::string endpoint;   ///< "unix:///run/docker.sock" or the program's path
  std::string version;
  std::string api_version;  ///< empty for the CLI
  std::string os;
  std::string architecture;
  bool rootless = false;
  bool remote = false;                ///< not on this machine: host paths are that machine's
  std::optional<std::string> socket;  ///< the local socket it listens on, for rules that keep it out of containers
  /// Who mounts the sources of binds, and whose view of the file system therefore counts.
  enum class Mounter : std::uint8_t {
    service,         ///< what listens on `socket`
    child,           ///< a child of this process
    user_namespace,  ///< a process in the namespaces that the engine keeps for its user
  };
  Mounter mounter = Mounter::service;
  bool shows_mounts = true;  ///< look_at() sees into what is mounted, not only into the image
  Enforcement enforcement;   ///< asked for only by a complete survey (doctor)
};

/// What an engine could not honour of a spec.
struct EngineGap {
  std::string setting;  ///< the member of ContainerSpec
  std::string reason;   ///< half a sentence
  Origin origin;
  bool gives_way = false;  ///< nobody declared it: a policy's default, which the run may go on without

  [[nodiscard]] std::string text() const { return setting + ": " + reason; }
};

/// A container engine: facts about it, and its parts. One instance with its parts serves one thread at a time; make one
/// per thread.
class SKILLRUN_API Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  [[nodiscard]] virtual const EngineInfo& info() const noexcept = 0;
  /// The words that mean `image` to this engine and no other image.
  [[nodiscard]] virtual std::string name_of(const ImageReference& image) const = 0;
  /// What this engine would drop of the spec, or read as something else. Asks nobody: known before anything is created.
  [[nodiscard]] virtual std::vector<EngineGap> gaps(const ContainerSpec& spec) const = 0;

  // The parts live as long as the engine.
  [[nodiscard]] virtual ImageStore& images() noexcept = 0;
  [[nodiscard]] virtual VolumeStore& volumes() noexcept = 0;
  [[nodiscard]] virtual ContainerBackend& containers() noexcept = 0;
};

}  // namespace skillrun::inline v0
