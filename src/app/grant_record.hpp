#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/grant.hpp>

namespace skillrun::app {

/// The folder that an image is built from, as it was when its skill was allowed something.
struct GrantedContext {
  std::string folder;  ///< its real path
  std::string dockerfile;
  std::string digest;  ///< "sha256:..." of all that the build gets of it

  friend bool operator==(const GrantedContext&, const GrantedContext&) = default;
};

/// What the caller let one skill have, as an answer to `skillrun allow`. It holds for the manifest that was shown, as
/// it was then, and for no other.
struct GrantRecord {
  std::string skill;
  std::optional<std::string> instance;
  std::string manifest;   ///< its real path
  std::string digest;     ///< "sha256:..." of its text
  std::string day;        ///< of the answer, YYYY-MM-DD
  std::vector<Ask> asks;  ///< none of them closed
  /// Of a skill that has one: its files decide what is done with what the build is given.
  std::optional<GrantedContext> context{};

  /// True when it is about that skill of that manifest, whatever the manifest says by now.
  [[nodiscard]] bool is_about(const GrantRecord& other) const noexcept {
    return skill == other.skill && instance == other.instance && manifest == other.manifest;
  }
};

using GrantRecords = std::vector<GrantRecord>;

/// "sha256:..." of a manifest's text; a byte order mark is not part of it.
[[nodiscard]] std::string manifest_digest(std::string_view text);

/// The record's asks as what a run is given.
[[nodiscard]] Grants grants_of(const GrantRecord& record);

/// Puts the record in the place of the one about the same, or at the end.
void put_record(GrantRecords& records, GrantRecord record);

/// The file's text, and what it says. A file with anything in it that this version does not know is not understood.
[[nodiscard]] std::string format_records(const GrantRecords& records);
[[nodiscard]] std::expected<GrantRecords, std::string> parse_records(std::string_view text);

}  // namespace skillrun::app
