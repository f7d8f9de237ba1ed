#include "spec/spec_builder.hpp"

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/finding_at.hpp"
#include "spec/whole_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

SpecBuilder::SpecBuilder(const ResolvedSkill& skill, const CallerContext& caller, const VariableSource& environment)
    : skill_(skill),
      caller_(caller),
      environment_(environment),
      paths_{.base = skill.source && !skill.source->base().empty() ? skill.source->base() : caller.cwd,
             .home = caller.home} {
  spec.skill = skill.name;
  spec.instance = skill.instance;
  spec.source = skill.source;
  spec.directives = skill.directives;
  if (caller.workdir.starts_with('/')) spec.workdir = clean_path(caller.workdir);
  if (caller.cwd.starts_with('/')) spec.standing = clean_path(caller.cwd);
}

Origin SpecBuilder::manifest_origin(const WrittenText& text, std::string field) {
  Origin origin = manifest_origin(text.span, std::move(field), text.evidence());
  origin.expansions = text.expansions;
  return origin;
}

Origin SpecBuilder::manifest_origin(Span span, std::string field, std::string text) {
  return {.kind = OriginKind::manifest, .field = std::move(field), .span = span, .text = std::move(text)};
}

Origin SpecBuilder::option_origin(std::string option, std::string text) {
  return {.kind = OriginKind::command_line, .field = std::move(option), .span = {}, .text = std::move(text)};
}

void SpecBuilder::problem(std::string_view rule, const Origin& origin, std::string message, std::string remedy,
                          Severity severity) {
  spec.problems.push_back(finding_at(spec, origin, rule, severity, std::move(message), std::move(remedy)));
}

std::string SpecBuilder::whole(std::string_view value, const Origin& origin) const {
  return spec.runner == Runner::compose ? std::string(value) : with_values_whole(value, origin.expansions);
}

bool SpecBuilder::clean(std::string_view value, const Origin& origin, Allowed allowed, std::string_view shown) {
  // What came out of a variable may be a secret, and with such bytes it need not look like one.
  if (shown.empty()) shown = origin.expansions.empty() ? value : std::string_view(origin.text);
  if (find_control_character(value, allowed == Allowed::lines ? "\n\r\t" : "")) {
    problem("control-character", origin, fmt::format("'{}' holds a control character", printable(shown)),
            "remove it; an engine or a terminal could read it as something else");
    return false;
  }
  if (find_invalid_utf8(value)) {
    problem("control-character", origin, fmt::format("'{}' is not valid UTF-8", printable(shown)),
            "engines take UTF-8 only; rename the file or encode the value");
    return false;
  }
  return true;
}

void SpecBuilder::repeated(const Origin& before, const Origin& now) {
  if (now.kind == before.kind) {
    problem("ambiguous-value", now,
            fmt::format("{} sets what {} already set; the last one wins", now.field, before.field), "keep one of them",
            Severity::warning);
  } else if (now.kind == OriginKind::extra_args) {
    problem("flag-repeats-field", now, fmt::format("{} sets what {} sets too", now.field, before.field),
            "keep one of them; the typed key is the clearer one");
  }
}

}  // namespace skillrun::inline v0
