#include "engine/native/store/layer_tree.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>

#include "engine/native/store/remove_tree.hpp"
#include "engine/native/store/store_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Of a folder that no entry describes.
constexpr mode_t plain_folder = 0755;

std::string about(const LayerPath& path, std::string_view what) {
  return fmt::format("layer entry '{}' {}", printable(path.text()), what);
}

std::unexpected<EngineError> entry_failure(const LayerPath& path, std::string_view what, int error) {
  if (error == ELOOP) {
    return failure(EngineError::Kind::refused,
                   about(path, "lies behind a symbolic link of the same layer, through which nothing is written"));
  }
  if (error == ENOTDIR) return failure(EngineError::Kind::refused, about(path, "lies in something that is no folder"));
  return store_failure(about(path, what), error);
}

/// Opens beneath a folder and through no link, not even as the last component.
UniqueFd open_beneath(int folder, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the C library has no wrapper
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

constexpr int walk_flags = O_RDONLY | O_DIRECTORY;

/// True for the device by which overlayfs is told that a name of the layers below is hidden.
bool is_hiding(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == 0; }

bool is_hiding(int folder, const char* name) {
  struct stat status{};
  return ::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && is_hiding(status);
}

std::unexpected<EngineError> attribute_failure(const LayerPath& path, const std::string& name) {
  return entry_failure(path, fmt::format("cannot be given the extended attribute {}", printable(name)), errno);
}

std::array<timespec, 2> times_of(const timespec& modified) { return {modified, modified}; }

/// Attributes that an entry has before it is described: those of an earlier entry of its name, and access lists that it
/// has inherited from its folder.
template <class List, class Remove>
EngineResult<void> drop_attributes(const LayerPath& path, const List& list, const Remove& remove) {
  std::array<char, 4096> names{};
  ssize_t size = list(names.data(), names.size());
  if (size < 0 && errno == ENOTSUP) return {};
  if (size < 0) return entry_failure(path, "cannot be looked at", errno);
  std::string_view rest(names.data(), static_cast<std::size_t>(size));
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(name.size() + 1);
    const bool is_mark = name.starts_with("user.overlay.");
    const bool is_described = name.starts_with("user.") || name.starts_with("system.posix_acl_");
    if (is_described && !is_mark && remove(name.c_str()) != 0) return attribute_failure(path, name);
  }
  return {};
}

/// The order counts: a change of the owner takes setuid bits and capabilities away.
EngineResult<void> describe_open(int file, const LayerPath& path, const EntryMetadata& metadata) {
  const auto list = [&](char* names, std::size_t size) { return ::flistxattr(file, names, size); };
  const auto remove = [&](const char* name) { return ::fremovexattr(file, name); };
  if (auto dropped = drop_attributes(path, list, remove); !dropped) return dropped;
  if (::fchown(file, metadata.uid, metadata.gid) != 0) return entry_failure(path, "cannot be given its owner", errno);
  if (::fchmod(file, metadata.permissions) != 0) return entry_failure(path, "cannot be given its mode", errno);
  for (const auto& [name, value] : metadata.attributes) {
    if (::fsetxattr(file, name.c_str(), value.data(), value.size(), 0) != 0) return attribute_failure(path, name);
  }
  return {};
}

