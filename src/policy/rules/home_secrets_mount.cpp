#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>
#include <skillrun/rule.hpp>

#include "policy/rules/support/host_places.hpp"
#include "policy/rules/support/rule_support.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

struct Reason {
  std::string message;
  std::string remedy = {};
};

std::optional<Reason> find_reason(const RuleContext& context, const HostPlaces& places, const HostPath& host) {
  const Place place = places.find(host);
  const auto added = context.params.words("add");
  if ((place.why == Closed::no || place.why == Closed::system) && added.empty()) return std::nullopt;
  const std::string text = host.text();
  switch (place.why) {
    case Closed::secret:
      return Reason{fmt::format("{} gives access to {}, which holds a user's secrets", text, place.what)};
    case Closed::program:
      return Reason{fmt::format("{} lets the skill write {}, which the user's own programs run", text, place.what),
                    "mount it read-only, or the one folder that the tool works on"};
    case Closed::dot_entry:
      return Reason{fmt::format("{} is in {} of a home, where programs keep settings and secrets", text, place.what)};
    case Closed::other_home: return Reason{fmt::format("{} is in {}, the home of somebody else", text, place.what)};
    case Closed::keys:
      return Reason{fmt::format("{} {} {}, which is or may hold a key", text,
                                last_component(host.path) == place.what ? "is named" : "holds", printable(place.what)),
                    "keep keys out of the folder that a skill gets, or mount one below it"};
    case Closed::own_folder:
      return Reason{
          fmt::format("{} is or holds a folder of skillrun's own, which decides what later runs may do", text)};
    case Closed::home:
      if (is_workdir(context, host)) {
        return Reason{fmt::format("the working directory {} is a whole home directory", text),
                      "run it from a folder below, or name one with --workdir"};
      }
      return Reason{fmt::format("{} is or holds a whole home directory, keys and tokens included", text)};
    case Closed::no:
    case Closed::system: break;
  }
  for (const std::string& secret : added) {
    if (!has_sequence(host.path, secret) && !ends_inside_sequence(host.path, secret)) continue;
    return Reason{fmt::format("{} gives access to {}, which the policy keeps out", text, secret)};
  }
  return std::nullopt;
}

void check(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  for_each_host_path(context, [&](const HostPath& host) {
    auto reason = find_reason(context, places, host);
    if (!reason) return false;
    return !sink.ask(closed_ask(host), host.origin, std::move(reason->message), std::move(reason->remedy));
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

/// What the rule of that name says for others too.
constexpr std::string_view home_secrets_mount_covers[] = {"mount-outside-roots", "writable-mount"};

constexpr Rule rules[] = {
    {.info =
         {.id = "home-secrets-mount",
          .privileged = info,
          .baseline = error,
          .restricted = error,
          .summary =
              "a mount of, or a build from, a whole home, somebody else's home, an entry of a home that begins with "
              "a dot, or a folder with keys directly in it",
          .why = "keys and tokens from a home open other machines and accounts, and its start-up files run on the host",
          .remedy = "mount the one folder that the tool works on; anything else takes a policy that grants it by name",
          .source = "own",
          .params = params,
          .covers = home_secrets_mount_covers},
     .check = check},
};

}  // namespace

std::span<const Rule> home_secrets_mount_rules() { return rules; }

}  // namespace skillrun::rules
