#include "policy/rule_support.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/text.hpp"

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

std::string_view driver_option(const Mount& mount, std::string_view key) noexcept {
  const auto found = std::ranges::find(mount.driver_options.rbegin(), mount.driver_options.rend(), key, &KeyValue::key);
  return found == mount.driver_options.rend() ? std::string_view() : std::string_view(found->value);
}

std::optional<std::string> bound_device(const Mount& mount) {
  if (mount.type != MountType::volume || (!mount.driver.empty() && mount.driver != "local")) return std::nullopt;
  const std::string_view device = driver_option(mount, "device");
  if (device.empty()) return std::nullopt;
  for (const std::string_view flag : split(driver_option(mount, "o"), ',')) {
    if (flag == "bind" || flag == "rbind") return clean_path("/" + std::string(device));
  }
  return std::nullopt;
}

}  // namespace skillrun
