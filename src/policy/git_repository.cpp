#include "policy/git_repository.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "policy/git_index.hpp"
#include "policy/paths.hpp"
#include "policy/submodules.hpp"

namespace skillrun {

namespace {

constexpr std::size_t most_index = std::size_t{128} << 20;  // a million files; the largest repositories have fewer

std::string joined(std::string_view folder, std::string_view name) {
  return fmt::format("{}/{}", folder == "/" ? "" : folder, name);
}

bool is_there(const std::string& path, const HostView& host) { return host.exists(path).value_or(true); }

/// Where a working tree's repository lies (gitrepository-layout(5)); empty where git finds none, nothing where that is
/// not known.
std::optional<std::string> repository_of(const std::string& working_tree, const HostView& host) {
  constexpr std::string_view prefix = "gitdir: ";
  std::string git = joined(working_tree, ".git");
  if (host.exists(git + "/.").value_or(false)) return git;
  const auto text = host.file_text(git, HostView::text_limit);
  if (!text) return std::nullopt;
  if (!text->starts_with(prefix)) return std::string();
  const std::string path = text->substr(prefix.size(), text->find_last_not_of("\r\n") + 1 - prefix.size());
  return path.starts_with('/') ? path : joined(working_tree, path);
}

class Submodules {
 public:
  explicit Submodules(const HostView& host) : host_(host) {}

  bool add_named_in(const std::string& gitmodules) {
    if (!is_there(gitmodules, host_)) return true;
    const auto text = host_.file_text(gitmodules, HostView::text_limit);
    if (!text) return false;
    add(submodule_paths(*text));
    return true;
  }

  bool add_indexed_in(const std::string& repository) {
    std::string name = "index";
    for (bool shared = false; is_there(joined(repository, name), host_); shared = true) {
      const auto bytes = host_.file_text(joined(repository, name), most_index);
      auto index = bytes ? read_git_index(*bytes) : std::nullopt;
      if (!index || (shared && !index->shared.empty())) return false;
      add(index->gitlinks);
      if (index->shared.empty()) return true;
      name = std::move(index->shared);
    }
    return true;
  }

  [[nodiscard]] std::vector<std::string> take() && {
    std::ranges::sort(paths_);
    paths_.erase(std::ranges::unique(paths_).begin(), paths_.end());
    return std::move(paths_);
  }

 private:
  void add(const std::vector<std::string>& paths) {
    std::ranges::copy_if(paths, std::back_inserter(paths_),
                         [](const std::string& path) { return is_clean(fmt::format("/{}", path)); });
  }

  const HostView& host_;
  std::vector<std::string> paths_;
};

}  // namespace

bool is_bare_repository(const std::string& folder, const HostView& host) {
  return std::ranges::all_of(std::initializer_list<std::string_view>{"HEAD", "objects/.", "refs/."},
                             [&](std::string_view name) { return host.exists(joined(folder, name)).value_or(false); });
}

bool is_working_tree(const std::string& folder, const HostView& host) {
  const std::string git = joined(folder, ".git");
  const bool is_folder = host.exists(git + "/.").value_or(false);
  return is_folder ? is_bare_repository(git, host) : host.exists(git).value_or(false);
}

std::optional<std::vector<std::string>> submodules_of(const std::string& working_tree, const HostView& host) {
  Submodules submodules(host);
  const auto repository = repository_of(working_tree, host);
  if (!repository) return std::nullopt;
  if (repository->empty()) return std::vector<std::string>();
  if (!submodules.add_indexed_in(*repository)) return std::nullopt;
  if (!submodules.add_named_in(joined(working_tree, ".gitmodules"))) return std::nullopt;
  return std::move(submodules).take();
}

}  // namespace skillrun
