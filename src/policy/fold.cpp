#include "policy/fold.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "policy/grants.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

class Folder {
 public:
  Folder(PolicySettings& below, FoldMode mode, Findings& faults) : below_(below), mode_(mode), faults_(faults) {}

  /// What a document that may only tighten makes stricter than what is below it, or than what holds where nobody says
  /// anything: whether a waiver has a place in it must not hang on how strict others are. Called before anything is
  /// laid over.
  void note_tightened(const PolicySettings& over) {
    if (mode_ != FoldMode::tighten || over.waivers.empty()) return;
    for (std::size_t i = 0; i < below_.rules.size(); ++i) {
      const auto& below = below_.rules[i].severity;
      const auto& above = over.rules[i].severity;
      const Severity usual = rule_catalogue()[i].baseline;
      const Severity least = below ? std::min(below->value, usual) : usual;
      if ((above && above->value > least) || !over.rules[i].params.empty()) {
        tightened_.emplace_back(rule_catalogue()[i].id);
      }
    }
    for (const CustomRule& rule : over.custom) {
      if (below_.find_custom(rule.id) == nullptr) tightened_.push_back(rule.id);
    }
  }

  void rule(std::size_t index, RuleSettings over) {
    RuleSettings& below = below_.rules[index];
    const RuleInfo& info = rule_catalogue()[index];
    // While a rule is off nothing passes that its parameters could let pass.
    const bool is_off = below.severity && below.severity->value == Severity::off;
    const bool bound = below.locked || (mode_ == FoldMode::tighten && !is_off);
    // Nor may what a lower layer lets pass beside a rule that it switched on itself bind the caller's own severity.
    if (mode_ != FoldMode::tighten && over.severity) {
      std::erase_if(below.params, [](const ParamSetting& setting) {
        return setting.of_lower_layer && setting.param->effect == ParamEffect::exempt;
      });
    }
    for (ParamSetting& setting : over.params) setting.of_lower_layer = mode_ == FoldMode::tighten;
    for (ParamSetting& setting : over.params) parameter(info, below, std::move(setting), bound);
    if (over.severity) severity(info, below, std::move(*over.severity));
    if (over.locked && !below.locked) below.locked = std::move(over.locked);
  }

  void defaults(DefaultSettings over);

  /// A rule of the same id takes the place of the one below, where that may be changed.
  void custom(CustomRule over) {
    const auto known = std::ranges::find(below_.custom, over.id, &CustomRule::id);
    if (known == below_.custom.end()) {
      below_.custom.push_back(std::move(over));
    } else if (same_place(known->origin, over.origin)) {
      return;  // the same document, by another way
    } else if (known->locked || mode_ == FoldMode::tighten) {
      refuse(over.origin, "custom", fmt::format("the rule {} cannot be changed", over.id),
             known->locked ? std::optional(known->origin) : std::nullopt, known->origin);
    } else {
      *known = std::move(over);
    }
  }

  /// Waivers of rules that are locked, by whoever, are faults, and in a layer that may only tighten so are those of
  /// rules that it does not make stricter: who clones a repository must not be bound by what it waives. Called when the
  /// rules have been laid over.
  void waivers(std::vector<PolicyWaiver> over) {
    for (PolicyWaiver& waiver : over) {
      const RuleInfo* info = find_rule(waiver.rule);
      const CustomRule* own = below_.find_custom(waiver.rule);
      if (info == nullptr && own == nullptr) {
        faults_.push_back(unknown_rule(waiver));
        continue;
      }
      std::optional<PolicyOrigin> locked;
      if (info != nullptr) locked = below_.rules[static_cast<std::size_t>(info - rule_catalogue().data())].locked;
      if (own != nullptr && own->locked) locked = own->origin;
      if (mode_ == FoldMode::tighten && std::ranges::find(tightened_, waiver.rule) == tightened_.end()) {
        faults_.push_back(
            setting_fault(waiver.origin, "waivers",
                          fmt::format("{} cannot be waived here: this policy does not make it stricter", waiver.rule),
                          "put the waiver into the machine's policy, or name this file with -p"));
      } else if (locked) {
        faults_.push_back(setting_fault(
            waiver.origin, "waivers",
            fmt::format("{} cannot be waived: {} has locked it", waiver.rule, describe(*locked)), "remove the waiver"));
      } else {
        add(std::move(waiver));
      }
    }
  }

