#pragma once

#include <string>

#include <skillrun/engine.hpp>

#include "support/process/process.hpp"

namespace skillrun::inline v0 {

/// A container whose streams a client carries: pipes, or a terminal that is the client's own.
class AttachedClient final : public AttachedContainer {
 public:
  struct Pipes {
    UniqueFd input, output, error;
  };
  AttachedClient(Process process, Pipes pipes) : process_(std::move(process)), pipes_(std::move(pipes)) {}

  [[nodiscard]] int input_fd() const noexcept override { return pipes_.input.get(); }
  [[nodiscard]] int output_fd() const noexcept override { return pipes_.output.get(); }
  [[nodiscard]] int error_fd() const noexcept override { return pipes_.error.get(); }
  [[nodiscard]] bool framed() const noexcept override { return false; }
  [[nodiscard]] std::string take_prefetched() override { return {}; }
  void close_input() override { pipes_.input.reset(); }
  [[nodiscard]] int exit_fd() const noexcept override { return process_.pidfd(); }
  [[nodiscard]] EngineResult<void> finish(CallLimits limits) override;

 private:
  Process process_;
  Pipes pipes_;
};

}  // namespace skillrun::inline v0
