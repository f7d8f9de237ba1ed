#include "policy/document/defaults.hpp"

#include <algorithm>

#include "policy/document/policy_document.hpp"
#include "support/json_schema.hpp"

namespace skillrun::inline v0 {

namespace {

using Defaults = PolicyDefaults;

Origin with_text(Origin origin, std::string text) {
  origin.text = std::move(text);
  return origin;
}

bool drops_all(const std::vector<std::string>& dropped) { return std::ranges::find(dropped, "ALL") != dropped.end(); }

/// Every entry that was there stays as it was; others may join them.
bool keeps_all(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  return std::ranges::all_of(before,
                             [&](const std::string& entry) { return std::ranges::find(now, entry) != now.end(); });
}

bool is_root_user(const std::string& user) {
  return user.empty() || user == "root" || user.starts_with("0") || user.starts_with("root:");
}

/// What every row says of its member.
template <auto member>
constexpr DefaultRow row(std::string_view key, json::object (*schema)()) {
  return {.key = key,
          .schema = schema,
          .read = nullptr,
          .show = [](const Defaults& defaults) -> json::value {
            const auto& value = defaults.*member;
            if constexpr (requires { value.has_value(); }) {
              return value ? json::value(*value) : json::value(nullptr);
            } else if constexpr (requires { value.begin(); }) {
              return json::array(value.begin(), value.end());
            } else {
              return json::value(value);
            }
          },
          .equal = [](const Defaults& one, const Defaults& other) { return one.*member == other.*member; },
          .take = [](Defaults& below, Defaults& over) { below.*member = std::move(over.*member); },
          .tightens = nullptr,
          .fill = nullptr};
}

/// Something that is on or off, and stricter when it is on.
template <std::optional<bool> Defaults::* member, OptionalSetting<bool> ContainerSpec::* setting>
constexpr DefaultRow flag_row(std::string_view key, json::object (*schema)()) {
  DefaultRow flag = row<member>(key, schema);
  flag.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.*member = reader.boolean(node, path);
  };
  flag.tightens = [](const Defaults&, const Defaults& over) { return over.*member == true; };
  flag.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    const auto& value = defaults.*member;
    if (value && !(spec.*setting)) spec.*setting = Setting{*value, with_text(origin, *value ? "true" : "false")};
  };
  return flag;
}

json::object network_schema() { return schema::described("network mode", schema::text()); }

/// "none" is what a skill gets when nobody says anything.
constexpr DefaultRow network_row() {
  DefaultRow network = row<&Defaults::network>("network", network_schema);
  network.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.network = reader.parsed(node, path, parse_network);
  };
  network.tightens = [](const Defaults&, const Defaults& over) { return over.network == "none"; };
  network.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    if (spec.network_mode || !defaults.network) return;
    if (auto mode = parse_network(*defaults.network)) {
      spec.network_mode = Setting{std::move(*mode), with_text(origin, *defaults.network)};
    }
  };
  return network;
}

json::object pids_schema() { return schema::described("largest number of processes at once", schema::whole(1)); }

constexpr DefaultRow pids_row() {
  DefaultRow pids = row<&Defaults::pids_limit>("pids_limit", pids_schema);
  pids.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.pids_limit = reader.count(node, path, "a number of processes", 1);
  };
  pids.tightens = [](const Defaults& below, const Defaults& over) {
    return !below.pids_limit || (over.pids_limit && *over.pids_limit < *below.pids_limit);
  };
  pids.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    if (spec.pids_limit || !defaults.pids_limit) return;
    spec.pids_limit = Setting{*defaults.pids_limit, with_text(origin, std::to_string(*defaults.pids_limit))};
  };
  return pids;
}

json::object swap_schema() { return schema::described("no swap beyond the memory limit", schema::flag()); }

constexpr DefaultRow swap_row() {
  DefaultRow swap = row<&Defaults::memory_swap_equals_memory>("memory_swap_equals_memory", swap_schema);
  swap.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.memory_swap_equals_memory = reader.boolean(node, path).value_or(false);
  };
  swap.tightens = [](const Defaults&, const Defaults& over) { return over.memory_swap_equals_memory; };
  swap.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    const bool bounded = spec.memory && spec.memory->value > 0;
    if (!defaults.memory_swap_equals_memory || spec.memory_swap || !bounded) return;
    spec.memory_swap = Setting{spec.memory->value, with_text(origin, spec.memory->origin.text)};
  };
  return swap;
}

json::object cap_drop_schema() {
  return schema::described("capabilities to drop", schema::list_of_items(schema::text()));
}

std::vector<std::string> read_capabilities(const NodeReader& reader, const ValueNode& node, const Path& path) {
  std::vector<std::string> names = reader.list(
      node, path, [&](const ValueNode& item, const Path& at) { return reader.parsed(item, at, parse_capability); });
  for (std::string& name : names) name = *parse_capability(name);
  return names;
}

/// What a manifest drops does not keep what the policy drops. ALL is only for a manifest that drops nothing: one that
/// drops some means the others, and rules say so.
void fill_cap_drop(ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
  const bool silent = spec.cap_drop.empty();
  for (const std::string& name : defaults.cap_drop) {
    const auto same = [&](const Setting<std::string>& known) { return known.value == name || known.value == "ALL"; };
    const bool known = std::ranges::any_of(spec.cap_drop, same);
    const bool added = std::ranges::any_of(spec.cap_add, same);  // a rule's to judge; engines disagree about both
    if (known || (added && name != "ALL") || (name == "ALL" && !silent)) continue;
    spec.cap_drop.push_back({name, with_text(origin, name)});
  }
}

