#include "policy/places/engine_sockets.hpp"

#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "policy/rules/support/rule_support.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Asks `question` about the selected engine's socket by both of its names.
template <class Question>
bool any_engine_socket(const HostView& host, Question&& question) {
  const std::optional<std::string> socket = host.engine_socket();
  if (!socket) return false;
  if (question(*socket)) return true;
  const std::optional<std::string> real = host.real_path(*socket);
  return real && question(*real);
}

bool is_socket(const RuleContext& context, std::string_view path) {
  return is_engine_socket(path) || any_engine_socket(context.host, [&](std::string_view socket) {
           return without_var(socket) == without_var(path);
         });
}

void check_socket(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (!is_socket(context, host.path)) return false;
    sink.report(host.origin,
                fmt::format("{} gives control of a container engine, and with it of the host", host.text()));
    return true;
  });
}

void check_ancestor(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    std::string held = held_engine_socket(host.path);
    (void)any_engine_socket(context.host, [&](std::string_view socket) {
      if (!is_within(without_var(socket), without_var(host.path))) return false;
      held = socket;
      return true;
    });
    if (held.empty() || is_socket(context, host.path)) return false;
    sink.report(host.origin, fmt::format("{} holds what a container engine is controlled by, such as {}", host.text(),
                                         printable(held)));
    return true;
  });
}

/// What the rule of that name says for others too.
constexpr std::string_view engine_socket_covers[] = {"agent-socket",    "home-secrets-mount", "mount-outside-roots",
                                                     "sensitive-mount", "socket-ancestor",    "writable-mount"};
constexpr std::string_view socket_ancestor_covers[] = {"home-secrets-mount", "mount-outside-roots", "sensitive-mount",
                                                       "writable-mount"};

constexpr Rule rules[] = {
    {.info = {.id = "engine-socket",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of a container engine's socket",
              .why = "whoever talks to the engine can start a privileged container: read-only makes no difference",
              .remedy = "remove the mount; a skill cannot be given an engine",
              .source = "CIS Docker 1.6.0 5.32",
              .covers = engine_socket_covers},
     .check = check_socket},
    {.info = {.id = "socket-ancestor",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of a folder that holds an engine's socket",
              .why = "whoever reaches the folder reaches the socket in it, also one that appears later, and with it "
                     "the host: whether it is mounted itself makes no difference",
              .remedy = "mount only the file or folder below it that the tool reads",
              .source = "own",
              .covers = socket_ancestor_covers},
     .check = check_ancestor},
};

}  // namespace

std::span<const Rule> engine_socket_rules() { return rules; }

}  // namespace skillrun::rules
