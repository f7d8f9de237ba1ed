#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/grant.hpp>
#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

enum class Severity : std::uint8_t { off, info, warning, error };

/// "off", "info", "warning" or "error".
[[nodiscard]] SKILLRUN_API std::string_view to_string(Severity severity) noexcept;

/// Who lets a finding pass, and why.
struct Waived {
  std::string reason;
  std::string owner;                    ///< empty for a comment in the manifest
  std::chrono::year_month_day expires;  ///< the last day (UTC) on which it holds
  SourcePtr source;                     ///< the document or manifest that says so
  Span span;
};

/// A change of a text: what `span` covers becomes `replacement`.
struct TextEdit {
  Span span;
  std::string replacement;
};

/// A rule that found the same fault as a stronger one, whose finding stands for both.
struct CoveredRule {
  std::string rule;
  Severity severity = Severity::error;  ///< no more than that of the finding that stands for it
};

/// One thing that is wrong, or worth knowing, about a skill: what, where, and how to fix it.
///
/// The loader, the parsers and the policy all report through this type, so that every output format and every
/// command shows the same facts. `message` is lower case and has no full stop.
struct Finding {
  std::string rule;  ///< an id of the rule catalogue, such as "privileged"
  Severity severity = Severity::error;
  std::string message;
  std::string skill;                    ///< empty when the finding belongs to the whole file
  std::optional<std::string> instance;  ///< the instance that was judged, when one was named
  SourcePtr source;                     ///< null for what did not come from a file (the command line, a default)
  Span span;
  std::string field;                  ///< the path of the key, such as "docker.extra_args[0]", or the option's name
  std::string evidence;               ///< the offending value as written, before variables were expanded
  std::string remediation;            ///< what to do next, as one sentence part
  std::optional<Waived> waived = {};  ///< set: the finding stays visible and refuses nothing
  /// While linting: 32 hexadecimal digits from file, skill, instance, rule and evidence, never from a line or from
  /// prose; the same as long as the fault is. Empty elsewhere.
  std::string fingerprint = {};
  /// Set where the finding is about something of the caller's that the skill asks for.
  std::optional<Ask> ask = {};
  std::string granted = {};              ///< who let the skill have it; then the finding is an info. Empty: nobody has
  std::vector<CoveredRule> covers = {};  ///< what other rules would have said of the same value (RuleInfo::covers)
  std::optional<TextEdit> fix = {};      ///< the change of `source` that fixes it, where there is one right one
};

using Findings = std::vector<Finding>;

/// True when at least one finding is an error that nobody has waived: the skill must not run.
[[nodiscard]] SKILLRUN_API bool has_errors(const Findings& findings) noexcept;

/// Sorts by file, place, rule and field, so that output never depends on the order of evaluation.
SKILLRUN_API void sort_findings(Findings& findings);

}  // namespace skillrun::inline v0
