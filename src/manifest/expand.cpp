#include "manifest/expand.hpp"

#include <utility>

#include <fmt/format.h>

#include "spec/docker_fields.hpp"

namespace skillrun::inline v0 {

template <class Table>
void TextExpander::expand_fields(Table& table, const Path& path) {
  for (const Field<Table>& field : fields_of<Table>()) {
    std::visit(
        [&](auto pointer) {
          if constexpr (requires { expand(*(table.*pointer), path); }) {
            if (table.*pointer) expand(*(table.*pointer), Path(path, field.key));
          }
        },
        field.member);
  }
}

namespace {

/// What another reader has said of how the text is written stays.
void replace(WrittenText& text, std::string value) {
  std::string before = std::exchange(text.value, std::move(value));
  if (text.written.empty()) text.written = std::move(before);
}

}  // namespace

void TextExpander::expand(WrittenText& text, const Path& path) {
  text.expansions.clear();
  auto expanded = expand_variables(text.value, variables_, &text.expansions);
  if (expanded) {
    if (*expanded != text.value) replace(text, std::move(*expanded));
    return;
  }
  const ExpandError& error = expanded.error();
  const bool tolerated = error.undefined && undefined_ == UndefinedVariables::warning;
  text.undefined = error.undefined || undefined_ == UndefinedVariables::warning;
  if (tolerated) replace(text, error.known);
  reporter_.report(
      path, text.span,
      {.rule = error.undefined ? "undefined-variable" : "invalid-value",
       .message =
           error.undefined ? error.message : fmt::format("{} (at byte {} of the value)", error.message, error.offset),
       .evidence = text.evidence(),
       .remediation = error.undefined ? "set it, or give it a default: ${NAME:-value}"
                                      : "write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a $",
       .severity = tolerated ? Severity::warning : Severity::error});
}

void TextExpander::expand(WrittenList& list, const Path& path) {
  for (std::size_t i = 0; i < list.items.size(); ++i) expand(list.items[i], Path(path, i));
}

void TextExpander::expand(WrittenMap& map, const Path& path) {
  for (WrittenEntry& entry : map.entries) expand(entry.value, Path(path, entry.key.value));
}

void TextExpander::expand(MountTables& mounts, const Path& path) {
  for (std::size_t i = 0; i < mounts.items.size(); ++i) expand_fields(mounts.items[i], Path(path, i));
}

void TextExpander::expand(PackageBuild& build, const Path& path) { expand_fields(build, path); }

void TextExpander::expand(BuildTable& build, const Path& path) { expand_fields(build, path); }

}  // namespace skillrun::inline v0
