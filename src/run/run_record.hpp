#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/process_owner.hpp"

namespace skillrun::inline v0 {

/// What is noted of a run before its container is made. Labels of a container can be anybody's words (its image's, for
/// one); that a container was made by a run of this user, only such a record says.
struct RunRecord {
  std::string token;     ///< 256 random bits in hexadecimal; never leaves the record
  std::string endpoint;  ///< of the engine
  std::string skill;
  ProcessOwner owner;
  bool keep = false;      ///< the container is meant to stay
  std::string container;  ///< its id, once that is known
  std::chrono::system_clock::time_point written;

  /// A new one of this process.
  [[nodiscard]] static RunRecord begin(std::string endpoint, std::string skill, bool keep);
  /// What the container carries: a digest of the token, from which no record can be made. Empty without a token.
  [[nodiscard]] std::string run() const;
  /// What its file holds, without the time at which it was written.
  [[nodiscard]] std::string text() const;
  /// Nothing for what is not a record.
  [[nodiscard]] static std::optional<RunRecord> parse(std::string_view text);
};

/// Where the records of a user are: folders of this user alone.
class RunRecords {
 public:
  /// Records are written to the first place that can be had, and read in all of them.
  explicit RunRecords(std::vector<std::string> places) : places_(std::move(places)) {}
  /// Below the state folder, which outlives a restart as containers do; otherwise below the runtime folder.
  [[nodiscard]] static RunRecords of_user();

  /// Writes a record, or writes it anew. The error says why no place can be had.
  [[nodiscard]] std::expected<void, std::string> write(const RunRecord& record) const;
  void remove(const RunRecord& record) const;
  /// All that hold what they should, by their names.
  [[nodiscard]] std::vector<RunRecord> read() const;

 private:
  std::vector<std::string> places_;
};

}  // namespace skillrun::inline v0
