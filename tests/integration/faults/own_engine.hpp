#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "process.hpp"

namespace integration {

/// A dockerd that only these tests use, on a small file system in memory: it may be killed and its disk may be full.
class OwnEngine {
 public:
  /// Why there can be none here, if so.
  [[nodiscard]] static std::optional<std::string> obstacle();
  /// The one of this program; started by its first use.
  [[nodiscard]] static OwnEngine& instance();

  OwnEngine(const OwnEngine&) = delete;
  OwnEngine& operator=(const OwnEngine&) = delete;
  ~OwnEngine();

  [[nodiscard]] std::string socket() const { return folder_ / "docker.sock"; }
  /// The file system that holds the images and containers.
  [[nodiscard]] std::filesystem::path data_root() const { return folder_ / "data"; }
  /// Ends dockerd as a crash would. containerd and what runs in it stay.
  void kill();
  /// Ends dockerd as a service manager does: it ends its containers first.
  void stop();
  /// Starts dockerd and waits until it answers.
  void start();

 private:
  OwnEngine();

  std::filesystem::path folder_;
  std::unique_ptr<Process> containerd_;
  std::unique_ptr<Process> dockerd_;
};

}  // namespace integration
