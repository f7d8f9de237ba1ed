#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <skillrun/manifest.hpp>

namespace skillrun::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Reads a manifest and resolves what it declares. Holds: a failure has an error, a success has none, and whatever is
/// reported can be printed and lies in the text.
inline void read_manifest(const std::uint8_t* data, std::size_t size, ManifestFormat format) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{"fuzz", "/srv", std::string(reinterpret_cast<const char*>(data), size)});
  const auto manifest = parse_manifest(source, format);
  const auto check = [](const Findings& findings) {
    for (const Finding& finding : findings) {
      require(!finding.rule.empty() && !finding.message.empty() && finding.source != nullptr);
      require(finding.span.known() && finding.span.begin <= finding.span.end);
    }
  };
  if (!manifest) {
    require(has_errors(manifest.error()));
    check(manifest.error());
    return;
  }
  require(!has_errors(manifest->warnings));
  check(manifest->warnings);
  const MapVariables variables({{"A", "a"}, {"EMPTY", ""}});
  const CallerContext caller{.workdir = "/w", .cwd = "/w", .home = "/h", .uid = 1, .gid = 1};
  for (const SkillDefinition& skill : manifest->skills) {
    const auto resolved = resolve_skill(*manifest, skill, {}, caller, variables, UndefinedVariables::warning);
    if (!resolved) require(has_errors(resolved.error()));
    for (const InstanceDefinition& instance : skill.instances) {
      (void)resolve_skill(*manifest, skill, instance.name, caller, variables, UndefinedVariables::error);
    }
  }
}

}  // namespace skillrun::fuzz
