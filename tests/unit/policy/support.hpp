#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/covered.hpp"

namespace skillrun::test {

/// A machine with a few symlinks. Every other path is its own real path.
class FakeHost : public LexicalHost {
 public:
  std::map<std::string, std::string> links;  ///< whole paths
  std::vector<std::string> missing;          ///< paths that do not exist
  std::vector<std::string> unreadable;       ///< paths that cannot be resolved
  std::vector<std::string> sockets;          ///< paths that lead to a socket
  std::map<std::string, Volume> volumes;     ///< that the engine has
  std::map<std::string, std::string> files;  ///< their texts
  std::optional<std::string> platform;       ///< of the engine
  bool remote = false;                       ///< the engine is elsewhere: nothing is known of its paths
  std::optional<std::string> socket;
  std::optional<std::uint32_t> user = 1000;
  std::vector<std::uint32_t> member_of = {1000};  ///< the caller's groups
  std::map<std::string, Ownership> owners;        ///< of paths that are not the caller's
  std::vector<std::string> home_folders;
  std::vector<std::string> skillrun_folders;
  std::vector<std::string> other_homes;               ///< of other accounts
  std::map<std::string, std::vector<Entry>> folders;  ///< what is in them; every other one is empty
  mutable std::vector<std::string> asked;             ///< the paths that were to be resolved

