// SKILL.md files of any bytes. A manifest that one names lies within its folder, whatever it is called: a linter that
// follows names out of the folder would read what its caller never meant.
#include <filesystem>

#include "fuzz_lint.hpp"
#include "lint/skill_md.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const auto source = fuzz::source_of(std::string(reinterpret_cast<const char*>(data), size), "pdf-tools/SKILL.md");
  LintedSkillMd linted = lint_skill_md(source, "pdf-tools/SKILL.md", fuzz::lint_context());
  fuzz::check_linted(linted.file);
  fuzz::require(linted.file.skills.size() <= 1);
  if (!linted.sidecar) return 0;
  const std::filesystem::path sidecar(linted.sidecar->value);
  fuzz::require(sidecar.is_relative() && !sidecar.empty());
  for (const auto& part : sidecar) fuzz::require(part != "..");
  const std::size_t before = linted.file.findings.size();
  report_missing_sidecar(linted, "is not there");
  fuzz::require(linted.file.findings.size() == before + 1);
  fuzz::check_linted(linted.file);
  return 0;
}
