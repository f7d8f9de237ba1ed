#include <doctest/doctest.h>
#include <skillrun/report.hpp>

#include "golden.hpp"
#include "report/sentence.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("docs/rules holds the page of every rule, and no other") {
  const fs::path folder = fs::path(SKILLRUN_SOURCE_DIR) / "docs/rules";
  for (const RuleInfo& rule : rule_catalogue()) {
    check_golden("docs/rules/" + std::string(rule.id) + ".md", format_rule_page(rule));
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    CHECK(entry.path().extension() == ".md");
    CHECK(find_rule(entry.path().stem().string()) != nullptr);
  }
}

TEST_CASE("a page says what, how severe, why and what to do") {
  const RuleInfo* rule = find_rule("memory-missing");
  REQUIRE(rule != nullptr);
  const std::string page = format_rule_page(*rule);
  for (const std::string_view part : {"# memory-missing", "| baseline | warning |", "| restricted | error |", "## Why",
                                      "## How to fix it", "CIS Docker 1.6.0 5.11"}) {
    CAPTURE(part);
    CHECK(page.find(part) != std::string::npos);
  }
}

TEST_CASE("a sentence part becomes a sentence, and a question stays one") {
  CHECK(sentence("remove it") == "Remove it.");
  CHECK(sentence("did you mean \"memory\"?") == "Did you mean \"memory\"?");
  CHECK(sentence("\u00e9t\u00e9") == "\u00e9t\u00e9.");
}
