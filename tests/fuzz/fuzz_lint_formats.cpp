// Reports on a manifest of any bytes after the first NUL, in a file whose name is any bytes before it: JSON parses, XML
// is well-formed, and nothing in any of them acts on what shows it.
#include <vector>

#include <skillrun/report.hpp>

#include "fuzz_lint.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace {

using namespace skillrun;

/// UTF-8 without control characters that act on what shows it.
void check_text(const std::string& text, std::string_view allowed = "\n") {
  fuzz::require(!find_invalid_utf8(text) && !find_control_character(text, allowed));
}

/// Every tag is closed by its own, no attribute stands twice, and references are known ones.
void check_xml(std::string_view text) {
  for (const std::string_view forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) fuzz::require(!text.contains(forbidden));
  fuzz::require(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
  text.remove_prefix(text.find('\n'));
  std::vector<std::string_view> open;
  while (!text.empty()) {
    const std::size_t begin = text.find('<');
    if (begin == std::string_view::npos) break;
    for (std::string_view rest = text.substr(0, begin); rest.contains('&');) {
      rest.remove_prefix(rest.find('&'));
      const std::string_view name = rest.substr(1, rest.find(';') - 1);
      fuzz::require(name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "#39");
      rest.remove_prefix(1);
    }
    const std::size_t end = text.find('>', begin);
    fuzz::require(end != std::string_view::npos);
    std::string_view tag = text.substr(begin + 1, end - begin - 1);
    text.remove_prefix(end + 1);
    fuzz::require(!tag.contains('<'));
    if (tag.starts_with('/')) {
      fuzz::require(!open.empty() && open.back() == tag.substr(1));
      open.pop_back();
      continue;
    }
    std::size_t quotes = 0;
    for (const char c : tag) quotes += c == '"' ? 1 : 0;
    fuzz::require(quotes % 2 == 0);
    if (!tag.ends_with('/')) open.push_back(tag.substr(0, tag.find(' ')));
  }
  fuzz::require(open.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [path, text] = fuzz::two_texts(data, size);
  const bool yaml = path.ends_with('y');
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(lint_manifest(fuzz::source_of(text, path), yaml ? ManifestFormat::yaml : ManifestFormat::toml,
                                       path, fuzz::lint_context()));
  for (const LintFormat format : {LintFormat::json, LintFormat::sarif, LintFormat::gitlab}) {
    const std::string printed = format_lint(report, format);
    // JSON may hold DEL and what follows it as it is.
    fuzz::require(!find_invalid_utf8(printed) && !printed.contains('\x1b'));
    boost::system::error_code error;
    (void)json::parse(printed, error);
    fuzz::require(!error);
  }
  for (const LintFormat format : {LintFormat::junit, LintFormat::checkstyle}) {
    const std::string printed = format_lint(report, format);
    check_text(printed);
    check_xml(printed);
  }
  for (const LintFormat format : {LintFormat::text, LintFormat::github, LintFormat::html}) {
    check_text(format_lint(report, format), format == LintFormat::html ? "\n\t" : "\n");
  }
  // One annotation is one line, which begins with its command.
  const std::string annotations = format_lint(report, LintFormat::github);
  for (const std::string_view line : split(annotations, '\n')) {
    fuzz::require(line.empty() || line.starts_with("::error file=") || line.starts_with("::warning file=") ||
                  line.starts_with("::notice file="));
  }
  const auto baseline = Baseline::parse(Baseline::of(report).text());
  fuzz::require(baseline.has_value());
  return 0;
}
