#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "spec/condition_fields.hpp"
#include "spec/docker_run_flags.hpp"
#include "spec/field_values.hpp"
#include "spec/fields.hpp"
#include "spec/setting_json.hpp"
#include "spec/setting_texts.hpp"
#include "spec/spec_fields.hpp"

namespace skillrun::inline v0 {

/// Reads one value of a setting into the spec. What is not understood becomes a problem at `origin`, and the setting
/// stays as it was; every spelling of a setting ends in the same setter, so that it has one reading.
using Setter = void (*)(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// What it means when a container is made with another value than was approved.
enum class Sense : std::uint8_t {
  exact,     ///< it gives the container something: what was approved, no more and no less
  grant,     ///< the same, but an engine may give less
  bound,     ///< it limits the container: what was approved must be in force; an engine may have further limits
  declared,  ///< where it was approved it must be so; where not, the engine's configuration decides
  parts,     ///< it has parts, or an engine's own habits, that are compared one by one (src/run/verify*.cpp)
  untold,    ///< no engine is told: see `why_untold`
};

/// A member of ContainerSpec.
struct SpecMember {
  std::string_view name;  ///< in explain, results and conditions; empty: the row is another spelling of a row's member
  /// Appends what is set.
  void (*show)(const ContainerSpec& spec, std::string_view name, std::vector<SpecField>& fields) = nullptr;
  /// Gives every text of it that an engine would get.
  void (*texts)(const ContainerSpec& spec, std::string_view may_hold, TextSink& sink) = nullptr;
  /// Lets every such text be changed.
  void (*rewrite)(ContainerSpec& spec, TextRewriter& rewriter) = nullptr;
  std::string_view may_hold = {};  ///< the control characters that have a meaning in its texts
  /// What conditions of policies see. For a member that is made of several parts neither has a name: the policy layer
  /// says which parts there are.
  ScalarField scalar = {};
  ListField list = {};
  Sense sense = Sense::exact;
  std::string_view why_untold = {};

  [[nodiscard]] constexpr SpecMember holding(std::string_view characters) const {
    SpecMember copy = *this;
    copy.may_hold = characters;
    return copy;
  }

  [[nodiscard]] constexpr SpecMember meaning(Sense meant, std::string_view why = {}) const {
    SpecMember copy = *this;
    copy.sense = meant;
    copy.why_untold = why;
    return copy;
  }
};

/// How the value of a Compose service's key is written.
enum class ServiceShape : std::uint8_t {
  scalar,   ///< a string, number or boolean
  boolean,  ///< true or false
  list,     ///< a list of strings, or one string
  pairs,    ///< a table, or a list of NAME=VALUE
  hosts,    ///< a table, or a list of NAME:VALUE
  files,    ///< a path, a table with one, or a list of these
};

/// A key of a Compose service whose values are those of the setting's flag.
struct ServiceKey {
  std::string_view name;
  ServiceShape shape = ServiceShape::scalar;
};

/// One setting, and how it is said: the one place that a new setting is added to. The manifest's keys and their
/// overlay, docker's flags, Compose's keys, conditions of policies, `explain`, the JSON schemas and `init` all walk
/// these rows.
struct SettingRow {
  SpecMember member = {};
  Field<DockerRuntimeConfig> key = {};  ///< of the manifest's docker table; no name: there is none
  DockerRunFlag flag = {};              ///< of docker run; no name: there is none
  ServiceKey service = {};              ///< of a Compose service; no name: there is none, or it needs code of its own
  Setter set = nullptr;                 ///< reads the key; the flag too where that has no setter of its own
};

/// Every setting, in the order in which explain shows them.
[[nodiscard]] std::span<const SettingRow> schema();

/// The row whose member has this name; null when none has.
[[nodiscard]] const SettingRow* find_setting(std::string_view name);

/// How a manifest says what docker's flag or Compose's key of this name says: `memory`, or an entry of extra_args where
/// no key does. Underscores stand for hyphens. Empty for what neither knows.
[[nodiscard]] std::string manifest_spelling(std::string_view name);

/// What is set of one row's member, as spec_fields() gives it.
[[nodiscard]] std::vector<SpecField> fields_of_setting(const SettingRow& row, const ContainerSpec& spec);

// The rows by subject, each beside its setters.
[[nodiscard]] std::span<const SettingRow> image_settings();
[[nodiscard]] std::span<const SettingRow> process_settings();
[[nodiscard]] std::span<const SettingRow> lifecycle_settings();
[[nodiscard]] std::span<const SettingRow> isolation_settings();
[[nodiscard]] std::span<const SettingRow> namespace_settings();
[[nodiscard]] std::span<const SettingRow> mount_settings();
[[nodiscard]] std::span<const SettingRow> network_settings();
[[nodiscard]] std::span<const SettingRow> port_settings();
[[nodiscard]] std::span<const SettingRow> resource_settings();
[[nodiscard]] std::span<const SettingRow> run_settings();
[[nodiscard]] std::span<const SettingRow> client_settings();

namespace setting_detail {

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const Setting<T>& setting) {
  fields.push_back({name, std::nullopt, to_json(setting.value), &setting.origin});
}

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const OptionalSetting<T>& setting) {
  if (setting) append(fields, name, *setting);
}

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const SettingList<T>& settings) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    fields.push_back({name, i, to_json(settings[i].value), &settings[i].origin});
  }
}

