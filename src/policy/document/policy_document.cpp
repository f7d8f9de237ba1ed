#include "policy/document/policy_document.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "manifest/document_kind.hpp"
#include "manifest/foreign_text.hpp"
#include "manifest/readers.hpp"
#include "policy/document/builtin_policies.hpp"
#include "policy/document/document_keys.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_extends = 16;
bool is_builtin(std::string_view name) {
  return std::ranges::find(builtin_policies(), name, &BuiltinPolicy::name) != builtin_policies().end();
}

class HeadReader {
 public:
  HeadReader(const NodeReader& reader, bool builtin) : reader_(reader), builtin_(builtin) {}

  void version(const ValueNode& root, const Path& top) const {
    const Member* version = find_member(root, "apiVersion");
    if (version != nullptr && version->value.text != policy_api_version) {
      reader_.invalid(version->value, Path(top, version->key),
                      fmt::format("unknown version '{}'", printable(version->value.text)),
                      fmt::format("the known one is {}", policy_api_version));
    }
  }

  [[nodiscard]] std::string name(const ValueNode& root, const Path& top) const {
    const Member* member = find_member(root, "name");
    if (member == nullptr) return {};
    const Path path(top, member->key);
    const std::string name = reader_.name(member->value, path).value_or("");
    // Without this, a copy of a stricter built-in would silently be judged by the severities of another.
    if (!builtin_ && is_builtin(name)) {
      reader_.invalid(member->value, path, fmt::format("'{}' is the name of a built-in policy", name),
                      fmt::format("use the built-in one by its name (-p {}), or give this policy another name", name));
    }
    return name;
  }

  [[nodiscard]] std::vector<PolicyBase> extends(const ValueNode& node, const Path& path) const {
    auto bases = reader_.list(node, path, [&](const ValueNode& item, const Path& at) { return base(item, at); });
    if (node.kind == NodeKind::array && node.items.empty()) {
      reader_.invalid(node, path, "an empty list", "name a policy, or leave extends out");
    }
    if (bases.size() > max_extends) {
      reader_.invalid(node, path, fmt::format("more than {} policies", max_extends), "extend fewer");
      bases.clear();
    }
    return bases;
  }

 private:
  [[nodiscard]] std::optional<PolicyBase> base(const ValueNode& node, const Path& path) const {
    auto name = reader_.name(node, path);
    if (!name) return std::nullopt;
    PolicyBase base{.name = std::move(*name), .span = node.span};
    if (base.is_path() || is_builtin(base.name)) return base;
    static constexpr std::string_view builtins[] = {"baseline", "restricted", "privileged"};
    reader_.invalid(node, path, fmt::format("no built-in policy '{}'", printable(base.name)),
                    suggest(base.name, builtins) + "; a file is named by its path, such as ./acme.yaml");
    return std::nullopt;
  }

  const NodeReader& reader_;
  bool builtin_;
};

void read_root(const ValueNode& root, const DocumentContext& context, const HeadReader& head,
               PolicyDocument& document) {
  const Path top;
  for (const Member& member : root.members) {
    const Path path(top, member.key);
    if (member.key == "description") {
      (void)context.reader.text(member.value, path);
    } else if (member.key == "extends") {
      document.extends = head.extends(member.value, path);
    } else if (member.key == "defaults") {
      read_default_settings(context, member.value, path, document.settings.defaults);
    } else if (member.key == "rules") {
      read_rule_settings(context, member.value, path, document.settings.rules);
    } else if (member.key == "custom") {
      read_custom_rules(context, member.value, path, document.settings.custom);
    } else if (member.key == "waivers") {
      read_waivers(context, member.value, path, document.settings.waivers);
    } else if (member.key == "grants") {
      read_grants(context, member.value, path, document.settings.grants);
    } else if (member.key == "tests") {
      read_tests(context, member.value, path, document.tests);
    } else if (member.key == "inline_waivers") {
      if (const auto value = context.reader.boolean(member.value, path)) {
        document.settings.inline_waivers = Placed<bool>{*value, context.at(member.value.span)};
      }
    } else if (std::ranges::find(policy_keys, member.key, &DocumentKey::name) == policy_keys.end()) {
      report_unknown_key(context.reader.reporter(), member, top, names_of(policy_keys));
    }
  }
}

/// Faults of the bytes themselves; true when there is none.
bool check_bytes(Reporter& reporter, std::string_view text) {
  const auto refuse = [&](std::size_t offset, std::string message) {
    const Position place = position_at(text, offset);
    reporter.report({}, {place, place},
                    {.rule = syntax_error,
                     .message = std::move(message),
                     .evidence = {},
                     .remediation = "save the policy as plain UTF-8 text"});
    return false;
  };
  if (text.size() > max_manifest_size) return refuse(0, fmt::format("larger than {} bytes", max_manifest_size));
  if (const auto invalid = find_invalid_utf8(text)) return refuse(*invalid, "not valid UTF-8");
  if (const auto control = find_control_character(text, "\t\r\n")) return refuse(*control, "a control character");
  if (text.starts_with("\xEF\xBB\xBF")) return refuse(0, "a byte order mark");
  return true;
}

}  // namespace

bool PolicyBase::is_path() const noexcept {
  return name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml");
}

std::expected<PolicyDocument, Findings> read_policy_document(const SourcePtr& source, bool builtin) {
  Reporter reporter(source);
  PolicyDocument document;
  std::optional<ValueNode> root;
  const Path top;
  if (check_bytes(reporter, source->text)) {
    const TextIndex index(source->text);
    root = read_yaml(index, reporter);
    if (root && require_table(reporter, *root, top)) {
      const NodeReader reader(reporter);
      const HeadReader head(reader, builtin);
      reader.require_keys(*root, top, policy_keys);
      head.version(*root, top);
      document.settings.name = head.name(*root, top);
      const DocumentContext context{
          .reader = reader, .source = builtin ? nullptr : source, .policy = document.settings.name};
      read_root(*root, context, head, document);
    }
  }
  Findings findings = reporter.take();
  if (root && !has_errors(findings)) return document;
  static constexpr std::array marks{DocumentMark{.key = "apiVersion", .value = policy_format}};
  if (!has_mark(source->text, root, marks)) {
    findings =
        foreign_text(*source, findings, fmt::format("a policy, with apiVersion: {}", policy_api_version)).findings;
  }
  return std::unexpected(std::move(findings));
}

}  // namespace skillrun::inline v0
