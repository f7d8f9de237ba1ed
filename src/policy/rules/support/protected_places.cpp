#include "policy/rules/support/protected_places.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/places/git_repository.hpp"
#include "policy/places/paths.hpp"
#include "policy/rules/support/protected_files.hpp"
#include "support/path_within.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = ProtectedPlace::Kind;

/// Each takes mounts of the container.
constexpr std::size_t most_submodule_folders = 64;

/// What is left of `name` for a folder that ends in its first `taken` components; empty when it does not.
std::string_view rest_below(std::string_view folder, std::string_view name, std::size_t taken) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < taken; ++i) {
    end = name.find('/', end);
    if (end == std::string_view::npos || end + 1 == name.size()) return {};
    ++end;
  }
  if (taken > 0 && !folder.ends_with(fmt::format("/{}", name.substr(0, end - 1)))) return {};
  return name.substr(end);
}

class Places {
 public:
  Places(const std::string& root, const HostView& host) : root_(root), host_(host) {}

  /// Walks from the root down to the path as far as something is there.
  void add(std::string_view path, bool folder) {
    const std::string_view name = below(path);
    for (std::size_t end = 0; end < name.size(); ++end) {
      end = std::min(name.find('/', end), name.size());
      const std::string part(name.substr(0, end));
      const std::string at = joined(root_, part);
      const bool last = end == name.size();
      if (host_.real_path(at) != at) return put(Kind::link, part, false);
      if (!host_.exists(at).value_or(false)) return put(Kind::missing, part, !last || folder);
      const bool is_folder = host_.exists(at + "/.").value_or(false);
      if (last || !is_folder) return put(Kind::there, part, is_folder);
      put(Kind::parent, part, true);
    }
  }

  /// What nothing that is mounted can keep.
  void add_link(std::string_view path) { put(Kind::link, std::string(below(path)), false); }
  void add_unknown(const std::string& working_tree) { put(Kind::unknown, working_tree, false); }
  void add_inside(const std::string& path) { put(Kind::inside, path, false); }

  std::vector<ProtectedPlace> take() {
    std::ranges::stable_sort(
        places_, {}, [](const ProtectedPlace& place) { return std::ranges::count(without_slash(place.name), '/'); });
    std::vector<ProtectedPlace> taken;
    for (ProtectedPlace& place : places_) {
      const bool kept_already = std::ranges::any_of(taken, [&](const ProtectedPlace& above) {
        return above.kind != Kind::parent && above.name.ends_with('/') && place.name.starts_with(above.name);
      });
      if (!kept_already) taken.push_back(std::move(place));
    }
    return taken;
  }

 private:
  [[nodiscard]] std::string_view below(std::string_view path) const { return path.substr(root_.size() + 1); }

  void put(Kind kind, const std::string& name, bool folder) {
    const auto known =
        std::ranges::find(places_, name, [](const ProtectedPlace& place) { return without_slash(place.name); });
    if (known == places_.end()) {
      places_.push_back({.kind = kind, .name = folder ? name + "/" : name});
    } else if (known->kind == Kind::parent) {
      known->kind = kind;  // protected as a whole by another name
    }
  }

  const std::string& root_;
  const HostView& host_;
  std::vector<ProtectedPlace> places_;
};

/// The folders in which names are protected, each once.
class Folders {
 public:
  explicit Folders(const std::string& root) : root_(root), all_({root}) {}

  /// Every folder on the way from the root down to this one, when it lies below.
  void lead_to(const std::optional<std::string>& folder) {
    if (!folder || *folder == root_ || !is_within(*folder, root_)) return;
    for (std::size_t end = root_.size(); end < folder->size();) {
      end = std::min(folder->find('/', end + 1), folder->size());
      std::string level = folder->substr(0, end);
      if (std::ranges::find(all_, level) == all_.end()) all_.push_back(std::move(level));
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] std::string at(std::size_t index) const { return all_[index]; }

 private:
  const std::string& root_;
  std::vector<std::string> all_;
};

/// A folder can be a repository without a `.git`, and its settings name programs.
void add_bare_repository(Places& places, const std::string& folder, const HostView& host) {
  places.add(joined(folder, "HEAD"), false);
  if (!is_repository(folder, host)) return;
  for (const std::string_view name : {"config", "config.worktree", "commondir"}) {
    places.add(joined(folder, name), false);
  }
  for (const std::string_view name : {"hooks", "modules", "worktrees"}) places.add(joined(folder, name), true);
}

/// Keeps what git reads when it is asked about a working tree.
class GitTrees {
 public:
  GitTrees(const std::string& root, const HostView& host, Places& places, Folders& folders)
      : root_(root), host_(host), places_(places), folders_(folders) {}

