#include "lint/fixes.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/text_index.hpp"
#include "spec/extra_args.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view unused_waiver = "unused-waiver";
constexpr std::size_t most_fixes = 1000;
/// How often a text is looked at. Fixes that fail are tried in ever smaller groups: a file may be made so that each
/// does.
constexpr std::size_t most_looks = 64;

/// The lists whose entries only ask for something; what is missing from others the skill may need.
constexpr std::array option_lists = {"docker.cap_add[", "docker.security_opt[", "docker.devices["};

bool has_to_go(const Finding& finding) {
  const RuleInfo* rule = find_rule(finding.rule);
  return rule != nullptr && rule->fix == AutoFix::remove;
}

/// A stretch of a text, by offsets.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::string_view blanks = " \t";

/// The stretch, and with it what would be left of its line: a comma, blanks, the dash of a YAML list, the line's end.
/// `line` is where the line begins that the stretch begins in.
Stretch with_surroundings(std::string_view text, std::size_t line, Stretch stretch) {
  const auto skip_blanks = [&](std::size_t at) { return std::min(text.find_first_not_of(blanks, at), text.size()); };
  std::string_view before = text.substr(line, stretch.begin - line);
  std::size_t after = skip_blanks(stretch.end);
  const bool comma_after = after < text.size() && text[after] == ',';
  if (comma_after) after = skip_blanks(after + 1);
  const bool alone_at_end = after == text.size() || text[after] == '\n' || text.substr(after).starts_with("\r\n");
  while (!before.empty() && blanks.contains(before.back())) before.remove_suffix(1);
  if (before == "-" || (before.ends_with('-') && before.find_first_not_of(blanks) == before.size() - 1)) before = {};
  if (before.empty() && alone_at_end) {
    const std::size_t line_end = text.find('\n', after);
    return {.begin = line, .end = line_end == std::string_view::npos ? text.size() : line_end + 1};
  }
  if (comma_after) return {.begin = stretch.begin, .end = after};
  if (before.ends_with(',')) return {.begin = line + before.size() - 1, .end = stretch.end};
  if (alone_at_end) return {.begin = line + before.size(), .end = after};
  return stretch;
}

TextEdit removal(const TextIndex& index, Span from, Span to) {
  const Stretch stretch = with_surroundings(index.text(), index.offset({.line = from.begin.line, .column = 1}),
                                            {.begin = index.offset(from.begin), .end = index.offset(to.end)});
  return {.span = index.span(stretch.begin, stretch.end), .replacement = {}};
}

/// Which words of a manifest's lists extra_args can go: those that are all of one flag, with the word before them when
/// that is the flag. Looks at each list once.
class RemovableWords {
 public:
  explicit RemovableWords(const Manifest& manifest) {
    for (const SkillDefinition& skill : manifest.skills) {
      if (skill.docker) add(*skill.docker);
      for (const InstanceDefinition& instance : skill.instances) {
        if (instance.docker) add(*instance.docker);
      }
    }
  }

  /// Where what has to go begins; nothing when the word at `span` cannot go by itself.
  [[nodiscard]] std::optional<Span> beginning(Span span) const {
    const auto found = beginnings_.find(span.begin);
    return found == beginnings_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  void add(const DockerRuntimeConfig& table) {
    if (!table.extra_args) return;
    const auto& words = table.extra_args->items;
    std::vector<std::size_t> flags(words.size());
    for (const FlagUse& use : parse_extra_args(words).flags) ++flags[use.word];
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool value_alone = !words[i].value.starts_with('-');
      if (flags[i] != 1 || (value_alone && i == 0)) continue;
      beginnings_.emplace(words[i].span.begin, words[value_alone ? i - 1 : i].span);
    }
  }

  std::map<Position, Span> beginnings_;
};

std::set<std::string> fingerprints(const LintedFile& file, bool (*counts)(const Finding&)) {
  std::set<std::string> result;
  for (const Finding& finding : file.findings) {
    if (counts(finding)) result.insert(finding.fingerprint);
  }
  return result;
}

