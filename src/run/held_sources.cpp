#include "run/held_sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "spec/finding_at.hpp"
#include "support/open_path.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

Finding not_held(const ContainerSpec& spec, const Setting<Mount>& mount, const std::error_code& error) {
  const std::string source = printable(mount.value.source);
  if (error == std::errc::no_such_file_or_directory) {
    return finding_at(spec, mount.origin, "missing-mount-source", Severity::error,
                      fmt::format("'{}' does not exist", source), "create it first, or fix the path");
  }
  if (error == std::errc::too_many_symbolic_link_levels) {
    return finding_at(spec, mount.origin, "unenforced-field", Severity::error,
                      fmt::format("'{}' was replaced after it was judged: a symlink is in the way now", source),
                      "find out who replaces it with a symlink, and run it again");
  }
  return finding_at(spec, mount.origin, "unenforced-field", Severity::error,
                    fmt::format("'{}' cannot be held while the skill runs: {}", source, error.message()),
                    "mount a path that you can reach yourself");
}

}  // namespace

std::expected<std::vector<HeldSource>, Findings> hold_sources(const ContainerSpec& approved) {
  std::vector<HeldSource> held;
  Findings findings;
  for (const Setting<Mount>& mount : approved.mounts) {
    const std::string& source = mount.value.source;
    if (mount.value.type != MountType::bind || std::ranges::find(held, source, &HeldSource::path) != held.end())
      continue;
    auto fd = open_without_links(source, O_PATH);
    struct stat status{};
    if (!fd) {
      findings.push_back(not_held(approved, mount, fd.error()));
    } else if (::fstat(fd->get(), &status) != 0) {
      findings.push_back(not_held(approved, mount, std::error_code(errno, std::generic_category())));
    } else {
      held.push_back({.path = source, .fd = std::move(*fd), .folder = S_ISDIR(status.st_mode)});
    }
  }
  if (!findings.empty()) return std::unexpected(std::move(findings));
  return held;
}

}  // namespace skillrun::inline v0
