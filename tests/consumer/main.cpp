// Embeds the policy checker: judges every skill of a manifest given on standard input and prints the findings.
// Exits with 0 when all are admitted, 1 when one is refused, 2 when the manifest cannot be read.
#include <iostream>
#include <iterator>
#include <skillrun/skillrun.hpp>

namespace {

skillrun::CallerContext caller() {
  return {.workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/user", .uid = 1000, .gid = 1000};
}

skillrun::Findings judge(const skillrun::Manifest& manifest, const skillrun::SkillDefinition& skill) {
  const skillrun::MapVariables variables({});
  const auto resolved = skillrun::resolve_skill(manifest, skill, std::nullopt, caller(), variables);
  if (!resolved) return resolved.error();
  const skillrun::LexicalHost host;
  auto spec = skillrun::normalize(*resolved, {}, caller(), variables);
  const auto approved = skillrun::admit(*skillrun::Policy::builtin("baseline"), std::move(spec), host);
  return approved ? approved->findings() : approved.error().findings;
}

}  // namespace

int main() {
  auto source = std::make_shared<skillrun::SourceText>();
  source->name = "<stdin>";
  source->directory = "/srv/project";
  source->text.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto manifest = skillrun::parse_manifest(std::move(source), skillrun::ManifestFormat::toml);
  if (!manifest) {
    std::cout << skillrun::format_text(manifest.error());
    return 2;
  }
  bool refused = false;
  for (const skillrun::SkillDefinition& skill : manifest->skills) {
    const skillrun::Findings findings = judge(*manifest, skill);
    refused = refused || skillrun::has_errors(findings);
    for (const skillrun::Finding& finding : findings) {
      std::cout << skillrun::to_string(finding.severity) << ' ' << finding.rule << ' ' << finding.skill << ' '
                << finding.span.begin.line << '\n';
    }
  }
  std::cout << "skillrun " << skillrun::version << (refused ? ": refused\n" : ": admitted\n");
  return refused ? 1 : 0;
}
