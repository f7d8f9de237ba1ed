#include "manifest/directives.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "manifest/readers.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view marker = "skillrun:";
constexpr std::string_view blanks = " \t\r";

/// Each is looked at for every skill of the file.
constexpr std::size_t max_directives = 1000;

/// A key or a scalar: text that is not a comment.
struct Stretch {
  std::size_t begin;
  std::size_t end;
  std::string_view skill;
};

class Stretches {
 public:
  Stretches(const TextIndex& index, const ValueNode& root, std::string_view skills) : index_(index) {
    for (const Member& member : root.members) {
      add(member.key_span, {});
      if (member.key == skills) {
        for (const Member& skill : member.value.members) {
          add(skill.key_span, skill.key);
          add(skill.value, skill.key);
        }
      } else {
        add(member.value, {});
      }
    }
    // What an alias repeats has the place of its first user, whose it stays.
    std::ranges::stable_sort(all_, {}, &Stretch::begin);
  }

  /// True when the byte at `offset` belongs to a key or a scalar.
  [[nodiscard]] bool covers(std::size_t offset) const {
    const auto after = std::ranges::upper_bound(all_, offset, {}, &Stretch::begin);
    return after != all_.begin() && offset < std::prev(after)->end;
  }

  /// The first stretch of which a part lies between the two offsets.
  [[nodiscard]] const Stretch* first_between(std::size_t begin, std::size_t end) const {
    auto found = std::ranges::upper_bound(all_, begin, {}, &Stretch::begin);
    if (found != all_.begin() && std::prev(found)->end > begin) --found;
    return found != all_.end() && found->begin < end ? &*found : nullptr;
  }

 private:
  void add(Span span, std::string_view skill) {
    const std::size_t begin = index_.offset(span.begin);
    const std::size_t end = index_.offset(span.end);
    if (span.known() && begin < end) all_.push_back({begin, end, skill});
  }

  void add(const ValueNode& node, std::string_view skill) {
    if (node.kind != NodeKind::table && node.kind != NodeKind::array) return add(node.span, skill);
    for (const ValueNode& item : node.items) add(item, skill);
    for (const Member& member : node.members) {
      add(member.key_span, skill);
      add(member.value, skill);
    }
  }

  const TextIndex& index_;
  std::vector<Stretch> all_;
};

/// A line that begins a table of a skill.
struct Header {
  std::uint32_t first_line = 0;  ///< of what is in the table
  std::uint32_t last_line = 0;
  std::string_view skill;
};

/// The lines on which tables of skills begin; of several on one line the innermost is meant.
class Headers {
 public:
  Headers(const ValueNode& root, std::string_view skills) {
    for (const Member& member : root.members) {
      if (member.key != skills) continue;
      for (const Member& skill : member.value.members) {
        for (const Member& inner : skill.value.members) add(inner.key_span, inner.value, skill.key);
        // What an alias brings in from elsewhere is in the skill too.
        if (skill.value.kind == NodeKind::table) begin(skill.key_span, {0, UINT32_MAX, skill.key});
      }
    }
  }

  [[nodiscard]] const Header* find(std::uint32_t line) const {
    const auto found = all_.find(line);
    return found == all_.end() ? nullptr : &found->second;
  }

 private:
  /// What is inside of it has come before it; what an alias repeats stays its first user's.
  void begin(Span at, Header header) {
    if (at.known()) all_.try_emplace(at.begin.line, header);
  }

  /// The last line of the node, which begins at `at`.
  std::uint32_t add(Span at, const ValueNode& node, std::string_view skill) {
    std::uint32_t last = std::max(at.end.line, node.span.end.line);
    for (const ValueNode& item : node.items) last = std::max(last, add(item.span, item, skill));
    for (const Member& member : node.members) last = std::max(last, add(member.key_span, member.value, skill));
    if (node.kind == NodeKind::table) begin(at, {at.begin.line, last, skill});
    return last;
  }

  std::map<std::uint32_t, Header> all_;
};

/// Begin and end of the line that holds `offset`, without its end of line.
struct Line {
  std::size_t begin;
  std::size_t end;
};

Line line_at(std::string_view text, std::size_t offset) {
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return {before == std::string_view::npos ? 0 : before + 1, std::min(text.find('\n', offset), text.size())};
}

/// Where the comment of the line begins, if it has one: at the first # that is part of no value.
std::optional<std::size_t> comment_of(std::string_view text, Line line, const Stretches& stretches) {
  for (std::size_t hash = text.find('#', line.begin); hash < line.end; hash = text.find('#', hash + 1)) {
    if (!stretches.covers(hash)) return hash;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

struct Found {
  Directive directive;
  Line line;
  bool alone;  ///< nothing else on the line
};

}  // namespace

Directives find_directives(const TextIndex& index, const ValueNode& root, Reporter& reporter, std::string_view skills) {
  const std::string_view text = index.text();
  std::size_t at = text.find(marker);
  if (at == std::string_view::npos) return nullptr;
  const Stretches stretches(index, root, skills);
  const Headers headers(root, skills);
  std::vector<Found> all;
  for (std::size_t next = 0; at != std::string_view::npos; at = text.find(marker, next)) {
    const Line line = line_at(text, at);
    next = line.end;
    const auto comment = comment_of(text, line, stretches);
    if (!comment) continue;
    std::string_view words = trimmed(text.substr(*comment + 1, line.end - *comment - 1));
    if (!words.starts_with(marker)) continue;  // a comment that says something else first
    words = trimmed(words.substr(marker.size()));
    Directive directive;
    directive.text = words;
    directive.span = index.span(*comment, text.find_last_not_of(blanks, line.end - 1) + 1);
    if (all.size() == max_directives) {
      reporter.report({}, directive.span,
                      {.rule = syntax_error,
                       .message = fmt::format("more than {} waivers in comments", max_directives),
                       .evidence = {},
                       .remediation = "waive in a policy, or fix what they are for"});
      break;
    }
    const Stretch* about = stretches.first_between(line.begin, *comment);
    if (about != nullptr) directive.skill = about->skill;
    directive.line = directive.last_line = directive.span.begin.line;
    all.push_back({std::move(directive), line, about == nullptr});
  }
  // One that stands alone is about the line or the table below, or about what a directive below is about that stands
  // alone too.
  for (std::size_t i = all.size(); i-- > 0;) {
    auto& [directive, line, alone] = all[i];
    if (!alone) continue;
    const std::size_t below = std::min(line.end + 1, text.size());
    if (i + 1 < all.size() && all[i + 1].alone && all[i + 1].line.begin == below) {
      directive.line = all[i + 1].directive.line;
      directive.last_line = all[i + 1].directive.last_line;
      directive.skill = all[i + 1].directive.skill;
      continue;
    }
    directive.last_line = directive.line += 1;
    const Stretch* about = stretches.first_between(below, line_at(text, below).end);
    if (about != nullptr) directive.skill = about->skill;
    if (const Header* header = headers.find(directive.line)) {
      directive.line = header->first_line;
      directive.last_line = header->last_line;
      directive.skill = header->skill;
    }
  }
  if (all.empty()) return nullptr;
  auto directives = std::make_shared<std::vector<Directive>>();
  for (Found& found : all) directives->push_back(std::move(found.directive));
  return directives;
}

}  // namespace skillrun::inline v0
