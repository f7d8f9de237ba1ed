// What it sees of the host: binds, volumes, tmpfs.
#include <array>

#include <skillrun/parsing.hpp>

#include "run/comparison.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

std::string described(const Mount& mount) {
  return fmt::format("{}{}{} at {}{}", to_string(mount.type), mount.source.empty() ? "" : " ", mount.source,
                     mount.target, mount.read_only ? ", read-only" : "");
}

bool is_private(Propagation propagation) {
  return propagation == Propagation::unset || propagation == Propagation::private_ ||
         propagation == Propagation::rprivate;
}

bool tmpfs_as_approved(const Mount& approved, const Mount& made) {
  if (approved.tmpfs_size && made.tmpfs_size != approved.tmpfs_size) return false;
  if (approved.tmpfs_mode && made.tmpfs_mode != approved.tmpfs_mode) return false;
  const auto options = split(made.tmpfs_options, ',');
  const auto wanted = split(approved.tmpfs_options, ',');
  for (const std::string_view option : wanted) {
    if (!option.empty() && !is_among(options, option)) return false;
  }
  // What makes it weaker must have been asked for.
  return std::ranges::none_of(std::array{"exec"sv, "suid"sv, "dev"sv}, [&](std::string_view weak) {
    return is_among(options, weak) && !is_among(wanted, weak);
  });
}

bool as_approved(const Mount& approved, const Mount& made) {
  if (made.type != approved.type || (approved.read_only && !made.read_only)) return false;
  switch (approved.type) {
    case MountType::bind:
      return approved.source == made.source &&
             (is_private(approved.propagation) ? is_private(made.propagation)
                                               : made.propagation == approved.propagation);
    case MountType::volume:
      return (approved.source.empty() || approved.source == made.source) &&
             (approved.driver.empty() || approved.driver == made.driver);
    case MountType::tmpfs: return tmpfs_as_approved(approved, made);
  }
  return false;
}

/// An image's own volume, which is new and empty.
bool is_of_image(const Comparison& c, const Mount& made) {
  return made.type == MountType::volume && std::ranges::any_of(c.order.image.volumes, [&](const std::string& volume) {
           return volume.starts_with('/') && clean_path(volume) == made.target;
         });
}

/// Of several mounts at one target the last hides the others, and none may be another.
void compare_mounts(Comparison& c) {
  const auto target_of = [](const Setting<Mount>& entry) -> const std::string& { return entry.value.target; };
  for (const auto& entry : c.made.mounts) {
    const Mount& made = entry.value;
    const auto approved = std::ranges::find(c.spec.mounts, made.target, target_of);
    if (approved == c.spec.mounts.end()) {
      if (!is_of_image(c, made)) c.added(described(made));
      continue;
    }
    if (!as_approved(approved->value, made)) {
      std::string found = described(made);
      if (approved->value.type == MountType::tmpfs) found += fmt::format(" ({})", made.tmpfs_options);
      if (approved->value.type == MountType::bind && !is_private(made.propagation)) {
        found += fmt::format(", propagation {}", to_string(made.propagation));
      }
      c.differ(approved->origin, described(approved->value), std::move(found));
    }
  }
  for (const auto& approved : c.spec.mounts) {
    const auto made = std::ranges::find(c.made.mounts, approved.value.target, target_of);
    if (made == c.made.mounts.end()) c.differ(approved.origin, described(approved.value), "none");
  }
}

constexpr PartsComparison mount_rows[] = {{"mounts", compare_mounts}};

}  // namespace

std::span<const PartsComparison> mount_comparisons() { return mount_rows; }

}  // namespace skillrun::inline v0
