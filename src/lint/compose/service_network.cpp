// What a service is connected to, and which of its ports are open.
#include <algorithm>

#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view host = "host";

}  // namespace

void ServiceReader::network_mode(const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  has_network_ = true;
  const WrittenText read = text(node.text, node, path);
  if (const auto service = joined_service(read.value)) {
    joins_.network = ServiceJoin{.service = *service, .origin = origin_of(read, path)};
  } else {
    set(*find_setting("network_mode"), node.text, node, path);
  }
}

/// What the engine calls a network of the file: Compose puts the project before the names of those that it makes.
std::string ServiceReader::name_of_network(const std::string& key) const {
  const ValueNode* declared = entry_of(file_.networks, key);
  const ValueNode& network = declared == nullptr ? ValueNode() : *declared;
  if (expanded(member_text(network, "driver")) == host) return std::string(host);
  const ValueNode* external = entry_of(&network, "external");
  // The name of an external network stood in `external` once, and Compose still takes it there.
  std::string name = member_text(network, "name");
  if (name.empty() && external != nullptr) name = member_text(*external, "name");
  if (!name.empty()) return name;
  return external != nullptr && expanded(external->text) != "false" ? key : fmt::format("{}_{}", file_.project, key);
}

/// Of several networks the one that reaches furthest is judged.
void ServiceReader::connect(const std::vector<ValueNode>& keys, const Path& path) {
  has_network_ = true;
  const auto reach = [&](const ValueNode& key) {
    const std::string name = expanded(name_of_network(key.text));
    return name == host ? 2 : name == "none" ? 0 : 1;
  };
  const ValueNode& furthest = *std::ranges::max_element(keys, {}, reach);
  set(*find_setting("network_mode"), name_of_network(furthest.text), furthest, path);
}

void ServiceReader::networks(const ValueNode& node, const Path& path) {
  std::vector<ValueNode> keys = node.items;
  for (const Member& member : node.members) keys.push_back(string_node(member.key, member.key_span));
  if (!keys.empty()) connect(keys, path);
}

void ServiceReader::ports(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path at(path, i);
    if (item.kind != NodeKind::table) {
      if (is_scalar(item, at)) set(*find_setting("ports"), item.text, item, at);
      continue;
    }
    std::string published = member_text(item, "published");
    const std::string address = member_text(item, "host_ip");
    const bool complete = address.find(':') == std::string::npos || address.starts_with('[');
    const std::string interface = complete ? address : fmt::format("[{}]", address);
    if (!address.empty()) published = fmt::format("{}:{}", interface, published);
    const std::string protocol = member_text(item, "protocol");
    set(*find_setting("ports"),
        fmt::format("{}{}{}{}{}", published, published.empty() ? "" : ":", member_text(item, "target"),
                    protocol.empty() ? "" : "/", protocol),
        item, at);
  }
}

}  // namespace skillrun::inline v0
