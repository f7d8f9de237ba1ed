#include "policy/rules/support/host_places.hpp"

#include <algorithm>

#include <skillrun/host_view.hpp>

#include "policy/places/home_secrets.hpp"
#include "policy/places/paths.hpp"
#include "policy/places/system_places.hpp"

namespace skillrun::inline v0 {

namespace {

/// A folder that is too high up to be anybody's own: a manifest that lies in /tmp or in a home does not open all of it.
bool is_common_ground(std::string_view folder) noexcept {
  return std::ranges::count(folder, '/') < 2 || is_whole_home(folder);
}

/// Trees of the system in which homes of services and of continuous integration lie.
bool may_hold_homes(std::string_view tree) noexcept { return tree == "/var" || tree == "/opt"; }

}  // namespace

/// Compares like with like: the declared path with the root by both of its names, the real path with the real root.
bool HostPlaces::Root::holds(const HostPath& host) const noexcept {
  if (written.empty()) return false;
  if (real && is_within(host.path, *real)) return true;
  return (!real || host.path == host.declared) && is_within(host.path, written);
}

void HostPlaces::look_up() const {
  if (known_) return;
  known_ = true;
  const HostView& host = context_.host;
  const auto root = [&](std::string_view folder) {
    if (!is_clean(folder)) return Root{};
    return Root{.written = folder, .real = host.real_path(std::string(folder))};
  };
  workdir_ = root(context_.spec.workdir);
  if (const SourcePtr& source = context_.spec.source; source && !is_common_ground(source->base())) {
    manifest_ = root(source->base());
    if (manifest_.real && is_common_ground(*manifest_.real)) manifest_ = {};
  }
  for (std::string& home : host.homes()) {
    if (home == "/" || !is_clean(home)) continue;
    if (auto real = host.real_path(home); real && *real != home && *real != "/") homes_.push_back(std::move(*real));
    homes_.push_back(std::move(home));
  }
  for (std::string& folder : host.own_folders()) {
    if (!is_clean(folder)) continue;
    if (auto real = host.real_path(folder); real && *real != folder) own_folders_.push_back(std::move(*real));
    own_folders_.push_back(std::move(folder));
  }
  for (std::string& home : host.account_homes()) {
    if (home != "/" && is_clean(home) && std::ranges::find(homes_, home) == homes_.end()) {
      accounts_.push_back(std::move(home));
    }
  }
}

bool HostPlaces::is_whole_home_of_anybody(std::string_view path) const {
  const auto holds = [&](const std::string& home) { return is_within(home, path); };
  return is_whole_home(path) || std::ranges::any_of(homes_, holds) || std::ranges::any_of(accounts_, holds);
}

/// What lies beside a manifest in the folder of manifests may go into its image.
bool HostPlaces::is_own_folder(const HostPath& host) const {
  const bool found = std::ranges::any_of(own_folders_, [&](const std::string& folder) {
    return is_within(host.path, folder) || is_within(folder, host.path);
  });
  return found && !(host.build_context && manifest_.holds(host));
}

HostPlaces::Home HostPlaces::home_of(std::string_view path) const {
  Home found;
  const auto deeper = [&](std::string_view home, bool callers) {
    if (is_within(path, home) && home.size() > found.path.size()) found = {home, callers};
  };
  for (const std::string& home : homes_) deeper(home, true);
  for (const std::string& home : accounts_) deeper(home, false);
  // Where nobody knows the caller, as while linting, a home in a usual place may be the caller's.
  deeper(usual_home(path), homes_.empty());
  return found;
}

std::string_view HostPlaces::dot_entry_of_any_home(const HostPath& host) const {
  std::string_view found;
  const auto look = [&](std::string_view home) {
    if (home.empty() || !found.empty()) return;
    if (host.read_only && !host.build_context && is_harmless_dot_entry(host.path, home)) return;
    found = dot_entry(host.path, home);
  };
  for (const std::string& home : homes_) look(home);
  for (const std::string& home : accounts_) look(home);
  look(usual_home(host.path));
  return found;
}

bool HostPlaces::is_exempt_from_system(const HostPath& host, std::string_view tree, const Home& home) const {
  if (host.read_only && !host.build_context && is_harmless_to_read(host.path)) return true;
  // Where the installed skills and those of the machine are: what lies beside a manifest may go into its image.
  if (host.build_context && manifest_.holds(host) && tree != "/root") return true;
  // Root's own files are root's to share: the folder that root stands in, and that of a manifest of root's.
  if (tree == "/root") {
    const auto is_below_root = [&](const Root& root) {
      return root.holds(host) && matches_within(root.real ? std::string_view(*root.real) : root.written, "/root/*");
    };
    return context_.host.uid() == 0U && (is_below_root(workdir_) || is_below_root(manifest_));
  }
  return home.callers && may_hold_homes(tree) && home.path.size() > tree.size();
}

/// Named by its first key: one level deep, because a whole tree is too much to read for each run.
std::string HostPlaces::key_in(const HostPath& host) const {
  if (is_key_name(last_component(host.path))) return std::string(last_component(host.path));
  const auto entries = context_.host.entries(host.path);
  const auto is_private_key = [&](const std::string& path) {
    const auto text = context_.host.file_text(path, HostView::text_limit);
    return text && text->contains("PRIVATE KEY-----");
  };
  if (!entries) {
    const bool is_key = may_be_key(host.path) && is_private_key(host.path);
    return is_key ? std::string(last_component(host.path)) : std::string();
  }
  std::string first;
  for (const auto& [name, is_socket] : *entries) {
    const bool is_key =
        marks_home(name) || is_key_name(name) || (may_be_key(name) && is_private_key(host.path + "/" + name));
    if (is_key && (first.empty() || name < first)) first = name;
  }
  return first;
}

Place HostPlaces::find(const HostPath& host) const {
  const auto closed = [](Closed why, std::string_view what) {
    return Place{.place_class = PlaceClass::closed, .why = why, .what = std::string(what)};
  };
  if (!is_clean(host.path) || host.path == "/") return closed(Closed::system, "/");
  look_up();
  const bool inside = workdir_.holds(host) || manifest_.holds(host);
  if (const auto secret = find_home_secret(host.path)) return closed(Closed::secret, *secret);
  if (const auto program = host.read_only ? std::nullopt : find_home_program(host.path)) {
    return closed(Closed::program, *program);
  }
  const auto system = find_system_place(host.path);
  const Home home = home_of(host.path);
  if (system && !is_exempt_from_system(host, system->place, home)) {
    return closed(Closed::system, system->place);
  }
  if (is_own_folder(host)) return closed(Closed::own_folder, host.path);
  if (is_whole_home_of_anybody(host.path)) return closed(Closed::home, host.path);
  // The caller who stands in such a folder chose it: an agent's work trees are often in one.
  if (!inside) {
    if (const auto entry = dot_entry_of_any_home(host); !entry.empty()) return closed(Closed::dot_entry, entry);
    if (!home.path.empty() && !home.callers && !system) return closed(Closed::other_home, home.path);
  }
  if (std::string key = key_in(host); !key.empty()) return closed(Closed::keys, key);
  const bool open = inside || (system && host.read_only && is_harmless_to_read(host.path));
  return {.place_class = open ? PlaceClass::open : PlaceClass::own, .why = Closed::no};
}

PlaceClass HostPlaces::find_both(const HostPath& declared) const {
  const PlaceClass first = find(declared).place_class;
  const auto real = context_.host.real_path(declared.path);
  if (!real || *real == declared.path) return first;
  const HostPath behind{*real, declared.path, declared.read_only, declared.build_context, declared.origin};
  return std::max(first, find(behind).place_class);
}

bool HostPlaces::is_of_manifest(const HostPath& declared) const {
  look_up();
  if (!manifest_.holds(declared)) return false;
  const auto real = context_.host.real_path(declared.path);
  return !real ||
         manifest_.holds(HostPath{*real, declared.path, declared.read_only, declared.build_context, declared.origin});
}

}  // namespace skillrun::inline v0
