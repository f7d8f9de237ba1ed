// A manifest as a tired person writes it: every fault at once, none twice, each at its place, and the remedies fix it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "support.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

namespace {

const fs::path folder = fs::path(SKILLRUN_SOURCE_DIR) / "tests/fixtures/lint";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string golden_of(const LintedFile& file) {
  std::string text;
  for (const Finding& finding : file.findings) {
    text += std::to_string(finding.span.begin.line) + ":" + std::to_string(finding.span.begin.column) + " " +
            std::string(to_string(finding.severity)) + " " + finding.rule + " " + finding.skill +
            (finding.instance ? "@" + *finding.instance : std::string()) + " " + finding.field + " " + finding.message +
            "\n    " + finding.remediation + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a messy manifest gives every fault at once, each once, with a place and a remedy") {
  const LintedFile file = lint_toml(read(folder / "messy.toml"), "messy.toml");
  const fs::path golden = folder / "messy.txt";
  if (std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr) std::ofstream(golden, std::ios::binary) << golden_of(file);
  CHECK(golden_of(file) == read(golden));
  std::set<std::tuple<Position, std::string, std::string, std::string>> seen;
  std::set<std::string> fingerprints;
  for (const Finding& finding : file.findings) {
    CAPTURE(finding.message);
    CHECK(finding.span.known());
    CHECK_FALSE(finding.remediation.empty());
    CHECK(seen.emplace(finding.span.begin, finding.rule, finding.skill, finding.message).second);
    CHECK(fingerprints.insert(finding.fingerprint).second);
  }
}

TEST_CASE("whoever follows the remedies is done") {
  const LintedFile file = lint_toml(read(folder / "messy-mended.toml"), "messy-mended.toml");
  for (const Finding& finding : file.findings) {
    CAPTURE(finding.rule);
    CAPTURE(finding.span.begin.line);
    CAPTURE(finding.message);
    CHECK(finding.severity < Severity::warning);
  }
  CHECK(file.skills.size() >= 20);
}
