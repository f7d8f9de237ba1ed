#include "lint/skill_md.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "lint/manifest_linter.hpp"
#include "manifest/decode.hpp"
#include "manifest/foreign_text.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::array<std::string_view, 6> known_keys{"name",          "description", "license",
                                                     "compatibility", "metadata",    "allowed-tools"};

/// What well-known agents read beside these. None of it says what runs.
constexpr std::array<std::string_view, 12> agents_keys{
    "agent",          "argument-hint",  "author",  "context",    "disable-model-invocation", "hooks", "model", "tags",
    "user-invocable", "user-invokable", "version", "when-to-use"};
constexpr std::string_view unknown_skill_key = "unknown-skill-key";
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_description = 1024;
constexpr std::size_t longest_compatibility = 500;

/// The text with everything but the front matter blank, so that places stay; nothing when there is none.
std::optional<std::string> front_matter(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string result;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    std::string_view mark = line;
    while (!mark.empty() && (mark.back() == '\r' || mark.back() == ' ')) mark.remove_suffix(1);
    if (mark == "---") {
      if (inside) return result;
      if (number > 0) return std::nullopt;
      inside = true;
    } else {
      if (!inside) return std::nullopt;
      result += line;
    }
    result += '\n';
    ++number;
  }
  return std::nullopt;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Lower-case words of letters and digits with single hyphens between them.
bool is_skill_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, plain) && name.front() != '-' &&
         name.back() != '-' && !name.contains("--");
}

class FrontMatter {
 public:
  FrontMatter(Reporter& reporter, const SourceText& source) : reporter_(reporter), source_(source) {}

  void check(const ValueNode& root) {
    const Path path;
    if (!require_table(reporter_, root, path)) return;
    for (const Member& member : root.members) {
      if (std::ranges::find(known_keys, member.key) == known_keys.end() &&
          std::ranges::find(agents_keys, member.key) == agents_keys.end()) {
        unknown(member);
      }
    }
    name(find_member(root, "name"));
    text(find_member(root, "description"), longest_description, true);
    text(find_member(root, "license"), std::string_view::npos, false);
    text(find_member(root, "compatibility"), longest_compatibility, false);
    text(find_member(root, "allowed-tools"), std::string_view::npos, false);
    if (const Member* metadata = find_member(root, "metadata")) this->metadata(*metadata);
  }

  std::string skill;
  std::optional<Located<std::string>> sidecar;

 private:
  /// Some agent may know it, and what stands there never runs.
  void unknown(const Member& member) {
    const Path root;
    reporter_.report(Path(root, member.key), member.key_span,
                     {.rule = unknown_skill_key,
                      .message = fmt::format("unknown key \"{}\"", printable(member.key)),
                      .evidence = member.key,
                      .remediation = suggest(member.key, known_keys),
                      .severity = Severity::warning});
  }

  void fault(const Path& path, const ValueNode& node, std::string message, std::string remedy) {
    reporter_.report(path, node.span,
                     {.rule = invalid_value,
                      .message = std::move(message),
                      .evidence = node.text,
                      .remediation = std::move(remedy)});
  }

  void missing(std::string_view key) {
    const Path root;
    reporter_.report(Path(root, key), {{1, 1}, {1, 4}},
                     {.rule = missing_field,
                      .message = fmt::format("the front matter has no {}", key),
                      .evidence = {},
                      .remediation = fmt::format("add {}: ...", key)});
  }

  [[nodiscard]] bool is_text(const Path& path, const ValueNode& node) {
    if (node.kind == NodeKind::string) return true;
    fault(path, node, fmt::format("expected a string, found {}", describe(node)), "write one string");
    return false;
  }

  void name(const Member* member) {
    if (member == nullptr) return missing("name");
    const Path root;
    const Path path(root, member->key);
    const ValueNode& node = member->value;
    if (!is_text(path, node)) return;
    if (!is_skill_name(node.text)) {
      return fault(
          path, node, fmt::format("\"{}\" cannot be the name of a skill", printable(node.text)),
          "use 1 to 64 lower-case letters, digits and single hyphens, and begin and end with a letter or digit");
    }
    skill = node.text;
    const std::string folder = std::filesystem::path(source_.directory).filename().string();
    if (!folder.empty() && folder != node.text) {
      fault(path, node, fmt::format("the skill \"{}\" is in a folder named \"{}\"", node.text, printable(folder)),
            "give both the same name");
    }
  }

