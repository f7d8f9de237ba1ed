#include "engine/native/bundle/run_files.hpp"

#include <algorithm>

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/native/bundle/spec_facts.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view own_names =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n";

std::string hosts_text(const ContainerSpec& spec, const MachineNames& machine) {
  if (shares_network(spec) && spec.extra_hosts.empty()) return std::string(machine.hosts);
  std::string text(own_names);
  for (const auto& entry : spec.extra_hosts) text += fmt::format("{}\t{}\n", entry.value.address, entry.value.host);
  return text;
}

/// The words of a line, without its comment.
std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  line = line.substr(0, line.find_first_of("#;"));
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return words;
}

bool is_of_loopback(std::string_view address) { return address.starts_with("127.") || address.starts_with("::1"); }

/// What a resolv.conf says, the last line of a kind where there may be one only.
struct Resolver {
  std::vector<std::string> servers;
  std::vector<std::string> search;
  std::vector<std::string> options;
};

Resolver read_resolver(std::string_view text) {
  Resolver resolver;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = words_of(line);
    if (words.size() < 2) continue;
    if (words[0] == "nameserver") resolver.servers.emplace_back(words[1]);
    if (words[0] == "search" || words[0] == "domain") resolver.search.assign(words.begin() + 1, words.end());
    if (words[0] == "options") resolver.options.assign(words.begin() + 1, words.end());
  }
  return resolver;
}

std::string text_of(const Resolver& resolver) {
  std::string text;
  if (!resolver.search.empty()) text += fmt::format("search {}\n", fmt::join(resolver.search, " "));
  for (const std::string& server : resolver.servers) text += fmt::format("nameserver {}\n", server);
  if (!resolver.options.empty()) text += fmt::format("options {}\n", fmt::join(resolver.options, " "));
  return text;
}

void replace(std::vector<std::string>& values, const SettingList<std::string>& by) {
  if (by.empty()) return;
  values.clear();
  for (const auto& entry : by) values.push_back(entry.value);
}

std::string resolver_text(const ContainerSpec& spec, const MachineNames& machine) {
  const bool adds = !spec.dns.empty() || !spec.dns_search.empty() || !spec.dns_options.empty();
  if (shares_network(spec) && !adds) return std::string(machine.resolv_conf);
  Resolver resolver = read_resolver(machine.resolv_conf);
  if (!shares_network(spec)) std::erase_if(resolver.servers, is_of_loopback);
  replace(resolver.servers, spec.dns);
  replace(resolver.search, spec.dns_search);
  replace(resolver.options, spec.dns_options);
  if (resolver.search == std::vector<std::string>{"."}) resolver.search.clear();  // docker's word for none
  return text_of(resolver);
}

}  // namespace

RunFiles run_files(const ContainerSpec& spec, std::string_view id, const MachineNames& machine) {
  return {.hosts = hosts_text(spec, machine),
          .hostname = container_name(spec, id, machine.host_name) + "\n",
          .resolv_conf = resolver_text(spec, machine)};
}

}  // namespace skillrun::inline v0
