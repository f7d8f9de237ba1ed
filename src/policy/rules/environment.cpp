#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"
#include "spec/secret_values.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

constexpr std::string_view loaders[] = {
    "DOCKER_HOST",   "DOCKER_CONTEXT",     "DOCKER_CONFIG",  "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST",
    "BUILDKIT_HOST", "CONTAINERD_ADDRESS", "GLIBC_TUNABLES", "GCONV_PATH",       "BASH_ENV",          "KUBECONFIG",
};

/// Where a value of the caller's goes.
enum class Use : std::uint8_t { container, image, build };

Use use_of(const ContainerSpec& spec, const Origin& origin) noexcept {
  if (origin.field == "source") return Use::image;
  if (!origin.field.starts_with(spec.table)) return Use::container;
  const std::string_view key = std::string_view(origin.field).substr(spec.table.size());
  if (key == ".image") return Use::image;
  return key == ".build" || key.starts_with(".build.") ? Use::build : Use::container;
}

/// Calls `judge` with each variable of the caller's that a value of the manifest is made of, once for each value. One
/// in whose place a default stands hands nothing over in this run, but will where the caller has it.
template <class Judge>
void for_each_variable(const ContainerSpec& spec, Judge&& judge) {
  for (const auto& [origin, text] : spec.expanded) {
    const auto& all = origin.expansions;
    for (auto it = all.begin(); it != all.end(); ++it) {
      const bool again = std::any_of(all.begin(), it, [&](const Expansion& e) { return e.variable == it->variable; });
      if (!again && !is_built_in_variable(it->variable)) judge(*it, origin);
    }
  }
}

Ask ask_for(AskKind kind, const std::string& variable) {
  return {.kind = kind, .subject = variable, .writes = false, .closed = false};
}

/// The names that are copied from the caller by an entry of the manifest without "=".
template <class Judge>
void for_each_copy(const ContainerSpec& spec, Judge&& judge) {
  for (const auto& entry : spec.env) {
    if (entry.value.from_caller && entry.origin.kind != OriginKind::command_line) judge(entry);
  }
}

bool holds_secret(const EnvironmentEntry& entry) {
  return is_secret_name(entry.name) || (entry.value && has_secret_shape(*entry.value));
}

/// How far into the expanded text the value of an entry begins: "NAME=VALUE" in a list, VALUE in a table.
std::size_t value_offset(const Setting<EnvironmentEntry>& entry) {
  return entry.origin.field.starts_with("env.") ? 0 : entry.value.name.size() + 1;
}

void check_passthrough(const RuleContext& context, FindingSink& sink) {
  for_each_copy(context.spec, [&](const Setting<EnvironmentEntry>& entry) {
    if (holds_secret(entry.value)) return;
    sink.ask(ask_for(AskKind::variable, entry.value.name), entry.origin,
             fmt::format("{} is copied from whoever calls the skill", entry.value.name));
  });
}

void check_caller_variable(const RuleContext& context, FindingSink& sink) {
  for_each_variable(context.spec, [&](const Expansion& variable, const Origin& origin) {
    if (use_of(context.spec, origin) != Use::container || is_secret_name(variable.variable)) return;
    sink.ask(ask_for(AskKind::variable, variable.variable), origin,
             fmt::format("{} is a variable of whoever calls the skill", variable.variable));
  });
}

void check_secret_passthrough(const RuleContext& context, FindingSink& sink) {
  const auto message = [](std::string_view name) {
    return fmt::format("the skill gets the caller's {}, which looks like a secret", name);
  };
  for_each_copy(context.spec, [&](const Setting<EnvironmentEntry>& entry) {
    if (!holds_secret(entry.value)) return;
    sink.ask(ask_for(AskKind::variable, entry.value.name), entry.origin, message(entry.value.name));
  });
  for_each_variable(context.spec, [&](const Expansion& variable, const Origin& origin) {
    if (use_of(context.spec, origin) != Use::container || !is_secret_name(variable.variable)) return;
    sink.ask(ask_for(AskKind::variable, variable.variable), origin, message(variable.variable));
  });
  // A token is one whatever its variable is called, and wherever its value goes.
  for (const auto& [origin, text] : context.spec.expanded) {
    if (use_of(context.spec, origin) != Use::container) continue;
    for (const Expansion& variable : origin.expansions) {
      if (!variable.hands_over() || is_secret_name(variable.variable)) continue;
      if (!has_secret_shape(std::string_view(text).substr(variable.begin, variable.end - variable.begin))) continue;
      sink.ask(ask_for(AskKind::variable, variable.variable), origin, message(variable.variable));
    }
  }
}

void check_image_variable(const RuleContext& context, FindingSink& sink) {
  for_each_variable(context.spec, [&](const Expansion& variable, const Origin& origin) {
    if (use_of(context.spec, origin) != Use::image) return;
    sink.ask(ask_for(AskKind::image_variable, variable.variable), origin,
             fmt::format("the image reference holds the caller's {}, which a registry of the manifest's choice is told",
                         variable.variable));
  });
}

void check_build_variable(const RuleContext& context, FindingSink& sink) {
  for_each_variable(context.spec, [&](const Expansion& variable, const Origin& origin) {
    if (use_of(context.spec, origin) != Use::build) return;
    sink.ask(ask_for(AskKind::build_variable, variable.variable), origin,
             fmt::format("the image is built with the caller's {}, which the commands of its recipe can read",
                         variable.variable));
  });
}

