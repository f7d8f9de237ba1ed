// Compose files and SKILL.md files of tests/fixtures/lint with all that is found in them: the .txt beside a file, or in
// a skill's folder findings.txt. SKILLRUN_UPDATE_GOLDENS=1 writes these files anew.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "lint/lint_files.hpp"
#include "support.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

namespace {

const fs::path root = fs::path(SKILLRUN_SOURCE_DIR) / "tests/fixtures/lint";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string of_another(const Finding& finding, const LintedFile& file) {
  if (!finding.source || finding.source == file.source) return {};
  return " in " + fs::path(finding.source->name).filename().string();
}

std::string golden_of(const LintedFiles& linted) {
  std::string text;
  for (const LintedFile& file : linted.files) {
    text += fs::path(file.path).filename().string() + "\n";
    for (const Finding& finding : file.findings) {
      text += "  " + finding.rule + " " + std::to_string(finding.span.begin.line) + ":" +
              std::to_string(finding.span.begin.column) + " " + (finding.field.empty() ? "-" : finding.field) + " " +
              finding.message + (finding.waived ? " (waived)" : "") + of_another(finding, file) + "\n";
    }
  }
  for (const UnreadableFile& file : linted.unreadable) text += "unreadable: " + file.why + "\n";
  return text;
}

void check(const fs::path& file, LintKind kind, const fs::path& golden) {
  const Context context;
  const LintInput input{.path = file.string(), .repository_path = file.filename().string(), .kind = kind};
  std::string found = golden_of(lint_files({input}, context.context));
  for (std::size_t at = 0; (at = found.find(root.string(), at)) != std::string::npos;) {
    found.replace(at, root.string().size(), "<fixtures>");
  }
  if (std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr) std::ofstream(golden, std::ios::binary) << found;
  CAPTURE(file.string());
  CHECK(found == read(golden));
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

TEST_CASE("Compose files are judged service by service, at their own places") {
  std::size_t checked = 0;
  for (const fs::path& file : entries(root / "compose")) {
    if (file.extension() != ".yaml") continue;
    check(file, LintKind::compose, fs::path(file).replace_extension(".txt"));
    ++checked;
  }
  CHECK(checked >= 4);
}

TEST_CASE("SKILL.md files are checked, with the manifest that they name") {
  std::size_t checked = 0;
  for (const fs::path& folder : entries(root / "skill-md")) {
    check(folder / "SKILL.md", LintKind::skill_md, folder / "findings.txt");
    ++checked;
  }
  CHECK(checked >= 5);
}
