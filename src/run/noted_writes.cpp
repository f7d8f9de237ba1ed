#include "run/noted_writes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "engine/log.hpp"
#include "run/placeholders.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

namespace {

/// What root's skills could write counts for every user.
constexpr std::string_view system_state = "/var/lib/skillrun";

/// Where this user's record may be, the best first. The last is for users without a home that they can write to; what
/// somebody else made there is no record.
std::vector<std::string> own_folders() {
  std::vector<std::string> folders;
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state != nullptr && state[0] == '/') {
    folders.push_back(fmt::format("{}/skillrun", state));
  } else if (::geteuid() == 0) {
    folders.emplace_back(system_state);
  } else if (home != nullptr && home[0] == '/') {
    folders.push_back(fmt::format("{}/.local/state/skillrun", home));
  }
  std::string last = fmt::format("/var/tmp/skillrun-{}", ::geteuid());
  struct stat status{};
  const bool there = ::lstat(last.c_str(), &status) == 0;
  if (!there ||
      (S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)) {
    folders.push_back(std::move(last));
  }
  return folders;
}

}  // namespace

std::expected<std::vector<WrittenPlace>, UnreadableRecord> all_written_places() {
  std::vector<WrittenPlace> places;
  std::vector<std::string> folders = own_folders();
  const auto add = [&](std::string folder) {
    if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(std::move(folder));
  };
  // Whatever the variables of this call say: an earlier one may have had none.
  for (const std::string& home : LocalHost().homes()) add(home + "/.local/state/skillrun");
  add(std::string(system_state));
  for (const std::string& folder : folders) {
    std::error_code error;
    auto read = WriteRecord(folder).read(error);
    if (error) return std::unexpected(UnreadableRecord{folder, error});
    std::ranges::move(read, std::back_inserter(places));
  }
  return places;
}

std::expected<NotedWrites, std::string> NotedWrites::begin(const ApprovedSpec& approved, const EngineInfo& engine,
                                                           std::string run, std::vector<std::string> stand_ins) {
  NotedWrites noted;
  WritesOfRun writes{.skill = approved.spec().skill,
                     .engine = engine.endpoint,
                     .run = std::move(run),
                     .roots = {},
                     .stand_ins = std::move(stand_ins)};
  for (const Setting<Mount>& mount : approved.spec().mounts) {
    if (mount.value.type == MountType::bind && !mount.value.read_only) writes.roots.push_back(mount.value.source);
  }
  if (engine.remote || writes.roots.empty()) return noted;
  std::string trouble;
  for (std::string& folder : own_folders()) {
    const auto begun = WriteRecord(folder).begin(writes);
    if (begun) {
      noted.begun_ = *begun;
      noted.folder_ = std::move(folder);
      noted.run_ = std::move(writes.run);
      return noted;
    }
    trouble += fmt::format("{}{}: {}", trouble.empty() ? "" : "; ", printable(folder), begun.error().message());
  }
  return std::unexpected(trouble.empty() ? "there is no place for it" : std::move(trouble));
}

void NotedWrites::end() {
  const auto begun = std::exchange(begun_, std::nullopt);
  if (!begun) return;
  if (const std::error_code error = WriteRecord(folder_).end(run_, *begun)) {
    log::warn("the end of the run is not on record: {}", error.message());
  }
}

std::error_code end_abandoned_writes(const EngineInfo& engine, std::span<const std::string> alive) {
  std::error_code error;
  std::vector<std::string> stand_ins;
  for (const std::string& folder : own_folders()) {
    if (!fs::exists(folder, error)) continue;
    auto ended = WriteRecord(folder).end_abandoned(engine.endpoint, alive);
    if (!ended) {
      error = ended.error();
    } else {
      std::ranges::move(*ended, std::back_inserter(stand_ins));
    }
  }
  if (const auto places = all_written_places()) remove_placeholders(stand_ins, *places);
  return error;
}

}  // namespace skillrun::inline v0
