#include <algorithm>
#include <vector>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule.hpp"

namespace skillrun::inline v0 {

std::span<const Rule> all_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> all;
    for (const RuleFamily family : rule_families()) {
      const std::span<const Rule> members = family();
      all.insert(all.end(), members.begin(), members.end());
    }
    std::ranges::sort(all, {}, [](const Rule& rule) { return rule.info.id; });
    return all;
  }();
  return rules;
}

std::span<const RuleInfo> rule_catalogue() {
  static const std::vector<RuleInfo> catalogue = [] {
    std::vector<RuleInfo> infos;
    for (const Rule& rule : all_rules()) infos.push_back(rule.info);
    return infos;
  }();
  return catalogue;
}

const RuleInfo* find_rule(std::string_view id) {
  const std::span<const RuleInfo> catalogue = rule_catalogue();
  const auto found = std::ranges::lower_bound(catalogue, id, {}, &RuleInfo::id);
  return found != catalogue.end() && found->id == id ? &*found : nullptr;
}

}  // namespace skillrun::inline v0
