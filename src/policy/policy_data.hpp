#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/document/policy_settings.hpp"
#include "policy/rules/support/rule.hpp"

namespace skillrun::inline v0 {

/// A rule that has something to judge, with what the policy says of it: together, because all of them are walked.
struct ActiveRule {
  const RuleInfo* info;
  void (*check)(const RuleContext& context, FindingSink& sink);
  Severity (*minimum)(const ContainerSpec& spec);
  const RuleParams* params;
  Severity severity;
};

/// A policy as the evaluation uses it: everything that can be looked up or compiled beforehand has been.
struct PolicyData {
  PolicySettings settings;                ///< with origins, for `policy show`
  std::vector<PolicyInput> inputs;        ///< the policies that took part
  std::vector<SourcePtr> documents;       ///< all that were read, those that others extend too
  std::string digest;                     ///< of what they say
  std::vector<Severity> severities;       ///< by index in the catalogue
  std::vector<RuleParams> params;         ///< likewise
  std::vector<ActiveRule> active;         ///< in the order of the catalogue
  std::vector<const CustomRule*> custom;  ///< those that are not off; they live in `settings`
  std::vector<PolicyWaiver> waivers;      ///< of rules that nobody has locked

  /// True for a rule of the catalogue and for a custom one.
  [[nodiscard]] bool knows(std::string_view rule) const noexcept;
  /// Why findings of that rule cannot be waived, as half a sentence; nothing when they can.
  [[nodiscard]] std::optional<std::string> unwaivable(std::string_view rule) const;
};

/// What a policy is made of. It lives as long as the policy.
[[nodiscard]] const PolicyData& data_of(const Policy& policy) noexcept;

/// The only way to make a Policy. The settings must have a severity for every rule. `texts` is all that they were read
/// from, for the digest.
struct PolicyBuilder {
  [[nodiscard]] static std::shared_ptr<const Policy> build(PolicySettings settings, std::vector<PolicyInput> inputs,
                                                           std::vector<SourcePtr> documents, std::string_view texts);
};

/// What the built-in policy of that name sets: a column of the catalogue, and its document's defaults. Null for any
/// other name.
[[nodiscard]] const PolicySettings* builtin_settings(std::string_view name);

}  // namespace skillrun::inline v0
