#include "run/linked_targets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "policy/places/paths.hpp"
#include "spec/finding_at.hpp"
#include "support/open_path.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = ContainerEntry::Kind;

bool has_neighbours(const ContainerSpec& spec, const Setting<Mount>& mount) {
  return std::ranges::any_of(spec.mounts, [&](const Setting<Mount>& other) {
    return &other != &mount &&
           (is_within(other.value.target, mount.value.target) || is_within(mount.value.target, other.value.target));
  });
}

/// The mount whose content is at `place`, which is not its own target; null: the container's own file system.
const Mount* mount_above(const ContainerSpec& spec, std::string_view place) {
  const Mount* found = nullptr;
  for (const Setting<Mount>& mount : spec.mounts) {
    const std::string& target = mount.value.target;
    if (target == place || !is_within(place, target)) continue;
    if (found == nullptr || target.size() > found->target.size()) found = &mount.value;
  }
  return found;
}

EngineResult<ContainerEntry> look_on_host(const std::string& path) {
  const auto opened = open_without_links(path, O_PATH);
  if (opened) return ContainerEntry{.kind = Kind::other};
  if (opened.error() == std::errc::no_such_file_or_directory || opened.error() == std::errc::not_a_directory) {
    return ContainerEntry{};
  }
  if (opened.error() != std::errc::too_many_symbolic_link_levels) {
    return std::unexpected(EngineError{EngineError::Kind::unsupported,
                                       fmt::format("'{}': {}", printable(path), opened.error().message())});
  }
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return ContainerEntry{.kind = Kind::link,
                        .leads_to = size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : ""};
}

class Search {
 public:
  Search(Engine& engine, const std::string& container, const ContainerSpec& spec, CallLimits limits)
      : engine_(engine), container_(container), spec_(spec), limits_(limits) {}

  EngineResult<void> walk(const Setting<Mount>& mount) {
    const std::string& target = mount.value.target;
    bool absent = false;  // so is what would be below it, up to the next mount
    for (std::size_t end = 1; end < target.size() && end != std::string::npos;) {
      end = std::min(target.find('/', end + 1), target.size());
      const std::string place = target.substr(0, end);
      if (!absent) {
        const auto entry = look(place);
        if (!entry && entry.error().kind == EngineError::Kind::unsupported) {
          report_unknown(mount, place, entry.error());
          return {};
        }
        if (!entry) return std::unexpected(entry.error());
        if (entry->kind == Kind::link) {
          report_link(mount, place, *entry);
          return {};
        }
        absent = entry->kind == Kind::nothing;
      }
      if (std::ranges::any_of(spec_.mounts, [&](const auto& other) { return other.value.target == place; })) {
        absent = false;
      }
    }
    return {};
  }

  Findings take() { return std::move(findings_); }

 private:
  EngineResult<ContainerEntry> look(const std::string& place) {
    if (const auto known = known_.find(place); known != known_.end()) return known->second;
    auto entry = look_now(place);
    if (entry) known_.emplace(place, *entry);
    return entry;
  }

  EngineResult<ContainerEntry> look_now(const std::string& place) {
    const EngineInfo& info = engine_.info();
    const Mount* above = mount_above(spec_, place);
    if (above != nullptr && above->type == MountType::tmpfs) return ContainerEntry{};
    if (above != nullptr && above->type == MountType::bind && !info.remote) {
      const std::string_view rest = std::string_view(place).substr(above->target == "/" ? 0 : above->target.size());
      return look_on_host(fmt::format("{}{}", above->source == "/" ? "" : above->source, rest));
    }
    if (above != nullptr && !info.shows_mounts) {
      return std::unexpected(EngineError{EngineError::Kind::unsupported,
                                         fmt::format("{} does not show what is in '{}'", info.kind, above->source)});
    }
    return engine_.containers().look_at(container_, place, limits_);
  }

  void report_link(const Setting<Mount>& mount, const std::string& place, const ContainerEntry& link) {
    if (!reported_.insert(place).second) return;
    const std::string& target = mount.value.target;
    std::string to = link.leads_to;
    if (!to.empty() && !to.starts_with('/')) to = place.substr(0, place.rfind('/')) + "/" + to;
    if (!to.empty()) to = clean_path(to);
    const std::string_view whose =
        mount_above(spec_, place) == nullptr ? "of the image" : "of what is mounted above it";
    const std::string leads = to.empty() ? "" : fmt::format(", which leads to '{}'", printable(to));
    const std::string message = place == target
                                    ? fmt::format("the target '{}' is a link {}{}", printable(target), whose, leads)
                                    : fmt::format("the target '{}' passes through '{}', a link {}{}", printable(target),
                                                  printable(place), whose, leads);
    const std::string rest = target.substr(place.size());
    report(mount, message,
           to.empty() ? "write a target that passes through no link"
                      : fmt::format("write '{}'", printable(to == "/" ? rest : to + rest)));
  }

  void report_unknown(const Setting<Mount>& mount, const std::string& place, const EngineError& error) {
    if (!reported_.insert(place).second) return;
    report(mount,
           fmt::format("whether the target '{}' passes through a link of the image cannot be told: {}",
                       printable(mount.value.target), printable(error.message)),
           "use an engine of this machine, or mount without another mount below it (a folder that the skill may write "
           "has its protected files mounted below it)");
  }

  void report(const Setting<Mount>& mount, std::string message, std::string remedy) {
    findings_.push_back(
        finding_at(spec_, mount.origin, "unenforced-field", Severity::error, std::move(message), std::move(remedy)));
  }

  Engine& engine_;
  const std::string& container_;
  const ContainerSpec& spec_;
  CallLimits limits_;
  std::map<std::string, ContainerEntry> known_;
  std::set<std::string> reported_;
  Findings findings_;
};

}  // namespace

EngineResult<Findings> find_linked_targets(Engine& engine, const std::string& container, const ContainerSpec& approved,
                                           CallLimits limits) {
  Search search(engine, container, approved, limits);
  for (const Setting<Mount>& mount : approved.mounts) {
    if (!has_neighbours(approved, mount)) continue;
    if (auto walked = search.walk(mount); !walked) return std::unexpected(walked.error());
  }
  return search.take();
}

}  // namespace skillrun::inline v0
