#include "policy/rule_support.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace skillrun {

Origin absent(const ContainerSpec& spec, std::string field) {
  const bool placed = spec.image.origin.kind == OriginKind::manifest;
  return Origin{.kind = OriginKind::manifest,
                .field = std::move(field),
                .span = placed ? spec.image.origin.span : Span{},
                .text = {}};
}

std::string_view workdir_of(const Setting<Mount>& mount) noexcept {
  constexpr std::string_view variable = "${SKILL_WORKDIR";
  // What may stand before the source, in every spelling: anything else is not the source.
  constexpr std::string_view leads[] = {
      "", "-v", "-v=", "--volume=", "source=", "src=", ",source=", ",src=", "=source=", "=src="};
  const std::string_view text = mount.origin.text;
  const std::size_t begin = text.find(variable);
  if (!mount.value.caller_workdir || begin == std::string_view::npos) return {};
  const std::string_view before = text.substr(0, begin);
  const bool leading = std::ranges::any_of(leads, [&](std::string_view lead) {
    return before == lead || (lead.size() > 3 && lead.find_first_of(",=") == 0 && before.ends_with(lead));
  });
  const std::size_t close = text.find('}', begin);
  if (!leading || close == std::string_view::npos) return {};
  std::string_view rest = text.substr(close + 1);
  rest = rest.substr(0, rest.find_first_of(":,\""));
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string_view source = mount.value.source;
  if (!rest.empty() && (!rest.starts_with('/') || !is_clean(rest))) return {};
  return source.ends_with(rest) ? source.substr(0, source.size() - rest.size()) : std::string_view();
}

std::string HostPath::text() const {
  return path == declared ? fmt::format("'{}'", path) : fmt::format("'{}' (which is '{}')", declared, path);
}

}  // namespace skillrun
