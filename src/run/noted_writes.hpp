#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/written_places.hpp"

namespace skillrun::inline v0 {

struct UnreadableRecord {
  std::string folder;
  std::error_code error;
};

/// What skills of this user, and of root, could write, ended runs included. A record that cannot be read means that
/// nobody knows what was written.
[[nodiscard]] std::expected<std::vector<WrittenPlace>, UnreadableRecord> all_written_places();

/// Puts on record what a run can write of this machine. The record stays open when this object goes: only who knows
/// that the container is gone ends it.
class NotedWrites {
 public:
  /// `run` is what the container carries as a label. Otherwise why it cannot be put on record, as half a sentence.
  [[nodiscard]] static std::expected<NotedWrites, std::string> begin(const ApprovedSpec& approved,
                                                                     const EngineInfo& engine, std::string run,
                                                                     std::vector<std::string> stand_ins);

  void end();
  /// When this run began to; nothing when it can write nothing.
  [[nodiscard]] std::optional<WallTime> begun() const noexcept { return begun_; }

 private:
  std::string folder_;
  std::string run_;
  std::optional<WallTime> begun_;
};

/// For gc: the skills of processes that have ended can write no more when their containers are not among the `alive`,
/// which are told by the label that they carry. Takes their stand-ins away.
[[nodiscard]] std::error_code end_abandoned_writes(const EngineInfo& engine, std::span<const std::string> alive);

}  // namespace skillrun::inline v0
