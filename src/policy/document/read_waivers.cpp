#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/document/policy_document.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_waivers = 1000;

/// Whether the rule exists is known when the custom rules of all policies are.
void check_rule(const NodeReader& reader, const ValueNode& node, const Path& path) {
  const RuleInfo* rule = find_rule(node.text);
  if (rule == nullptr) return;
  if (rule->always_refuses()) {
    reader.invalid(node, path,
                   fmt::format("{} cannot be waived: what is not understood is refused under every policy", rule->id),
                   "remove the waiver");
  } else if (rule->id == "expired-waiver" || rule->id == "unused-waiver") {
    reader.invalid(node, path, fmt::format("{} cannot be waived: it is about waivers itself", rule->id),
                   "remove the waiver");
  }
}

std::optional<PolicyWaiver> read_waiver(const DocumentContext& context, const ValueNode& node, const Path& top) {
  const NodeReader& reader = context.reader;
  if (!require_table(reader.reporter(), node, top)) return std::nullopt;
  PolicyWaiver waiver;
  waiver.origin = context.at(node.span);
  for (const Member& member : node.members) {
    const Path path(top, member.key);
    const auto name = [&] { return reader.name(member.value, path); };
    if (member.key == "rule") {
      waiver.rule = name().value_or("");
      if (!waiver.rule.empty()) check_rule(reader, member.value, path);
    } else if (member.key == "skill") {
      waiver.skill = name().value_or("");
    } else if (member.key == "instance") {
      waiver.instance = name();
    } else if (member.key == "field") {
      waiver.field = name();
    } else if (member.key == "evidence") {
      waiver.evidence = name();
    } else if (member.key == "reason") {
      waiver.reason = name().value_or("");
    } else if (member.key == "owner") {
      waiver.owner = name().value_or("");
    } else if (member.key == "expires") {
      waiver.expires = reader.date(member.value, path).value_or(std::chrono::year_month_day());
    } else {
      report_unknown_key(reader.reporter(), member, top, names_of(waiver_keys));
    }
  }
  reader.require_keys(node, top, waiver_keys);
  return waiver;
}

}  // namespace

void read_waivers(const DocumentContext& context, const ValueNode& node, const Path& top,
                  std::vector<PolicyWaiver>& waivers) {
  if (node.items.size() > max_waivers) {
    context.reader.invalid(node, top, fmt::format("more than {} waivers", max_waivers),
                           "fix what they are for, or change the rules");
    return;
  }
  waivers = context.reader.list(
      node, top, [&](const ValueNode& item, const Path& path) { return read_waiver(context, item, path); });
}

}  // namespace skillrun::inline v0
