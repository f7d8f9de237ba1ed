// What of the host, and which volumes, the container sees.
#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/mount_checks.hpp"
#include "spec/mount_tables.hpp"
#include "spec/reserved.hpp"
#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/path_within.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

void append(SpecBuilder& builder, Mount mount, const Origin& origin) {
  std::erase_if(mount.labels, [&](const KeyValue& label) {
    if (!is_reserved_label(label.key)) return false;
    builder.problem("reserved-label", origin,
                    fmt::format("the volume's label '{}' is reserved for skillrun", printable(label.key)),
                    "skillrun marks what it makes with such labels; use another prefix");
    return true;
  });
  mount.caller_workdir = mount.type == MountType::bind && is_within(mount.source, builder.spec.workdir);
  builder.spec.mounts.push_back({std::move(mount), origin});
}

void append(SpecBuilder& builder, std::expected<Mount, ParseError> mount, const Origin& origin,
            std::string_view remedy) {
  if (mount) return append(builder, std::move(*mount), origin);
  builder.problem(mount.error().unknown_type ? "unknown-mount-type" : "invalid-mount", origin, mount.error().message,
                  std::string(remedy));
}

bool looks_like_path(std::string_view source) {
  return source.starts_with('/') || source.starts_with('.') || source.starts_with('~');
}

void add_volume(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  append(builder, read_volume(builder.whole(value, origin), builder.paths()), origin, "write SOURCE:TARGET[:ro]");
}

void add_mount(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  append(builder, read_mount_record(builder.whole(value, origin), builder.paths()), origin,
         "write type=bind,source=PATH,target=PATH[,readonly]");
}

void add_tmpfs(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  append(builder, read_tmpfs(builder.whole(value, origin)), origin, "write TARGET[:size=64m]");
}

void add_volumes_from(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const std::size_t colon = value.find(':');
  const std::string_view mode = colon == std::string::npos ? "rw" : std::string_view(value).substr(colon + 1);
  if (!is_engine_name(std::string_view(value).substr(0, colon)) || (mode != "ro" && mode != "rw")) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a container", printable(value)),
                    "name what the skill needs in mounts");
    return;
  }
  builder.spec.volumes_from.push_back({value, origin});
}

void add_storage_option(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_pair(builder, builder.spec.storage_options, value, origin, true);
}

constexpr SettingRow mount_rows[] = {
    // Binds, volumes and tmpfs of every spelling, in order.
    {.member = member<&Spec::mounts>("mounts").meaning(Sense::parts),
     .key = {"volumes", &Docker::volumes, "mounts as source:target[:mode]", R"(["${SKILL_WORKDIR}:/workdir"])"},
     .flag = {.name = "volume", .shorthand = 'v', .arity = FlagArity::list},
     .set = add_volume},
    {.key = {"tmpfs", &Docker::tmpfs, "tmpfs mounts as target[:options]", R"(["/tmp:size=64m"])"},
     .flag = {.name = "tmpfs", .arity = FlagArity::list},
     .service = {"tmpfs", ServiceShape::list},
     .set = add_tmpfs},
    {.key = {"mounts", &Docker::mounts, "mounts as tables",
             R"([{ source = "./data", target = "/data", read_only = true }])"},
     .flag = {.name = "mount", .arity = FlagArity::list},
     .set = add_mount},
    {.member = member<&Spec::volume_driver>("volume_driver"),
     .flag = {.name = "volume-driver"},
     .set = set_text<&Spec::volume_driver, is_driver_name, "a volume driver", "remove it; local is the engine's own">},
    {.member = member<&Spec::volumes_from>("volumes_from"),
     .flag = {.name = "volumes-from", .arity = FlagArity::list},
     .service = {"volumes_from", ServiceShape::list},
     .set = add_volumes_from},
    {.member = member<&Spec::storage_options>("storage_options"),
     .flag = {.name = "storage-opt", .arity = FlagArity::list},
     .service = {"storage_opt", ServiceShape::pairs},
     .set = add_storage_option},
};

}  // namespace

std::span<const SettingRow> mount_settings() { return mount_rows; }

void add_mount_table(SpecBuilder& builder, const MountTable& table, const std::string& field) {
  std::vector<MountField> fields;
  std::string shown;
  bool usable = true;
  const auto put_text = [&](std::string_view key, const std::optional<WrittenText>& text) {
    if (!text) return;
    const Origin origin = SpecBuilder::manifest_origin(*text, fmt::format("{}.{}", field, key));
    if (text->undefined) {
      usable = false;
      if (key == "source") report_unresolved_source(builder, origin);
      return;
    }
    usable = builder.clean(text->value, origin) && usable;
    if (key == "source" || shown.empty()) shown = text->evidence();
    fields.push_back({key, text->value});
  };
  const auto put_flag = [&](std::string_view key, const std::optional<Located<bool>>& flag) {
    if (flag) fields.push_back({key, flag->value ? "true" : "false"});
  };
  if (!table.type && table.source && looks_like_path(table.source->value)) fields.push_back({"type", "bind"});
  put_text("type", table.type);
  put_text("source", table.source);
  put_text("target", table.target);
  put_flag("readonly", table.read_only);
  put_text("bind-propagation", table.propagation);
  put_text("tmpfs-size", table.tmpfs_size);
  put_text("tmpfs-mode", table.tmpfs_mode);
  put_text("volume-subpath", table.subpath);
  put_flag("volume-nocopy", table.nocopy);
  if (!usable) return;
  append(builder, read_mount(fields, builder.paths()),
         SpecBuilder::manifest_origin(table.source ? table.source->span : table.span, field, shown),
         "a mount has a type, a source (except for tmpfs) and a target");
}

void report_unresolved_source(SpecBuilder& builder, const Origin& origin) {
  builder.problem("unresolved-host-path", origin, "the host path holds a variable whose value is not known here",
                  "it is judged again with the real value when the skill runs", Severity::warning);
}

void check_mount_targets(SpecBuilder& builder) {
  std::vector<const Setting<Mount>*> mounts;
  for (const Setting<Mount>& mount : builder.spec.mounts) mounts.push_back(&mount);
  std::ranges::stable_sort(mounts, {}, [](const auto* mount) -> const std::string& { return mount->value.target; });
  for (std::size_t i = 1; i < mounts.size(); ++i) {
    if (mounts[i]->value.target != mounts[i - 1]->value.target) continue;
    builder.problem("invalid-mount", mounts[i]->origin,
                    fmt::format("'{}' is mounted twice", printable(mounts[i]->value.target)),
                    "engines refuse it or pick one; keep one of the mounts");
  }
}

}  // namespace skillrun::inline v0
