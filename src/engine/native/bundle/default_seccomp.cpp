#include "engine/native/bundle/default_seccomp.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view administrator = "CAP_SYS_ADMIN";

/// A system call, and the capabilities that give it in profiles/seccomp/default.json of moby; none: nobody has it.
struct Withheld {
  std::string_view name;
  std::array<std::string_view, 2> capabilities = {};
  int error = EPERM;
};

constexpr std::array<Withheld, 22> withheld{{
    {"clone3", {administrator}, ENOSYS},
    {"fsconfig", {administrator}},
    {"fsmount", {administrator}},
    {"fsopen", {administrator}},
    {"fspick", {administrator}},
    {"get_mempolicy", {"CAP_SYS_NICE"}},
    {"keyctl"},
    {"mbind", {"CAP_SYS_NICE"}},
    {"mount", {administrator}},
    {"mount_setattr", {administrator}},
    {"move_mount", {administrator}},
    {"name_to_handle_at", {administrator}},
    {"open_tree", {administrator}},
    {"pidfd_getfd", {"CAP_SYS_PTRACE"}},
    {"pivot_root"},
    {"reboot", {"CAP_SYS_BOOT"}},
    {"set_mempolicy", {"CAP_SYS_NICE"}},
    {"setns", {administrator}},
    {"syslog", {administrator, "CAP_SYSLOG"}},
    {"umount", {administrator}},
    {"umount2", {administrator}},
    {"unshare", {administrator}},
}};

bool has_any(const SeccompTarget& target, const Withheld& call) {
  return std::ranges::any_of(call.capabilities, [&](std::string_view name) {
    return !name.empty() && std::ranges::find(target.capabilities, name) != target.capabilities.end();
  });
}

bool allows(const json::object& rule) {
  const std::string_view action = rule.at("action").as_string();
  return action == "SCMP_ACT_ALLOW" || action == "SCMP_ACT_LOG";
}

/// Takes a call out of every rule that lets it pass; whether there was one.
bool take_out(json::array& rules, std::string_view name) {
  bool found = false;
  for (json::value& rule : rules) {
    if (!allows(rule.as_object())) continue;
    json::array& names = rule.as_object()["names"].as_array();
    for (auto* entry = names.begin(); entry != names.end();) {
      const bool same = entry->as_string() == name;
      found = found || same;
      entry = same ? names.erase(entry) : entry + 1;
    }
  }
  return found;
}

void deny(json::array& rules, std::string_view name, int error) {
  rules.push_back(
      json::object{{"names", list_of(json::string(name))}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", error}});
}

/// clone(2) without one of the flags that make a namespace.
void allow_plain_clone(json::array& rules, std::string_view architecture) {
  constexpr std::int64_t namespaces = 0x7E020000;  // CLONE_NEWNS to CLONE_NEWNET, but for CLONE_NEWTIME
  const int flags = architecture == "s390x" ? 1 : 0;
  rules.push_back(json::object{
      {"names", list_of("clone")},
      {"action", "SCMP_ACT_ALLOW"},
      {"args",
       list_of(json::object{{"index", flags}, {"value", namespaces}, {"valueTwo", 0}, {"op", "SCMP_CMP_MASKED_EQ"}})}});
}

}  // namespace

EngineResult<json::object> resolve_default_seccomp(std::string_view profile, const SeccompTarget& target) {
  auto filter = resolve_seccomp(profile, target);
  if (!filter || !filter->contains("syscalls")) return filter;
  json::array& rules = (*filter)["syscalls"].as_array();
  for (const Withheld& call : withheld) {
    if (!has_any(target, call) && take_out(rules, call.name)) deny(rules, call.name, call.error);
  }
  const bool may_make_namespaces = std::ranges::find(target.capabilities, administrator) != target.capabilities.end();
  if (!may_make_namespaces && take_out(rules, "clone")) allow_plain_clone(rules, target.architecture);
  for (auto* rule = rules.begin(); rule != rules.end();) {
    rule = rule->as_object()["names"].as_array().empty() ? rules.erase(rule) : rule + 1;
  }
  return filter;
}

}  // namespace skillrun::inline v0
