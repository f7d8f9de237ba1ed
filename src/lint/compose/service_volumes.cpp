// The mounts of a service: short forms, tables, and volumes whose driver makes them a folder of the host.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"

namespace skillrun {

namespace {

std::string member_text(const ValueNode& table, std::string_view key) {
  const Member* member = find_member(table, key);
  return member == nullptr ? std::string() : member->value.text;
}

/// As docker splits it: a name has no slash, dot or tilde at its beginning.
bool is_volume_name(std::string_view source) {
  return !source.empty() && source.find('/') == std::string_view::npos && source.front() != '.' &&
         source.front() != '~' && source.front() != '$';
}

/// A field of a CSV line, as mounts are written.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

void ServiceReader::volumes(const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::array) return not_understood(node, path, "a list");
  for (std::size_t i = 0; i < node.items.size(); ++i) volume(node.items[i], Path(path, i));
}

/// A volume that is declared with a driver or options is judged by them. False when it is not.
bool ServiceReader::declared_volume(const std::string& name, const std::string& target, const ValueNode& node,
                                    const Path& path) {
  const Member* declared = tables_.volumes == nullptr ? nullptr : find_member(*tables_.volumes, name);
  if (declared == nullptr) return false;
  const std::string driver = member_text(declared->value, "driver");
  const Member* options = find_member(declared->value, "driver_opts");
  if (driver.empty() && options == nullptr) return false;
  std::string mount = fmt::format("type=volume,{},{}", csv_field("src=" + name), csv_field("dst=" + target));
  mount += "," + csv_field("volume-driver=" + (driver.empty() ? std::string("local") : driver));
  if (options != nullptr) {
    for (const Member& option : options->value.members) {
      mount += "," + csv_field(fmt::format("volume-opt={}={}", option.key, option.value.text));
    }
  }
  word("mount", mount, node, path);
  return true;
}

void ServiceReader::volume(const ValueNode& node, const Path& path) {
  const auto add_short = [&](const std::string& value) {
    if (!docker_->volumes) docker_->volumes.emplace();
    docker_->volumes->items.push_back(text(value, node, path));
  };
  if (node.kind != NodeKind::table) {
    if (!is_scalar(node, path)) return;
    const std::size_t colon = node.text.find(':');
    const std::string source = node.text.substr(0, colon);
    if (colon != std::string::npos && is_volume_name(source)) {
      const std::string rest = node.text.substr(colon + 1);
      if (declared_volume(source, rest.substr(0, rest.find(':')), node, path)) return;
    }
    return add_short(node.text);
  }
  const std::string source = member_text(node, "source");
  const std::string target = member_text(node, "target");
  const std::string type = member_text(node, "type");
  if (type == "volume" && declared_volume(source, target, node, path)) return;
  const Member* bind = find_member(node, "bind");
  if (bind != nullptr && !member_text(bind->value, "selinux").empty()) {
    return add_short(fmt::format("{}:{}:{}", source, target, member_text(bind->value, "selinux")));
  }
  MountTable mount;
  mount.span = node.span;
  mount.type = text(type, node, path);
  if (!source.empty()) mount.source = text(source, node, path);
  mount.target = text(target, node, path);
  if (member_text(node, "read_only") == "true") mount.read_only = Located<bool>{.value = true, .span = node.span};
  if (bind != nullptr && !member_text(bind->value, "propagation").empty()) {
    mount.propagation = text(member_text(bind->value, "propagation"), node, path);
  }
  if (!docker_->mounts) docker_->mounts.emplace();
  docker_->mounts->items.push_back(std::move(mount));
}

}  // namespace skillrun
