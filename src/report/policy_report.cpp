#include "report/policy_report.hpp"

#include <fmt/format.h>

#include "manifest/node.hpp"
#include "policy/document/grant_keys.hpp"
#include "policy/policy_data.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// "acme (policy.yaml:12)", or the name of a built-in policy.
std::string origin_text(const PolicyOrigin& origin) {
  if (!origin.source) return printable(origin.policy);
  return fmt::format("{} ({}:{})", printable(origin.policy), printable(origin.source->name), origin.span.begin.line);
}

/// A value of a document as JSON, which is YAML too. Only what was written without quotes stands for a boolean.
json::value to_value(const ValueNode& node) {
  if (node.kind == NodeKind::array) {
    json::array items;
    for (const ValueNode& item : node.items) items.push_back(to_value(item));
    return items;
  }
  if (node.kind == NodeKind::table) {
    json::object members;
    for (const Member& member : node.members) members[member.key] = to_value(member.value);
    return members;
  }
  if (node.plain && (node.text == "true" || node.text == "false")) return node.text == "true";
  return json::value(node.text);
}

json::value to_value(const MountRoot& root) {
  const std::string path = root.path.empty() ? "${SKILL_WORKDIR}" : root.path;
  if (!root.read_only) return json::value(path);
  return json::object{{"path", path}, {"mode", "ro"}};
}

json::value to_value(const ParamSetting& setting) {
  if (setting.param->type == ParamType::count) return std::get<std::int64_t>(setting.value);
  if (const auto* roots = std::get_if<std::vector<MountRoot>>(&setting.value)) {
    json::array items;
    for (const MountRoot& root : *roots) items.push_back(to_value(root));
    return items;
  }
  const std::vector<std::string> texts = texts_of(*setting.param, setting.value);
  if (is_number(setting.param->type)) return json::value(texts.front());
  return json::array(texts.begin(), texts.end());
}

json::object to_object(const PolicyWaiver& waiver) {
  json::object object{{"rule", waiver.rule}, {"skill", waiver.skill}};
  if (waiver.instance) object["instance"] = *waiver.instance;
  if (waiver.field) object["field"] = *waiver.field;
  if (waiver.evidence) object["evidence"] = *waiver.evidence;
  object["reason"] = waiver.reason;
  object["owner"] = waiver.owner;
  object["expires"] = to_string(waiver.expires);
  return object;
}

json::value to_value(const GrantPattern& pattern) {
  const bool has_mode = pattern.kind == AskKind::mount || pattern.kind == AskKind::volume;
  if (!has_mode || pattern.writes == (pattern.kind == AskKind::volume)) return json::value(pattern.text);
  return json::object{{pattern.kind == AskKind::mount ? "path" : "name", pattern.text},
                      {"mode", pattern.writes ? "rw" : "ro"}};
}

json::object to_object(const PolicyGrant& grant) {
  json::object object{{"skill", grant.skill}};
  if (grant.instance) object["instance"] = *grant.instance;
  if (grant.manifest) object["manifest"] = *grant.manifest;
  for (const GrantList& list : grant_lists) {
    json::array entries;
    for (const GrantPattern& pattern : grant.patterns) {
      if (pattern.kind == list.kind) entries.push_back(to_value(pattern));
    }
    if (!entries.empty()) object[list.key] = std::move(entries);
  }
  return object;
}

json::object placed(json::value value, const PolicyOrigin& origin) {
  return {{"value", std::move(value)}, {"origin", origin_text(origin)}};
}

/// Calls `visit(key, value, origin)` for every default that is set.
template <class Visit>
void for_each_default(const DefaultSettings& defaults, Visit visit) {
  for (std::size_t i = 0; i < default_rows().size(); ++i) {
    const DefaultRow& row = default_rows()[i];
    if (const auto& origin = defaults.origins[i]) visit(row.key, row.show(defaults.values), *origin);
  }
}

class Yaml {
 public:
  /// A line with a value, its origin as a comment.
  void line(std::string_view before, const json::value& value, const PolicyOrigin& origin) {
    text_ += fmt::format("{}{}  # {}\n", before, json::serialize(value), origin_text(origin));
  }
  void line(std::string_view line) { text_ += fmt::format("{}\n", line); }

