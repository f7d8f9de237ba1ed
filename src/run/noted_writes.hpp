#pragma once

#include <expected>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/written_places.hpp"

namespace skillrun {

struct UnreadableRecord {
  std::string folder;
  std::error_code error;
};

/// What skills of this user, and of root, could write, ended runs included. A record that can not be read means that
/// nobody knows what was written.
[[nodiscard]] std::expected<std::vector<WrittenPlace>, UnreadableRecord> all_written_places();

/// Puts on record what a run can write of this machine, until this object goes.
class NotedWrites {
 public:
  /// Otherwise why it can not be put on record, as half a sentence.
  [[nodiscard]] static std::expected<NotedWrites, std::string> begin(const ApprovedSpec& approved,
                                                                     const EngineInfo& engine);

  NotedWrites() = default;
  NotedWrites(NotedWrites&& other) noexcept { *this = std::move(other); }
  NotedWrites& operator=(NotedWrites&& other) noexcept;
  NotedWrites(const NotedWrites&) = delete;
  NotedWrites& operator=(const NotedWrites&) = delete;
  ~NotedWrites() { end(); }

  void end();
  /// When this run began to; nothing when it can write nothing.
  [[nodiscard]] std::optional<WallTime> begun() const noexcept { return begun_; }

 private:
  std::string folder_;
  std::optional<WallTime> begun_;
};

/// For gc, once nothing of them is left: the skills of processes that have ended can write no more.
[[nodiscard]] std::error_code end_abandoned_writes(const EngineInfo& engine);

}  // namespace skillrun
