#include "run/image_command.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = ContainerEntry::Kind;

/// Where engines give containers something that no image has.
constexpr std::array<std::string_view, 4> filled_by_engines{"/dev", "/proc", "/run", "/sys"};
/// Where a command is most often: looked at first, since each look is a request.
constexpr std::array<std::string_view, 3> likely{"/usr/bin", "/bin", "/usr/local/bin"};
/// As engines set it where neither image nor manifest does.
constexpr std::string_view usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int most_links = 40;

/// What is at the end of all links of a path.
enum class Found : std::uint8_t { nothing, usable, folder, not_executable, unknown };

std::optional<std::string> search_path(const CommandOrder& order) {
  std::optional<std::string> path{std::string(usual_path)};
  for (const std::string& entry : order.image.env) {
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  }
  for (const auto& entry : order.spec.env) {
    if (entry.value.name == "PATH") path = entry.value.value;
  }
  return path;
}

std::string working_folder(const CommandOrder& order) {
  const std::string folder = order.spec.working_dir ? order.spec.working_dir->value : order.image.working_dir;
  return folder.starts_with('/') ? folder : "/";
}

std::string below(std::string_view folder, std::string_view path) {
  return clean_path(path.starts_with('/') ? std::string(path) : fmt::format("{}/{}", folder, path));
}

class Look {
 public:
  Look(Engine& engine, const std::string& container, const ContainerSpec& spec, CallLimits limits)
      : engine_(engine), container_(container), spec_(spec), limits_(limits) {}

  Found at(std::string path) {
    for (int links = 0; links < most_links; ++links) {
      if (!is_of_the_image(path)) return Found::unknown;
      auto entry = engine_.containers().look_at(container_, path, limits_);
      if (!entry && entry.error().kind == EngineError::Kind::unsupported) {
        // One reason is a link above it.
        const auto led = around_first_link(path);
        if (!led) return Found::unknown;
        path = *led;
        continue;
      }
      if (!entry) return Found::unknown;
      switch (entry->kind) {
        case Kind::nothing: return Found::nothing;
        case Kind::folder: return Found::folder;
        case Kind::other: return entry->executable ? Found::usable : Found::not_executable;
        case Kind::link:
          if (entry->leads_to.empty()) return Found::unknown;
          path = below(path.substr(0, path.rfind('/')), entry->leads_to);
      }
    }
    return Found::unknown;
  }

 private:
  [[nodiscard]] bool is_of_the_image(const std::string& path) const {
    const auto holds = [&](std::string_view place) { return is_within(path, place); };
    return std::ranges::none_of(filled_by_engines, holds) &&
           std::ranges::none_of(spec_.mounts, [&](const auto& mount) { return holds(mount.value.target); });
  }

  /// The path with the first link on its way followed; nothing where none is seen.
  [[nodiscard]] std::optional<std::string> around_first_link(const std::string& path) {
    for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
      const std::string folder = path.substr(0, end);
      const auto entry = engine_.containers().look_at(container_, folder, limits_);
      if (!entry) return std::nullopt;
      if (entry->kind != Kind::link || entry->leads_to.empty()) continue;
      return below(below(folder.substr(0, folder.rfind('/')), entry->leads_to), path.substr(end + 1));
    }
    return std::nullopt;
  }

  Engine& engine_;
  const std::string& container_;
  const ContainerSpec& spec_;
  CallLimits limits_;
};

EngineError missing(std::string words) { return {EngineError::Kind::no_such_command, std::move(words)}; }

EngineError unusable(const std::string& path, Found found) {
  return {EngineError::Kind::not_executable,
          fmt::format("'{}' {}", printable(path), found == Found::folder ? "is a folder" : "is not executable")};
}

/// As execvp() goes through the folders, which passes over what it cannot execute.
std::optional<EngineError> find_in_path(Look& look, const std::string& name, const std::string& path,
                                        const std::string& folder) {
  std::vector<std::string> places;
  for (const std::string_view part : split(path, ':')) places.push_back(below(folder, part));
  std::ranges::stable_partition(
      places, [](const std::string& place) { return std::ranges::find(likely, place) != likely.end(); });
  std::optional<EngineError> refused;
  for (const std::string& place : places) {
    const std::string candidate = below(place, name);
    const Found found = look.at(candidate);
    if (found == Found::usable || found == Found::unknown) return std::nullopt;
    if (found != Found::nothing && !refused) refused = unusable(candidate, found);
  }
  if (refused) return refused;
  return missing(fmt::format("'{}' is in no folder of its PATH, {}", printable(name), printable(path)));
}

}  // namespace

std::optional<EngineError> find_unusable_command(Engine& engine, const std::string& container,
                                                 const CommandOrder& order, CallLimits limits) {
  const ContainerSpec& spec = order.spec;
  if (!spec.init || !spec.init->value || order.argv.empty() || order.argv.front().empty()) return std::nullopt;
  if (spec.gpus || !spec.cdi_devices.empty() || spec.runtime) return std::nullopt;
  const std::string& name = order.argv.front();
  const std::string folder = working_folder(order);
  Look look(engine, container, spec, limits);
  if (!name.contains('/')) {
    const auto path = search_path(order);
    return path ? find_in_path(look, name, *path, folder) : std::nullopt;
  }
  const std::string path = below(folder, name);
  const Found found = look.at(path);
  if (found == Found::nothing) return missing(fmt::format("'{}' is not there", printable(path)));
  if (found == Found::folder || found == Found::not_executable) return unusable(path, found);
  return std::nullopt;
}

}  // namespace skillrun::inline v0
