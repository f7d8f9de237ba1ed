#include "manifest/directives.hpp"

#include <algorithm>

namespace skillrun {

namespace {

constexpr std::string_view marker = "skillrun:";
constexpr std::string_view blanks = " \t\r";

/// A key or a scalar: text that is no comment.
struct Stretch {
  std::size_t begin;
  std::size_t end;
  std::string_view skill;
};

class Stretches {
 public:
  Stretches(const TextIndex& index, const ValueNode& root) : index_(index) {
    for (const Member& member : root.members) {
      add(member.key_span, {});
      if (member.key == "skills") {
        for (const Member& skill : member.value.members) {
          add(skill.key_span, skill.key);
          add(skill.value, skill.key);
        }
      } else {
        add(member.value, {});
      }
    }
    std::ranges::sort(all_, {}, &Stretch::begin);
  }

  /// True when the byte at `offset` belongs to a key or a scalar.
  [[nodiscard]] bool covers(std::size_t offset) const {
    auto after = std::ranges::upper_bound(all_, offset, {}, &Stretch::begin);
    return after != all_.begin() && offset < (--after)->end;
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

/// Begin and end of the line that holds `offset`, without its end of line.
struct Line {
  std::size_t begin;
  std::size_t end;
};

Line line_at(std::string_view text, std::size_t offset) {
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return {before == std::string_view::npos ? 0 : before + 1, std::min(text.find('\n', offset), text.size())};
}

/// Where the comment begins that the marker at `at` opens; nothing when it is no comment, or one that says something
/// else first.
std::optional<std::size_t> comment_of(std::string_view text, std::size_t at, const Stretches& stretches) {
  const std::size_t begin = line_at(text, at).begin;
  for (std::size_t hash = text.find('#', begin); hash < at; hash = text.find('#', hash + 1)) {
    if (stretches.covers(hash)) continue;
    const std::string_view between = text.substr(hash + 1, at - hash - 1);
    if (between.find_first_not_of(blanks) != std::string_view::npos) return std::nullopt;
    return hash;
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

Directives find_directives(const TextIndex& index, const ValueNode& root) {
  const std::string_view text = index.text();
  std::size_t at = text.find(marker);
  if (at == std::string_view::npos) return nullptr;
  const Stretches stretches(index, root);
  std::vector<Found> all;
  for (; at != std::string_view::npos; at = text.find(marker, at + 1)) {
    const auto comment = comment_of(text, at, stretches);
    if (!comment) continue;
    const Line line = line_at(text, at);
    Directive directive;
    directive.text = trimmed(text.substr(at + marker.size(), line.end - at - marker.size()));
    directive.span = index.span(*comment, text.find_last_not_of(blanks, line.end - 1) + 1);
    const Stretch* about = stretches.first_between(line.begin, *comment);
    if (about != nullptr) directive.skill = about->skill;
    directive.line = directive.span.begin.line;
    all.push_back({std::move(directive), line, about == nullptr});
    at = line.end - 1;  // one comment holds one directive
  }
  // One that stands alone is about the line below, or about what a directive below is about that stands alone too.
  for (std::size_t i = all.size(); i-- > 0;) {
    auto& [directive, line, alone] = all[i];
    if (!alone) continue;
    const std::size_t below = std::min(line.end + 1, text.size());
    if (i + 1 < all.size() && all[i + 1].alone && all[i + 1].line.begin == below) {
      directive.line = all[i + 1].directive.line;
      directive.skill = all[i + 1].directive.skill;
      continue;
    }
    directive.line += 1;
    const Stretch* about = stretches.first_between(below, line_at(text, below).end);
    if (about != nullptr) directive.skill = about->skill;
  }
  if (all.empty()) return nullptr;
  auto directives = std::make_shared<std::vector<Directive>>();
  for (Found& found : all) directives->push_back(std::move(found.directive));
  return directives;
}

}  // namespace skillrun