  void rule(std::string_view id, const RuleSettings& rule) {
    line(fmt::format("  {}:", id));
    line(fmt::format("    severity: {}  # {}", to_string(rule.severity->value), origin_text(rule.severity->origin)));
    if (!rule.params.empty()) line("    params:");
    for (const ParamSetting& setting : rule.params) {
      line(fmt::format("      {}: ", setting.param->name), to_value(setting), setting.origin);
    }
    if (rule.locked) line("    locked: ", true, *rule.locked);
  }

  void custom(const CustomRule& rule) {
    line("  - id: ", json::value(rule.id), rule.origin);
    for (const Member& member : rule.written->members) {
      if (member.key != "id") line(fmt::format("    {}: {}", member.key, json::serialize(to_value(member.value))));
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string format_policy(const Policy& policy) {
  const PolicySettings& settings = data_of(policy).settings;
  Yaml yaml;
  for (const PolicyInput& input : data_of(policy).inputs) {
    yaml.line(
        fmt::format("# {}: {}", to_string(input.layer), printable(input.source ? input.source->name : input.builtin)));
  }
  yaml.line("apiVersion: skillrun.policy/v1");
  yaml.line(fmt::format("name: {}", json::serialize(json::value(settings.name))));
  bool first = true;
  for_each_default(settings.defaults, [&](std::string_view key, const json::value& value, const PolicyOrigin& origin) {
    if (std::exchange(first, false)) yaml.line("defaults:");
    yaml.line(fmt::format("  {}: ", key), value, origin);
  });
  yaml.line("rules:");
  for (std::size_t i = 0; i < settings.rules.size(); ++i) yaml.rule(rule_catalogue()[i].id, settings.rules[i]);
  if (!settings.custom.empty()) yaml.line("custom:");
  for (const CustomRule& rule : settings.custom) yaml.custom(rule);
  // Without those of rules that were locked later, which waive nothing.
  const auto& in_force = data_of(policy).waivers;
  if (!in_force.empty()) yaml.line("waivers:");
  for (const PolicyWaiver& waiver : in_force) yaml.line("  - ", to_object(waiver), waiver.origin);
  if (!settings.grants.empty()) yaml.line("grants:");
  for (const PolicyGrant& grant : settings.grants) yaml.line("  - ", to_object(grant), grant.origin);
  if (settings.inline_waivers) {
    yaml.line("inline_waivers: ", settings.inline_waivers->value, settings.inline_waivers->origin);
  }
  return yaml.take();
}

json::object policy_report(const Policy& policy) {
  const PolicySettings& settings = data_of(policy).settings;
  json::array inputs;
  for (const PolicyInput& input : data_of(policy).inputs) {
    inputs.push_back(json::object{{"layer", to_string(input.layer)},
                                  {"policy", input.source ? input.source->name : input.builtin},
                                  {"builtin", input.source == nullptr}});
  }
  json::object defaults;
  for_each_default(settings.defaults, [&](std::string_view key, json::value value, const PolicyOrigin& origin) {
    defaults[key] = placed(std::move(value), origin);
  });
  json::object rules;
  for (std::size_t i = 0; i < settings.rules.size(); ++i) {
    const RuleSettings& rule = settings.rules[i];
    json::object params;
    for (const ParamSetting& setting : rule.params) {
      params[setting.param->name] = placed(to_value(setting), setting.origin);
    }
    rules[rule_catalogue()[i].id] =
        json::object{{"severity", placed(json::value(to_string(rule.severity->value)), rule.severity->origin)},
                     {"params", std::move(params)},
                     {"locked", rule.locked ? json::value(origin_text(*rule.locked)) : json::value(nullptr)}};
  }
  json::array custom;
  for (const CustomRule& rule : settings.custom) custom.push_back(placed(to_value(*rule.written), rule.origin));
  json::array waivers;
  for (const PolicyWaiver& waiver : data_of(policy).waivers)
    waivers.push_back(placed(to_object(waiver), waiver.origin));
  json::array grants;
  for (const PolicyGrant& grant : settings.grants) grants.push_back(placed(to_object(grant), grant.origin));
  const auto& comments = settings.inline_waivers;
  return {{"policy", settings.name},
          {"inputs", std::move(inputs)},
          {"defaults", std::move(defaults)},
          {"rules", std::move(rules)},
          {"custom", std::move(custom)},
          {"waivers", std::move(waivers)},
          {"grants", std::move(grants)},
          {"inline_waivers", comments ? json::value(placed(comments->value, comments->origin)) : json::value(nullptr)}};
}

}  // namespace skillrun::inline v0
