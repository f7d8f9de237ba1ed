// Embeds the policy checker: judges every skill of a manifest given on standard input and prints the findings.
// Exits with 0 when all are admitted, 1 when one is refused, 2 when the manifest cannot be read.
#include <iostream>
#include <iterator>
#include <skillrun/skillrun.hpp>

int main() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const skillrun::LexicalHost text_alone;
  const skillrun::MapVariables no_variables({});
  const skillrun::Verdict verdict = skillrun::check(
      text, skillrun::ManifestFormat::toml,
      {.host = &text_alone,
       .variables = &no_variables,
       .caller = skillrun::CallerContext{
           .workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/user", .uid = 1000, .gid = 1000}});
  for (const skillrun::Finding& finding : verdict.findings) {
    std::cout << skillrun::to_string(finding.severity) << ' ' << finding.rule << ' ' << finding.skill << ' '
              << finding.span.begin.line << ' ' << finding.message << '\n';
  }
  std::cout << "skillrun " << skillrun::version << (verdict.admitted ? ": admitted\n" : ": refused\n");
  if (verdict.admitted) return 0;
  // A skill that was judged has a name; a manifest that cannot be read has findings of the whole file.
  for (const skillrun::Finding& finding : verdict.findings) {
    if (finding.rule == "unknown-key" || finding.rule == "syntax-error") return 2;
  }
  return 1;
}
