#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "policy/document/builtin_policies.hpp"
#include "policy/document/document_keys.hpp"
#include "policy/document/grant_keys.hpp"
#include "policy/document/policy_settings.hpp"
#include "report/condition_schema.hpp"
#include "report/manifest_schema.hpp"

namespace skillrun::inline v0 {

namespace {

using schema::any_of;
using schema::described;
using schema::list_of_items;
using schema::name;
using schema::of_type;
using schema::one_of_words;
using schema::reference;
using schema::text;
using schema::text_like;
using schema::whole;

json::object positive_number() { return {{"type", "number"}, {"exclusiveMinimum", 0}}; }

json::object clean_path() { return text_like("^/"); }

json::object bases() {
  json::array builtins;
  for (const BuiltinPolicy& builtin : builtin_policies()) builtins.emplace_back(builtin.name);
  json::object schema = list_of_items(
      any_of({json::object{{"type", "string"}, {"enum", std::move(builtins)}}, text_like("/|\\.ya?ml$")}));
  schema["minItems"] = 1;
  return schema;
}

json::object root_entry() {
  schema::Table table;
  table.add("path", text_like("^(/|\\$\\{SKILL_WORKDIR\\}$)"), schema::Presence::required);
  table.add("mode", one_of_words({"ro", "rw"}));
  return any_of({text_like("^(/|\\$\\{SKILL_WORKDIR\\}$)"), table.take()});
}

json::object param_value(ParamType type) {
  switch (type) {
    case ParamType::size:
    case ParamType::cpus: return any_of({name(), positive_number()});
    case ParamType::count: return whole(1);
    case ParamType::duration: return name();
    case ParamType::words: return list_of_items(any_of({name(), of_type("number")}));
    case ParamType::paths: return list_of_items(clean_path());
    case ParamType::images: return list_of_items(text_like("^[A-Za-z0-9._:/*\\[\\]-]+$"));
    case ParamType::roots: return list_of_items(root_entry());
    case ParamType::ports: return list_of_items(any_of({text_like("^[0-9]+(-[0-9]+)?(/(tcp|udp|sctp))?$"), whole(1)}));
  }
  return {};
}

json::object params_of(const RuleInfo& rule) {
  schema::Table table;
  for (const RuleParam& param : rule.params) {
    json::object value = described(param.description, param_value(param.type));
    if (!param.builtin_words.empty()) {
      value["default"] = json::array(param.builtin_words.begin(), param.builtin_words.end());
    } else if (param.type == ParamType::count && param.builtin_limit != 0) {
      value["default"] = param.builtin_limit;
    } else if (param.builtin_limit != 0) {
      value["default"] = texts_of(param, param.builtin_limit).front();
    }
    table.add(param.name, std::move(value));
  }
  return table.take();
}

json::object severity_of(const RuleInfo& rule) {
  if (rule.always_refuses()) return described("it refuses under every policy", one_of_words({"error"}));
  return described(
      fmt::format("{} under baseline, {} under restricted", to_string(rule.baseline), to_string(rule.restricted)),
      reference("severity"));
}

json::object rule_settings(const RuleInfo& rule) {
  schema::Table table;
  for (const DocumentKey& key : rule_keys) {
    switch (key.shape) {
      case KeyShape::severity: table.add(key.name, severity_of(rule)); break;
      case KeyShape::params:
        if (!rule.params.empty()) table.add(key.name, described(key.description, params_of(rule)));
        break;
      default: table.add(key.name, key_schema(key));
    }
  }
  return described(rule.summary, table.take());
}

json::object rules() {
  schema::Table table;
  for (const RuleInfo& rule : rule_catalogue()) table.add(rule.id, rule_settings(rule));
  return table.take();
}

json::object defaults() {
  schema::Table table;
  for (const DefaultRow& row : default_rows()) table.add(row.key, row.schema());
  return table.take();
}

/// Ids of built-in rules, which editors offer, and of the policy's own.
json::object rule_name() {
  std::vector<std::string_view> ids;
  for (const RuleInfo& rule : rule_catalogue()) {
    if (!rule.always_refuses()) ids.push_back(rule.id);
  }
  return any_of({one_of_words(ids), text_like(custom_id_pattern)});
}

json::object expectations() {
  json::object schema = schema::map_of(one_of_words({"error", "warning", "info", "off", "waived"}), name());
  schema["minProperties"] = 1;
  return schema;
}

json::object test_case() {
  json::object one = keys_schema(test_keys);
  one["anyOf"] = json::array{schema::having("verdict"), schema::having("findings")};
  return one;
}

/// A name, or a table of `key` and mode.
json::object with_mode(std::string_view key, json::object subject) {
  schema::Table table;
  table.add(key, subject, schema::Presence::required);
  table.add("mode", one_of_words({"ro", "rw"}));
  return list_of_items(any_of({std::move(subject), table.take()}));
}

json::object granted_path() { return text_like("^(~/|/[^/*])"); }

json::object grants() {
  json::object one = keys_schema(grant_keys);
  json::array lists;
  for (const GrantList& list : grant_lists) lists.push_back(schema::having(list.key));
  one["anyOf"] = std::move(lists);
  return list_of_items(std::move(one));
}

json::object any_scalar() { return any_of({text(), of_type("number"), schema::flag()}); }

json::object shape_schema(KeyShape shape) {
  switch (shape) {
    case KeyShape::api_version: return one_of_words({policy_api_version});
    case KeyShape::text: return text();
    case KeyShape::name: return name();
    case KeyShape::flag: return schema::flag();
    case KeyShape::lock: return json::object{{"type", "boolean"}, {"enum", list_of(true)}};
    case KeyShape::severity: return reference("severity");
    case KeyShape::day: return text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    case KeyShape::path: return clean_path();
    case KeyShape::rule: return rule_name();
    case KeyShape::rule_id: return text_like(custom_id_pattern);
    case KeyShape::bases: return bases();
    case KeyShape::defaults: return defaults();
    case KeyShape::rules: return rules();
    case KeyShape::params: return of_type("object");
    case KeyShape::custom_rules: return list_of_items(keys_schema(custom_rule_keys));
    case KeyShape::waivers: return list_of_items(keys_schema(waiver_keys));
    case KeyShape::grants: return grants();
    case KeyShape::granted_mounts: return with_mode("path", granted_path());
    case KeyShape::granted_volumes: return with_mode("name", name());
    case KeyShape::granted_paths: return list_of_items(granted_path());
    case KeyShape::granted_names: return list_of_items(name());
    case KeyShape::granted_ports: return list_of_items(any_of({name(), whole(0)}));
    case KeyShape::manifests: return clean_path();
    case KeyShape::tests: return list_of_items(test_case());
    case KeyShape::skills: return reference("skills");
    case KeyShape::skill: return name();
    case KeyShape::variables: return schema::map_of(any_scalar(), text());
    case KeyShape::texts: return list_of_items(any_scalar());
    case KeyShape::verdict: return one_of_words({"allowed", "refused"});
    case KeyShape::expectations: return expectations();
    case KeyShape::condition: return reference("condition");
    case KeyShape::conditions: return any_of({reference("conditions"), reference("elements")});
    case KeyShape::literal: return any_scalar();
    case KeyShape::literals: return list_of_items(any_scalar());
    case KeyShape::pattern: return text();
    case KeyShape::paths: return any_of({clean_path(), list_of_items(clean_path())});
    case KeyShape::networks: return any_of({name(), list_of_items(name())});
  }
  return {};
}

}  // namespace

json::object key_schema(const DocumentKey& key) { return described(key.description, shape_schema(key.shape)); }

json::object keys_schema(std::span<const DocumentKey> keys) {
  schema::Table table;
  for (const DocumentKey& key : keys) {
    table.add(key.name, key_schema(key), key.missing.empty() ? schema::Presence::optional : schema::Presence::required);
  }
  return table.take();
}

std::string policy_schema() {
  json::object document = schema::head("policy", "skillrun policy",
                                       "Severities and parameters of rules, custom rules, defaults and waivers.");
  for (auto& [key, value] : keys_schema(policy_keys)) document[key] = std::move(value);
  json::object definitions{{"severity", one_of_words({to_string(Severity::off), to_string(Severity::info),
                                                      to_string(Severity::warning), to_string(Severity::error)})}};
  for (auto& [key, value] : condition_definitions()) definitions[key] = std::move(value);
  for (auto& [key, value] : manifest_definitions()) definitions[key] = std::move(value);
  document["$defs"] = std::move(definitions);
  return pretty(document);
}

}  // namespace skillrun::inline v0