  std::optional<std::string> real_path(const std::string& path) const override {
    asked.push_back(path);
    if (remote) return std::nullopt;
    if (std::ranges::find(unreadable, path) != unreadable.end()) return std::nullopt;
    const auto found = links.find(path);
    return found == links.end() ? path : found->second;
  }
  std::vector<std::string> links_on(const std::string& path) const override {
    std::vector<std::string> followed;
    for (const auto& [link, target] : links) {
      if (path == link || path.starts_with(link + "/")) followed.push_back(link);
    }
    return followed;
  }
  std::optional<std::string> engine_socket() const override { return socket; }
  std::optional<std::uint32_t> uid() const override { return user; }
  std::optional<std::uint32_t> gid() const override { return user; }
  std::optional<std::vector<std::uint32_t>> groups() const override { return member_of; }
  std::optional<Ownership> ownership(const std::string& path) const override {
    if (remote) return std::nullopt;
    const auto found = owners.find(path);
    return found == owners.end() ? Ownership{.uid = user.value_or(0), .callers = true, .everybody_reads = true}
                                 : found->second;
  }
  std::vector<std::string> homes() const override { return home_folders; }
  std::vector<std::string> own_folders() const override { return skillrun_folders; }
  std::vector<std::string> account_homes() const override { return other_homes; }
  std::optional<std::vector<Entry>> entries(const std::string& path) const override {
    if (remote || files.contains(path)) return std::nullopt;
    const auto found = folders.find(path);
    return found == folders.end() ? std::vector<Entry>() : found->second;
  }
  std::optional<bool> exists(const std::string& path) const override {
    if (remote) return std::nullopt;
    // No folder is a repository unless a test says so; a .git is one without settings.
    constexpr std::array of_git = {"/HEAD", "/index", "/.git/config", "/config.worktree", "/commondir", "/.gitmodules"};
    const bool is_gits = std::ranges::any_of(of_git, [&](const char* name) { return path.ends_with(name); });
    return is_gits ? files.contains(path) || path.ends_with("/.git/HEAD")
                   : std::ranges::find(missing, path) == missing.end();
  }
  std::optional<bool> is_socket(const std::string& path) const override {
    if (remote) return std::nullopt;
    return std::ranges::find(sockets, path) != sockets.end();
  }
  std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override {
    const auto found = files.find(path);
    return found == files.end() || found->second.size() > limit ? std::nullopt : std::optional(found->second);
  }
  bool engine_is_remote() const override { return remote; }
  std::optional<std::string> engine_platform() const override { return platform; }
  std::optional<Volume> existing_volume(const std::string& name) const override {
    const auto found = volumes.find(name);
    return found == volumes.end() ? std::nullopt : std::optional(found->second);
  }
  bool reads_file_system() const override { return !remote; }
};

inline Origin at(std::string field, std::string text, std::uint32_t line = 1) {
  return {.kind = OriginKind::manifest,
          .field = std::move(field),
          .span = {{line, 1}, {line, 10}},
          .text = std::move(text)};
}

template <class T>
Setting<T> set(T value, std::string field, std::string text = "x", std::uint32_t line = 1) {
  return {std::move(value), at(std::move(field), std::move(text), line)};
}

/// A spec that no rule of the restricted policy has anything to say about.
inline ContainerSpec clean_spec() {
  ContainerSpec spec;
  spec.skill = "tool";
  spec.source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml", .directory = "/srv/skills", .text = "image = \"x\"\n"});
  ImageReference image;
  image.registry = "docker.io";
  image.repository = "library/debian";
  image.tag = "12";
  image.digest = "sha256:" + std::string(64, 'a');
  spec.image = set(image, "docker.image", "debian:12@sha256:...");
  spec.user = set(UserSpec{.user = "1000", .group = "1000", .uid = 1000, .gid = 1000, .host = false}, "docker.user");
  spec.no_new_privileges = set(true, "docker.security_opt[0]");
  spec.readonly_rootfs = set(true, "docker.read_only");
  spec.cap_drop.push_back(set(std::string("ALL"), "docker.cap_drop[0]"));
  spec.network_mode = set(NetworkMode{.kind = NetworkKind::none, .name = {}}, "docker.network");
  spec.memory = set(std::int64_t{512} << 20, "docker.memory");
  spec.memory_swap = set(std::int64_t{512} << 20, "docker.memory_swap");
  spec.nano_cpus = set(std::int64_t{1'000'000'000}, "docker.cpus");
  spec.pids_limit = set(std::int64_t{100}, "docker.pids_limit");
  spec.timeout = set(std::chrono::nanoseconds(std::chrono::minutes(1)), "docker.timeout");
  return spec;
}

inline Setting<Mount> bind_mount(std::string source, std::string target = "/data", bool read_only = true) {
  Mount mount;
  mount.type = MountType::bind;
  mount.source = source;
  mount.target = target;
  mount.read_only = read_only;
  return set(std::move(mount), "docker.volumes[0]", source + ":" + target);
}

/// The working directory, as `${SKILL_WORKDIR}:/workdir` declares it.
inline Setting<Mount> workdir(std::string source, std::string below = {}) {
  Setting<Mount> mount = bind_mount(source + below, "/workdir");
  mount.value.caller_workdir = true;
  mount.origin.text = "${SKILL_WORKDIR}" + below + ":/workdir";
  return mount;
}

/// The folder that the caller of such a mount stands in.
inline std::string folder_of_workdir(const Setting<Mount>& mount) {
  const std::size_t below = mount.origin.text.find(':') - std::string_view("${SKILL_WORKDIR}").size();
  return mount.value.source.substr(0, mount.value.source.size() - below);
}

/// Also true for what a stronger rule says for this one.
inline bool has(const Findings& findings, std::string_view rule, Severity least = Severity::info) {
  return std::ranges::any_of(findings,
                             [&](const Finding& f) { return severity_of(f, rule).value_or(Severity::off) >= least; });
}

inline std::vector<std::string> rules_of(const Findings& findings) {
  std::vector<std::string> rules;
  for (const Finding& finding : findings) rules.push_back(finding.rule);
  return rules;
}

inline const Policy& baseline() { return *Policy::builtin("baseline"); }
inline const Policy& restricted() { return *Policy::builtin("restricted"); }
inline const Policy& privileged() { return *Policy::builtin("privileged"); }

/// The baseline's findings for a clean spec with one mount.
inline Findings judge_mount(Setting<Mount> mount, const HostView& host = LexicalHost()) {
  ContainerSpec spec = clean_spec();
  if (mount.value.caller_workdir) spec.workdir = folder_of_workdir(mount);
  spec.mounts.push_back(std::move(mount));
  return evaluate(baseline(), spec, host);
}

}  // namespace skillrun::test
