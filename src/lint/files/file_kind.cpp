#include "lint/files/file_kind.hpp"

#include <array>

#include "manifest/document_kind.hpp"

namespace skillrun::inline v0 {

namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// True for compose.yaml, docker-compose.prod.yml, dev-compose.yaml: "compose" is one of the words of its name.
bool is_compose_name(std::string_view name) {
  constexpr std::string_view word = "compose";
  constexpr std::string_view between = "._-";
  for (std::size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const bool begins = at == 0 || between.contains(name[at - 1]);
    const std::string_view rest = name.substr(at + word.size());
    if (begins && (rest.empty() || between.contains(rest.front()))) return true;
  }
  return false;
}

}  // namespace

std::optional<LintKind> kind_of(std::string_view path) noexcept {
  if (is_project_policy(path)) return LintKind::policy;
  if (const auto format = format_of(path)) return *format == ManifestFormat::toml ? LintKind::toml : LintKind::yaml;
  if (name_of(path) == "SKILL.md") return LintKind::skill_md;
  return std::nullopt;
}

bool is_project_policy(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 2> places{".skillrun/policy.yaml", ".skillrun/policy.yml"};
  for (const std::string_view place : places) {
    if (path == place || (path.ends_with(place) && path[path.size() - place.size() - 1] == '/')) return true;
  }
  return false;
}

std::optional<LintKind> kind_of_text(const LintInput& input, std::string_view text) {
  if (input.forced || (input.kind != LintKind::toml && input.kind != LintKind::yaml)) return input.kind;
  const auto format = input.kind == LintKind::toml ? ManifestFormat::toml : ManifestFormat::yaml;
  const auto says = document_kind(text, format);
  if (says == DocumentKind::policy) return LintKind::policy;
  if (says == DocumentKind::compose && (input.named || is_compose_name(name_of(input.path)))) return LintKind::compose;
  if (says == DocumentKind::manifest || input.named) return input.kind;
  return std::nullopt;
}

}  // namespace skillrun::inline v0
