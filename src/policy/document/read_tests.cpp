#include <fmt/format.h>

#include "policy/document/policy_document.hpp"
#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view default_workdir = "/srv/project";
constexpr std::size_t max_tests = 1000;

class TestReader {
 public:
  explicit TestReader(const NodeReader& reader) : reader_(reader) {}

  [[nodiscard]] std::optional<PolicyTest> read(const ValueNode& node, const Path& top) const {
    if (!require_table(reader_.reporter(), node, top)) return std::nullopt;
    PolicyTest test;
    test.span = node.span;
    test.workdir = default_workdir;
    for (const Member& member : node.members) {
      const Path path(top, member.key);
      if (member.key == "name") {
        test.name = reader_.name(member.value, path).value_or("");
      } else if (member.key == "skills") {
        skills(member.value, path, test);
      } else if (member.key == "workdir") {
        workdir(member.value, path, test);
      } else if (member.key == "variables") {
        variables(member.value, path, test);
      } else if (member.key == "args") {
        test.arguments = reader_.list(member.value, path,
                                      [&](const ValueNode& item, const Path& at) { return reader_.text(item, at); });
      } else if (member.key == "date") {
        test.date = reader_.date(member.value, path);
      } else if (member.key == "verdict") {
        verdict(member.value, path, test);
      } else if (member.key == "findings") {
        findings(member.value, path, test);
      } else if (member.key != "skill") {
        report_unknown_key(reader_.reporter(), member, top, names_of(test_keys));
      }
    }
    if (const Member* member = find_member(node, "skill")) skill(member->value, Path(top, member->key), test);
    complete(node, top, test);
    return test;
  }

 private:
  void skills(const ValueNode& node, const Path& path, PolicyTest& test) const {
    if (!require_table(reader_.reporter(), node, path)) return;
    if (node.members.empty()) reader_.invalid(node, path, "no skill", "write one as in a manifest");
    test.skills = node;
    if (node.members.size() == 1 && test.skill.empty()) test.skill = node.members.front().key;
  }

  /// NAME[@INSTANCE] of one of the skills.
  void skill(const ValueNode& node, const Path& path, PolicyTest& test) const {
    const auto word = reader_.name(node, path);
    if (!word) return;
    const std::size_t at = word->find('@');
    test.skill = word->substr(0, at);
    if (at != std::string::npos) test.instance = word->substr(at + 1);
    if (find_member(test.skills, test.skill) == nullptr) {
      reader_.invalid(node, path, fmt::format("no skill '{}' under skills", printable(test.skill)),
                      "name one of them, or leave skill out where there is one");
    }
  }

  void workdir(const ValueNode& node, const Path& path, PolicyTest& test) const {
    auto text = reader_.name(node, path);
    if (!text) return;
    if (!is_clean(*text)) {
      reader_.invalid(node, path, fmt::format("'{}' is not an absolute, clean path", printable(*text)),
                      "write it starting with /, without \".\", \"..\", repeated or trailing slashes");
    }
    test.workdir = std::move(*text);
  }

  void variables(const ValueNode& node, const Path& path, PolicyTest& test) const {
    if (!require_table(reader_.reporter(), node, path)) return;
    for (const Member& member : node.members) {
      if (auto value = reader_.text(member.value, Path(path, member.key))) {
        test.variables.insert_or_assign(member.key, std::move(*value));
      }
    }
  }

  void verdict(const ValueNode& node, const Path& path, PolicyTest& test) const {
    if (node.text == "allowed" || node.text == "refused") {
      test.allowed = node.text == "allowed";
    } else {
      reader_.invalid(node, path, "unknown verdict", "write allowed or refused");
    }
  }

  /// Whether the rules exist is known when everything that the policy extends is.
  void findings(const ValueNode& node, const Path& path, PolicyTest& test) const {
    if (!require_table(reader_.reporter(), node, path)) return;
    if (node.members.empty()) reader_.invalid(node, path, "no rule", "name rules with what each should say");
    for (const Member& member : node.members) {
      ExpectedRule expected{.rule = member.key, .severity = std::nullopt, .span = member.key_span};
      if (member.value.text != "waived") {
        expected.severity = reader_.severity(member.value, Path(path, member.key));
        if (!expected.severity) continue;
      }
      test.findings.push_back(std::move(expected));
    }
  }

  void complete(const ValueNode& node, const Path& top, const PolicyTest& test) const {
    reader_.require_keys(node, top, test_keys);
    if (test.skill.empty() && find_member(node, "skill") == nullptr && !test.skills.members.empty()) {
      reader_.missing(node.span, top, "skill", "say which of the skills is judged");
    }
    if (find_member(node, "verdict") == nullptr && find_member(node, "findings") == nullptr) {
      reader_.missing(node.span, top, "verdict",
                      "write verdict or findings: a case that expects nothing shows nothing");
    }
  }

  const NodeReader& reader_;
};

}  // namespace

void read_tests(const DocumentContext& context, const ValueNode& node, const Path& top,
                std::vector<PolicyTest>& tests) {
  const NodeReader& reader = context.reader;
  if (node.items.size() > max_tests) {
    reader.invalid(node, top, fmt::format("more than {} cases", max_tests),
                   "put some of them in a document that extends this one");
    return;
  }
  const TestReader one(reader);
  tests = reader.list(node, top, [&](const ValueNode& item, const Path& path) { return one.read(item, path); });
}

}  // namespace skillrun::inline v0
