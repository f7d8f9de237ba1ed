#pragma once

#include <span>
#include <string>
#include <string_view>

#include <skillrun/policy.hpp>

namespace skillrun {

/// What a check may see. `spec` has the policy's defaults in it already.
struct RuleContext {
  const ContainerSpec& spec;
  const HostView& host;
};

/// Takes what a check finds. Rule id, severity, skill and place are filled in by the evaluation.
class Reporter {
 public:
  virtual ~Reporter() = default;
  /// `message` says what is wrong with the value; `origin` says where it was declared. The rule's own remedy is used
  /// unless a better one is given.
  virtual void report(const Origin& origin, std::string message, std::string remedy = {}) = 0;
};

/// A rule: its page in the catalogue and its check. A null check means that the parsers report it (through
/// ContainerSpec::problems or while the manifest is read) and the rule only gives it a page and a severity.
struct Rule {
  RuleInfo info;
  void (*check)(const RuleContext& context, Reporter& reporter) = nullptr;
};

using RuleFamily = std::span<const Rule> (*)();

/// One function per file of src/policy/rules; generated.
[[nodiscard]] std::span<const RuleFamily> rule_families();

/// Every rule, sorted by id.
[[nodiscard]] std::span<const Rule> all_rules();

}  // namespace skillrun