void check_loader(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    const std::string& name = entry.value.name;
    if (name.starts_with("LD_") || std::ranges::find(loaders, name) != std::end(loaders)) {
      sink.report(entry.origin, fmt::format("{} changes what every program in the container loads or talks to", name));
    }
  }
}

/// The part of `value` that the manifest itself says: defaults are its words, the caller's values are not.
struct Literal {
  std::string text;
  bool whole = true;  ///< nothing of the caller's is in the value: then it is all of it, and `text` is empty
};

/// `offset` is where the value begins in the text that was expanded.
Literal literal_part(std::string_view value, std::size_t offset, const Origin& origin) {
  Literal literal{.text = {}, .whole = true};
  std::size_t done = 0;
  for (const Expansion& variable : origin.expansions) {
    const bool is_default = !variable.has_value && variable.end > variable.begin;
    if (is_default || variable.end < offset) continue;
    literal.whole = false;
    const std::size_t begin = std::min(variable.begin > offset ? variable.begin - offset : 0, value.size());
    if (begin > done) literal.text += value.substr(done, begin - done);
    done = std::max(done, std::min(variable.end - offset, value.size()));
  }
  if (!literal.whole) literal.text += value.substr(done);
  return literal;
}

/// Beside a value of the caller's a few letters are a scheme ("Bearer "), a unit or a separator, and no secret.
bool is_short(std::string_view text) noexcept {
  constexpr std::ptrdiff_t shortest_secret = 8;
  return std::ranges::count_if(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         }) < shortest_secret;
}

/// ${PASSWORD:-changeme}, where the manifest's author has filled in a secret for those who have none.
bool has_secret_default(std::string_view value, std::size_t offset, const Origin& origin) {
  return std::ranges::any_of(origin.expansions, [&](const Expansion& variable) {
    if (variable.has_value || variable.begin < offset || variable.begin - offset >= value.size()) return false;
    const std::string_view filled_in = value.substr(variable.begin - offset, variable.end - variable.begin);
    return !filled_in.empty() && may_be_secret(variable.variable, filled_in);
  });
}

void check_literal(const std::string& name, const std::string& value, std::size_t offset, const Origin& where,
                   FindingSink& sink) {
  const Literal literal = literal_part(value, offset, where);
  const std::string& text = literal.whole ? value : literal.text;
  const bool by_name = is_secret(name, text) && (literal.whole || !is_short(text));
  // A password beside a variable is one too: postgres://app:s3cr3t@${HOST}/db.
  if (!by_name && !has_secret_shape(text) && !has_secret_default(value, offset, where)) return;
  Origin origin = where;
  origin.text = name + "=***";
  sink.report(origin, fmt::format("{} holds a secret in plain text", name));
}

void check_secret(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    // What the caller adds and what is copied is not in the manifest: no secret is told.
    if (!entry.value.value || entry.value.from_caller || entry.origin.kind == OriginKind::command_line) continue;
    check_literal(entry.value.name, *entry.value.value, value_offset(entry), entry.origin, sink);
  }
  if (!context.spec.build || !context.spec.build->value.context) return;
  for (const auto& arg : context.spec.build->value.context->args) {
    check_literal(arg.value.key, arg.value.value, 0, arg.origin, sink);
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "environment-passthrough",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "an environment entry with no =, which copies the caller's value",
              .why = "a manifest can pull what the caller's shell holds into a container without anybody noticing",
              .remedy = "write NAME=value, leave it to the caller to pass --env NAME, or grant it",
              .source = "own",
              .compose_remedy = "write NAME=value"},
     .check = check_passthrough},
    {.info = {.id = "caller-variable",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "a variable of the caller's in any value of the manifest",
              .why = "the manifest's author chooses the name, and what the caller has by that name goes to the skill",
              .remedy = "write the value, leave it to the caller to pass --env NAME, or grant it",
              .source = "own",
              .compose_remedy = "write the value"},
     .check = check_caller_variable},
    {.info = {.id = "secret-passthrough",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a variable of the caller's that is a secret by its name or its value, copied or put into a value",
              .why =
                  "a manifest can ask for a token by its usual name, and the skill can send it away or write it down",
              .remedy = "leave it to the caller to pass --env NAME, or grant it",
              .source = "own",
              .compose_remedy = "give it as one of the secrets of the file, which no inspect shows"},
     .check = check_secret_passthrough},
    {.info = {.id = "image-variable",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a variable of the caller's in an image reference",
              .why = "the manifest's author chooses the registry, and the name that is asked for is the value",
              .remedy = "write the reference out, or grant it",
              .source = "own"},
     .check = check_image_variable},
    {.info = {.id = "build-variable",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a variable of the caller's in a build table",
              .why = "a build has a network and its arguments stay in the image's history",
              .remedy = "write the value out, or grant it",
              .source = "own"},
     .check = check_build_variable},
    {.info = {.id = "loader-environment",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "LD_*, DOCKER_HOST and the like in environment",
              .why = "such variables load foreign code into every program, or send tools to another engine",
              .remedy = "remove it, or set it for the one program in a script of the image",
              .source = "own"},
     .check = check_loader},
    {.info = {.id = "secret-in-environment",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a literal secret in environment or build arguments: token, password, private key, cloud key id",
              .why = "manifests are shared and kept for ever, and the environment shows in every inspect",
              .remedy = "remove it and let the caller pass --env NAME; if it was published, replace the secret",
              .source = "own",
              .fix = AutoFix::remove,
              .compose_remedy = "give it as one of the secrets of the file; if it was published, replace it"},
     .check = check_secret},
};

}  // namespace

std::span<const Rule> environment_rules() { return rules; }

}  // namespace skillrun::rules