  /// The trees that a path lies in, and the repositories, whose files nobody takes for a tree's.
  void look_above(const std::string& path) {
    for (std::string above = path; above != "/";) {
      above = folder_of(above);
      if (is_within(root_, above) && is_repository(above, host_)) places_.add_inside(above);
      if (is_working_tree(above, host_)) look_at(above);
    }
  }

  void look_at(const std::string& tree) {
    if (std::ranges::find(seen_, tree) != seen_.end()) return;
    seen_.push_back(tree);
    const auto read = read_git_tree(tree, host_);
    if (!read) return places_.add_unknown(tree);
    for (const std::string& setting : read->settings) keep(setting);
    if (is_within(tree, root_) || is_within(root_, tree)) add_submodules(tree, *read);
  }

 private:
  void keep(const std::string& setting) {
    const std::string path(without_slash(setting));
    const auto real = host_.real_path(path);
    if (real && is_within(root_, *real)) return places_.add_inside(path);
    if (real && is_within(*real, root_)) places_.add(*real, setting.ends_with('/'));
    for (const std::string& link : host_.links_on(path)) {
      if (link != root_ && is_within(link, root_)) places_.add_link(link);
    }
  }

  void add_submodules(const std::string& tree, const GitTree& read) {
    if (!read.submodules) return places_.add_unknown(tree);
    const std::size_t before = folders_.size();
    for (const std::string& path : *read.submodules) folders_.lead_to(path);
    if (folders_.size() - before > most_submodule_folders) places_.add_unknown(tree);
  }

  const std::string& root_;
  const HostView& host_;
  Places& places_;
  Folders& folders_;
  std::vector<std::string> seen_;
};

}  // namespace

std::vector<ProtectedPlace> protected_places(const std::string& root, std::span<const std::string> names,
                                             const ContainerSpec& spec, const HostView& host) {
  if (root == "/" || !host.exists(root).value_or(false)) return {};
  Places places(root, host);
  Folders folders(root);
  GitTrees git(root, host, places, folders);
  const bool keeps_git = std::ranges::any_of(names, [](const auto& name) { return without_slash(name) == ".git"; });
  if (keeps_git) git.look_above(root);
  for (const std::string* folder : {&spec.workdir, &spec.standing}) {
    const auto real = folder->empty() ? std::nullopt : host.real_path(*folder);
    folders.lead_to(real);
    if (keeps_git && real && !is_within(*real, root)) git.look_above(*real + "/.");
  }
  if (!host.exists(root + "/.").value_or(false)) return places.take();
  const auto is_below = [&](const std::string& path) { return path != root && is_within(path, root); };
  for (const std::string& document : spec.deciding) {
    const std::string path(without_slash(document));
    const auto real = host.real_path(path);
    if (real && is_below(*real)) {
      places.add(*real, document.ends_with('/'));
      folders.lead_to(folder_of(*real));
    }
    for (const std::string& link : host.links_on(path)) {
      if (!is_below(link)) continue;
      places.add_link(link);
      folders.lead_to(folder_of(link));
    }
  }
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::string folder = folders.at(i);
    for (const std::string& name : names) {
      const auto depth = static_cast<std::size_t>(std::ranges::count(name, '/'));
      for (std::size_t taken = 0; taken <= depth; ++taken) {
        const std::string_view rest = rest_below(folder, name, taken);
        if (!rest.empty()) places.add(joined(folder, without_slash(rest)), rest.ends_with('/'));
      }
    }
    if (!keeps_git) continue;
    if (is_working_tree(folder, host)) {
      git.look_at(folder);
    } else {
      add_bare_repository(places, folder, host);
    }
  }
  return places.take();
}

bool is_deciding(const std::string& path, const ContainerSpec& spec, const HostView& host) {
  return std::ranges::any_of(spec.deciding, [&](const std::string& document) {
    return !document.ends_with('/') && host.real_path(document) == path;
  });
}

}  // namespace skillrun::inline v0
