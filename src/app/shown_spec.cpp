#include "app/shown_spec.hpp"

#include <algorithm>
#include <ranges>
#include <string>

#include "spec/secret_values.hpp"

namespace skillrun::app {

namespace {

bool is_secret(std::string_view name, std::string_view value) {
  return (is_secret_name(name) && !is_plain_value(value)) || has_secret_shape(value);
}

/// Hides what secrets of the caller's became in a text that is nothing but the value of its origin.
void hide_expansions(std::string& text, const Origin& origin) {
  for (const Expansion& variable : origin.expansions | std::views::reverse) {
    if (!variable.hands_over() || variable.begin > variable.end || variable.end > text.size()) continue;
    const std::string_view value = std::string_view(text).substr(variable.begin, variable.end - variable.begin);
    if (is_secret(variable.variable, value)) text.replace(variable.begin, value.size(), hidden_value);
  }
}

bool is_hidden(const std::string& name, const std::string& value, const Origin& origin) {
  const auto is_handed = [](const Expansion& variable) {
    return variable.hands_over() && is_secret_name(variable.variable);
  };
  return std::ranges::any_of(origin.expansions, is_handed) || is_secret(name, value);
}

void hide(Setting<KeyValue>& entry) {
  if (is_hidden(entry.value.key, entry.value.value, entry.origin)) entry.value.value = hidden_value;
}

}  // namespace

ContainerSpec shown_spec(ContainerSpec spec) {
  for (Setting<EnvironmentEntry>& entry : spec.env) {
    EnvironmentEntry& variable = entry.value;
    if (!variable.value) continue;
    if (variable.from_caller || is_hidden(variable.name, *variable.value, entry.origin)) variable.value = hidden_value;
  }
  for (Setting<std::string>& word : spec.command) {
    hide_expansions(word.value, word.origin);
    if (has_secret_shape(word.value)) word.value = hidden_value;
  }
  for (auto* list : {&spec.labels, &spec.log_options, &spec.annotations, &spec.sysctls, &spec.storage_options,
                     &spec.network_driver_options}) {
    for (Setting<KeyValue>& entry : *list) hide(entry);
  }
  if (spec.build && spec.build->value.context) {
    for (Setting<KeyValue>& argument : spec.build->value.context->args) hide(argument);
  }
  return spec;
}

}  // namespace skillrun::app
