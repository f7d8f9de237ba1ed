// The place of each finding, cut out of the text, is what the finding says is at fault; for every rule's fixtures.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "manifest/text_index.hpp"
#include "support.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The value that a token of TOML or YAML stands for, for the escapes that the fixtures use.
std::string value_of(std::string_view token) {
  const auto unwrap = [&](std::string_view quotes) {
    const bool wrapped =
        token.size() >= 2 * quotes.size() && token.starts_with(quotes) && token.ends_with(quotes) && !quotes.empty();
    if (wrapped) token = token.substr(quotes.size(), token.size() - 2 * quotes.size());
    return wrapped;
  };
  if (unwrap("'''") || unwrap("'")) return std::string(token);
  if (!unwrap("\"\"\"") && !unwrap("\"")) return std::string(token);
  std::string value;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '\\' || i + 1 == token.size()) {
      value += token[i];
      continue;
    }
    const char c = token[++i];
    if (c == 'n') {
      value += '\n';
    } else if (c == 't') {
      value += '\t';
    } else if (c == '0') {
      value += '\0';
    } else if (c == 'u' && token.size() - i > 4) {
      const auto point = std::stoul(std::string(token.substr(i + 1, 4)), nullptr, 16);
      if (point < 0x80) value += static_cast<char>(point);
      if (point >= 0x80) value += "?";
      i += 4;
    } else {
      value += c;
    }
  }
  return value;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

}  // namespace

TEST_CASE("what is cut out at a finding's place is its evidence") {
  const fs::path rules = fs::path(SKILLRUN_SOURCE_DIR) / "tests/fixtures/rules";
  std::size_t compared = 0;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(rules)) {
    const fs::path& path = entry.path();
    const auto format = format_of(path.string());
    if (!entry.is_regular_file() || !format || path.filename() == "policy.yaml") continue;
    ++files;
    Context context;
    context.context.policy = Policy::builtin("restricted");
    const std::string name = path.lexically_relative(rules).string();
    const LintedFile file = lint_manifest(source_of(read(path), name), *format, name, context.context);
    const TextIndex index(file.source->text);
    for (const Finding& finding : file.findings) {
      if (!finding.span.known() || finding.evidence.empty() || !is_ascii(finding.evidence)) continue;
      // A secret is never quoted.
      if (finding.evidence.contains("***")) continue;
      const std::string_view token = index.slice(finding.span);
      CAPTURE(name);
      CAPTURE(finding.rule);
      CAPTURE(token);
      CHECK((value_of(token) == finding.evidence || token.contains(finding.evidence)));
      ++compared;
    }
  }
  CHECK(files > 400);
  CHECK(compared > 600);
}
