#include "app/shown_spec.hpp"

#include <algorithm>
#include <string>

#include "spec/schema.hpp"
#include "spec/secret_texts.hpp"
#include "spec/secret_values.hpp"

namespace skillrun::app {

namespace {

/// Hides what is not to be told, in each text of a spec that an engine would get.
class Hider : public TextRewriter {
 public:
  /// `spec` has the caller's values and outlives this.
  explicit Hider(const ContainerSpec& spec) : spec_(spec) {}

  void take(std::string& text, std::string_view /*may_hold*/, const Origin& origin) override {
    const auto is_text = [&](const ExpandedText& expanded) {
      return expanded.origin.field == origin.field && expanded.text == text;
    };
    if (std::ranges::any_of(spec_.expanded, is_text)) {
      text = with_names_of_secrets(std::move(text), origin.expansions);
    }
    text = without_secrets(spec_, std::move(text));
    if (has_secret_shape(text)) text = hidden_value;
  }

  void pair(KeyValue& entry, const Origin& origin) override {
    take(entry.key, {}, origin);
    if (hides(entry.key, entry.value, origin)) entry.value = hidden_value;
  }

  void variable(EnvironmentEntry& entry, const Origin& origin) override {
    take(entry.name, {}, origin);
    if (!entry.value) return;
    if (entry.from_caller || hides(entry.name, *entry.value, origin)) entry.value = hidden_value;
  }

 private:
  [[nodiscard]] bool hides(std::string_view name, const std::string& value, const Origin& origin) const {
    const auto is_handed = [](const Expansion& variable) {
      return variable.hands_over() && is_secret_name(variable.variable);
    };
    return may_be_secret(name, value) || has_secret_shape(value) || std::ranges::any_of(origin.expansions, is_handed) ||
           without_secrets(spec_, value) != value;
  }

  const ContainerSpec& spec_;
};

}  // namespace

ContainerSpec shown_spec(const ContainerSpec& spec) {
  ContainerSpec shown = spec;
  Hider hider(spec);
  for (const SettingRow& row : schema()) {
    if (row.member.rewrite != nullptr) row.member.rewrite(shown, hider);
  }
  return shown;
}

}  // namespace skillrun::app