/// Of two built-in policies that are extended, the later one takes nothing back that the first one drops.
constexpr DefaultRow cap_drop_row() {
  DefaultRow dropped = row<&Defaults::cap_drop>("cap_drop", cap_drop_schema);
  dropped.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.cap_drop = read_capabilities(reader, node, path);
  };
  dropped.tightens = [](const Defaults& below, const Defaults& over) {
    return drops_all(over.cap_drop) || keeps_all(below.cap_drop, over.cap_drop);
  };
  dropped.fill = fill_cap_drop;
  dropped.join = [](const Defaults& below, Defaults& over) {
    if (over.cap_drop.empty()) return;
    for (const std::string& capability : below.cap_drop) {
      if (std::ranges::find(over.cap_drop, capability) == over.cap_drop.end()) over.cap_drop.push_back(capability);
    }
    if (drops_all(over.cap_drop)) over.cap_drop = {"ALL"};
  };
  dropped.joins_builtins = true;
  return dropped;
}

json::object tmpfs_schema() {
  return schema::described("tmpfs mounts as target[:options]", schema::list_of_items(schema::text()));
}

std::string_view target_of(std::string_view tmpfs) { return tmpfs.substr(0, tmpfs.find(':')); }

/// What is mounted below stays; an empty list is an attempt to take it away.
constexpr DefaultRow tmpfs_row() {
  DefaultRow mounts = row<&Defaults::tmpfs>("tmpfs", tmpfs_schema);
  mounts.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.tmpfs = reader.list(node, path,
                           [&](const ValueNode& item, const Path& at) { return reader.parsed(item, at, parse_tmpfs); });
  };
  mounts.tightens = [](const Defaults& below, const Defaults& over) { return keeps_all(below.tmpfs, over.tmpfs); };
  mounts.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    for (const std::string& text : defaults.tmpfs) {
      const auto mount = parse_tmpfs(text);
      if (!mount) continue;
      const auto taken = [&](const Setting<Mount>& known) { return known.value.target == mount->target; };
      if (std::ranges::none_of(spec.mounts, taken)) spec.mounts.push_back({*mount, with_text(origin, text)});
    }
  };
  mounts.join = [](const Defaults& below, Defaults& over) {
    for (const std::string& mount : below.tmpfs) {
      const auto same = [&](const std::string& other) { return target_of(other) == target_of(mount); };
      if (std::ranges::none_of(over.tmpfs, same)) over.tmpfs.push_back(mount);
    }
  };
  return mounts;
}

json::object user_schema() { return schema::described("host (the caller), UID[:GID] or NAME[:GROUP]", schema::text()); }

/// A user that is named already was chosen; another one may own more, not less.
constexpr DefaultRow user_row() {
  DefaultRow user = row<&Defaults::user>("user", user_schema);
  user.read = [](const NodeReader& reader, const ValueNode& node, const Path& path, Defaults& to) {
    to.user = reader.parsed(node, path, parse_user);
  };
  user.tightens = [](const Defaults& below, const Defaults& over) {
    return !below.user && over.user && !is_root_user(*over.user);
  };
  user.fill = [](ContainerSpec& spec, const Defaults& defaults, const Origin& origin) {
    if (spec.user || !defaults.user) return;
    if (*defaults.user == "host") {
      // Who that is, admit() asks the host view.
      spec.user =
          Setting{UserSpec{.user = {}, .group = {}, .uid = {}, .gid = {}, .host = true}, with_text(origin, "host")};
    } else if (auto named = parse_user(*defaults.user)) {
      spec.user = Setting{std::move(*named), with_text(origin, *defaults.user)};
    }
  };
  return user;
}

constexpr DefaultRow rows[] = {
    network_row(),
    flag_row<&Defaults::no_new_privileges, &ContainerSpec::no_new_privileges>(
        "no_new_privileges", [] { return schema::described("no process gains privileges", schema::flag()); }),
    flag_row<&Defaults::init, &ContainerSpec::init>(
        "init", [] { return schema::described("an init that forwards signals and reaps processes", schema::flag()); }),
    pids_row(),
    flag_row<&Defaults::read_only, &ContainerSpec::readonly_rootfs>(
        "read_only", [] { return schema::described("read-only root file system", schema::flag()); }),
    swap_row(),
    cap_drop_row(),
    tmpfs_row(),
    user_row(),
};

}  // namespace

std::span<const DefaultRow> default_rows() { return rows; }

void read_default_settings(const DocumentContext& context, const ValueNode& node, const Path& top,
                           DefaultSettings& defaults) {
  if (!require_table(context.reader.reporter(), node, top)) return;
  std::vector<std::string_view> keys;
  for (const DefaultRow& one : default_rows()) keys.push_back(one.key);
  for (const Member& member : node.members) {
    const auto known = std::ranges::find(default_rows(), member.key, &DefaultRow::key);
    if (known == default_rows().end()) {
      report_unknown_key(context.reader.reporter(), member, top, keys);
      continue;
    }
    known->read(context.reader, member.value, Path(top, member.key), defaults.values);
    defaults.origins[static_cast<std::size_t>(known - default_rows().begin())] = context.at(member.value.span);
  }
}

}  // namespace skillrun::inline v0
