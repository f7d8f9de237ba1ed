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

void hide(Setting<KeyValue>& entry) {
  const bool handed = std::ranges::any_of(entry.origin.expansions, [&](const Expansion& variable) {
    return variable.hands_over() && is_secret_name(variable.variable);
  });
  if (handed || is_secret(entry.value.key, entry.value.value)) entry.value.value = hidden_value;
}

}  // namespace

ContainerSpec shown_spec(ContainerSpec spec) {
  for (Setting<EnvironmentEntry>& entry : spec.env) {
    if (!entry.value.value) continue;
    Setting<KeyValue> pair{{entry.value.name, *entry.value.value}, entry.origin};
    hide(pair);
    entry.value.value = entry.value.from_caller ? std::string(hidden_value) : std::move(pair.value.value);
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
