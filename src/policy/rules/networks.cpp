#include <fmt/format.h>

#include <skillrun/parsing.hpp>
#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_host(const RuleContext& context, FindingSink& sink) {
  const auto& mode = context.spec.network_mode;
  if (mode && mode->value.kind == NetworkKind::host) {
    sink.report(mode->origin, "the container would use the host's own network");
  }
}

void report_joined(const OptionalSetting<NamespaceSetting>& setting, std::string_view what, FindingSink& sink) {
  if (!setting) return;
  if (setting->value.mode == NamespaceMode::container) {
    sink.report(setting->origin,
                fmt::format("the container would join the {} namespace of container '{}'", what, setting->value.name));
  }
  if (setting->value.mode == NamespaceMode::path) {
    sink.report(setting->origin,
                fmt::format("the container would join the {} namespace '{}'", what, setting->value.name));
  }
}

void check_joined(const RuleContext& context, FindingSink& sink) {
  const ContainerSpec& spec = context.spec;
  const auto& mode = spec.network_mode;
  if (mode && mode->value.kind == NetworkKind::container) {
    sink.report(mode->origin, fmt::format("the container would join the network of container '{}'", mode->value.name));
  }
  if (mode && mode->value.kind == NetworkKind::path) {
    sink.report(mode->origin, fmt::format("the container would join the network namespace '{}'", mode->value.name));
  }
  report_joined(spec.pid_mode, "PID", sink);
  report_joined(spec.ipc_mode, "IPC", sink);
  report_joined(spec.uts_mode, "UTS", sink);
  report_joined(spec.userns_mode, "user", sink);
  report_joined(spec.cgroupns_mode, "cgroup", sink);
}

void check_not_none(const RuleContext& context, FindingSink& sink) {
  const auto& mode = context.spec.network_mode;
  if (!mode) {
    sink.report(absent(context.spec, "docker.network"), "no network mode is set: the engine's default network is used");
  } else if (mode->value.kind == NetworkKind::named && context.params.has_word("allow", mode->value.name)) {
    return;
  } else if (mode->value.kind != NetworkKind::none) {
    sink.ask({.kind = AskKind::network, .subject = mode->value.text(), .writes = false, .closed = false}, mode->origin,
             fmt::format("the skill has a network: {}", mode->value.text()));
  }
}

void check_bridge(const RuleContext& context, FindingSink& sink) {
  const auto& mode = context.spec.network_mode;
  if (!mode) {
    sink.report(absent(context.spec, "docker.network"), "the engine's default bridge is used");
  } else if (mode->value.kind == NetworkKind::bridge) {
    sink.report(mode->origin, "the engine's default bridge is used");
  }
}

void check_links(const RuleContext& context, FindingSink& sink) {
  for (const auto& link : context.spec.links) {
    sink.report(link.origin, fmt::format("the skill is linked to container '{}'", link.value.container));
  }
}

/// skillrun makes no networks: each that has a name is somebody else's too.
void check_aliases(const RuleContext& context, FindingSink& sink) {
  const auto& mode = context.spec.network_mode;
  if (!mode || mode->value.kind != NetworkKind::named) return;
  for (const auto& alias : context.spec.network_aliases) {
    sink.ask({.kind = AskKind::network, .subject = mode->value.text(), .writes = false, .closed = false}, alias.origin,
             fmt::format("the skill answers to '{}' on the network {}", alias.value, mode->value.name));
  }
}

void check_mac(const RuleContext& context, FindingSink& sink) {
  const auto& address = context.spec.mac_address;
  if (address) sink.report(address->origin, fmt::format("the MAC address is set to {}", address->value));
}

/// Networks of their own names only: the engine's built-in ones and those of others have rules of their own.
std::expected<std::string, ParseError> network_name(std::string_view word) {
  const auto mode = parse_network(word);
  if (!mode) return std::unexpected(mode.error());
  if (mode->kind == NetworkKind::named) return mode->name;
  return std::unexpected(ParseError{fmt::format("'{}' is not the name of a network of its own", word)});
}

constexpr RuleParam allow_params[] = {{.name = "allow",
                                       .effect = ParamEffect::exempt,
                                       .description = "networks, by name, that pass",
                                       .normalize = network_name}};

/// What the rule of that name says for others too.
constexpr std::string_view host_network_covers[] = {"default-bridge", "network-not-none"};
constexpr std::string_view joined_namespace_covers[] = {"default-bridge", "network-not-none"};
constexpr std::string_view network_not_none_covers[] = {"default-bridge"};

constexpr Rule rules[] = {
    {.info = {.id = "host-network",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "host networking, in any spelling",
              .why = "the skill could reach services that listen on localhost only, and watch the host's traffic",
              .remedy = "remove it, or use network = \"bridge\" or a network made for the skill",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.10",
              .covers = host_network_covers},
     .check = check_host},
    {.info = {.id = "joined-namespace",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the network, PID or IPC namespace of another container, or one given by path",
              .why = "the skill shares localhost, processes or memory with something that this manifest does not show",
              .remedy = "remove it; put both on a network made for them if they must talk",
              .source = "own",
              .fix = AutoFix::remove,
              .covers = joined_namespace_covers},
     .check = check_joined},
    {.info = {.id = "network-not-none",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "any network but none",
              .why = "what has a network can send out what it reads",
              .remedy = "remove network (none is the default) unless the tool talks to something",
              .source = "own",
              .params = allow_params,
              .covers = network_not_none_covers,
              .compose_remedy = "write network_mode: none unless the service talks to something"},
     .check = check_not_none},
    {.info = {.id = "default-bridge",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "the engine's default bridge network",
              .why = "all containers on the default bridge can reach each other",
              .remedy = "use a network made for the skill",
              .source = "CIS Docker 1.6.0 5.30"},
     .check = check_bridge},
    {.info =
         {.id = "legacy-link",
          .privileged = info,
          .baseline = warning,
          .restricted = error,
          .summary = "--link",
          .why = "links copy the other container's environment, secrets included, and exist on the default bridge only",
          .remedy = "put both on a network made for them",
          .source = "own"},
     .check = check_links},
    {.info = {.id = "network-alias",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "another name for the skill on a network",
              .why = "containers on the network that ask for a service of that name talk to the skill instead",
              .remedy = "remove it, or grant the network",
              .source = "own"},
     .check = check_aliases},
    {.info = {.id = "mac-address",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "a MAC address",
              .why = "on a shared network the skill can take the place of another machine",
              .remedy = "remove it; the engine chooses one",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_mac},
};

}  // namespace

std::span<const Rule> networks_rules() { return rules; }

}  // namespace skillrun::rules