  /// What is locked below is not for this document to open. Called before its rules are laid over, because a document
  /// may lock a rule for all others and say itself what passes.
  void grants(std::vector<PolicyGrant> over) {
    for (PolicyGrant& grant : over) {
      const auto is_known = [&](const PolicyGrant& other) { return same_place(other.origin, grant.origin); };
      if (std::ranges::any_of(below_.grants, is_known)) continue;  // the same document, by another way
      for (std::size_t i = 0; i < below_.rules.size(); ++i) {
        if (below_.rules[i].locked) bar(grant, i);
      }
      below_.grants.push_back(std::move(grant));
    }
  }

  /// A ban stays: whoever could lift it could waive.
  void inline_waivers(std::optional<Placed<bool>> over) {
    if (!over) return;
    auto& below = below_.inline_waivers;
    if (over->value && (below ? !below->value : mode_ == FoldMode::tighten)) {
      return refuse(over->origin, "inline_waivers", "comments in manifests cannot be allowed to waive here", {},
                    below ? std::optional(below->origin) : std::nullopt);
    }
    if (!below || below->value != over->value) below = std::move(over);
  }

 private:
  /// A waiver that is known by another way is the same; where the caller names it, no layer binds it any more.
  void add(PolicyWaiver waiver) {
    const auto known = std::ranges::find_if(
        below_.waivers, [&](const PolicyWaiver& other) { return same_place(other.origin, waiver.origin); });
    if (known == below_.waivers.end()) {
      below_.waivers.push_back(std::move(waiver));
    } else if (!waiver.layer) {
      known->layer.reset();
    }
  }

  /// Says so where the rule is the one that always asks for what is granted. The others ask for some of it, and find
  /// out for themselves.
  void bar(PolicyGrant& grant, std::size_t index) {
    const std::string_view rule = rule_catalogue()[index].id;
    if (!grant.is_barred(rule)) grant.barred.push_back(rule);
    for (const GrantPattern& pattern : grant.patterns) {
      if (!always_asks(rule, pattern)) continue;
      faults_.push_back(setting_fault({grant.origin.policy, grant.origin.source, pattern.span}, "grants",
                                      fmt::format("{} cannot be granted here: {} has locked {}",
                                                  printable(pattern.text), describe(*below_.rules[index].locked), rule),
                                      "remove the entry, or grant it there"));
    }
  }

  [[nodiscard]] Finding unknown_rule(const PolicyWaiver& waiver) const {
    std::vector<std::string_view> ids;
    for (const RuleInfo& known : rule_catalogue()) ids.push_back(known.id);
    for (const CustomRule& known : below_.custom) ids.push_back(known.id);
    const auto near = closest(waiver.rule, ids, 1);
    return setting_fault(
        waiver.origin, "waivers", fmt::format("no rule '{}'", printable(waiver.rule)),
        near.empty() ? "`skillrun rules` lists all" : fmt::format("did you mean \"{}\"?", near.front()));
  }

  static bool same_place(const PolicyOrigin& a, const PolicyOrigin& b) {
    return a.source && b.source && a.source->name == b.source->name && a.span == b.span;
  }

  static std::string field_of(const RuleInfo& rule, std::string_view key) {
    return fmt::format("rules.{}.{}", rule.id, key);
  }

  /// Says why a relaxing setting is refused. What a built-in policy has in it is nobody's attempt to relax.
  void refuse(const PolicyOrigin& origin, std::string field, const std::string& what,
              const std::optional<PolicyOrigin>& locked, const std::optional<PolicyOrigin>& by) {
    if (!origin.source) return;
    if (locked) {
      faults_.push_back(setting_fault(origin, std::move(field),
                                      fmt::format("{}: {} has locked it", what, describe(*locked)),
                                      "remove the entry, or make it stricter"));
    } else {
      faults_.push_back(setting_fault(origin, std::move(field),
                                      fmt::format("{}: a policy of this layer can only tighten what {} says", what,
                                                  by ? describe(*by) : "is below it"),
                                      "remove the entry, or make it stricter"));
    }
  }