template <auto pointer>
FieldValue scalar_value(const ContainerSpec& spec, Scratch& /*scratch*/) {
  const auto& setting = spec.*pointer;
  return setting ? to_field(setting->value) : FieldValue();
}

/// "host", "container:ID", "ns:PATH": what docker's flag takes.
template <auto pointer>
FieldValue namespace_value(const ContainerSpec& spec, Scratch& scratch) {
  if (!(spec.*pointer)) return {};
  const NamespaceSetting& setting = (spec.*pointer)->value;
  switch (setting.mode) {
    case NamespaceMode::container: return joined(scratch, "container:{}", setting.name);
    case NamespaceMode::path: return joined(scratch, "ns:{}", setting.name);
    default: return to_field(setting.mode);
  }
}

template <auto pointer>
const Origin* scalar_origin(const ContainerSpec& spec) {
  const auto& setting = spec.*pointer;
  return setting ? &setting->origin : nullptr;
}

template <auto pointer, auto part>
FieldValue element_part(const ContainerSpec& spec, std::size_t index) {
  return to_field((spec.*pointer)[index].value.*part);
}

template <auto pointer>
inline constexpr ElementField whole_element[] = {
    {"", FieldType::text,
     [](const ContainerSpec& spec, std::size_t index) { return to_field((spec.*pointer)[index].value); }}};

template <auto pointer>
inline constexpr ElementField key_and_value[] = {{"key", FieldType::text, element_part<pointer, &KeyValue::key>},
                                                 {"value", FieldType::text, element_part<pointer, &KeyValue::value>}};

}  // namespace setting_detail

/// A list of a spec as conditions see it. `key` and `value` are those of ListField.
template <auto pointer>
constexpr ListField list_field(std::string_view name, std::span<const ElementField> parts, int key = -1,
                               int value = -1) {
  return {.name = name,
          .parts = parts,
          .size = [](const ContainerSpec& spec) { return (spec.*pointer).size(); },
          .origin = [](const ContainerSpec& spec, std::size_t i) -> const Origin& { return (spec.*pointer)[i].origin; },
          .key = key,
          .value = value};
}

/// The member that `pointer` leads to. Texts, numbers, times and words have one value in conditions, of the given type;
/// lists of texts and of pairs have elements.
template <auto pointer>
constexpr SpecMember member(std::string_view name, FieldType type = FieldType::text) {
  using Value = std::remove_cvref_t<decltype(std::declval<ContainerSpec&>().*pointer)>;
  SpecMember row{
      .name = name,
      .show = [](const ContainerSpec& spec, std::string_view shown,
                 auto& fields) { setting_detail::append(fields, shown, spec.*pointer); },
      .texts = [](const ContainerSpec& spec, std::string_view may_hold,
                  TextSink& sink) { give_setting(spec.*pointer, may_hold, sink); },
      .rewrite = [](ContainerSpec& spec, TextRewriter& rewriter) { give_setting(spec.*pointer, {}, rewriter); }};
  if constexpr (std::same_as<Value, SettingList<std::string>>) {
    row.list = list_field<pointer>(name, setting_detail::whole_element<pointer>);
  } else if constexpr (std::same_as<Value, SettingList<KeyValue>>) {
    row.list = list_field<pointer>(name, setting_detail::key_and_value<pointer>, 0, 1);
  } else if constexpr (std::same_as<Value, OptionalSetting<NamespaceSetting>>) {
    row.scalar = {name, type, setting_detail::namespace_value<pointer>, setting_detail::scalar_origin<pointer>};
  } else if constexpr (requires(const Value& value) { to_field(value->value); }) {
    row.scalar = {name, type, setting_detail::scalar_value<pointer>, setting_detail::scalar_origin<pointer>};
  }
  return row;
}

}  // namespace skillrun::inline v0
