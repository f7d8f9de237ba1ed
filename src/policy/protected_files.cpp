#include "policy/protected_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/paths.hpp"
#include "policy/policy_data.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

std::string_view without_slash(std::string_view name) {
  return name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
}

/// What is left of `name` for a folder that ends in its first `taken` components; empty when it does not.
std::string_view rest_below(std::string_view folder, std::string_view name, std::size_t taken) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < taken; ++i) {
    end = name.find('/', end);
    if (end == std::string_view::npos || ++end == name.size()) return {};
  }
  if (taken > 0 && !folder.ends_with(fmt::format("/{}", name.substr(0, end - 1)))) return {};
  return name.substr(end);
}

class Places {
 public:
  Places(const std::string& folder, const HostView& host) : folder_(folder), host_(host) {}

  /// Walks down to the name as far as something is there.
  void add(std::string_view name) {
    for (std::size_t end = 0; end < name.size(); ++end) {
      end = std::min(name.find('/', end), name.size());
      const std::string part(name.substr(0, end));
      const std::string path = fmt::format("{}/{}", folder_ == "/" ? "" : folder_, part);
      const bool last = end + 1 >= name.size();
      const bool should_be_folder = end < name.size();
      if (host_.real_path(path) != path) return put(ProtectedPlace::Kind::link, part, false);
      if (!host_.exists(path).value_or(false)) return put(ProtectedPlace::Kind::missing, part, should_be_folder);
      const bool is_folder = host_.exists(path + "/.").value_or(false);
      if (last || !is_folder) return put(ProtectedPlace::Kind::there, part, is_folder);
      put(ProtectedPlace::Kind::parent, part, true);
    }
  }

  std::vector<ProtectedPlace> take() {
    std::ranges::stable_sort(
        places_, {}, [](const ProtectedPlace& place) { return std::ranges::count(without_slash(place.name), '/'); });
    return std::move(places_);
  }

 private:
  void put(ProtectedPlace::Kind kind, const std::string& name, bool folder) {
    std::string full = folder ? name + "/" : name;
    const auto known = std::ranges::find(places_, full, &ProtectedPlace::name);
    if (known == places_.end()) {
      places_.push_back({.kind = kind, .name = std::move(full)});
    } else if (known->kind == ProtectedPlace::Kind::parent) {
      known->kind = kind;  // protected as a whole by another name
    }
  }

  const std::string& folder_;
  const HostView& host_;
  std::vector<ProtectedPlace> places_;
};

/// The documents that decide what this skill is: a name each, below the folder.
void add_documents(std::vector<std::string>& names, const std::string& folder, const ContainerSpec& spec,
                   const Policy& policy, const HostView& host) {
  const auto add = [&](const SourcePtr& source) {
    if (!source || source->directory.empty()) return;
    const auto real = host.real_path(fmt::format("{}/{}", source->directory, last_component(source->name)));
    if (real && folder != "/" && is_within(*real, folder) && *real != folder) {
      names.push_back(real->substr(folder.size() + 1));
    }
  };
  add(spec.source);
  for (const PolicyInput& input : policy.data().inputs) add(input.source);
}

/// True when another declared mount lies over the place: that one is judged for itself.
bool is_covered(const ContainerSpec& spec, const std::string& mounted_at, const std::string& target) {
  return std::ranges::any_of(spec.mounts, [&](const Setting<Mount>& other) {
    return other.value.target != mounted_at && is_within(other.value.target, mounted_at) &&
           is_within(target, other.value.target);
  });
}

}  // namespace

std::span<const std::string_view> builtin_protected_files() {
  static constexpr std::string_view names[] = {
      ".skillrun/",        "skillrun.toml", "skillrun.yaml", "skillrun.yml", ".skill-engine.toml",
      "skill-engine.toml", ".git/config",   ".git/hooks/",   ".envrc",       ".vscode/tasks.json"};
  return names;
}

std::expected<std::string, ParseError> normalize_protected_file(std::string_view word) {
  const std::string_view name = without_slash(word);
  if (name.empty() || !is_clean(fmt::format("/{}", name))) {
    return std::unexpected(ParseError{"a relative path without '.' and '..' was expected"});
  }
  return std::string(word);
}

std::vector<std::string> protected_files(const RuleParams& params) {
  std::vector<std::string> names;
  const auto allowed = params.words("allow");
  const auto add = [&](std::string_view name) {
    const auto same = [&](const std::string& other) { return without_slash(other) == without_slash(name); };
    if (std::ranges::none_of(allowed, same) && std::ranges::none_of(names, same)) names.emplace_back(name);
  };
  for (const std::string_view name : builtin_protected_files()) add(name);
  for (const std::string& name : params.words("add")) add(name);
  return names;
}

std::string_view protected_name_of(std::string_view path, std::span<const std::string> names) {
  const auto found = std::ranges::find_if(
      names, [&](const std::string& name) { return has_sequence(path, fmt::format("/{}", without_slash(name))); });
  return found == names.end() ? std::string_view() : std::string_view(*found);
}

std::vector<ProtectedPlace> protected_places(const std::string& folder, std::span<const std::string> names,
                                             const HostView& host) {
  if (!host.exists(folder + "/.").value_or(false)) return {};
  Places places(folder, host);
  for (const std::string& name : names) {
    const auto depth = static_cast<std::size_t>(std::ranges::count(name, '/'));
    for (std::size_t taken = 0; taken <= depth; ++taken) {
      if (const std::string_view rest = rest_below(folder, name, taken); !rest.empty()) places.add(rest);
    }
  }
  return places.take();
}

void protect_files(ContainerSpec& spec, const Policy& policy, const HostView& host) {
  const auto& active = policy.data().active;
  const auto rule = std::ranges::find(active, protected_file_rule, [](const ActiveRule& r) { return r.info->id; });
  if (rule == active.end() || rule->severity < Severity::warning || !host.reads_file_system()) return;
  const std::vector<std::string> names = protected_files(*rule->params);
  List<Mount> added;
  for (const Setting<Mount>& mount : spec.mounts) {
    const Mount& declared = mount.value;
    if (declared.type != MountType::bind || declared.read_only) continue;
    std::vector<std::string> all = names;
    add_documents(all, declared.source, spec, policy, host);
    for (const ProtectedPlace& place : protected_places(declared.source, all, host)) {
      const std::string below(without_slash(place.name));
      Mount mask;
      mask.source = fmt::format("{}/{}", declared.source == "/" ? "" : declared.source, below);
      mask.target = fmt::format("{}/{}", declared.target == "/" ? "" : declared.target, below);
      mask.read_only = place.kind != ProtectedPlace::Kind::parent;
      if (place.kind == ProtectedPlace::Kind::link || is_covered(spec, declared.target, mask.target)) continue;
      added.push_back(
          {std::move(mask),
           Origin{.kind = OriginKind::policy_default, .field = policy.name(), .span = {}, .text = place.name}});
    }
  }
  std::ranges::move(added, std::back_inserter(spec.mounts));
}

}  // namespace skillrun
