#include "policy/rules/support/rule_support.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string field_of_service(const ContainerSpec& spec, std::string_view key) {
  const auto row = std::ranges::find_if(schema(), [&](const SettingRow& known) {
    return !known.service.name.empty() && (known.key.key == key || known.member.name == key);
  });
  return row == schema().end() ? spec.table : fmt::format("{}.{}", spec.table, row->service.name);
}

}  // namespace

Origin absent(const ContainerSpec& spec, std::string field) {
  constexpr std::string_view docker = "docker";
  if (spec.table != docker) field = field_of_service(spec, field.substr(std::min(field.size(), docker.size() + 1)));
  const bool placed = spec.image.origin.kind == OriginKind::manifest;
  return Origin{.kind = OriginKind::manifest,
                .field = std::move(field),
                .span = placed ? spec.image.origin.span : Span{},
                .text = {}};
}

std::string HostPath::text() const {
  return path == declared ? fmt::format("'{}'", path) : fmt::format("'{}' (which is '{}')", declared, path);
}

Ask closed_ask(const HostPath& host) {
  return {.kind = host.build_context ? AskKind::build_context : AskKind::mount,
          .subject = host.path,
          .writes = !host.read_only,
          .closed = true};
}

bool is_workdir(const RuleContext& context, const HostPath& host) {
  const std::string& workdir = context.spec.workdir;
  return !workdir.empty() && (host.declared == workdir || host.path == context.host.real_path(workdir));
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

bool is_cdi_request(const GpuRequest& gpus) noexcept {
  return gpus.driver == "cdi" ||
         std::ranges::any_of(gpus.device_ids, [](const std::string& id) { return is_cdi_device(id); });
}

}  // namespace skillrun::inline v0