/// The same for what cannot be opened without consequences: by its name in an open folder, never followed.
EngineResult<void> describe_named(int folder, const LayerPath& path, const EntryMetadata& metadata, bool has_mode) {
  const char* const name = path.name.c_str();
  const std::string place = fmt::format("/proc/self/fd/{}/{}", folder, name);
  const auto list = [&](char* names, std::size_t size) { return ::llistxattr(place.c_str(), names, size); };
  const auto remove = [&](const char* attribute) { return ::lremovexattr(place.c_str(), attribute); };
  if (auto dropped = drop_attributes(path, list, remove); !dropped) return dropped;
  if (::fchownat(folder, name, metadata.uid, metadata.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return entry_failure(path, "cannot be given its owner", errno);
  }
  if (has_mode && ::fchmodat(folder, name, metadata.permissions, 0) != 0) {
    return entry_failure(path, "cannot be given its mode", errno);
  }
  for (const auto& [attribute, value] : metadata.attributes) {
    if (::lsetxattr(place.c_str(), attribute.c_str(), value.data(), value.size(), 0) != 0) {
      return attribute_failure(path, attribute);
    }
  }
  const auto times = times_of(metadata.modified);
  if (::utimensat(folder, name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    return entry_failure(path, "cannot be given its time", errno);
  }
  return {};
}

}  // namespace

const char* opaque_attribute(OverlayMarks marks) noexcept {
  return marks == OverlayMarks::trusted ? "trusted.overlay.opaque" : "user.overlay.opaque";
}

bool is_opaque(int layer, OverlayMarks marks) noexcept {
  char value = 0;
  return ::fgetxattr(layer, opaque_attribute(marks), &value, 1) == 1 && value == 'y';
}

EngineResult<UniqueFd> LayerTree::open_or_make(const std::string& folder) {
  UniqueFd at = open_beneath(root_, folder.empty() ? "." : folder, walk_flags);
  if (at || (errno != ENOENT && errno != ENOTDIR)) return at;
  at = open_beneath(root_, ".", walk_flags);
  std::string walked;
  for (const std::string_view component : split(folder, '/')) {
    const std::string name(component);
    walked += (walked.empty() ? "" : "/") + name;
    // Hidden: this layer hides the name in the layers below and has something of its own there.
    const bool hidden = is_hiding(at.get(), name.c_str());
    if (hidden && ::unlinkat(at.get(), name.c_str(), 0) != 0) return UniqueFd();
    const bool made = ::mkdirat(at.get(), name.c_str(), plain_folder) == 0;
    if (!made && errno != EEXIST) return UniqueFd();
    at = open_beneath(at.get(), name, walk_flags);
    if (!at) return at;
    if (!made) continue;
    if (::fchmod(at.get(), plain_folder) != 0) return UniqueFd();
    folder_times_.emplace_back(walked, timespec{});
    if (!hidden) continue;
    if (auto set = set_opaque(at.get(), {.parent = {}, .name = walked}); !set) return std::unexpected(set.error());
  }
  return at;
}

EngineResult<int> LayerTree::parent_of(const LayerPath& path) {
  if (open_folder_ && open_path_ == path.parent) return open_folder_.get();
  auto folder = open_or_make(path.parent);
  if (!folder) return std::unexpected(folder.error());
  if (!*folder) return entry_failure(path, "has no folder to lie in", errno);
  open_path_ = path.parent;
  open_folder_ = std::move(*folder);
  return open_folder_.get();
}

EngineResult<LayerTree::Place> LayerTree::clear(const LayerPath& path) {
  if (path.name.empty()) {
    return failure(EngineError::Kind::refused, "a layer's own folder is described as something else");
  }
  const auto parent = parent_of(path);
  if (!parent) return std::unexpected(parent.error());
  struct stat status{};
  if (::fstatat(*parent, path.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (auto removed = remove_tree(*parent, path.name); !removed) return std::unexpected(removed.error());
  }
  return Place{*parent, path.name.c_str()};
}

EngineResult<void> LayerTree::set_opaque(int folder, const LayerPath& path) const {
  if (::fsetxattr(folder, opaque_attribute(marks_), "y", 1, 0) == 0) return {};
  return entry_failure(path, "cannot hide what lies below it", errno);
}

EngineResult<void> LayerTree::make_folder(const LayerPath& path, const EntryMetadata& metadata) {
  UniqueFd folder;
  if (path.name.empty()) {
    folder = open_beneath(root_, ".", walk_flags);
  } else {
    const auto parent = parent_of(path);
    if (!parent) return std::unexpected(parent.error());
    struct stat status{};
    const bool there = ::fstatat(*parent, path.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    // In the order of the entries, what is no folder hides what the layers below have in one.
    const bool hides = there && !S_ISDIR(status.st_mode);
    if (!there || hides) {
      const auto place = clear(path);
      if (!place) return std::unexpected(place.error());
      if (::mkdirat(place->folder, place->name, plain_folder) != 0) return entry_failure(path, "cannot be made", errno);
    }
    folder = open_beneath(*parent, path.name, walk_flags);
    if (folder && hides) {
      if (auto set = set_opaque(folder.get(), path); !set) return set;
    }
  }
  if (!folder) return entry_failure(path, "cannot be opened", errno);
  if (auto described = describe_open(folder.get(), path, metadata); !described) return described;
  folder_times_.emplace_back(path.text(), metadata.modified);
  return {};
}

EngineResult<UniqueFd> LayerTree::make_file(const LayerPath& path) {
  const auto place = clear(path);
  if (!place) return std::unexpected(place.error());
  UniqueFd file(::openat(place->folder, place->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return entry_failure(path, "cannot be made", errno);
  return file;
}

EngineResult<void> LayerTree::finish_file(int file, const LayerPath& path, std::int64_t size,
                                          const EntryMetadata& metadata) {
  // The end of a sparse file may be a hole.
  if (::ftruncate(file, size) != 0) return entry_failure(path, "cannot be given its size", errno);
  if (auto described = describe_open(file, path, metadata); !described) return described;
  const auto times = times_of(metadata.modified);
  if (::futimens(file, times.data()) != 0) return entry_failure(path, "cannot be given its time", errno);
  return {};
}

EngineResult<void> LayerTree::make_symlink(const LayerPath& path, const std::string& target,
                                           const EntryMetadata& metadata) {
  const auto place = clear(path);
  if (!place) return std::unexpected(place.error());
  if (::symlinkat(target.c_str(), place->folder, place->name) != 0) return entry_failure(path, "cannot be made", errno);
  return describe_named(place->folder, path, metadata, false);
}

EngineResult<void> LayerTree::make_link(const LayerPath& path, const LayerPath& target) {
  const auto unknown = [&] {
    return failure(EngineError::Kind::refused,
                   about(path, fmt::format("is a hard link to '{}', which no earlier entry of the layer made as "
                                           "something that can be linked",
                                           printable(target.text()))));
  };
  if (target.name.empty()) return unknown();
  const UniqueFd folder = open_beneath(root_, target.parent.empty() ? "." : target.parent, walk_flags);
  struct stat status{};
  if (!folder || ::fstatat(folder.get(), target.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return unknown();
  if (S_ISDIR(status.st_mode) || is_hiding(status)) return unknown();
  // Of itself: making way for it would remove what it is to be.
  if (path.text() == target.text()) return {};
  const auto place = clear(path);
  if (!place) return std::unexpected(place.error());
  if (::linkat(folder.get(), target.name.c_str(), place->folder, place->name, 0) != 0) {
    return errno == ENOENT ? unknown() : entry_failure(path, "cannot be linked", errno);
  }
  return {};
}

EngineResult<void> LayerTree::make_node(const LayerPath& path, mode_t type, dev_t device,
                                        const EntryMetadata& metadata) {
  if (type == S_IFCHR && device == 0) {
    return failure(EngineError::Kind::refused,
                   about(path, "is a character device 0:0, by which the layers of an image hide one another's names"));
  }
  const auto place = clear(path);
  if (!place) return std::unexpected(place.error());
  const bool is_device = type == S_IFCHR || type == S_IFBLK;
  if (::mknodat(place->folder, place->name, type | 0600, is_device ? device : 0) != 0) {
    if (is_device && errno == EPERM) {
      return failure(EngineError::Kind::permission_denied,
                     about(path, fmt::format("is a device ({}:{}), which only root of the machine can make",
                                             ::gnu_dev_major(device), ::gnu_dev_minor(device))));
    }
    return entry_failure(path, "cannot be made", errno);
  }
  return describe_named(place->folder, path, metadata, true);
}

EngineResult<void> LayerTree::hide(const LayerPath& path) {
  const auto parent = parent_of(path);
  if (!parent) return std::unexpected(parent.error());
  struct stat status{};
  if (::fstatat(*parent, path.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISDIR(status.st_mode)) return {};
    const UniqueFd folder = open_beneath(*parent, path.name, walk_flags);
    if (!folder) return entry_failure(path, "cannot be opened", errno);
    return set_opaque(folder.get(), path);
  }
  if (::mknodat(*parent, path.name.c_str(), S_IFCHR, 0) == 0) return {};
  return entry_failure(path, "cannot be hidden", errno);
}

EngineResult<void> LayerTree::hide_content(const LayerPath& folder) {
  // As the parent of something, it is made where it is missing.
  const LayerPath inside{.parent = folder.text(), .name = "."};
  const auto opened = parent_of(inside);
  if (!opened) return std::unexpected(opened.error());
  return set_opaque(*opened, folder);
}

EngineResult<void> LayerTree::finish() {
  open_folder_.reset();
  open_path_.clear();
  for (const auto& [path, modified] : folder_times_) {
    // One that another entry has replaced since is not there, or not a folder, or has got the time of its last entry.
    const UniqueFd folder = open_beneath(root_, path.empty() ? "." : path, walk_flags);
    const auto times = times_of(modified);
    if (folder && ::futimens(folder.get(), times.data()) != 0) {
      return store_failure(fmt::format("layer entry '{}' cannot be given its time", printable(path)), errno);
    }
  }
  folder_times_.clear();
  return {};
}

}  // namespace skillrun::inline v0
