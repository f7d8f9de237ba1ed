#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/process_owner.hpp"

namespace skillrun::inline v0 {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// A folder that a skill could write to, and when.
struct WrittenPlace {
  std::string skill;
  std::string root;  ///< a real path
  WallTime begin;
  std::optional<WallTime> end;              ///< nothing: it still can, or nobody knows when that ended
  ProcessOwner owner;                       ///< the run that it belongs to
  std::string engine;                       ///< the endpoint of the one that ran it
  std::string run = {};                     ///< what its container carries as a label
  std::vector<std::string> stand_ins = {};  ///< what was put there so that it cannot; nothing once it has ended

  [[nodiscard]] bool covers(std::string_view path, WallTime changed) const noexcept;
};

/// The skill that could have made, moved or changed the entry `path` (a real path) when its inode last changed, which
/// no process can set at will; null when none could.
[[nodiscard]] const WrittenPlace* writer_of(std::string_view path, WallTime changed,
                                            std::span<const WrittenPlace> places) noexcept;

/// At most so many ended entries; forgets nothing: those of one root with the least time between them become one.
void merge_ended(std::vector<WrittenPlace>& places, std::size_t most);

/// At most so many entries, as far as there are ended ones whose folder is gone: those are forgotten, the first first.
/// Callers that run each skill in a folder of its own would otherwise make a record without end.
void forget_gone(std::vector<WrittenPlace>& places, std::size_t most);

/// The text of a record, and what it says; nothing for any other text.
[[nodiscard]] std::string format_written_places(std::span<const WrittenPlace> places);
[[nodiscard]] std::optional<std::vector<WrittenPlace>> parse_written_places(std::string_view text);

/// What is noted of a run that begins.
struct WritesOfRun {
  std::string skill;
  std::string engine;
  std::string run;
  std::vector<std::string> roots;
  std::vector<std::string> stand_ins;
};

/// What skills of this user could write, in a file of a state folder.
class WriteRecord {
 public:
  explicit WriteRecord(std::string state_folder) : folder_(std::move(state_folder)) {}

  /// Nothing when there is no record; an error when there is one that cannot be read.
  [[nodiscard]] std::vector<WrittenPlace> read(std::error_code& error) const;
  /// Notes that from now on a run of this process can write to the roots; when that is, for end(). A root that is not
  /// UTF-8 cannot be noted: nobody could read the record again.
  [[nodiscard]] std::expected<WallTime, std::error_code> begin(const WritesOfRun& run) const;
  /// Notes that the run of this name, which began then, can write no more: a process can have begun several in one tick
  /// of the clock. What is changed after this call is not its work by any stamp.
  [[nodiscard]] std::error_code end(std::string_view run, WallTime begun) const;
  /// The same for all runs on an engine whose process has ended and whose containers are not among the `alive`. Their
  /// stand-ins, which nothing needs any more unless another run has put its own there.
  [[nodiscard]] std::expected<std::vector<std::string>, std::error_code> end_abandoned(
      std::string_view engine, std::span<const std::string> alive) const;

 private:
  template <class Change>
  [[nodiscard]] std::error_code change(const Change& change) const;

  std::string folder_;
};

}  // namespace skillrun::inline v0
