// What a service is connected to, and which of its ports are open.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "lint/compose/service_reader.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view host = "host";
constexpr std::uint32_t max_port = 65535;
constexpr std::size_t most_judged = 1024;

/// FIRST-LAST of a text, without what is more than `most` ports.
std::string clipped(std::string_view range, std::size_t most) {
  const std::size_t dash = range.find('-');
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  const auto read = [](std::string_view digits, std::uint32_t& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (dash == std::string_view::npos || !read(range.substr(0, dash), first) || !read(range.substr(dash + 1), last) ||
      last > max_port || last < first || last - first < most) {
    return std::string(range);
  }
  return most == 1 ? std::to_string(first) : fmt::format("{}-{}", first, first + most - 1);
}

/// The port as -p has it: without an address that is empty, which stands for all of the machine's, and with brackets
/// around one of IPv6, which docker's engine takes without them.
std::string with_usual_address(std::string port) {
  constexpr std::ptrdiff_t most_colons = 2;  // IP:HOST:CONTAINER
  if (!port.contains('[') && std::ranges::count(port, ':') > most_colons) {
    return fmt::format("[{}]{}", port.substr(0, port.rfind(':', port.rfind(':') - 1)),
                       port.substr(port.rfind(':', port.rfind(':') - 1)));
  }
  while (port.starts_with(':')) port.erase(0, 1);
  return port;
}

/// What is judged in place of a range that -p does not take; nothing where it does.
std::optional<std::string> judged_ports(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string ports = text.substr(0, slash);
  const std::size_t last = ports.rfind(':');
  const std::string container = last == std::string::npos ? ports : ports.substr(last + 1);
  const std::size_t before = last == std::string::npos || last == 0 ? std::string::npos : ports.rfind(':', last - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  const std::size_t most = container.contains('-') ? most_judged : 1;
  const std::string on_host = last == std::string::npos ? "" : clipped(ports.substr(begin, last - begin), most) + ":";
  const std::string judged = fmt::format("{}{}{}{}", last == std::string::npos ? "" : ports.substr(0, begin), on_host,
                                         clipped(container, most_judged), text.substr(slash));
  return judged == text ? std::nullopt : std::optional(judged);
}

}  // namespace

void ServiceReader::network_mode(const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  has_network_ = true;
  if (const auto service = joined_service(expanded(node.text))) {
    joins_.network = ServiceJoin{.service = *service, .origin = origin_of(text(node.text, node, path), path)};
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
  return external != nullptr && (external->kind == NodeKind::table || is_true(external->text))
             ? key
             : fmt::format("{}_{}", file_.project, key);
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

/// One text of -p. Compose takes any port of a range for a single one of the container, where docker's client needs as
/// many of both, and ranges of any length: of each the first ones are judged. A variable without a value stands for
/// nothing to Compose: an address that is empty.
void ServiceReader::published(const std::string& port, const ValueNode& node, const Path& path) {
  const WrittenText written = text(port, node, path);
  const std::string known = with_usual_address(written.value);
  const std::string judged = judged_ports(known).value_or(known);
  if (written.undefined && !parse_ports(judged)) return;
  find_setting("ports")->set(builder_, judged, origin_of(written, path));
}

void ServiceReader::ports(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path at(path, i);
    if (item.kind != NodeKind::table) {
      if (is_scalar(item, at)) published(item.text, item, at);
      continue;
    }
    std::string on_host = member_text(item, "published");
    const std::string address = member_text(item, "host_ip");
    const bool complete = address.find(':') == std::string::npos || address.starts_with('[');
    const std::string interface = complete ? address : fmt::format("[{}]", address);
    if (!address.empty()) on_host = fmt::format("{}:{}", interface, on_host);
    const std::string protocol = member_text(item, "protocol");
    published(fmt::format("{}{}{}{}{}", on_host, on_host.empty() ? "" : ":", member_text(item, "target"),
                          protocol.empty() ? "" : "/", protocol),
              item, at);
  }
}

}  // namespace skillrun::inline v0
