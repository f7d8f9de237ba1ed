#include "run/gap_findings.hpp"

#include <fmt/format.h>

#include "engine/log.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

std::string spoken_name(const EngineInfo& engine) { return engine.kind == "native" ? "native engine" : engine.kind; }

Finding default_without_effect(const ContainerSpec& spec, const Origin& origin, std::string_view setting,
                               std::string_view reason) {
  std::string what = fmt::format("the policy's default for {} has no effect: {}", setting, reason);
  log::info("{}", what);
  return finding_at(spec, origin, "unenforced-field", Severity::info, std::move(what),
                    "nothing to do, unless the skill needs it: then name an engine that can");
}

Findings findings_of_gaps(const ContainerSpec& spec, const EngineInfo& engine, std::span<const EngineGap> gaps) {
  Findings findings;
  for (const EngineGap& gap : gaps) {
    if (gap.gives_way) {
      findings.push_back(default_without_effect(spec, gap.origin, gap.setting, gap.reason));
    } else {
      findings.push_back(finding_at(
          spec, gap.origin, "unenforced-field", Severity::error,
          fmt::format("this {} cannot honour {}: {}", spoken_name(engine), gap.setting, printable(gap.reason)),
          "remove the setting, or name with --engine an engine that can"));
    }
  }
  sort_findings(findings);
  return findings;
}

Findings gap_findings(const Engine& engine, const ContainerSpec& spec) {
  return findings_of_gaps(spec, engine.info(), engine.gaps(spec));
}

std::string cannot_honour(const EngineInfo& engine) {
  return fmt::format("this {} cannot honour what was approved; nothing was run", spoken_name(engine));
}

}  // namespace skillrun::inline v0
