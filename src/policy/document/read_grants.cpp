#include <algorithm>

#include <fmt/format.h>

#include "policy/document/grant_keys.hpp"
#include "policy/document/policy_document.hpp"
#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_grants = 1000;

class GrantReader {
 public:
  explicit GrantReader(const DocumentContext& context) : context_(context), reader_(context.reader) {}

  [[nodiscard]] std::optional<PolicyGrant> read(const ValueNode& node, const Path& top) const {
    if (!require_table(reader_.reporter(), node, top)) return std::nullopt;
    PolicyGrant grant;
    grant.origin = context_.at(node.span);
    for (const Member& member : node.members) {
      const Path path(top, member.key);
      const auto list = std::ranges::find(grant_lists, member.key, &GrantList::key);
      if (member.key == "skill") {
        grant.skill = reader_.name(member.value, path).value_or("");
      } else if (member.key == "instance") {
        grant.instance = reader_.name(member.value, path);
      } else if (member.key == "manifest") {
        grant.manifest = manifest(member.value, path);
      } else if (list != grant_lists.end()) {
        auto patterns = reader_.list(
            member.value, path, [&](const ValueNode& item, const Path& at) { return pattern(item, at, list->kind); });
        std::ranges::move(patterns, std::back_inserter(grant.patterns));
      } else {
        report_unknown_key(reader_.reporter(), member, top, names_of(grant_keys));
      }
    }
    reader_.require_keys(node, top, grant_keys);
    const auto names_something = [&](const GrantList& list) { return find_member(node, list.key) != nullptr; };
    if (std::ranges::none_of(grant_lists, names_something)) {
      reader_.invalid(node, top, "nothing is granted", "name mounts, volumes, variables or what else it may have");
    }
    return grant;
  }

 private:
  [[nodiscard]] std::optional<std::string> manifest(const ValueNode& node, const Path& path) const {
    auto text = reader_.name(node, path);
    if (text && !is_clean(*text)) {
      reader_.invalid(node, path, fmt::format("'{}' is not an absolute, clean path", printable(*text)),
                      "write it starting with /, without \".\", \"..\", repeated or trailing slashes");
    }
    return text;
  }

  /// A text, or a table that says how far it goes. A path is read-only and a volume is not unless it says otherwise.
  [[nodiscard]] std::optional<GrantPattern> pattern(const ValueNode& node, const Path& path, AskKind kind) const {
    const bool has_mode = kind == AskKind::mount || kind == AskKind::volume;
    GrantPattern pattern{.kind = kind, .text = {}, .writes = kind == AskKind::volume, .span = node.span};
    if (!has_mode || node.kind != NodeKind::table) return checked(node, path, std::move(pattern));
    const std::string_view key = kind == AskKind::mount ? "path" : "name";
    for (const Member& member : node.members) {
      const Path at(path, member.key);
      if (member.key == "mode") {
        if (member.value.text != "ro" && member.value.text != "rw") {
          reader_.invalid(member.value, at, "unknown mode", "write ro or rw");
        }
        pattern.writes = member.value.text == "rw";
      } else if (member.key != key) {
        report_unknown_key(reader_.reporter(), member, path, std::array{key, std::string_view("mode")});
      }
    }
    const Member* named = find_member(node, key);
    if (named == nullptr) {
      reader_.missing(node.span, path, key, "say what is granted");
      return std::nullopt;
    }
    return checked(named->value, Path(path, named->key), std::move(pattern));
  }

  [[nodiscard]] std::optional<GrantPattern> checked(const ValueNode& node, const Path& path,
                                                    GrantPattern pattern) const {
    auto text = reader_.name(node, path);
    if (!text) return std::nullopt;
    if (const auto valid = check_grant_pattern(pattern.kind, *text); !valid) {
      reader_.invalid(node, path, valid.error().message, "fix the entry, or remove it");
      return std::nullopt;
    }
    pattern.text = std::move(*text);
    return pattern;
  }

  const DocumentContext& context_;
  const NodeReader& reader_;
};

}  // namespace

void read_grants(const DocumentContext& context, const ValueNode& node, const Path& top,
                 std::vector<PolicyGrant>& grants) {
  if (node.items.size() > max_grants) {
    context.reader.invalid(node, top, fmt::format("more than {} grants", max_grants),
                           "grant several skills the same by a pattern of their names");
    return;
  }
  const GrantReader one(context);
  grants =
      context.reader.list(node, top, [&](const ValueNode& item, const Path& path) { return one.read(item, path); });
}

}  // namespace skillrun::inline v0
