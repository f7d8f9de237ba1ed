#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/document/policy_document.hpp"
#include "policy/document/read_param.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

class RuleReader {
 public:
  RuleReader(const DocumentContext& context, const RuleInfo& rule, RuleSettings& settings)
      : context_(context), reader_(context.reader), rule_(rule), settings_(settings) {}

  void read(const ValueNode& node, const Path& top) {
    if (!require_table(reader_.reporter(), node, top)) return;
    for (const Member& member : node.members) {
      const Path path(top, member.key);
      if (member.key == "severity") {
        severity(member.value, path);
      } else if (member.key == "params") {
        params(member.value, path);
      } else if (member.key == "locked") {
        locked(member.value, path);
      } else {
        report_unknown_key(reader_.reporter(), member, top, names_of(rule_keys));
      }
    }
  }

 private:
  void severity(const ValueNode& node, const Path& path) {
    const auto severity = reader_.severity(node, path);
    if (!severity) return;
    if (rule_.always_refuses() && *severity != Severity::error) {
      reader_.invalid(
          node, path,
          fmt::format("{} cannot be relaxed: what is not understood is refused under every policy", rule_.id),
          "remove the entry");
      return;
    }
    settings_.severity = Placed<Severity>{*severity, context_.at(node.span)};
  }

  void params(const ValueNode& node, const Path& top) {
    if (!require_table(reader_.reporter(), node, top)) return;
    if (rule_.params.empty()) {
      reader_.invalid(node, top, fmt::format("{} takes no parameters", rule_.id),
                      fmt::format("remove the entry; see `skillrun rules {}`", rule_.id));
      return;
    }
    std::vector<std::string_view> names;
    for (const RuleParam& param : rule_.params) names.push_back(param.name);
    for (const Member& member : node.members) {
      const auto found = std::ranges::find(rule_.params, member.key, &RuleParam::name);
      if (found == rule_.params.end()) {
        report_unknown_key(reader_.reporter(), member, top, names);
      } else if (auto value = read_param(reader_, *found, member.value, Path(top, member.key))) {
        settings_.params.push_back(
            {.param = &*found, .value = std::move(*value), .origin = context_.at(member.value.span)});
      }
    }
    // In this order a list of its own does not take away what the same document adds to it.
    std::ranges::stable_partition(
        settings_.params, [](const ParamSetting& setting) { return setting.param->effect == ParamEffect::replace; });
  }

  void locked(const ValueNode& node, const Path& path) {
    const auto value = reader_.boolean(node, path);
    if (!value) return;
    if (!*value) {
      reader_.invalid(node, path, "a lock cannot be taken back", "remove the entry");
      return;
    }
    settings_.locked = context_.at(node.span);
  }

  const DocumentContext& context_;
  const NodeReader& reader_;
  const RuleInfo& rule_;
  RuleSettings& settings_;
};

}  // namespace

void read_rule_settings(const DocumentContext& context, const ValueNode& node, const Path& top,
                        std::vector<RuleSettings>& rules) {
  if (!require_table(context.reader.reporter(), node, top)) return;
  std::vector<std::string_view> ids;
  for (const RuleInfo& rule : rule_catalogue()) ids.push_back(rule.id);
  for (const Member& member : node.members) {
    const auto found = std::ranges::lower_bound(ids, member.key);
    if (found == ids.end() || *found != member.key) {
      report_unknown_key(context.reader.reporter(), member, top, ids);
      continue;
    }
    const auto index = static_cast<std::size_t>(found - ids.begin());
    RuleReader(context, rule_catalogue()[index], rules[index]).read(member.value, Path(top, member.key));
  }
}

}  // namespace skillrun::inline v0
