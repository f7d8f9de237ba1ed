#include "manifest/limits.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Bytes of text that cost as much as a value.
constexpr std::size_t piece_size = 64;
/// Each skill and instance is judged by every rule, however little it holds.
constexpr std::size_t cost_of_judging = 5;

class Limits {
 public:
  explicit Limits(Reporter& reporter) : reporter_(reporter) {}

  /// A table at the top: what is wrong with one entry takes no other with it.
  void top(ValueNode& table, const Path& path, bool judged) {
    const auto drop = [&](const Member& member) {
      reporter_.enter_skill(judged ? std::string_view(member.key).substr(0, max_key_size) : std::string_view());
      const bool kept = keeps(member, path) && (!judged || affords(member, path));
      reporter_.leave_skill();
      return !kept;
    };
    table.members.erase(std::remove_if(table.members.begin(), table.members.end(), drop), table.members.end());
  }

  /// False after something in the member was reported.
  [[nodiscard]] bool keeps(const Member& member, const Path& path) {
    if (member.key.size() > max_key_size) {
      return fault(path, member.key_span, fmt::format("a key of more than {} bytes", max_key_size), "shorten it");
    }
    return keeps(member.value, Path(path, member.key));
  }

  [[nodiscard]] bool has_room(const ValueNode& node, const Path& path, std::size_t most) {
    if (node.items.size() <= most && node.members.size() <= most) return true;
    return fault(path, node.span, fmt::format("{} of more than {} entries", describe(node), most),
                 "leave out what is not needed, or divide it among several");
  }

 private:
  [[nodiscard]] bool keeps(const ValueNode& node, const Path& path) {
    if (node.text.size() > max_value_size) {
      return fault(path, node.span, fmt::format("a value of more than {} bytes", max_value_size),
                   "shorten it, or put it into a file");
    }
    if (!has_room(node, path, max_entries)) return false;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (!keeps(node.items[i], Path(path, i))) return false;
    }
    return std::ranges::all_of(node.members, [&](const Member& member) { return keeps(member, path); });
  }

  /// True while what was judged up to here is not too much.
  [[nodiscard]] bool affords(const Member& skill, const Path& path) {
    std::size_t cost = cost_of_judging + measure(skill.value).cost;
    const auto instances = std::ranges::find(skill.value.members, "instances", &Member::key);
    if (instances != skill.value.members.end()) {
      const std::size_t own = measure(instances->value).cost;
      cost += instances->value.members.size() * (cost - std::min(own, cost) + cost_of_judging);
    }
    judged_ += cost;
    if (judged_ <= max_judged_values) return true;
    if (judged_ - cost > max_judged_values) return false;  // said of one before
    reporter_.leave_skill();                               // it is the file that is too much
    return fault(
        Path(path, skill.key), skill.key_span,
        fmt::format("more than {} values in the file, each instance counted with those of its skill: from here "
                    "on nothing is judged",
                    max_judged_values),
        "divide it into several files");
  }

  [[nodiscard]] bool fault(const Path& path, Span span, std::string message, std::string remedy) {
    reporter_.report(
        path, span,
        {.rule = syntax_error, .message = std::move(message), .evidence = {}, .remediation = std::move(remedy)});
    return false;
  }

  Reporter& reporter_;
  std::size_t judged_ = 0;
};

}  // namespace

NodeMeasure measure(const ValueNode& node) {
  NodeMeasure total{.cost = 1 + node.text.size() / piece_size, .depth = 0};
  const auto add = [&](const ValueNode& child) {
    const NodeMeasure part = measure(child);
    total.cost += part.cost;
    total.depth = std::max(total.depth, part.depth + 1);
  };
  for (const ValueNode& item : node.items) add(item);
  for (const Member& member : node.members) {
    total.cost += member.key.size() / piece_size;
    add(member.value);
  }
  return total;
}

void enforce_limits(Reporter& reporter, ValueNode& root) {
  Limits limits(reporter);
  const Path path;
  if (!limits.has_room(root, path, max_entries)) {
    root.members.clear();
    root.items.clear();
  }
  const auto drop = [&](Member& member) {
    const Path at(path, member.key);
    const bool table = member.value.kind == NodeKind::table && member.key.size() <= max_key_size;
    if (!table) return !limits.keeps(member, path);
    if (!limits.has_room(member.value, at, max_top_entries)) {
      member.value.members.clear();
      return false;
    }
    limits.top(member.value, at, member.key == "skills" || member.key == "services");
    return false;
  };
  root.members.erase(std::remove_if(root.members.begin(), root.members.end(), drop), root.members.end());
}

}  // namespace skillrun::inline v0
