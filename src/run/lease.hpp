#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/run.hpp>

#include "run/held_sources.hpp"
#include "run/next_run_guard.hpp"
#include "run/owned_container.hpp"
#include "run/run_record.hpp"
#include "run/source_pins.hpp"

namespace skillrun::inline v0 {

/// How long one short call of an engine may take.
inline constexpr std::chrono::seconds call_deadline{30};

/// What a lease is taken with, beside the approved spec.
struct LeaseRequest {
  bool standard_input = true;
  bool tty = false;
  std::optional<TerminalSize> terminal_size{};              ///< of the caller's
  std::vector<std::pair<std::string, std::string>> labels;  ///< added to skillrun's own
  ProgressSink progress;                                    ///< of pulls and builds; may be empty
  std::function<void()> image_ready;                        ///< called once the image is there; may be empty
  std::chrono::milliseconds pull_timeout{usual_pull_timeout};
};

/// A container of an approved spec, from its image to its removal: made, verified, owned, and known to `skillrun gc`
/// should this process be killed. It has not started. What runs keep and what later runs are protected from last as
/// long as the lease. Whoever destroys one that was not given back has its container removed all the same.
class Lease {
 public:
  /// `result` gets everything that is to be told of it: findings, times, ids, and why it cannot be had.
  Lease(Engine& engine, const ApprovedSpec& approved, LeaseRequest request, const Cancellation& cancellation,
        RunResult& result);

  /// Makes sure of the image, holds what the container will see of this machine, creates it, and verifies that it is
  /// what was approved. False: nothing is left, and the result says why.
  [[nodiscard]] bool take();

  [[nodiscard]] const std::string& id() const noexcept { return container_->id(); }
  [[nodiscard]] const StartOptions& start_options() const noexcept { return start_; }
  [[nodiscard]] const HostView& host() const noexcept { return host_; }

  /// To be called before the container is started, and once it certainly has ended: what a skill could have written
  /// meanwhile is in doubt.
  void skill_may_run() { guard_.skill_may_run(); }
  void skill_has_ended() { guard_.skill_has_ended(); }
  /// Once the engine has mounted its sources.
  void release_sources() { pins_.release(); }

  /// The container is not removed with the lease.
  void keep() noexcept { container_->keep(); }
  [[nodiscard]] bool owned() const noexcept { return container_->owned(); }
  /// Removes the container, if there is one that is owned. What goes wrong is in the result.
  void give_back();

  /// True when there is no error among the findings; they are recorded in either case, and a refusal with `what`.
  [[nodiscard]] bool accept(Findings findings, std::string_view what);

 private:
  [[nodiscard]] bool can_be_honoured();
  [[nodiscard]] bool ensure();
  [[nodiscard]] bool hold();
  [[nodiscard]] bool create();
  void write_record();
  void remove_unclaimed();
  [[nodiscard]] bool verify();
  [[nodiscard]] bool lies_as_approved();
  [[nodiscard]] bool has_its_command();
  [[nodiscard]] bool cancelled();
  [[nodiscard]] CallLimits limits(std::chrono::milliseconds deadline) const { return {deadline, &cancellation_}; }

  Engine& engine_;
  const ApprovedSpec& approved_;
  LeaseRequest request_;
  const Cancellation& cancellation_;
  RunResult& result_;
  StartOptions start_;
  RunLabels labels_;
  RunRecord record_;
  RunRecords records_ = RunRecords::of_user();
  ImageInfo image_;
  EngineHost host_;
  NextRunGuard guard_;            ///< until the container is gone
  std::vector<HeldSource> held_;  ///< while it is, no other file has the number of one of these
  SourcePins pins_;
  std::vector<EngineGap> gaps_;  ///< what the engine cannot honour, which only defaults may ask for
  std::optional<OwnedContainer> container_;
  std::vector<std::string> argv_;  ///< of the container that was made
};

}  // namespace skillrun::inline v0
