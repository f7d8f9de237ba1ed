#include <algorithm>

#include "policy/builtin_policies.hpp"
#include "policy/policy_builder.hpp"

namespace skillrun {

namespace {

std::shared_ptr<const Policy> read_builtin(std::string_view name) {
  const std::span<const BuiltinPolicy> builtins = builtin_policies();
  const auto found = std::ranges::find(builtins, name, &BuiltinPolicy::name);
  if (found == builtins.end()) return nullptr;
  const auto policy = read_policy(std::make_shared<const SourceText>(SourceText{
                                      .name = std::string(name), .directory = {}, .text = std::string(found->text)}),
                                  true);
  return policy ? *policy : nullptr;
}

}  // namespace

std::shared_ptr<const Policy> PolicyBuilder::build() && {
  auto policy = std::shared_ptr<Policy>(new Policy());
  policy->name_ = std::move(name);
  policy->severities_ = std::move(severities);
  policy->defaults_ = std::move(defaults);
  return policy;
}

std::vector<Severity> builtin_severities(std::string_view name) {
  Severity RuleInfo::* column = name == "privileged"   ? &RuleInfo::privileged
                                : name == "restricted" ? &RuleInfo::restricted
                                                       : &RuleInfo::baseline;
  std::vector<Severity> severities;
  for (const RuleInfo& rule : rule_catalogue()) severities.push_back(rule.*column);
  return severities;
}

std::shared_ptr<const Policy> Policy::builtin(std::string_view name) {
  // Read one by one: a run needs one of them.
  if (name == "baseline") {
    static const auto policy = read_builtin("baseline");
    return policy;
  }
  if (name == "restricted") {
    static const auto policy = read_builtin("restricted");
    return policy;
  }
  if (name == "privileged") {
    static const auto policy = read_builtin("privileged");
    return policy;
  }
  return nullptr;
}

std::expected<std::shared_ptr<const Policy>, Findings> Policy::parse(SourcePtr source) {
  return read_policy(std::move(source), false);
}

Severity Policy::severity(std::string_view rule) const noexcept {
  const std::span<const RuleInfo> catalogue = rule_catalogue();
  const auto found = std::ranges::lower_bound(catalogue, rule, {}, &RuleInfo::id);
  // A rule that is not in the catalogue can only come from a mistake: it refuses.
  if (found == catalogue.end() || found->id != rule) return Severity::error;
  return severities_[static_cast<std::size_t>(found - catalogue.begin())];
}

}  // namespace skillrun
