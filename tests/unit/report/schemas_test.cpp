// Holds schemas/ against the program (renew with SKILLRUN_UPDATE_GOLDENS=1), and the schemas against the tables that
// the readers use.
#include <algorithm>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <skillrun/policy.hpp>
#include <skillrun/report.hpp>

#include "golden.hpp"
#include "manifest/names.hpp"
#include "manifest/skill_fields.hpp"
#include "policy/document/policy_settings.hpp"
#include "support/finding_schema.hpp"
#include "support/json.hpp"

using namespace skillrun;

namespace {

using Names = std::set<std::string, std::less<>>;

Names keys_of(const json::value& object) {
  Names keys;
  for (const auto& [key, value] : object.as_object()) keys.emplace(key);
  return keys;
}

Names properties_of(const json::value& schema) { return keys_of(schema.as_object().at("properties")); }

template <class Table>
Names keys_of_table() {
  Names keys;
  for (const auto& field : fields_of<Table>()) keys.emplace(field.key);
  return keys;
}

template <class Range>
Names as_keys(const Range& names) {
  return {names.begin(), names.end()};
}

}  // namespace

TEST_CASE("the files of schemas/ are what the program prints") {
  test::check_golden("schemas/manifest.json", manifest_schema());
  test::check_golden("schemas/policy.json", policy_schema());
  test::check_golden("schemas/lint.json", lint_schema());
}

TEST_CASE("the schema of manifests has every key that the reader knows, with an example") {
  const json::value document = json::parse(manifest_schema());
  const json::object& tables = document.at("$defs").as_object();
  CHECK(properties_of(document) == as_keys(manifest_keys));
  CHECK(properties_of(document.at_pointer("/properties/defaults")) == as_keys(default_table_keys));
  CHECK(properties_of(tables.at("docker")) == keys_of_table<DockerRuntimeConfig>());
  CHECK(properties_of(tables.at("mount")) == keys_of_table<MountTable>());
  CHECK(properties_of(tables.at("build")) == keys_of_table<BuildTable>());
  CHECK(properties_of(tables.at("packages")) == keys_of_table<PackageBuild>());
  Names skill = keys_of_table<SkillDefinition>();
  skill.merge(as_keys(Fields<SkillDefinition>::nested));
  CHECK(properties_of(tables.at("skill")) == skill);
  CHECK(properties_of(tables.at("instance")) == keys_of_table<InstanceDefinition>());
  CHECK(properties_of(tables.at("capabilities")) == keys_of_table<CapabilityTable>());
  CHECK(properties_of(tables.at("service")) == keys_of_table<ServiceNeed>());
  for (const auto& [key, value] : tables.at("docker").at("properties").as_object()) {
    CAPTURE(std::string(key));
    CHECK_FALSE(value.at("examples").as_array().at(0).is_null());
  }
}

TEST_CASE("the schema of policies has every rule with its parameters, and every default") {
  const json::value document = json::parse(policy_schema());
  const json::object& rules = document.at_pointer("/properties/rules/properties").as_object();
  CHECK(rules.size() == rule_catalogue().size());
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    const json::value& settings = rules.at(rule.id);
    CHECK(settings.at("description").as_string() == rule.summary);
    Names known;
    if (settings.at("properties").as_object().contains("params")) {
      known = properties_of(settings.at_pointer("/properties/params"));
    }
    Names expected;
    for (const RuleParam& param : rule.params) expected.emplace(param.name);
    CHECK(known == expected);
  }
  Names defaults;
  for (const DefaultRow& row : default_rows()) defaults.emplace(row.key);
  CHECK(properties_of(document.at_pointer("/properties/defaults")) == defaults);
}

TEST_CASE("the schema of findings has the members that findings have") {
  Finding finding;
  finding.waived.emplace();
  const json::object written = to_json_object(finding);
  const json::object schema = schema::finding(false);
  CHECK(properties_of(schema) == keys_of(written));
  CHECK(properties_of(schema.at("properties").at_pointer("/waived/anyOf/0")) == keys_of(written.at("waived")));
  Names identified = keys_of(written);
  identified.emplace("fingerprint");
  CHECK(properties_of(schema::finding(true)) == identified);
}

TEST_CASE("the schema of lint documents has the members that they have") {
  const json::value schema = json::parse(lint_schema());
  LintReport report;
  report.policy = Policy::builtin("baseline");
  const json::value written = json::parse(format_lint(report, LintFormat::json));
  CHECK(properties_of(schema) == keys_of(written));
  for (const char* inner : {"tool", "summary"}) {
    CHECK(properties_of(schema.at("properties").at(inner)) == keys_of(written.at(inner)));
  }
}

TEST_CASE("an object of the schemas has no other keys than those that it names, or names by a pattern") {
  std::vector<json::value> open{json::parse(manifest_schema()), json::parse(policy_schema()),
                                json::parse(lint_schema())};
  while (!open.empty()) {
    const json::value value = std::move(open.back());
    open.pop_back();
    if (const json::array* array = value.if_array()) open.insert(open.end(), array->begin(), array->end());
    const json::object* object = value.if_object();
    if (object == nullptr) continue;
    const json::value* type = object->if_contains("type");
    if (type != nullptr && *type == "object") CHECK_MESSAGE(object->contains("additionalProperties"), pretty(value));
    for (const auto& [key, member] : *object) open.push_back(member);
  }
}