/// What cannot be understood, under any policy.
bool is_unreadable(const Finding& finding) {
  const RuleInfo* rule = find_rule(finding.rule);
  return rule != nullptr && rule->always_refuses();
}

/// A finding's fix, by offsets of the text.
struct Change {
  Stretch stretch;
  std::string_view replacement;
  std::string_view fingerprint;
};

/// The fixes that do not touch each other, last first, so that making one leaves the offsets of those after it.
std::vector<Change> changes_of(const LintedFile& file, std::string_view text) {
  const TextIndex index(text);
  std::vector<Change> changes;
  for (const Finding& finding : file.findings) {
    if (!finding.fix || finding.waived) continue;
    changes.push_back(
        {.stretch = {.begin = index.offset(finding.fix->span.begin), .end = index.offset(finding.fix->span.end)},
         .replacement = finding.fix->replacement,
         .fingerprint = finding.fingerprint});
  }
  std::ranges::stable_sort(changes, std::ranges::greater(), [](const Change& change) { return change.stretch.begin; });
  std::vector<Change> apart;
  for (const Change& change : changes) {
    if (apart.empty() || change.stretch.end <= apart.back().stretch.begin) apart.push_back(change);
  }
  return apart;
}

/// Fixes a text. Fixes that help together are made together: a look at the text after each one would take the square of
/// its length.
class Fixer {
 public:
  Fixer(std::string text, const LintText& lint) : lint_(lint), fixed_{.text = std::move(text)} {
    present_ = lint_(fixed_.text);
  }

  FixedText take() && {
    for (std::size_t before = most_fixes; before != fixed_.count && fixed_.count < most_fixes;) {
      before = fixed_.count;
      const LintedFile round = present_;
      make(changes_of(round, fixed_.text));
    }
    return std::move(fixed_);
  }

 private:
  /// Makes all of them, or where that does not help, what helps of either half.
  void make(std::span<const Change> changes) {
    if (changes.empty() || looks_ == most_looks) return;
    ++looks_;
    std::string candidate = fixed_.text;
    for (const Change& change : changes) {
      candidate.replace(change.stretch.begin, change.stretch.end - change.stretch.begin, change.replacement);
    }
    LintedFile next = lint_(candidate);
    if (helped(changes, next)) {
      fixed_ = {.text = std::move(candidate), .count = fixed_.count + changes.size()};
      present_ = std::move(next);
    } else if (changes.size() > 1) {
      make(changes.first(changes.size() / 2));
      make(changes.subspan(changes.size() / 2));
    }
  }

  /// True when the fixes took their findings away and broke nothing. What is read for the first time may be at fault
  /// for other reasons.
  [[nodiscard]] bool helped(std::span<const Change> changes, const LintedFile& after) const {
    const auto all = fingerprints(after, [](const Finding&) { return true; });
    return std::ranges::none_of(changes,
                                [&](const Change& change) { return all.contains(std::string(change.fingerprint)); }) &&
           std::ranges::includes(fingerprints(present_, is_unreadable), fingerprints(after, is_unreadable));
  }

  const LintText& lint_;
  std::size_t looks_ = 0;
  FixedText fixed_;
  LintedFile present_;
};

}  // namespace

void set_fixes(Findings& findings, const Manifest& manifest) {
  const TextIndex index(manifest.source->text);
  std::optional<RemovableWords> words;
  for (Finding& finding : findings) {
    if (finding.fix || finding.waived || finding.source != manifest.source || !finding.span.known()) continue;
    const bool is_option =
        std::ranges::any_of(option_lists, [&](const char* list) { return finding.field.contains(list); });
    if (finding.rule == unused_waiver || (has_to_go(finding) && is_option)) {
      finding.fix = removal(index, finding.span, finding.span);
    } else if (has_to_go(finding) && finding.field.contains("extra_args[")) {
      if (!words) words.emplace(manifest);
      if (const auto from = words->beginning(finding.span)) finding.fix = removal(index, *from, finding.span);
    }
  }
}

FixedText fix(const LintedFile& file, const LintText& lint) { return Fixer(file.source->text, lint).take(); }

}  // namespace skillrun::inline v0
