#pragma once

#include <signal.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "process.hpp"

namespace integration {

/// An engine that only these tests use: it may be killed.
class OwnEngine {
 public:
  /// Why there can be none here, if so.
  [[nodiscard]] static std::optional<std::string> obstacle(bool podman);
  /// The one of this program; its first use says which and starts it.
  [[nodiscard]] static OwnEngine& instance(bool podman = false);

  OwnEngine(const OwnEngine&) = delete;
  OwnEngine& operator=(const OwnEngine&) = delete;
  virtual ~OwnEngine() = default;

  [[nodiscard]] std::string socket() const { return folder_ / "engine.sock"; }
  /// Ends it as a crash would. What runs in it stays.
  void kill() { end(SIGKILL); }
  /// Ends it as a service manager does.
  void stop() { end(SIGTERM); }
  /// Starts it and waits until it answers.
  void start();

 protected:
  OwnEngine();
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  void import_image(const std::string& client) const;
  /// What is left mounted, the deepest first, and the folder.
  void clean_up() const;

 private:
  [[nodiscard]] virtual Command daemon() const = 0;
  void end(int signal);

  std::filesystem::path folder_;
  std::unique_ptr<Process> process_;
};

/// A dockerd on a small file system in memory, which may be full. containerd outlives it.
class OwnDocker final : public OwnEngine {
 public:
  OwnDocker();
  OwnDocker(const OwnDocker&) = delete;
  OwnDocker& operator=(const OwnDocker&) = delete;
  ~OwnDocker() override;

  /// The file system that holds the images and containers.
  [[nodiscard]] std::filesystem::path data_root() const { return folder() / "data"; }

 private:
  [[nodiscard]] Command daemon() const override;

  std::unique_ptr<Process> containerd_;
};

/// podman's API service.
class OwnPodman final : public OwnEngine {
 public:
  OwnPodman();
  OwnPodman(const OwnPodman&) = delete;
  OwnPodman& operator=(const OwnPodman&) = delete;
  ~OwnPodman() override;

 private:
  [[nodiscard]] Command daemon() const override;
};

}  // namespace integration
