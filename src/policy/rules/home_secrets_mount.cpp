#include <algorithm>

#include <fmt/format.h>

#include "policy/home_secrets.hpp"
#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

bool holds_callers_home(const HostView& host, std::string_view path) {
  if (path == "/") return false;
  return std::ranges::any_of(host.homes(), [&](const std::string& home) {
    if (home == "/" || !is_clean(home)) return false;
    return is_within(home, path) || is_within(host.real_path(home).value_or(home), path);
  });
}

void check(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (const auto secret = find_home_secret(host.path)) {
      sink.report(host.origin,
                  fmt::format("{} gives access to {}, which holds a user's secrets", host.text(), *secret));
      return true;
    }
    if (const auto program = host.read_only ? std::nullopt : find_home_program(host.path)) {
      sink.report(host.origin,
                  fmt::format("{} lets the skill write {}, which the user's own programs run", host.text(), *program),
                  "mount it read-only, or the one folder that the tool works on");
      return true;
    }
    for (const std::string& secret : context.params.words("add")) {
      if (!has_sequence(host.path, secret) && !ends_inside_sequence(host.path, secret)) continue;
      sink.report(host.origin, fmt::format("{} gives access to {}, which the policy keeps out", host.text(), secret));
      return true;
    }
    if (!is_whole_home(host.path) && !holds_callers_home(context.host, host.path)) return false;
    if (!host.workdir.empty()) {
      sink.report(host.origin, fmt::format("the working directory {} is a whole home directory", host.text()),
                  "run it from a folder below, or name one with --workdir");
    } else {
      sink.report(host.origin, fmt::format("{} is a whole home directory, keys and tokens included", host.text()));
    }
    return true;
  });
}

/// As the built-in ones: relative to a home, so that whose home it is makes no difference.
std::expected<std::string, ParseError> path_in_home(std::string_view word) {
  if (word.starts_with("~/")) word.remove_prefix(2);
  const std::string below_root = "/" + std::string(word);
  if (is_clean(below_root) && below_root != "/") return std::string(word);
  return std::unexpected(ParseError{fmt::format("'{}' is not a clean path relative to a home", word)});
}

constexpr RuleParam params[] = {{.name = "add",
                                 .effect = ParamEffect::add,
                                 .description = "further files and folders of a home, such as .config/acme",
                                 .normalize = path_in_home}};

constexpr Rule rules[] = {
    {.info =
         {.id = "home-secrets-mount",
          .privileged = info,
          .baseline = error,
          .restricted = error,
          .summary =
              "a mount of a whole home directory, or of the keys, tokens and profiles in one, or a writable one of its "
              "start-up files and programs",
          .why = "keys and tokens from a home open other machines and accounts, and its start-up files run on the host",
          .remedy = "mount the one folder that the tool works on",
          .source = "own",
          .params = params},
     .check = check},
};

}  // namespace

std::span<const Rule> home_secrets_mount_rules() { return rules; }

}  // namespace skillrun::rules
