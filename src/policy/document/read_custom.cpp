#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/document/policy_document.hpp"
#include "policy/document/read_conditions.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_rules = 200;
constexpr std::size_t max_id = 64;

std::string read_id(const NodeReader& reader, const ValueNode& node, const Path& path) {
  const std::string id = reader.name(node, path).value_or("");
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (id.find_first_not_of(letters) != std::string::npos || id.starts_with('-') || id.size() > max_id) {
    reader.invalid(node, path, fmt::format("'{}' is not the id of a rule", printable(id)),
                   fmt::format("use small letters, digits and dashes, at most {}", max_id));
  } else if (find_rule(id) != nullptr) {
    reader.invalid(node, path, fmt::format("'{}' is a built-in rule", id),
                   "choose another id; built-in rules are changed under rules");
  }
  return id;
}

std::optional<CustomRule> read_rule(const DocumentContext& context, const ValueNode& node, const Path& top) {
  const NodeReader& reader = context.reader;
  if (!require_table(reader.reporter(), node, top)) return std::nullopt;
  CustomRule rule;
  rule.origin = context.at(node.span);
  rule.written = std::make_shared<const ValueNode>(node);
  for (const Member& member : node.members) {
    const Path path(top, member.key);
    const ValueNode& value = member.value;
    if (member.key == "id") {
      rule.id = read_id(reader, value, path);
    } else if (member.key == "when") {
      rule.when = read_condition(reader, value, path);
    } else if (member.key == "assert") {
      rule.assertion = read_condition(reader, value, path);
    } else if (member.key == "severity") {
      rule.severity = reader.severity(value, path).value_or(Severity::error);
    } else if (member.key == "message") {
      rule.message = reader.name(value, path).value_or("");
    } else if (member.key == "remedy") {
      rule.remedy = reader.name(value, path).value_or("");
    } else if (member.key == "locked") {
      rule.locked = reader.boolean(value, path).value_or(false);
    } else {
      report_unknown_key(reader.reporter(), member, top, names_of(custom_rule_keys));
    }
  }
  reader.require_keys(node, top, custom_rule_keys);
  if (rule.remedy.empty()) rule.remedy = fmt::format("do as the policy {} asks, or talk to its owner", context.policy);
  return rule;
}

}  // namespace

void read_custom_rules(const DocumentContext& context, const ValueNode& node, const Path& top,
                       std::vector<CustomRule>& rules) {
  const NodeReader& reader = context.reader;
  if (node.items.size() > max_rules) {
    reader.invalid(node, top, fmt::format("more than {} rules", max_rules), "join some of them with all");
    return;
  }
  rules =
      reader.list(node, top, [&](const ValueNode& item, const Path& path) { return read_rule(context, item, path); });
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto same = [&](const CustomRule& other) { return other.id == rules[i].id; };
    if (std::any_of(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      reader.reporter().report(Path(top, i), rules[i].origin.span,
                               {.rule = invalid_value,
                                .message = fmt::format("a second rule '{}'", rules[i].id),
                                .evidence = rules[i].id,
                                .remediation = "give each rule an id of its own"});
    }
  }
}

}  // namespace skillrun::inline v0