  void text(const Member* member, std::size_t longest, bool required) {
    if (member == nullptr) {
      if (required) missing("description");
      return;
    }
    const Path root;
    const Path path(root, member->key);
    const ValueNode& node = member->value;
    if (!is_text(path, node)) return;
    if (node.text.find_first_not_of(" \t\r\n") == std::string::npos) {
      fault(path, node, fmt::format("{} is empty", member->key), "say something, or remove the key");
    } else if (code_points(node.text) > longest) {
      fault(path, node, fmt::format("{} has more than {} characters", member->key, longest), "shorten it");
    }
  }

  void metadata(const Member& member) {
    const Path root;
    const Path path(root, member.key);
    if (!require_table(reporter_, member.value, path)) return;
    for (const Member& entry : member.value.members) {
      const Path at(path, entry.key);
      if (!is_text(at, entry.value) || entry.key != sidecar_key) continue;
      const std::filesystem::path named = std::filesystem::path(entry.value.text).lexically_normal();
      if (named.is_absolute() || named.empty() || *named.begin() == "..") {
        fault(at, entry.value, "the manifest is outside of the skill's folder", "name a file within the folder");
      } else if (!format_of(entry.value.text)) {
        fault(at, entry.value, "the manifest has no known suffix", "name it *.toml, *.yaml or *.yml");
      } else {
        sidecar = Located<std::string>{.value = named.string(), .span = entry.value.span};
      }
    }
  }

  Reporter& reporter_;
  const SourceText& source_;
};

}  // namespace

LintedSkillMd lint_skill_md(const SourcePtr& source, std::string path, const LintContext& context) {
  Reporter reporter(source);
  LintedSkillMd linted{.file = {.source = source, .path = std::move(path), .skills = {}, .findings = {}},
                       .sidecar = {}};
  const auto matter = front_matter(source->text);
  std::optional<ValueNode> root;
  const bool begun = source->text.starts_with("---") || source->text.starts_with("\xef\xbb\xbf---");
  if (!matter) {
    reporter.report({}, {{1, 1}, {1, 1}},
                    {.rule = syntax_error,
                     .message = begun ? "the front matter does not end" : "no front matter",
                     .evidence = {},
                     .remediation = begun ? "close it with a line ---"
                                          : "begin the file with a line ---, the keys name and description, and a "
                                            "line ---"});
  } else if (find_invalid_utf8(*matter) || matter->find('\0') != std::string::npos) {
    reporter.report({}, {{1, 1}, {1, 1}},
                    {.rule = "control-character",
                     .message = "not valid UTF-8 text",
                     .evidence = {},
                     .remediation = "save the file as UTF-8 text"});
  } else {
    const TextIndex index(*matter);
    root = read_yaml(index, reporter);
    if (root) {
      FrontMatter front(reporter, *source);
      front.check(*root);
      linted.sidecar = std::move(front.sidecar);
      if (!front.skill.empty()) linted.file.skills.push_back(std::move(front.skill));
    }
  }
  Findings findings = reporter.take();
  static constexpr std::array marks{DocumentMark{.key = "name"}, DocumentMark{.key = "description"}};
  const bool ours = matter ? has_mark(*matter, root, marks) : begun && has_mark(source->text, root, marks);
  if (!findings.empty() && !ours) {
    ForeignText foreign =
        foreign_text(*source, findings, "front matter: a line ---, the keys name and description, and a line ---");
    linted.file.source = std::move(foreign.source);
    findings = std::move(foreign.findings);
    linted.file.skills.clear();
    linted.sidecar.reset();
  }
  for (Finding& finding : findings) {
    // What cannot be understood a policy can only raise; what is not known it decides.
    const Severity decided = context.policy->severity(finding.rule);
    finding.severity = finding.rule == unknown_skill_key ? decided : std::max(finding.severity, decided);
  }
  std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::off; });
  linted.file.findings = std::move(findings);
  for (Finding& finding : linted.file.findings) {
    if (!linted.file.skills.empty()) finding.skill = linted.file.skills.front();
  }
  finish(linted.file);
  return linted;
}

void report_missing_sidecar(LintedSkillMd& skill, const std::string& why) {
  Reporter reporter(skill.file.source);
  const Path root;
  const Path metadata(root, "metadata");
  reporter.report(Path(metadata, sidecar_key), skill.sidecar->span,
                  {.rule = invalid_value,
                   .message = fmt::format("the manifest '{}' {}", printable(skill.sidecar->value), why),
                   .evidence = skill.sidecar->value,
                   .remediation = "name a manifest that is there, relative to this file"});
  Findings more = reporter.take();
  if (!skill.file.skills.empty()) more.front().skill = skill.file.skills.front();
  skill.file.findings.push_back(std::move(more.front()));
  finish(skill.file);
}

}  // namespace skillrun::inline v0
