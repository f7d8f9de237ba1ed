#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/host_places.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  for_each_declared_path(context, [&](const HostPath& host) {
    if (!host.build_context || places.is_of_manifest(host) || places.find_both(host) == PlaceClass::closed) return;
    Ask ask{.kind = AskKind::build_context,
            .subject = context.host.real_path(host.path).value_or(host.path),
            .writes = false,
            .closed = false};
    const HostPath shown{ask.subject, host.declared, true, true, host.origin};
    std::string message =
        fmt::format("the image is built from {}, which is not in the manifest's folder", shown.text());
    sink.ask(std::move(ask), host.origin, std::move(message));
  });
}

bool is_proxy_argument(std::string_view name) {
  constexpr std::string_view names[] = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"};
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::any_of(names, [&](std::string_view known) { return std::ranges::equal(name, known, {}, upper); });
}

void check_proxies(const RuleContext& context, FindingSink& sink) {
  const auto& build = context.spec.build;
  if (!build || !build->value.context) return;
  for (const auto& argument : build->value.context->args) {
    if (!is_proxy_argument(argument.value.key)) continue;
    sink.ask({.kind = AskKind::build_variable, .subject = argument.value.key, .writes = false, .closed = false},
             argument.origin, fmt::format("the image is built through the proxy settings in {}", argument.value.key));
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "build-context-outside",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a build from a folder outside the manifest's own",
              .why = "all that is in the folder goes to the commands of the recipe, which have a network",
              .remedy = "build from a folder beside the manifest, or grant it",
              .source = "own"},
     .check = check},
    {.info = {.id = "build-proxy",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "build arguments that engines take for proxy settings: HTTP_PROXY and the like",
              .why = "the engine's cache does not tell apart builds that use different ones, so what came through the "
                     "manifest's "
                     "proxy gets into other people's images",
              .remedy = "remove it, and set the proxy in the engine's own configuration",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_proxies},
};

}  // namespace

std::span<const Rule> build_context_rules() { return rules; }

}  // namespace skillrun::rules
