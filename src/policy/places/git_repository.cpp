#include "policy/places/git_repository.hpp"

#include <algorithm>
#include <filesystem>

#include "policy/places/git_config.hpp"
#include "policy/places/git_index.hpp"
#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t most_index = std::size_t{128} << 20;  // a million files; the largest repositories have fewer
constexpr std::size_t most_includes = 64;

/// A path that a file of git's holds, relative to a folder. A link in the folder's own path is followed first: what
/// stands above it is above what it leads to.
std::string resolved(const std::string& folder, const std::string& path, const HostView& host) {
  const std::string base = host.real_path(folder).value_or(folder);
  std::string whole = std::filesystem::path(path.starts_with('/') ? path : joined(base, path)).lexically_normal();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

bool may_be_there(const std::string& path, const HostView& host) { return host.exists(path).value_or(true); }

/// Without the ends of lines behind it.
std::string line_of(std::string_view text) { return std::string(text.substr(0, text.find_last_not_of("\r\n") + 1)); }

/// Reads as gitrepository-layout(5), git-config(1) and gitmodules(5) say.
class RepositoryReader {
 public:
  RepositoryReader(const std::string& working_tree, const HostView& host) : working_tree_(working_tree), host_(host) {}

  std::optional<GitTree> read() && {
    const auto repository = find_repository();
    if (!repository) return std::nullopt;
    if (repository->empty()) return GitTree{.settings = {}, .submodules = std::vector<std::string>()};
    const auto shared = find_shared(*repository);
    if (!shared) return std::nullopt;
    for (const std::string& folder : {*repository, *shared}) tree_.settings.push_back(folder + "/");
    const std::string gitmodules = joined(working_tree_, ".gitmodules");
    if (may_be_there(gitmodules, host_)) tree_.settings.push_back(gitmodules);
    if (!add_configuration(joined(*shared, "config")) || !add_configuration(joined(*repository, "config.worktree"))) {
      return std::nullopt;
    }
    if (add_indexed(*repository) && add_named(gitmodules)) {
      std::ranges::sort(submodules_);
      submodules_.erase(std::ranges::unique(submodules_).begin(), submodules_.end());
      tree_.submodules = std::move(submodules_);
    }
    return std::move(tree_);
  }

 private:
  /// Empty where git finds none; nothing where that is not known.
  [[nodiscard]] std::optional<std::string> find_repository() const {
    constexpr std::string_view prefix = "gitdir: ";
    std::string git = joined(working_tree_, ".git");
    if (host_.exists(git + "/.").value_or(false)) return git;
    const auto text = host_.file_text(git, HostView::text_limit);
    if (!text) return std::nullopt;
    if (!text->starts_with(prefix)) return std::string();
    return resolved(working_tree_, line_of(text->substr(prefix.size())), host_);
  }

  /// The repository that this one is a further working tree of; itself where it is none.
  [[nodiscard]] std::optional<std::string> find_shared(const std::string& repository) const {
    const std::string file = joined(repository, "commondir");
    if (!may_be_there(file, host_)) return repository;
    const auto text = host_.file_text(file, HostView::text_limit);
    return text ? std::optional(resolved(repository, line_of(*text), host_)) : std::nullopt;
  }

  /// With all that it includes. What stands behind a condition may be included tomorrow.
  [[nodiscard]] bool add_configuration(const std::string& path) {
    std::vector<std::string> files = {path};
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files.size() > most_includes) return false;
      const std::string file = files[i];
      if (!may_be_there(file, host_)) continue;
      const auto text = host_.file_text(file, HostView::text_limit);
      if (!text) return false;
      const auto includes = places_of(git_config_values(*text, "include", "path"), folder_of(file));
      const auto hooks = places_of(git_config_values(*text, "core", "hookspath"), working_tree_);
      if (!includes || !hooks) return false;
      for (const std::string& include : *includes) {
        if (std::ranges::find(files, include) != files.end()) continue;
        tree_.settings.push_back(include);
        files.push_back(include);
      }
      for (const std::string& folder : *hooks) tree_.settings.push_back(folder + "/");
    }
    return true;
  }

  /// What values of the type "pathname" of git-config(1) name. Nothing when one of them is below the home of another
  /// account.
  [[nodiscard]] std::optional<std::vector<std::string>> places_of(const std::vector<std::string>& values,
                                                                  const std::string& folder) const {
    std::vector<std::string> places;
    for (const std::string& value : values) {
      if (value.empty() || value.starts_with("%(prefix)/")) continue;  // where git itself is installed
      if (value.starts_with("~/")) {
        for (const std::string& home : host_.homes()) places.push_back(resolved(home, value.substr(2), host_));
      } else if (value.starts_with('~')) {
        return std::nullopt;
      } else {
        places.push_back(resolved(folder, value, host_));
      }
    }
    return places;
  }

  [[nodiscard]] bool add_named(const std::string& gitmodules) {
    if (!may_be_there(gitmodules, host_)) return true;
    const auto text = host_.file_text(gitmodules, HostView::text_limit);
    if (!text) return false;
    add_submodules(git_config_values(*text, {}, "path"));
    return true;
  }

  [[nodiscard]] bool add_indexed(const std::string& repository) {
    std::string name = "index";
    for (bool shared = false; may_be_there(joined(repository, name), host_); shared = true) {
      const auto bytes = host_.file_text(joined(repository, name), most_index);
      auto index = bytes ? read_git_index(*bytes) : std::nullopt;
      if (!index || (shared && !index->shared.empty())) return false;
      add_submodules(index->gitlinks);
      if (index->shared.empty()) return true;
      name = std::move(index->shared);
    }
    return true;
  }

  void add_submodules(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (!path.empty() && is_clean("/" + path)) submodules_.push_back(joined(working_tree_, path));
    }
  }

  const std::string& working_tree_;
  const HostView& host_;
  GitTree tree_;
  std::vector<std::string> submodules_;
};

}  // namespace

bool is_repository(const std::string& folder, const HostView& host) {
  const auto has = [&](std::string_view name) { return host.exists(joined(folder, name)).value_or(false); };
  // One that shares another's objects says where that is.
  return has("HEAD") && ((has("objects/.") && has("refs/.")) || has("commondir"));
}

bool is_working_tree(const std::string& folder, const HostView& host) {
  const std::string git = joined(folder, ".git");
  const bool is_folder = host.exists(git + "/.").value_or(false);
  return is_folder ? is_repository(git, host) : host.exists(git).value_or(false);
}

std::optional<GitTree> read_git_tree(const std::string& working_tree, const HostView& host) {
  return RepositoryReader(working_tree, host).read();
}

}  // namespace skillrun::inline v0
