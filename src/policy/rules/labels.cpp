#include <fmt/format.h>

#include "policy/rules/support/label_audience.hpp"
#include "policy/rules/support/rule_support.hpp"
#include "spec/secret_texts.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// What is asked for is shown and kept in files: a secret of the caller's has the name of its variable there.
void ask(const RuleContext& context, const Setting<KeyValue>& label, std::string message, FindingSink& sink) {
  sink.ask(ask_for_label(label.value.key, without_secrets(context.spec, label.value.value)), label.origin,
           std::move(message));
}

/// What tells a reverse proxy to leave the container alone.
bool keeps_out(const KeyValue& label) { return label.key == "traefik.enable" && label.value == "false"; }

void check_obeyed(const RuleContext& context, FindingSink& sink) {
  for (const auto& label : context.spec.labels) {
    if (audience_of_label(label.value.key) != LabelAudience::programs || keeps_out(label.value)) continue;
    ask(context, label,
        fmt::format("the label {} is an instruction to another program of the machine", label.value.key), sink);
  }
}

void check_unknown(const RuleContext& context, FindingSink& sink) {
  for (const auto& label : context.spec.labels) {
    if (audience_of_label(label.value.key) != LabelAudience::unknown) continue;
    ask(context, label,
        fmt::format("the label {} may be an instruction to another program of the machine", label.value.key), sink);
  }
}

constexpr Rule rules[] = {
    {.info =
         {.id = obeyed_label_rule,
          .privileged = info,
          .baseline = error,
          .restricted = error,
          .summary =
              "a label that other programs of the machine obey: of compose, a reverse proxy, an updater and the like",
          .why = "such a program publishes, restarts, replaces or runs commands in the container, past the policy",
          .remedy = "remove it, or grant it",
          .source = "own"},
     .check = check_obeyed},
    {.info = {.id = unknown_label_rule,
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a label that is not known only to describe, as those of org.opencontainers.image do",
              .why = "any program that reads the engine's labels may act on it",
              .remedy = "use a label of org.opencontainers.image, or grant it",
              .source = "own"},
     .check = check_unknown},
};

}  // namespace

std::span<const Rule> labels_rules() { return rules; }

}  // namespace skillrun::rules
