// What runs in the container and as whom.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/reserved.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

/// A host or domain name: letters, digits, '-' and '.', as RFC 1123 has them.
bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

/// An empty one takes the image's away: the first word of the command is the program.
void set_entrypoint(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (builder.clean(value, origin)) builder.set(builder.spec.entrypoint, value, origin);
}

void add_label(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin, builder.allowed_in_values())) return;
  const std::size_t equals = value.find('=');
  KeyValue label{.key = value.substr(0, equals),
                 .value = equals == std::string::npos ? std::string() : value.substr(equals + 1)};
  if (label.key.empty() || label.key.find_first_of(" \t") != std::string::npos) {
    builder.problem("invalid-value", origin,
                    fmt::format("the label '{}' has no key, or one with a blank in it", printable(value)),
                    "write KEY=VALUE");
  } else if (is_reserved_label(label.key)) {
    builder.problem("reserved-label", origin,
                    fmt::format("the label '{}' is reserved for skillrun", printable(label.key)),
                    "skillrun marks what it makes with such labels; use another prefix");
  } else {
    builder.spec.labels.push_back({std::move(label), origin});
  }
}

void set_working_dir(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!value.starts_with('/')) {
    builder.problem("invalid-value", origin,
                    fmt::format("the working directory '{}' is not an absolute path", printable(value)),
                    "write the path in the container, such as /workdir");
    return;
  }
  builder.set(builder.spec.working_dir, clean_path(value), origin);
}

void set_user(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (value == "host") {
    const CallerContext& caller = builder.caller();
    builder.set(builder.spec.user,
                UserSpec{.user = std::to_string(caller.uid),
                         .group = std::to_string(caller.gid),
                         .uid = caller.uid,
                         .gid = caller.gid,
                         .host = true},
                origin);
    return;
  }
  auto user = parse_user(value);
  if (!user) {
    builder.problem("invalid-value", origin, user.error().message, "write host, UID, UID:GID or a name");
    return;
  }
  builder.set(builder.spec.user, std::move(*user), origin);
}

void add_group(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto group = parse_user(value);
  if (value == "keep-groups") {
    builder.problem("podman-only-flag", origin, "only podman knows keep-groups: it gives the skill all of your groups",
                    "name the one group whose files the skill needs");
    return;
  }
  if (!group || !group->group.empty()) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a group", printable(value)),
                    "write a group's name or number");
    return;
  }
  builder.spec.group_add.push_back({value, origin});
}

void set_stop_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  constexpr std::int64_t longest = 24 * 3600;
  std::optional<std::int64_t> seconds = parse_integer(value);
  if (const auto duration = parse_duration(value); !seconds && duration && origin.kind == OriginKind::manifest) {
    seconds = std::chrono::ceil<std::chrono::seconds>(*duration).count();
  }
  if (!seconds || *seconds < 0 || *seconds > longest) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a stop timeout", printable(value)),
                    "write whole seconds from 0 to 86400, such as 10");
    return;
  }
  builder.set(builder.spec.stop_timeout, std::chrono::seconds(*seconds), origin);
}

void set_user_flag(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (value == "host") {
    builder.problem("invalid-value", origin, "'host' names a user called host in the image",
                    "write user = \"host\" as a key for your own user and group");
    return;
  }
  set_user(builder, value, origin);
}

constexpr Literal host_name_remedy = "use letters, digits, '-' and '.'";

