#include <algorithm>

#include "policy/policy_document.hpp"

namespace skillrun {

namespace {

std::vector<std::string> capabilities(const NodeReader& reader, const ValueNode& node, const Path& path) {
  std::vector<std::string> names = reader.list(
      node, path, [&](const ValueNode& item, const Path& at) { return reader.parsed(item, at, parse_capability); });
  for (std::string& name : names) name = *parse_capability(name);
  return names;
}

void read_default(const NodeReader& reader, DefaultKey key, const ValueNode& node, const Path& path,
                  PolicyDefaults& to) {
  switch (key) {
    case DefaultKey::network: to.network = reader.parsed(node, path, parse_network); break;
    case DefaultKey::no_new_privileges: to.no_new_privileges = reader.boolean(node, path); break;
    case DefaultKey::init: to.init = reader.boolean(node, path); break;
    case DefaultKey::pids_limit: to.pids_limit = reader.count(node, path, "a number of processes", 1); break;
    case DefaultKey::read_only: to.read_only = reader.boolean(node, path); break;
    case DefaultKey::memory_swap_equals_memory:
      to.memory_swap_equals_memory = reader.boolean(node, path).value_or(false);
      break;
    case DefaultKey::cap_drop: to.cap_drop = capabilities(reader, node, path); break;
    case DefaultKey::tmpfs:
      to.tmpfs = reader.list(
          node, path, [&](const ValueNode& item, const Path& at) { return reader.parsed(item, at, parse_tmpfs); });
      break;
    case DefaultKey::user: to.user = reader.parsed(node, path, parse_user); break;
  }
}

}  // namespace

void read_default_settings(const DocumentContext& context, const ValueNode& node, const Path& top,
                           DefaultSettings& defaults) {
  if (!require_table(context.reader.reporter(), node, top)) return;
  for (const Member& member : node.members) {
    const auto known = std::ranges::find(default_keys, member.key);
    if (known == default_keys.end()) {
      report_unknown_key(context.reader.reporter(), member, top, default_keys);
      continue;
    }
    const auto key = static_cast<DefaultKey>(known - default_keys.begin());
    read_default(context.reader, key, member.value, Path(top, member.key), defaults.values);
    defaults.origin(key) = context.at(member.value.span);
  }
}

}  // namespace skillrun
