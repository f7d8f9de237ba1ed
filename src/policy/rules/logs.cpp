#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Drivers that keep what they are given on this machine.
constexpr std::string_view local_drivers[] = {"none", "json-file", "local", "journald", "k8s-file"};

/// Options that no driver takes for a destination.
constexpr std::string_view harmless_options[] = {"max-size", "max-file", "compress", "mode", "max-buffer-size", "tag"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

void check_none(const RuleContext& context, FindingSink& sink) {
  const auto& driver = context.spec.log_driver;
  if (driver && driver->value == "none") sink.report(driver->origin, "the engine keeps no log of the skill");
}

void check_remote(const RuleContext& context, FindingSink& sink) {
  const auto& driver = context.spec.log_driver;
  if (driver && !contains(local_drivers, driver->value) && !context.params.has_word("allow", driver->value)) {
    sink.report(driver->origin, fmt::format("the log driver '{}' may send the output elsewhere", driver->value));
  }
  for (const auto& option : context.spec.log_options) {
    if (contains(harmless_options, option.value.key)) continue;
    if (context.params.has_word("allow_options", option.value.key)) continue;
    sink.report(option.origin, fmt::format("the log option '{}' may name a place elsewhere", option.value.key));
  }
}

/// Engines evaluate `{{ }}` in their own process: a language, of which these words have a bounded length.
bool has_plain_templates(std::string_view value) {
  constexpr std::string_view fields[] = {"ID", "FullID", "Name", "ImageID", "ImageFullID", "ImageName", "DaemonName"};
  for (auto open = value.find("{{"); open != std::string_view::npos; open = value.find("{{", open + 2)) {
    const std::string_view rest = value.substr(open + 2);
    const auto end = rest.find("}}");
    if (!rest.starts_with('.') || end == std::string_view::npos || !contains(fields, rest.substr(1, end - 1))) {
      return false;
    }
  }
  return true;
}

void check_template(const RuleContext& context, FindingSink& sink) {
  for (const auto& option : context.spec.log_options) {
    if (has_plain_templates(option.value.value)) continue;
    sink.report(option.origin,
                fmt::format("the log option '{}' holds a template that the engine would evaluate", option.value.key));
  }
}

constexpr RuleParam params[] = {{.name = "allow",
                                 .effect = ParamEffect::exempt,
                                 .description = "log drivers that pass besides those that keep logs on this machine",
                                 .builtin_words = local_drivers},
                                {.name = "allow_options",
                                 .effect = ParamEffect::exempt,
                                 .description = "log options that pass besides those of size and shape",
                                 .builtin_words = harmless_options}};

constexpr Rule rules[] = {
    {.info = {.id = "log-none",
              .privileged = info,
              .baseline = info,
              .restricted = info,
              .summary = "logging switched off by the manifest",
              .why = "nothing is left to look at afterwards; skillrun does the same for a container that it removes",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_none},
    {.info = {.id = "log-remote",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a log driver that may send output off the machine, or options for one",
              .why = "the engine sends the output itself, past network none",
              .remedy = "remove it, or use local or json-file",
              .source = "own",
              .params = params},
     .check = check_remote},
    {.info = {.id = "log-template",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a log option with a template that is more than a field's name",
              .why = "the engine evaluates templates in its own process, and a template can make it use up the "
                     "machine's memory",
              .remedy = "use only {{.ID}}, {{.FullID}}, {{.Name}}, {{.ImageID}}, {{.ImageFullID}}, {{.ImageName}} and "
                        "{{.DaemonName}}",
              .source = "own"},
     .check = check_template},
};

}  // namespace

std::span<const Rule> logs_rules() { return rules; }

}  // namespace skillrun::rules