  void severity(const RuleInfo& rule, RuleSettings& below, Placed<Severity> over) {
    const bool relaxes = below.severity && over.value < below.severity->value;
    if (relaxes && (below.locked || mode_ == FoldMode::tighten)) {
      refuse(over.origin, field_of(rule, "severity"),
             fmt::format("{} cannot be lowered from {} to {}", rule.id, to_string(below.severity->value),
                         to_string(over.value)),
             below.locked, below.severity->origin);
      return;
    }
    if (!below.severity || below.severity->value != over.value) below.severity = std::move(over);
  }

  void parameter(const RuleInfo& rule, RuleSettings& below, ParamSetting over, bool bound) {
    const auto known = std::ranges::find(below.params, over.param, &ParamSetting::param);
    ParamSetting* before = known == below.params.end() ? nullptr : &*known;
    const ParamValue* value = before == nullptr ? nullptr : &before->value;
    if (bound) {
      if (const auto what = relaxation(*over.param, value, over.value)) {
        refuse(over.origin, field_of(rule, fmt::format("params.{}", over.param->name)),
               fmt::format("{} would let {} pass {}", over.param->name, printable(*what), rule.id), below.locked,
               before != nullptr ? std::optional(before->origin)
               : below.severity  ? std::optional(below.severity->origin)
                                 : std::nullopt);
        return;
      }
    }
    // A list of its own takes the place of everything that was added before.
    if (over.param->effect == ParamEffect::replace) {
      std::erase_if(below.params,
                    [](const ParamSetting& setting) { return setting.param->effect == ParamEffect::add; });
    }
    over.value = merge(*over.param, value, std::move(over.value));
    const auto again = std::ranges::find(below.params, over.param, &ParamSetting::param);
    if (again == below.params.end()) {
      below.params.push_back(std::move(over));
    } else {
      *again = std::move(over);
    }
  }

  PolicySettings& below_;
  FoldMode mode_;
  Findings& faults_;
  std::vector<std::string> tightened_;  ///< rules of the catalogue and custom ones
};

void Folder::defaults(DefaultSettings over) {
  DefaultSettings& below = below_.defaults;
  for (std::size_t i = 0; i < default_rows().size(); ++i) {
    const DefaultRow& row = default_rows()[i];
    std::optional<PolicyOrigin>& origin = over.origins[i];
    if (!origin) continue;
    const bool tightens = mode_ == FoldMode::tighten;
    if (row.join != nullptr && (tightens || (row.joins_builtins && !origin->source))) {
      row.join(below.values, over.values);
    }
    if (row.equal(below.values, over.values) && below.origins[i]) continue;
    if (tightens && !row.tightens(below.values, over.values)) {
      refuse(*origin, fmt::format("defaults.{}", row.key), fmt::format("the default {} cannot be relaxed", row.key), {},
             below.origins[i]);
      continue;
    }
    row.take(below.values, over.values);
    below.origins[i] = std::move(origin);
  }
}

}  // namespace

void lay_over(PolicySettings& below, PolicySettings over, FoldMode mode, Findings& faults) {
  Folder folder(below, mode, faults);
  folder.note_tightened(over);
  folder.grants(std::move(over.grants));
  for (std::size_t i = 0; i < over.rules.size(); ++i) folder.rule(i, std::move(over.rules[i]));
  folder.defaults(std::move(over.defaults));
  for (CustomRule& rule : over.custom) folder.custom(std::move(rule));
  folder.waivers(std::move(over.waivers));
  folder.inline_waivers(std::move(over.inline_waivers));
  if (!over.name.empty()) below.name = std::move(over.name);
}

void refuse_grants(PolicySettings& project, Findings& faults) {
  for (const PolicyGrant& grant : std::exchange(project.grants, {})) {
    faults.push_back(setting_fault(
        grant.origin, "grants",
        fmt::format("{} cannot be granted anything here: a project would be granting itself", printable(grant.skill)),
        "put the grant into your own policy or the machine's, or name this file with -p"));
  }
}

}  // namespace skillrun::inline v0
