#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "manifest/decode.hpp"
#include "manifest/readers.hpp"
#include "policy/builtin_policies.hpp"
#include "policy/policy_builder.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view api_version = "skillrun.policy/v1";
constexpr std::string_view fallback = "baseline";

constexpr std::array<std::string_view, 6> known_keys{"apiVersion", "name",     "description",
                                                     "extends",    "defaults", "rules"};
/// Keys of the format that would change the verdict and that this version can not honour.
constexpr std::array<std::string_view, 3> later_keys{"custom", "waivers", "inline_waivers"};
constexpr std::array<std::string_view, 1> rule_keys{"severity"};
constexpr std::array<std::string_view, 2> later_rule_keys{"params", "locked"};
constexpr std::array<std::string_view, 9> default_keys{
    "network",   "no_new_privileges", "init",  "pids_limit", "memory_swap_equals_memory",
    "read_only", "cap_drop",          "tmpfs", "user"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<Severity> severity_of(std::string_view text) {
  for (const Severity severity : {Severity::off, Severity::info, Severity::warning, Severity::error}) {
    if (to_string(severity) == text) return severity;
  }
  return std::nullopt;
}

class DocumentReader {
 public:
  DocumentReader(Reporter& reporter, bool builtin) : reporter_(reporter), builtin_(builtin) {}

  PolicyBuilder read(const ValueNode& root) {
    const Path top;
    if (!require_table(reporter_, root, top)) return std::move(builder_);
    read_head(root, top);
    read_extends(root, top);
    for (const Member& member : root.members) {
      const Path path(top, member.key);
      if (member.key == "defaults") {
        read_defaults(member.value, path);
      } else if (member.key == "rules") {
        read_rules(member.value, path);
      } else if (contains(later_keys, member.key)) {
        refuse_later(member, path);
      } else if (!contains(known_keys, member.key)) {
        report_unknown_key(reporter_, member, top, known_keys);
      }
    }
    return std::move(builder_);
  }

 private:
  void invalid(const ValueNode& node, const Path& path, std::string message, std::string remedy) {
    reporter_.report(path, node.span,
                     {.rule = invalid_value,
                      .message = std::move(message),
                      .evidence = node.text,
                      .remediation = std::move(remedy)});
  }

  /// Nothing that a policy declares may be ignored, so what is not built yet is an error.
  void refuse_later(const Member& member, const Path& path) {
    reporter_.report(path, member.key_span,
                     {.rule = invalid_value,
                      .message = fmt::format("{} is not supported by this version of skillrun", member.key),
                      .evidence = member.key,
                      .remediation = "remove it; a policy that can not be kept in full is not used"});
  }

  std::optional<std::string> text(const ValueNode& node, const Path& path) {
    if (node.kind == NodeKind::string && !find_control_character(node.text)) return node.text;
    invalid(node, path, fmt::format("expected one line of text, found {}", describe(node)), "write a string");
    return std::nullopt;
  }

  std::optional<bool> boolean(const ValueNode& node, const Path& path) {
    if (node.kind == NodeKind::boolean) return node.text.starts_with('t') || node.text.starts_with('T');
    if (node.plain && node.text == "true") return true;
    if (node.plain && node.text == "false") return false;
    invalid(node, path, fmt::format("expected true or false, found {}", describe(node)), "write true or false");
    return std::nullopt;
  }

  /// A list of texts, each of which `parse` must accept.
  template <class Parse>
  std::vector<std::string> texts(const ValueNode& node, const Path& path, Parse parse) {
    std::vector<std::string> all;
    if (node.kind != NodeKind::array) {
      invalid(node, path, fmt::format("expected a list, found {}", describe(node)), "write a list: [a, b]");
      return all;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Path item(path, i);
      if (auto value = parsed(node.items[i], item, parse)) all.push_back(std::move(*value));
    }
    return all;
  }

  template <class Parse>
  std::optional<std::string> parsed(const ValueNode& node, const Path& path, Parse parse) {
    auto value = text(node, path);
    if (!value) return std::nullopt;
    if (const auto result = parse(*value); !result) {
      invalid(node, path, result.error().message, "write it as in a manifest's docker table");
      return std::nullopt;
    }
    return value;
  }

  void read_head(const ValueNode& root, const Path& top) {
    const Member* version = find_member(root, "apiVersion");
    if (version == nullptr) {
      missing(root, top, "apiVersion", fmt::format("add apiVersion: {}", api_version));
    } else if (version->value.text != api_version) {
      invalid(version->value, Path(top, version->key),
              fmt::format("unknown version '{}'", printable(version->value.text)),
              fmt::format("the known one is {}", api_version));
    }
    if (const Member* description = find_member(root, "description")) {
      text(description->value, Path(top, description->key));
    }
    const Member* name = find_member(root, "name");
    if (name == nullptr) return missing(root, top, "name", "give the policy a name: findings and explain show it");
    const Path path(top, name->key);
    builder_.name = text(name->value, path).value_or("");
    if (builder_.name.empty()) {
      if (name->value.kind == NodeKind::string) invalid(name->value, path, "an empty name", "give the policy a name");
    } else if (!builtin_ && is_builtin(builder_.name)) {
      // Without this, a copy of a stricter built-in would silently be judged by the severities of the fallback.
      invalid(name->value, path, fmt::format("'{}' is the name of a built-in policy", builder_.name),
              fmt::format("use the built-in one by its name (-p {}), or give this policy another name", builder_.name));
    }
  }

  void missing(const ValueNode& root, const Path& top, std::string_view key, std::string remedy) {
    reporter_.report(Path(top, key), root.span,
                     {.rule = missing_field,
                      .message = fmt::format("{} is missing", key),
                      .evidence = {},
                      .remediation = std::move(remedy)});
  }

  static bool is_builtin(std::string_view name) {
    return std::ranges::find(builtin_policies(), name, &BuiltinPolicy::name) != builtin_policies().end();
  }

  /// Starts from what is extended: the severities of the last, the defaults of all, later ones winning.
  void read_extends(const ValueNode& root, const Path& top) {
    if (builtin_) {
      builder_.severities = builtin_severities(builder_.name);
      return;
    }
    builder_.severities = builtin_severities(fallback);
    const Member* extends = find_member(root, "extends");
    if (extends == nullptr) {
      extend(fallback);
      return;
    }
    const Path path(top, extends->key);
    const auto known = [](const std::string& name) -> std::expected<void, ParseError> {
      if (is_builtin(name)) return {};
      return std::unexpected(
          ParseError{fmt::format("no built-in policy '{}'; a policy can extend baseline, restricted "
                                 "or privileged",
                                 printable(name))});
    };
    const auto names = texts(extends->value, path, known);
    if (extends->value.kind == NodeKind::array && extends->value.items.empty()) {
      invalid(extends->value, path, "an empty list", "name a built-in policy, or leave extends out for baseline");
    }
    for (const std::string& name : names) extend(name);
  }

  void extend(std::string_view name) {
    const auto base = Policy::builtin(name);
    if (!base) return;
    builder_.severities = builtin_severities(name);
    const PolicyDefaults& from = base->defaults();
    PolicyDefaults& to = builder_.defaults;
    const auto over = [](auto& mine, const auto& theirs) {
      if (theirs) mine = theirs;
    };
    over(to.network, from.network);
    over(to.no_new_privileges, from.no_new_privileges);
    over(to.init, from.init);
    over(to.pids_limit, from.pids_limit);
    over(to.read_only, from.read_only);
    over(to.user, from.user);
    to.memory_swap_equals_memory = to.memory_swap_equals_memory || from.memory_swap_equals_memory;
    if (!from.cap_drop.empty()) to.cap_drop = from.cap_drop;
    if (!from.tmpfs.empty()) to.tmpfs = from.tmpfs;
  }

  void read_defaults(const ValueNode& node, const Path& top) {
    if (!require_table(reporter_, node, top)) return;
    PolicyDefaults& to = builder_.defaults;
    for (const Member& member : node.members) {
      const Path path(top, member.key);
      const ValueNode& value = member.value;
      if (member.key == "network") {
        to.network = parsed(value, path, parse_network);
      } else if (member.key == "no_new_privileges") {
        to.no_new_privileges = boolean(value, path);
      } else if (member.key == "init") {
        to.init = boolean(value, path);
      } else if (member.key == "pids_limit") {
        to.pids_limit = pids(value, path);
      } else if (member.key == "memory_swap_equals_memory") {
        to.memory_swap_equals_memory = boolean(value, path).value_or(false);
      } else if (member.key == "read_only") {
        to.read_only = boolean(value, path);
      } else if (member.key == "cap_drop") {
        to.cap_drop = capabilities(value, path);
      } else if (member.key == "tmpfs") {
        to.tmpfs = texts(value, path, parse_tmpfs);
      } else if (member.key == "user") {
        to.user = parsed(value, path, parse_user);
      } else {
        report_unknown_key(reporter_, member, top, default_keys);
      }
    }
  }

  std::vector<std::string> capabilities(const ValueNode& node, const Path& path) {
    std::vector<std::string> names = texts(node, path, parse_capability);
    for (std::string& name : names) name = *parse_capability(name);
    return names;
  }

  std::optional<std::int64_t> pids(const ValueNode& node, const Path& path) {
    std::int64_t limit = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, limit);
    const bool scalar = node.kind == NodeKind::integer || node.plain;
    if (scalar && error == std::errc() && stop == end && limit > 0) return limit;
    invalid(node, path,
            fmt::format("expected a number of processes, found {}",
                        node.text.empty() ? std::string(describe(node)) : printable(node.text)),
            "write a positive whole number");
    return std::nullopt;
  }

  void read_rules(const ValueNode& node, const Path& top) {
    if (!require_table(reporter_, node, top)) return;
    std::vector<std::string_view> ids;
    for (const RuleInfo& rule : rule_catalogue()) ids.push_back(rule.id);
    for (const Member& member : node.members) {
      const auto found = std::ranges::lower_bound(ids, member.key);
      if (found == ids.end() || *found != member.key) {
        report_unknown_key(reporter_, member, top, ids);
      } else {
        read_rule(static_cast<std::size_t>(found - ids.begin()), member.value, Path(top, member.key));
      }
    }
  }

  void read_rule(std::size_t index, const ValueNode& node, const Path& top) {
    if (!require_table(reporter_, node, top)) return;
    for (const Member& member : node.members) {
      const Path path(top, member.key);
      if (member.key == "severity") {
        read_severity(index, member.value, path);
      } else if (contains(later_rule_keys, member.key)) {
        refuse_later(member, path);
      } else {
        report_unknown_key(reporter_, member, top, rule_keys);
      }
    }
  }

  void read_severity(std::size_t index, const ValueNode& node, const Path& path) {
    static constexpr std::string_view words[] = {"off", "info", "warning", "error"};
    const std::optional<Severity> severity = severity_of(node.text);
    const RuleInfo& rule = rule_catalogue()[index];
    if (!severity) {
      invalid(node, path, fmt::format("unknown severity '{}'", printable(node.text)), suggest(node.text, words));
    } else if (rule.privileged == Severity::error && *severity != Severity::error) {
      invalid(node, path,
              fmt::format("{} can not be relaxed: what is not understood is refused under every policy", rule.id),
              "remove the entry");
    } else {
      builder_.severities[index] = *severity;
    }
  }

  Reporter& reporter_;
  bool builtin_;
  PolicyBuilder builder_;
};

}  // namespace