constexpr SettingRow process_rows[] = {
    {.member = member<&Spec::entrypoint>("entrypoint").meaning(Sense::parts),
     .key = {"entrypoint", &Docker::entrypoint,
             "program to run instead of the image's entrypoint; empty: none, the command names it",
             R"("/usr/bin/ffmpeg")"},
     .flag = {.name = "entrypoint"},
     .set = set_entrypoint},
    // The manifest's words, then the caller's: normalize() joins them.
    {.member = member<&Spec::command>("command")
                   .holding(line_characters)
                   .meaning(Sense::untold, "compared together with entrypoint"),
     .key = {"command", &Docker::command, "words before the caller's arguments", R"(["-hide_banner"])"}},
    {.member = member<&Spec::env>("env").meaning(Sense::parts),
     .key = {"environment", &Docker::environment, "variables as NAME=VALUE, or NAME to ask for the caller's",
             R"(["LANG=C.UTF-8"])"},
     .flag = {.name = "env", .shorthand = 'e', .arity = FlagArity::list},
     .service = {"environment", ServiceShape::pairs},
     .set = add_environment},
    {.member = member<&Spec::labels>("labels").meaning(Sense::parts),
     .key = {"labels", &Docker::labels, "labels of the container", R"({ "com.example.owner" = "media" })"},
     .flag = {.name = "label", .shorthand = 'l', .arity = FlagArity::list},
     .service = {"labels", ServiceShape::pairs},
     .set = add_label},
    {.member = member<&Spec::working_dir>("working_dir").meaning(Sense::parts),
     .key = {"working_dir", &Docker::working_dir, "working directory in the container", R"("/workdir")"},
     .flag = {.name = "workdir", .shorthand = 'w'},
     .service = {"working_dir"},
     .set = set_working_dir},
    {.member = member<&Spec::user>("user").meaning(Sense::parts),
     .key = {"user", &Docker::user, "host (the caller's uid and gid), UID[:GID] or NAME[:GROUP]", R"("host")",
             Scalars::numbers},
     .flag = {.name = "user", .shorthand = 'u', .set = set_user_flag},
     .service = {"user"},
     .set = set_user},
    {.member = member<&Spec::group_add>("group_add"),
     .key = {"group_add", &Docker::group_add, "additional groups of the user", R"(["video"])", Scalars::numbers},
     .flag = {.name = "group-add", .arity = FlagArity::list},
     .service = {"group_add", ServiceShape::list},
     .set = add_group},
    {.member = member<&Spec::hostname>("hostname").meaning(Sense::declared),
     .key = {"hostname", &Docker::hostname, "host name in the container", R"("worker")"},
     .flag = {.name = "hostname", .shorthand = 'h'},
     .service = {"hostname"},
     .set = set_text<&Spec::hostname, is_host_name, "a host name", host_name_remedy>},
    {.member = member<&Spec::domainname>("domainname").meaning(Sense::declared),
     .flag = {.name = "domainname"},
     .service = {"domainname"},
     .set = set_text<&Spec::domainname, is_host_name, "a domain name", host_name_remedy>},
    {.member = member<&Spec::init>("init", FieldType::boolean).meaning(Sense::bound),
     .key = {"init", &Docker::init, "run an init that forwards signals and reaps processes", "true"},
     .flag = {.name = "init", .arity = FlagArity::boolean},
     .service = {"init", ServiceShape::boolean},
     .set = set_switch<&Spec::init>},
    {.member = member<&Spec::stop_signal>("stop_signal").meaning(Sense::declared),
     .key = {"stop_signal", &Docker::stop_signal, "signal that asks the program to end", R"("SIGINT")",
             Scalars::numbers},
     .flag = {.name = "stop-signal"},
     .service = {"stop_signal"},
     .set = set_parsed<&Spec::stop_signal, parse_signal, "write a signal such as SIGTERM">},
    {.member = member<&Spec::stop_timeout>("stop_timeout", FieldType::duration).meaning(Sense::declared),
     .key = {"stop_timeout", &Docker::stop_timeout, "seconds between that signal and the kill; at most 300 count", "10",
             Scalars::numbers},
     .flag = {.name = "stop-timeout"},
     .set = set_stop_timeout},
};

}  // namespace

std::span<const SettingRow> process_settings() { return process_rows; }

std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == word) return true;
  }
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

std::optional<bool> read_switch(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto flag = parse_bool(value);
  if (!flag) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is neither true nor false", printable(value)),
                    "write the flag alone, or with =true or =false");
  }
  return flag;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool knows_variable(const WrittenText& text) {
  const std::size_t equals = text.value.find('=');
  return equals != std::string::npos && !text.expansions.empty() && equals < text.expansions.front().begin;
}

void add_environment(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const bool from_caller = origin.kind == OriginKind::command_line;
  // The name alone is told of a value that cannot be used: it may be a secret.
  const std::string_view name = std::string_view(value).substr(0, value.find('='));
  if (!builder.clean(value, origin, from_caller ? Allowed::lines : builder.allowed_in_values(), name)) return;
  auto entry = parse_environment(value);
  if (!entry) {
    builder.problem("invalid-value", origin, entry.error().message, "write NAME=VALUE, or NAME to copy your own value");
    return;
  }
  // What docker takes for a name may be a slip of the hand; the one who made it is there to be told.
  if (from_caller && !is_environment_name(entry->name)) {
    builder.problem("invalid-value", origin, fmt::format("{} cannot be the name of a variable", quoted(entry->name)),
                    "use letters, digits, '_', '.' and '-', and begin with a letter or '_'");
    return;
  }
  // A client has looked its own variables up: a name alone in its request takes an image's variable away.
  entry->from_caller = !entry->value && origin.kind != OriginKind::create_request;
  if (entry->from_caller) {
    entry->value = builder.environment().lookup(entry->name);
    if (entry->value && !builder.clean(*entry->value, origin, Allowed::lines, entry->name)) return;
  }
  builder.spec.env.push_back({std::move(*entry), origin});
}

}  // namespace skillrun::inline v0
