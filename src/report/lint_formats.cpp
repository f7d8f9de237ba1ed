#include "report/lint_formats.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "policy/policy_data.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

struct FormatRow {
  LintFormat format;
  std::string_view name;
  std::string (*write)(const LintReport& report, TextStyle style);
};

/// A writer that knows no style.
template <std::string (*write)(const LintReport&)>
std::string plain(const LintReport& report, TextStyle /*style*/) {
  return write(report);
}

/// Every format, in the order in which they are listed.
constexpr FormatRow formats[] = {
    {LintFormat::text, "text", lint_as_text},
    {LintFormat::json, "json", plain<lint_as_json>},
    {LintFormat::sarif, "sarif", plain<lint_as_sarif>},
    {LintFormat::github, "github", plain<lint_as_github>},
    {LintFormat::gitlab, "gitlab", plain<lint_as_gitlab>},
    {LintFormat::junit, "junit", plain<lint_as_junit>},
    {LintFormat::checkstyle, "checkstyle", plain<lint_as_checkstyle>},
    {LintFormat::html, "html", plain<lint_as_html>},
};

}  // namespace

std::string_view to_string(LintFormat format) noexcept {
  const auto row = std::ranges::find(formats, format, &FormatRow::format);
  return row == std::end(formats) ? formats[0].name : row->name;
}

std::optional<LintFormat> find_lint_format(std::string_view name) noexcept {
  const auto row = std::ranges::find(formats, name, &FormatRow::name);
  return row == std::end(formats) ? std::nullopt : std::optional(row->format);
}

std::vector<std::string> lint_format_names() {
  std::vector<std::string> names;
  for (const FormatRow& row : formats) names.emplace_back(row.name);
  return names;
}

std::string format_lint(const LintReport& report, LintFormat format, TextStyle style) {
  const auto row = std::ranges::find(formats, format, &FormatRow::format);
  return row == std::end(formats) ? std::string() : row->write(report, style);
}

std::string message_with_remedy(const Finding& finding) {
  if (finding.remediation.empty()) return printable(finding.message);
  return fmt::format("{}. Remedy: {}", printable(finding.message), printable(finding.remediation));
}

std::string rule_summary(const Policy& policy, std::string_view rule) {
  if (const RuleInfo* info = find_rule(rule)) return std::string(info->summary);
  const auto& custom = data_of(policy).custom;
  const auto found = std::ranges::find_if(custom, [&](const CustomRule* own) { return own->id == rule; });
  return found == custom.end() ? std::string() : printable((*found)->message);
}

std::string subject(const Finding& finding) {
  if (!finding.instance) return printable(finding.skill);
  return fmt::format("{}@{}", printable(finding.skill), printable(*finding.instance));
}

std::string path_of(const LintedFile& file, const Finding& finding) {
  if (!finding.source || finding.source == file.source) return file.path;
  const auto absolute = [](const SourceText& source) {
    const std::filesystem::path folder(source.directory);
    return (folder / std::filesystem::path(source.name).filename()).lexically_normal().string();
  };
  const std::string linted = absolute(*file.source);
  const std::string other = absolute(*finding.source);
  if (!linted.ends_with("/" + file.path)) return finding.source->name;
  const std::string_view root = std::string_view(linted).substr(0, linted.size() - file.path.size());
  return other.starts_with(root) ? other.substr(root.size()) : finding.source->name;
}

std::string uri_path(std::string_view path) {
  constexpr std::string_view plain = "-._~/!$&'()*+,;=@";
  std::string uri;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.contains(c)) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

std::string xml_text(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

}  // namespace skillrun::inline v0