std::expected<std::shared_ptr<const Policy>, Findings> read_policy(SourcePtr source, bool builtin) {
  Reporter reporter(source);
  const auto refuse = [&](std::size_t offset, std::string message) {
    const Position place = position_at(source->text, offset);
    reporter.report({}, {place, place},
                    {.rule = syntax_error,
                     .message = std::move(message),
                     .evidence = {},
                     .remediation = "save the policy as plain UTF-8 text"});
    return std::unexpected(reporter.take());
  };
  if (source->text.size() > max_manifest_size) return refuse(0, fmt::format("larger than {} bytes", max_manifest_size));
  if (const auto invalid = find_invalid_utf8(source->text)) return refuse(*invalid, "not valid UTF-8");
  if (const auto control = find_control_character(source->text, "\t\r\n"))
    return refuse(*control, "a control character");
  if (source->text.starts_with("\xEF\xBB\xBF")) return refuse(0, "a byte order mark");
  const TextIndex index(source->text);
  const std::optional<ValueNode> root = read_yaml(index, reporter);
  PolicyBuilder builder;
  if (root) builder = DocumentReader(reporter, builtin).read(*root);
  Findings findings = reporter.take();
  if (!root || has_errors(findings)) return std::unexpected(std::move(findings));
  return std::move(builder).build();
}

}  // namespace skillrun
