#include "engine/native/observe.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/failure.hpp"
#include "engine/native/bundle/oci_config.hpp"
#include "engine/native/bundle/spec_facts.hpp"
#include "engine/native/limits_made.hpp"
#include "engine/native/mounts_made.hpp"
#include "engine/native/process_view.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::chrono_literals;
using Kind = EngineError::Kind;

/// From the runtime's word that it has started a container until its program is there: at once, but on a machine that
/// has a lot to do.
constexpr auto program_patience = 20s;
constexpr auto program_pause = 200us;
constexpr int seccomp_filter = 2;

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
  std::vector<std::string> texts;
  const json::value* list = object.if_contains(key);
  for (const json::value& text : list != nullptr ? list->as_array() : json::array())
    texts.emplace_back(text.as_string());
  return texts;
}

/// What is executed, without the init before it.
std::vector<std::string> words_of(const json::object& process, const ContainerSpec& asked) {
  constexpr std::size_t words_of_init = 2;  // the program and --
  std::vector<std::string> words = texts_of(process, "args");
  if (asked.init && asked.init->value && words.size() > words_of_init && words.front() == init_target) {
    words.erase(words.begin(), words.begin() + words_of_init);
  }
  return words;
}

SettingList<EnvironmentEntry> environment_of(const json::object& process) {
  SettingList<EnvironmentEntry> entries;
  for (const std::string& text : texts_of(process, "env")) {
    const std::size_t equals = text.find('=');
    entries.push_back({{.name = text.substr(0, equals),
                        .value = equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1))},
                       {}});
  }
  return entries;
}

class Observation {
 public:
  Observation(const NativeContainer& container, const AskedContainer& asked, const ProcessView& process)
      : container_(container), asked_(asked.spec), process_(process) {
    made_.id = container.id;
    made_.image_id = container.image.info.id;
    // What only the runtime knows until the command is executed is what it was told.
    made_.spec = asked_;
  }

  EngineResult<ObservedContainer> observe() && {
    read_configuration();
    read_rights();
    read_namespaces();
    read_limits_made(container_.cgroup, asked_, made_.spec);
    read_process_limits();
    auto mounts = look_at_mounts(container_, asked_);
    if (!mounts) return std::unexpected(mounts.error());
    made_.spec.mounts = std::move(mounts->mounts);
    std::ranges::move(mounts->foreign, std::back_inserter(made_.foreign));
    made_.spec.readonly_rootfs = Setting<bool>{mounts->read_only_root, {}};
    made_.masked_paths = std::move(mounts->masked);
    made_.readonly_paths = std::move(mounts->read_only);
    return std::move(made_);
  }

 private:
  void foreign(std::string_view setting, std::string text) {
    made_.foreign.push_back({.setting = std::string(setting), .text = std::move(text)});
  }

  void read_configuration() {
    const json::object& process = container_.config.at("process").as_object();
    made_.argv = words_of(process, asked_);
    made_.spec.env = environment_of(process);
    made_.spec.working_dir = Setting<std::string>{std::string(process.at("cwd").as_string()), {}};
    made_.spec.labels.clear();
    for (const auto& [key, value] : container_.labels) made_.spec.labels.push_back({{.key = key, .value = value}, {}});
    // Output goes to whoever attached, and nowhere else.
    if (!asked_.log_driver) made_.spec.log_driver = Setting<std::string>{"none", {}};
    const std::string user = asked_.user ? asked_.user->value.text() : container_.image.info.user;
    if (!asked_.user && !user.empty()) {
      if (auto parsed = parse_user(user)) made_.spec.user = Setting<UserSpec>{std::move(*parsed), {}};
    }
  }

  void read_rights() {
    const ImageIdentity& who = container_.who;
    if (!process_.one_user || process_.uid != who.uid || process_.gid != who.gid) {
      foreign("user", fmt::format("{}:{}", process_.uid, process_.gid));
    }
    const std::set<std::uint32_t> groups(who.groups.begin(), who.groups.end());
    for (const std::uint32_t group : process_.groups) {
      if (!groups.contains(group) && group != who.gid) foreign("group_add", fmt::format("group {}", group));
    }
    made_.bounding_capabilities = names_of_capabilities(process_.bounding);
    if (process_.inheritable != 0 || process_.ambient != 0) foreign("cap_add", "inheritable capabilities");
    if ((process_.effective & ~process_.bounding) != 0) foreign("cap_add", "capabilities beyond its bounding set");
    if (asked_.no_new_privileges) {
      made_.spec.no_new_privileges = Setting<bool>{process_.no_new_privileges, asked_.no_new_privileges->origin};
    }
  }

  void read_namespaces() {
    if (process_.shared_namespaces.contains("mnt")) foreign("mounts", "the machine's own");
    for (const SharedNamespace& space : shared_namespaces()) {
      const bool shared = process_.shared_namespaces.contains(std::string(space.kernel));
      if (shared == space.shared(asked_)) continue;
      foreign(space.setting, shared ? "the machine's own" : "one of its own");
    }
    if (!asked_.network_mode)
      made_.spec.network_mode = Setting<NetworkMode>{{.kind = NetworkKind::none, .name = {}}, {}};
  }

  void read_process_limits() {
    made_.spec.oom_score_adj = Setting<std::int64_t>{process_.oom_score_adj, {}};
    for (auto& limit : made_.spec.ulimits) {
      const auto found = process_.limits.find(limit.value.name);
      if (found == process_.limits.end()) continue;
      limit.value.soft = found->second.first;
      limit.value.hard = found->second.second;
    }
  }

  const NativeContainer& container_;
  const ContainerSpec& asked_;
  const ProcessView& process_;
  ObservedContainer made_;
};

}  // namespace

EngineResult<ObservedContainer> observe_container(const NativeContainer& container, const AskedContainer& asked) {
  const auto process = ProcessView::of(container.pid);
  if (!process) return failure(Kind::server, "the container has ended before it was started");
  return Observation(container, asked, *process).observe();
}

std::optional<std::string> find_fault_after_start(const NativeContainer& container) {
  const bool filtered = container.config.at("linux").as_object().contains("seccomp");
  const bool no_new_privileges = container.config.at("process").as_object().contains("noNewPrivileges");
  const auto until = std::chrono::steady_clock::now() + program_patience;
  while (true) {
    const auto process = ProcessView::of(container.pid);
    if (!process || process->state == 'Z' || process->state == 'X') return std::nullopt;
    const bool runs = process->program != container.program_before && !process->program.empty();
    if (!runs && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(program_pause);
      continue;
    }
    if (!runs) return "its program did not come";
    if (filtered && process->seccomp != seccomp_filter) return "its system calls are not filtered";
    if (no_new_privileges && !process->no_new_privileges) return "it could gain privileges";
    if (process->uid != container.who.uid) return "it is another user";
    if ((process->effective & ~process->bounding) != 0) return "it has capabilities that it must not have";
    return std::nullopt;
  }
}

}  // namespace skillrun::inline v0
