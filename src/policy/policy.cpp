#include <algorithm>

#include <fmt/format.h>
#include <skillrun/rule.hpp>
#include <skillrun/version.hpp>

#include "policy/document/builtin_policies.hpp"
#include "policy/document/policy_document.hpp"
#include "policy/policy_data.hpp"
#include "policy/rules/support/rule.hpp"
#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view builtin_names[] = {"baseline", "restricted", "privileged"};

PolicySettings read_builtin(std::string_view name) {
  const auto builtins = builtin_policies();
  const auto found = std::ranges::find(builtins, name, &BuiltinPolicy::name);
  Severity RuleInfo::* column = name == "privileged"   ? &RuleInfo::privileged
                                : name == "restricted" ? &RuleInfo::restricted
                                                       : &RuleInfo::baseline;
  PolicySettings settings;
  if (found != builtins.end()) {
    const auto source = std::make_shared<const SourceText>(
        SourceText{.name = std::string(name), .directory = {}, .text = std::string(found->text)});
    if (auto document = read_policy_document(source, true)) settings = std::move(document->settings);
  }
  settings.name = name;
  const auto catalogue = rule_catalogue();
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    settings.rules[i].severity =
        Placed<Severity>{catalogue[i].*column, {.policy = std::string(name), .source = nullptr, .span = {}}};
  }
  return settings;
}

template <int index>
const PolicySettings& settings_of() {
  static const PolicySettings settings = read_builtin(builtin_names[index]);
  return settings;
}

template <int index>
const std::shared_ptr<const Policy>& policy_of() {
  static const auto policy = PolicyBuilder::build(
      settings_of<index>(),
      {PolicyInput{.layer = PolicyLayer::option, .builtin = std::string(builtin_names[index]), .source = nullptr}},
      std::vector<SourcePtr>(), fmt::format("{} {}\n", to_string(PolicyLayer::option), builtin_names[index]));
  return policy;
}

}  // namespace

const PolicySettings* builtin_settings(std::string_view name) {
  // Read one by one: a run needs one of them.
  if (name == builtin_names[0]) return &settings_of<0>();
  if (name == builtin_names[1]) return &settings_of<1>();
  if (name == builtin_names[2]) return &settings_of<2>();
  return nullptr;
}

std::shared_ptr<const Policy> Policy::builtin(std::string_view name) {
  if (name == builtin_names[0]) return policy_of<0>();
  if (name == builtin_names[1]) return policy_of<1>();
  if (name == builtin_names[2]) return policy_of<2>();
  return nullptr;
}

std::shared_ptr<const Policy> PolicyBuilder::build(PolicySettings settings, std::vector<PolicyInput> inputs,
                                                   std::vector<SourcePtr> documents, std::string_view texts) {
  auto data = std::make_unique<PolicyData>();
  const std::span<const Rule> rules = all_rules();
  data->params.reserve(rules.size());  // rules in `active` point into it
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const RuleSettings& rule = settings.rules[i];
    // Nothing builds settings without a base; if something did, its rules would refuse.
    data->severities.push_back(rule.severity ? rule.severity->value : Severity::error);
    RuleParams& params = data->params.emplace_back();
    for (const ParamSetting& setting : rule.params) params.set(setting.param->name, setting.value);
    const bool speaks = data->severities.back() != Severity::off || rules[i].minimum != nullptr;
    if (rules[i].check == nullptr || !speaks) continue;
    data->active.push_back({.info = &rules[i].info,
                            .check = rules[i].check,
                            .minimum = rules[i].minimum,
                            .params = &params,
                            .severity = data->severities.back()});
  }
  data->settings = std::move(settings);
  for (const CustomRule& rule : data->settings.custom) {
    if (rule.severity != Severity::off) data->custom.push_back(&rule);
  }
  for (const PolicyWaiver& waiver : data->settings.waivers) {
    if (!data->unwaivable(waiver.rule)) data->waivers.push_back(waiver);
  }
  data->inputs = std::move(inputs);
  data->documents = std::move(documents);
  data->digest = "sha256:" + sha256(fmt::format("skillrun {}\n{}", version, texts));
  return std::shared_ptr<const Policy>(new Policy(std::move(data)));
}

bool PolicyData::knows(std::string_view rule) const noexcept {
  return find_rule(rule) != nullptr || settings.find_custom(rule) != nullptr;
}

std::optional<std::string> PolicyData::unwaivable(std::string_view rule) const {
  const std::span<const RuleInfo> catalogue = rule_catalogue();
  const RuleInfo* info = find_rule(rule);
  if (info == nullptr) {
    const CustomRule* own = settings.find_custom(rule);
    if (own == nullptr) return "there is no such rule";
    return own->locked ? std::optional(skillrun::describe(own->origin) + " has locked it") : std::nullopt;
  }
  if (info->always_refuses()) return "what is not understood is refused under every policy";
  if (rule == "expired-waiver" || rule == "unused-waiver") return "it is about waivers itself";
  const auto& locked = settings.rules[static_cast<std::size_t>(info - catalogue.data())].locked;
  if (locked) return skillrun::describe(*locked) + " has locked it";
  return std::nullopt;
}

Policy::Policy(std::unique_ptr<const PolicyData> data) : data_(std::move(data)) {}

Policy::~Policy() = default;

const PolicyData& data_of(const Policy& policy) noexcept { return *policy.data_; }

const std::string& Policy::digest() const noexcept { return data_->digest; }

const std::string& Policy::name() const noexcept { return data_->settings.name; }

const PolicyDefaults& Policy::defaults() const noexcept { return data_->settings.defaults.values; }

Severity Policy::severity(std::string_view rule) const noexcept {
  const std::span<const RuleInfo> catalogue = rule_catalogue();
  const auto found = std::ranges::lower_bound(catalogue, rule, {}, &RuleInfo::id);
  if (found == catalogue.end() || found->id != rule) {
    // What no policy defines can only come from a mistake: it refuses.
    const CustomRule* own = data_->settings.find_custom(rule);
    return own != nullptr ? own->severity : Severity::error;
  }
  return data_->severities[static_cast<std::size_t>(found - catalogue.begin())];
}

std::string_view to_string(PolicyLayer layer) noexcept {
  switch (layer) {
    case PolicyLayer::system: return "system";
    case PolicyLayer::user: return "user";
    case PolicyLayer::project: return "project";
    case PolicyLayer::option: return "option";
  }
  return "option";
}

std::string_view describe(ParamType type) noexcept {
  switch (type) {
    case ParamType::size: return "a size such as 512m or 2GiB";
    case ParamType::count: return "a whole number";
    case ParamType::cpus: return "a number of CPUs such as 1.5";
    case ParamType::duration: return "a duration such as 90s or 10m";
    case ParamType::words: return "a list of texts";
    case ParamType::paths: return "a list of absolute paths";
    case ParamType::images: return "a list of image patterns such as docker.io/library/*";
    case ParamType::roots: return "a list of absolute paths, of \"${SKILL_WORKDIR}\", or of {path, mode: ro|rw}";
    case ParamType::ports: return "a list of host ports such as 8080, 8000-8099 or 5353/udp";
  }
  return "a value";
}

}  // namespace skillrun::inline v0
