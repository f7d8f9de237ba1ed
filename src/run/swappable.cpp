#include "run/swappable.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "run/noted_writes.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"
#include "support/writers.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_trusted(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

/// Who may take entries of the folder away, as half a sentence.
std::optional<std::string> who_else_writes(const std::string& folder, const struct stat& status) {
  if (!is_trusted(status.st_uid)) return fmt::format("'{}' belongs to user {}", folder, status.st_uid);
  if ((status.st_mode & S_IWOTH) != 0) return fmt::format("everybody may write to '{}'", folder);
  return others_may_write(folder, status) ? std::optional(fmt::format("others may write to '{}'", folder))
                                          : std::nullopt;
}

/// Where skills can write that run now, without this run's own.
std::vector<WrittenPlace> live_places(std::optional<WallTime> begun) {
  auto places = all_written_places();
  // Nobody knows who writes where: everything may be written.
  if (!places) return {WrittenPlace{.skill = "?", .root = "/", .begin = {}, .end = {}, .owner = {}, .engine = {}}};
  const std::string pid = std::to_string(::getpid());
  std::erase_if(*places, [&](const WrittenPlace& place) {
    return place.end || (begun && place.begin == *begun && place.owner.pid == pid);
  });
  return std::move(*places);
}

/// A mounted folder cannot be moved from within; what is below it can.
std::optional<std::string> live_writer_above(const std::string& path, std::span<const WrittenPlace> live) {
  for (const WrittenPlace& place : live) {
    if (path == place.root || !is_within(path, place.root)) continue;
    return fmt::format("the skill '{}' runs and can write to '{}'", place.skill, place.root);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> who_can_swap(const std::string& path) {
  for (std::size_t end = path.rfind('/'); end != std::string::npos && path != "/";
       end = end == 0 ? std::string::npos : path.rfind('/', end - 1)) {
    const std::string folder = end == 0 ? "/" : path.substr(0, end);
    const std::string entry = path.substr(0, std::min(path.find('/', end + 1), path.size()));
    struct stat status{};
    struct stat inner{};
    if (::lstat(folder.c_str(), &status) != 0 || ::lstat(entry.c_str(), &inner) != 0) {
      return fmt::format("'{}' cannot be looked at", entry);
    }
    auto writer = who_else_writes(folder, status);
    // In a sticky folder an entry is its owner's.
    const bool sticky = (status.st_mode & S_ISVTX) != 0 && is_trusted(status.st_uid) && is_trusted(inner.st_uid);
    if (writer && !sticky) return writer;
  }
  return std::nullopt;
}

Findings find_swappable_sources(const ContainerSpec& approved, std::span<const SourceAlias> aliases,
                                std::optional<WallTime> begun) {
  Findings findings;
  std::optional<std::vector<WrittenPlace>> live;
  const auto judge = [&](const Setting<Mount>& mount, const std::string& path) {
    if (!live) live = live_places(begun);
    auto who = who_can_swap(path);
    // What runs there keeps the protected names itself.
    if (!who && mount.origin.kind != OriginKind::policy_default) who = live_writer_above(path, *live);
    if (!who) return;
    findings.push_back(finding_at(
        approved, mount.origin, "unenforced-field", Severity::error,
        fmt::format("'{}' could be replaced before the engine mounts it: {}", printable(path), printable(*who)),
        "mount a folder that only you can move, or run as root with an engine of this machine"));
  };
  for (const Setting<Mount>& mount : approved.mounts) {
    const std::string& source = mount.value.source;
    const bool held = std::ranges::find(aliases, source, &SourceAlias::source) != aliases.end();
    if (mount.value.type == MountType::bind && !held) judge(mount, source);
    if (const auto device = bound_device(mount.value)) judge(mount, *device);
  }
  return findings;
}

}  // namespace skillrun::inline v0
