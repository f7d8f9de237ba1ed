// What it sees of the host: binds, volumes, tmpfs.
#include <array>
#include <charconv>

#include "engine/source_alias.hpp"
#include "run/comparison.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

std::string described(std::string_view type, std::string_view what, std::string_view target, bool read_only) {
  return fmt::format("{}{}{} at {}{}", type, what.empty() ? "" : " ", what, target, read_only ? ", read-only" : "");
}

std::string described(const Mount& mount) {
  return described(to_string(mount.type), mount.source, mount.target, mount.read_only);
}

std::string described(const MadeMount& mount) {
  return described(mount.type, mount.type == "volume" ? mount.name : mount.source, mount.target, mount.read_only);
}

/// Docker's virtual machines show the host's files below a folder of their own.
bool same_source(std::string_view approved, std::string_view made) {
  constexpr std::string_view machine = "/host_mnt";
  return made == approved || (made.starts_with(machine) && made.substr(machine.size()) == approved);
}

bool is_private(std::string_view propagation) {
  return propagation.empty() || propagation == "private" || propagation == "rprivate";
}

std::optional<std::string_view> option_of(const std::vector<std::string_view>& options, std::string_view name) {
  std::optional<std::string_view> found;
  for (const std::string_view option : options) {
    if (option == name) found = "";
    if (option.starts_with(name) && option.substr(name.size()).starts_with('=')) found = option.substr(name.size() + 1);
  }
  return found;
}

template <class Number>
bool reads_as(std::optional<std::string_view> text, Number expected, int base) {
  Number number{};
  return text && std::from_chars(text->data(), text->data() + text->size(), number, base).ec == std::errc() &&
         number == expected;
}

bool tmpfs_as_approved(const Mount& approved, const MadeMount& made) {
  const auto options = split(made.options, ',');
  if (approved.tmpfs_size && !reads_as(option_of(options, "size"), *approved.tmpfs_size, 10)) return false;
  if (approved.tmpfs_mode && !reads_as(option_of(options, "mode"), *approved.tmpfs_mode, 8)) return false;
  const auto wanted = split(approved.tmpfs_options, ',');
  for (const std::string_view option : wanted) {
    if (!option.empty() && std::ranges::find(options, option) == options.end()) return false;
  }
  // What makes it weaker must have been asked for.
  return std::ranges::none_of(std::array{"exec"sv, "suid"sv, "dev"sv}, [&](std::string_view weak) {
    return std::ranges::find(options, weak) != options.end() && std::ranges::find(wanted, weak) == wanted.end();
  });
}

bool as_approved(const Mount& approved, const MadeMount& made, std::span<const SourceAlias> aliases) {
  if (made.type != to_string(approved.type) || (approved.read_only && !made.read_only)) return false;
  switch (approved.type) {
    case MountType::bind:
      return same_source(handed_source(approved.source, aliases), made.source) &&
             (approved.propagation == Propagation::unset || is_private(to_string(approved.propagation))
                  ? is_private(made.propagation)
                  : made.propagation == to_string(approved.propagation));
    case MountType::volume:
      return (approved.source.empty() || approved.source == made.name) &&
             (approved.driver.empty() || approved.driver == made.driver);
    case MountType::tmpfs: return tmpfs_as_approved(approved, made);
  }
  return false;
}

/// Mounts that engines make by themselves and that show nothing of the host.
bool is_usual(const Comparison& c, const MadeMount& made) {
  const auto at_target = [&](const std::string& volume) { return clean_path(volume) == made.target; };
  if (made.type == "volume") {
    return std::ranges::any_of(c.order.image.volumes,
                               [&](const std::string& v) { return v.starts_with('/') && at_target(v); });
  }
  // podman's API keeps these writable in a read-only root.
  constexpr std::array scratch{"/run"sv, "/tmp"sv, "/var/tmp"sv};
  return made.type == "tmpfs" && c.podman() && c.made.readonly_rootfs &&
         std::ranges::find(scratch, made.target) != scratch.end();
}

/// Of several mounts at one target the last hides the others, and none may be another.
void compare_mounts(Comparison& c) {
  for (const MadeMount& made : c.made.mounts) {
    const auto approved = std::ranges::find(c.spec.mounts, made.target, [](const auto& m) { return m.value.target; });
    if (approved == c.spec.mounts.end()) {
      if (!is_usual(c, made)) c.added(described(made));
      continue;
    }
    if (!as_approved(approved->value, made, c.order.aliases)) {
      std::string found = described(made);
      if (approved->value.type == MountType::tmpfs) found += fmt::format(" ({})", made.options);
      if (approved->value.type == MountType::bind && !is_private(made.propagation)) {
        found += fmt::format(", propagation {}", made.propagation);
      }
      c.differ(approved->origin, described(approved->value), std::move(found));
    }
  }
  for (const auto& approved : c.spec.mounts) {
    const auto made = std::ranges::find(c.made.mounts, approved.value.target, &MadeMount::target);
    if (made == c.made.mounts.end()) c.differ(approved.origin, described(approved.value), "none");
  }
}

void compare_volume_driver(Comparison& c) {
  const auto& approved = c.spec.volume_driver;
  if (c.made.volume_driver == (approved ? approved->value : "")) return;
  if (approved) return c.differ(approved->origin, approved->value, c.made.volume_driver);
  c.added(c.made.volume_driver);
}

void compare_volumes_from(Comparison& c) { c.same_list(c.spec.volumes_from, c.made.volumes_from); }

void compare_storage_options(Comparison& c) { c.same_pairs(c.spec.storage_options, c.made.storage_options); }

constexpr FieldComparison mount_rows[] = {
    {"mounts", compare_mounts, {}},
    {"volume_driver", compare_volume_driver, {}},
    {"volumes_from", compare_volumes_from, {}},
    {"storage_options", compare_storage_options, {}},
};

}  // namespace

std::span<const FieldComparison> mount_comparisons() { return mount_rows; }

}  // namespace skillrun
