#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

class ControlCharacters final : public TextSink {
 public:
  explicit ControlCharacters(FindingSink& sink) : sink_(sink) {}

  void look_at(const SpecMember& member, const ContainerSpec& spec) {
    if (member.texts == nullptr) return;
    may_be_profile_ = member.name == "security_opt";
    may_hold_lines_ = spec.runner == Runner::compose && (member.name == "env" || member.name == "labels");
    member.texts(spec, member.may_hold, *this);
  }

  void take(std::string_view text, std::string_view may_hold, const Origin& origin) override {
    if (is_printable_ascii(text)) return;
    if (may_be_profile_ && is_profile(text)) return;
    if (may_hold_lines_) may_hold = line_characters;
    if (find_invalid_utf8(text)) {
      sink_.report(origin, fmt::format("'{}' is not valid UTF-8", printable(text)));
    } else if (find_control_character(text, may_hold)) {
      sink_.report(origin, fmt::format("'{}' holds a control character", printable(text)));
    }
  }

 private:
  /// The text of a file, which goes to the engine as JSON and is judged by its digest.
  static bool is_profile(std::string_view option) {
    const auto profile = seccomp_profile(option);
    return profile && is_profile_text(*profile);
  }

  FindingSink& sink_;
  bool may_be_profile_ = false;
  bool may_hold_lines_ = false;  ///< variables and labels of Compose, which no client's words or files stand between
};

/// Looks at every text of a spec that reaches the engine. The parsers refuse such characters where they read a
/// manifest; this holds for specs that were made in another way, too.
void check(const RuleContext& context, FindingSink& sink) {
  ControlCharacters look(sink);
  for (const SettingRow& row : schema()) look.look_at(row.member, context.spec);
}

constexpr Rule rules[] = {
    {.info = {.id = "control-character",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary =
                  "NUL, line breaks, other control characters or invalid UTF-8 in a value that reaches the engine",
              .why = "a NUL cuts a value short after it was judged; line breaks forge log lines and entries",
              .remedy = "remove the character",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> control_character_rules() { return rules; }

}  // namespace skillrun::rules
