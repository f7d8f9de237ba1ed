// Which ports are open, and how names are looked up.
#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

/// Labels of letters, digits and inner dashes, separated by dots, at least one letter among them; "." alone switches
/// the search off.
bool is_search_domain(std::string_view text) {
  if (text == ".") return true;
  if (text.empty() || text.size() > 253 ||
      std::ranges::all_of(text, [](char c) { return !is_alnum(c) || is_digit(c); }))
    return false;
  return std::ranges::all_of(split(text, '.'), [](std::string_view label) {
    return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
           std::ranges::all_of(label, [](char byte) { return is_alnum(byte) || byte == '-'; });
  });
}

/// docker takes the dot off that ends a name at the root.
void add_search_domain(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const bool rooted = value.ends_with('.') && value.size() > 2;
  set_text<&Spec::dns_search, is_search_domain, "a domain to search", "write one such as example.org">(
      builder, rooted ? value.substr(0, value.size() - 1) : value, origin);
}

bool is_resolver_option(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char byte) {
    return is_alnum(byte) || byte == '-' || byte == '_' || byte == ':' || byte == '.';
  });
}

/// Reads ports of one form, which may be a range.
template <auto setting, auto parse, Literal remedy>
void add_each(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto ports = parse(value);
  if (!ports) return builder.problem("invalid-value", origin, ports.error().message, remedy.text);
  for (auto& port : *ports) (builder.spec.*setting).push_back({std::move(port), origin});
}

constexpr SettingRow port_rows[] = {
    {.member = member<&Spec::exposed_ports>("exposed_ports").meaning(Sense::parts),
     .flag = {.name = "expose", .arity = FlagArity::list},
     .service = {"expose", ServiceShape::list},
     .set = add_each<&Spec::exposed_ports, parse_exposed_ports, "write PORT[-PORT][/PROTOCOL]">},
    {.member = member<&Spec::ports>("ports").meaning(Sense::parts),
     .key = {"ports", &Docker::ports, "published ports as [ip:][host:]container[/protocol]", R"(["127.0.0.1:8080:80"])",
             Scalars::numbers},
     .flag = {.name = "publish", .shorthand = 'p', .arity = FlagArity::list},
     .set = add_each<&Spec::ports, parse_ports, "write [IP:][HOST:]CONTAINER[/PROTOCOL]">},
    {.member = member<&Spec::publish_all>("publish_all", FieldType::boolean),
     .flag = {.name = "publish-all", .shorthand = 'P', .arity = FlagArity::boolean},
     .set = set_switch<&Spec::publish_all>},
    {.member = member<&Spec::dns>("dns").meaning(Sense::declared),
     .key = {"dns", &Docker::dns, "DNS servers", R"(["192.0.2.53"])"},
     .flag = {.name = "dns", .arity = FlagArity::list},
     .service = {"dns", ServiceShape::list},
     .set = set_text<&Spec::dns, is_ip_address, "an IP address", "name a DNS server by its address">},
    {.member = member<&Spec::dns_options>("dns_options").meaning(Sense::declared),
     .flag = {.name = "dns-option", .alias = "dns-opt", .arity = FlagArity::list},
     .service = {"dns_opt", ServiceShape::list},
     .set = set_text<&Spec::dns_options, is_resolver_option, "an option of resolv.conf", "write one such as ndots:2">},
    {.member = member<&Spec::dns_search>("dns_search").meaning(Sense::declared),
     .flag = {.name = "dns-search", .arity = FlagArity::list},
     .service = {"dns_search", ServiceShape::list},
     .set = add_search_domain},
    {.member = member<&Spec::extra_hosts>("extra_hosts"),
     .key = {"extra_hosts", &Docker::extra_hosts, "lines of /etc/hosts as host:address", R"(["db:192.0.2.7"])"},
     .flag = {.name = "add-host", .arity = FlagArity::list},
     .service = {"extra_hosts", ServiceShape::hosts},
     .set = set_parsed<&Spec::extra_hosts, parse_extra_host, "write HOST:ADDRESS">},
};

}  // namespace

std::span<const SettingRow> port_settings() { return port_rows; }

bool is_ip_address(std::string_view text) {
  in6_addr buffer{};
  const std::string terminated(text);
  return inet_pton(AF_INET, terminated.c_str(), &buffer) == 1 || inet_pton(AF_INET6, terminated.c_str(), &buffer) == 1;
}

}  // namespace skillrun::inline v0
