#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// A default of "host" has no number before a caller is known; admit() sees to that.
bool is_root(const UserSpec& user) { return user.uid == 0U || user.user == "root" || user.user == "toor"; }

void check_user(const RuleContext& context, FindingSink& sink) {
  const auto& user = context.spec.user;
  if (!user) {
    sink.report(absent(context.spec, "docker.user"), "no user is set: the image's own is used, which is often root");
  } else if (is_root(user->value) && user->value.host) {
    sink.report(user->origin, "the skill runs as the caller, who is root", "call skillrun as an ordinary user");
  } else if (is_root(user->value)) {
    sink.report(user->origin, "the skill runs as root");
  }
}

/// Groups that engines, disks, memory or other users' secrets are open to.
constexpr std::string_view powerful_groups =
    "root docker podman containerd lxd incus incus-admin libvirt kvm disk kmem shadow sudo admin wheel adm "
    "systemd-journal";

bool is_powerful(std::string_view group) {
  return is_word_of(powerful_groups, group) || group.find_first_not_of('0') == std::string_view::npos;
}

void check_group(const RuleContext& context, FindingSink& sink) {
  const auto& user = context.spec.user;
  if (user && !is_root(user->value) &&
      (user->value.gid == 0U || (!user->value.group.empty() && is_powerful(user->value.group)))) {
    sink.report(user->origin,
                fmt::format("the skill runs with the group {}", user->value.group.empty() ? "0" : user->value.group));
  }
  for (const auto& group : context.spec.group_add) {
    if (is_powerful(group.value)) sink.report(group.origin, fmt::format("the group '{}' is added", group.value));
  }
}

bool is_member(const RuleContext& context, std::uint32_t gid) {
  const auto groups = context.host.groups();
  return groups && std::ranges::find(*groups, gid) != groups->end();
}

/// What the number of a group opens on the host nobody can list, so only the caller's own are known not to open
/// anything new. A name is a number of the image's choice.
void check_foreign_group(const RuleContext& context, FindingSink& sink) {
  const auto judge = [&](const Origin& origin, const std::string& group) {
    std::uint32_t gid = 0;
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), gid);
    const bool number = error == std::errc() && end == group.data() + group.size();
    if (is_powerful(group) || (number && is_member(context, gid))) return;
    sink.report(origin, number ? fmt::format("the caller is not known to be a member of the group {}", group)
                               : fmt::format("the image decides which group '{}' is", group));
  };
  const auto& user = context.spec.user;
  // A group of the user's own number is the user's own.
  if (user && !user->value.host && !user->value.group.empty() && user->value.group != user->value.user) {
    judge(user->origin, user->value.group);
  }
  for (const auto& group : context.spec.group_add) judge(group.origin, group.value);
}

constexpr Rule rules[] = {
    {.info = {.id = "root-user",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "the skill runs as root, or as the image's user, which is not known",
              .why = "root in a container is one kernel bug away from root on the host, and owns what it writes",
              .remedy = "write user = \"host\" (the caller's), or a number such as \"1000:1000\"",
              .source = "PSS restricted 1.37",
              .compose_remedy = "write user: \"1000:1000\", or another number"},
     .check = check_user},
    {.info = {.id = "root-group",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "group 0, the docker group, or another that the system trusts: disk, kvm, lxd, shadow, sudo",
              .why = "files of root and sockets of engines are often open to these groups",
              .remedy = "use a group of the skill's own",
              .source = "own"},
     .check = check_group},
    {.info = {.id = "foreign-group",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "a group that the caller is not known to be a member of, or one by a name",
              .why = "files and devices of the host are open to groups by their numbers, whatever the image calls them",
              .remedy = "remove it, or write the number of a group that you are a member of",
              .source = "own"},
     .check = check_foreign_group},
};

}  // namespace

std::span<const Rule> users_rules() { return rules; }

}  // namespace skillrun::rules
