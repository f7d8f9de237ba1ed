#pragma once

#include <expected>
#include <functional>
#include <string>

#include "app/grant_record.hpp"

namespace skillrun::app {

/// Where the caller's answers are kept: grants.json in a folder of its own below the user's configuration.
///
/// Whoever can write there could answer for the caller. So the folder (0700) and the file (0600) count only while they
/// are the caller's alone and no links, and the file is only ever replaced whole. Anything else is an error, never an
/// empty store.
class GrantStore {
 public:
  /// `folder` need not exist; its parents are made with it.
  explicit GrantStore(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::string file() const { return folder_ + "/grants.json"; }

  /// What is recorded; nothing when there is no store yet. Otherwise why it does not count, with what to do.
  [[nodiscard]] std::expected<GrantRecords, std::string> read() const;

  /// Reads, changes and replaces what is recorded, while every other skillrun that would do so waits.
  [[nodiscard]] std::expected<void, std::string> update(const std::function<void(GrantRecords&)>& change) const;

 private:
  std::string folder_;
};

}  // namespace skillrun::app
