#pragma once

#include <memory>
#include <string>

#include <skillrun/containers.hpp>

#include "engine/native/keeper_client.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The ends of a container's streams that are not the container's.
struct BundleStreams {
  UniqueFd input, output, error;
  bool terminal = false;  ///< input and output are one
};

/// A container of the native engine with its streams: pipes, or a terminal.
class AttachedBundle final : public AttachedContainer {
 public:
  AttachedBundle(std::shared_ptr<KeeperClient> keeper, int process, BundleStreams streams)
      : keeper_(std::move(keeper)), process_(process), streams_(std::move(streams)) {}

  [[nodiscard]] int input_fd() const noexcept override { return streams_.input.get(); }
  [[nodiscard]] int output_fd() const noexcept override { return streams_.output.get(); }
  [[nodiscard]] int error_fd() const noexcept override { return streams_.error.get(); }
  [[nodiscard]] bool framed() const noexcept override { return false; }
  [[nodiscard]] std::string take_prefetched() override { return {}; }
  /// Whoever reads lines from a terminal gets its end-of-file key.
  void close_input() override;
  [[nodiscard]] int exit_fd() const noexcept override { return process_; }
  [[nodiscard]] EngineResult<void> finish(CallLimits limits) override;

 private:
  std::shared_ptr<KeeperClient> keeper_;
  int process_;  ///< pidfd of the container's first process, the engine's
  BundleStreams streams_;
};

}  // namespace skillrun::inline v0
