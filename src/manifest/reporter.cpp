#include "manifest/reporter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/abridged.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_findings = 1000;

}  // namespace

std::string Path::text() const {
  std::string text = parent_ == nullptr ? std::string() : parent_->text();
  if (indexed_) {
    text += fmt::format("[{}]", index_);
  } else if (!key_.empty()) {
    if (!text.empty()) text += '.';
    text += printable(key_);
  }
  return text;
}

void Reporter::report(const Path& path, Span span, Fault fault) {
  failed_ = failed_ || fault.severity == Severity::error;
  if (findings_.size() > max_findings) return;
  if (findings_.size() == max_findings) {
    skill_.clear();  // whose they would have been is not known any more
    instance_.reset();
    fault = {.rule = "syntax-error",
             .message = fmt::format("more than {} faults, the rest are not listed", max_findings),
             .evidence = {},
             .remediation = "fix the ones above first"};
  }
  findings_.push_back({.rule = std::string(fault.rule),
                       .severity = fault.severity,
                       .message = abridged(std::move(fault.message)),
                       .skill = skill_,
                       .instance = instance_,
                       .source = source_,
                       .span = span,
                       .field = path.text(),
                       .evidence = std::move(fault.evidence),
                       .remediation = abridged(std::move(fault.remediation)),
                       .fix = std::move(fault.fix)});
}

void Reporter::leave_unknown_keys(std::size_t kept) {
  for (std::size_t i = kept; i < findings_.size(); ++i) {
    Finding& finding = findings_[i];
    if (finding.rule != "unknown-key") continue;
    finding.rule = "unsupported-runtime";
    finding.severity = Severity::warning;
    finding.remediation = "leave it to the program that the skill was written for, or remove it";
    finding.fix.reset();
  }
  failed_ = has_errors(findings_);
}

Findings Reporter::take() {
  sort_findings(findings_);
  return std::move(findings_);
}

namespace {

constexpr std::size_t most_listed = 12;
constexpr std::size_t least_abbreviation = 3;

/// The shortest word that begins with this one: env for environment.
std::string_view abbreviated(std::string_view word, std::span<const std::string_view> known) {
  std::string_view shortest;
  if (word.size() < least_abbreviation) return shortest;
  for (const std::string_view one : known) {
    if (one.starts_with(word) && (shortest.empty() || one.size() < shortest.size())) shortest = one;
  }
  return shortest;
}

}  // namespace

std::string suggest(std::string_view word, std::span<const std::string_view> known) {
  const std::vector<std::string> near = closest(word, known, 1);
  if (!near.empty()) return fmt::format("did you mean \"{}\"?", near.front());
  if (const std::string_view whole = abbreviated(word, known); !whole.empty()) {
    return fmt::format("did you mean \"{}\"?", whole);
  }
  if (known.size() > most_listed) return fmt::format("none of the {} that are known here is like it", known.size());
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

}  // namespace skillrun::inline v0
