#pragma once

#include <skillrun/engine.hpp>

#include "engine/wire/http_client.hpp"

namespace skillrun::inline v0 {

/// A container attached over the API: one socket for its streams in both directions, one on which the answer to the
/// wait request will come.
class ApiAttachment final : public AttachedContainer {
 public:
  /// Opens both for a container that is not started yet.
  [[nodiscard]] static EngineResult<std::unique_ptr<ApiAttachment>> open(HttpClient& client, const std::string& prefix,
                                                                         const StartOptions& options,
                                                                         CallLimits limits);

  [[nodiscard]] int input_fd() const noexcept override { return input_open_ ? stream_.get() : -1; }
  [[nodiscard]] int output_fd() const noexcept override { return stream_.get(); }
  [[nodiscard]] int error_fd() const noexcept override { return -1; }
  [[nodiscard]] bool framed() const noexcept override { return !tty_; }
  /// Always empty: what came with the answer to attach is still in the socket.
  [[nodiscard]] std::string take_prefetched() override { return {}; }
  void close_input() override;
  [[nodiscard]] int exit_fd() const noexcept override { return wait_.get(); }
  [[nodiscard]] EngineResult<void> finish(CallLimits limits) override;

 private:
  explicit ApiAttachment(const StartOptions& options) : tty_(options.tty), input_open_(options.standard_input) {}

  UniqueFd stream_;
  UniqueFd wait_;
  HttpAnswerReader wait_answer_{{}};
  std::string wait_body_;
  bool tty_;
  bool input_open_;
};

}  // namespace skillrun::inline v0
