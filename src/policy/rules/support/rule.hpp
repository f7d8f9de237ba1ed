#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <skillrun/policy.hpp>

#include "policy/rules/support/rule_params.hpp"

namespace skillrun::inline v0 {

/// What a check may see. `spec` has the policy's defaults in it already.
struct RuleContext {
  const ContainerSpec& spec;
  const HostView& host;
  const RuleParams& params;  ///< what the policy sets for this rule
};

/// Takes what a check finds. Rule id, severity, skill and place are filled in by the evaluation.
class FindingSink {
 public:
  virtual ~FindingSink() = default;
  /// `message` says what is wrong with the value; `origin` says where it was declared. The rule's own remedy is used
  /// unless a better one is given.
  void report(const Origin& origin, std::string message, std::string remedy = {}) {
    take(origin, std::move(message), std::move(remedy), Severity::error);
  }
  /// The same for a lesser case of the rule: its severity is never above `most`.
  void report_at_most(Severity most, const Origin& origin, std::string message, std::string remedy = {}) {
    take(origin, std::move(message), std::move(remedy), most);
  }
  /// The skill asks for something of the caller's. Where the caller or a policy has granted it the finding becomes an
  /// info that says who; otherwise it is reported as above, with the way to grant it as its remedy unless one is given.
  /// True when it was granted: what else the value leads to is still to be judged.
  bool ask(Ask ask, const Origin& origin, std::string message, std::string remedy = {},
           Severity most = Severity::error) {
    return take_ask(std::move(ask), origin, std::move(message), std::move(remedy), most);
  }

 private:
  virtual void take(const Origin& origin, std::string message, std::string remedy, Severity most) = 0;
  virtual bool take_ask(Ask ask, const Origin& origin, std::string message, std::string remedy, Severity most) = 0;
};

/// A rule: its page in the catalogue and its check. A null check means that the parsers report it (through
/// ContainerSpec::problems or while the manifest is read) and the rule only gives it a page and a severity.
struct Rule {
  RuleInfo info;
  void (*check)(const RuleContext& context, FindingSink& sink) = nullptr;
  /// The least severity for this spec, whatever the policy says: for what the manifest itself asks to be enforced.
  Severity (*minimum)(const ContainerSpec& spec) = nullptr;
};

using RuleFamily = std::span<const Rule> (*)();

/// One function per file of src/policy/rules; generated.
[[nodiscard]] std::span<const RuleFamily> rule_families();

/// Every rule, sorted by id.
[[nodiscard]] std::span<const Rule> all_rules();

}  // namespace skillrun::inline v0
