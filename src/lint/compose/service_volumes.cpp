// The mounts of a service: short forms, tables, secrets and configs, and volumes whose driver makes them a folder of
// the host.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/mount_checks.hpp"
#include "support/text.hpp"

namespace skillrun {

void ServiceReader::volumes(const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::array) return not_understood(node, path, "a list");
  for (std::size_t i = 0; i < node.items.size(); ++i) volume(node.items[i], Path(path, i));
}

void ServiceReader::volume(const ValueNode& node, const Path& path) {
  List<Mount>& mounts = builder_.spec.mounts;
  const std::size_t before = mounts.size();
  const ValueNode* bind = entry_of(&node, "bind");
  if (node.kind == NodeKind::table) {
    mount({{"type", member_text(node, "type")},
           {"source", member_text(node, "source")},
           {"target", member_text(node, "target")},
           {"readonly", member_text(node, "read_only") == "true" ? "true" : ""},
           {"bind-propagation", bind == nullptr ? "" : member_text(*bind, "propagation")}},
          node, path);
  } else if (is_scalar(node, path)) {
    const Text written = text(node.text, node, path);
    if (written.undefined) return report_unresolved_source(builder_, origin_of(written, path));
    find_setting("mounts")->set(builder_, written.value, origin_of(written, path));
  }
  if (mounts.size() == before) return;
  declared_volume(mounts.back(), node, path);
  const ValueNode* label = bind == nullptr ? nullptr : entry_of(bind, "selinux");
  if (label == nullptr) return;
  if (label->text != "z" && label->text != "Z") return not_understood(*label, path, "z or Z");
  mounts.back().value.relabel = label->text == "z" ? Relabel::shared : Relabel::private_;
}

/// A mount whose parts stand at one place; what is empty, but for the type, is not there.
void ServiceReader::mount(std::vector<MountField> parts, const ValueNode& node, const Path& path) {
  std::erase_if(parts, [](const MountField& part) { return part.name != "type" && part.value->empty(); });
  Origin origin = SpecBuilder::manifest_origin(node.span, path.text(), node.text);
  bool usable = true;
  for (MountField& part : parts) {
    const bool is_source = part.name == "source";
    if (is_source && origin.text.empty()) origin.text = *part.value;
    Text read = text(*part.value, node, path);
    if (read.undefined && is_source) report_unresolved_source(builder_, origin);
    usable = !read.undefined && builder_.clean(read.value, origin) && usable;
    part.value = std::move(read.value);
  }
  if (usable) add_mount_of(builder_, parts, origin);
}

/// What the file declares of a volume: a driver and its options can make it a folder of the host.
void ServiceReader::declared_volume(Setting<Mount>& mount, const ValueNode& node, const Path& path) {
  const ValueNode* declared =
      mount.value.type == MountType::volume ? entry_of(file_.volumes, mount.value.source) : nullptr;
  if (declared == nullptr) return;
  const auto part = [&](std::string_view value) {
    Text read = text(value, node, path);
    return read.undefined || !builder_.clean(read.value, mount.origin) ? std::string() : std::move(read.value);
  };
  const std::string driver = part(member_text(*declared, "driver"));
  const Member* options = find_member(*declared, "driver_opts");
  if (driver.empty() && options == nullptr) return;
  mount.value.driver = driver.empty() ? "local" : driver;
  if (!is_driver_name(mount.value.driver)) {
    builder_.problem("invalid-mount", mount.origin, fmt::format("'{}' is no volume driver", printable(driver)),
                     "name a driver that the engine has, such as local");
  }
  if (options == nullptr) return;
  for (const Member& option : options->value.members) {
    mount.value.driver_options.push_back({option.key, part(option.value.text)});
  }
}

/// Secrets and configs that are files of the host are mounts of them, which nobody can write.
void ServiceReader::granted(const ValueNode* declared, std::string_view folder, const ValueNode& node,
                            const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const std::string name = item.kind == NodeKind::table ? member_text(item, "source") : item.text;
    const ValueNode* entry = entry_of(declared, name);
    const std::string file = entry == nullptr ? std::string() : member_text(*entry, "file");
    if (file.empty()) continue;
    mount({{"type", "bind"}, {"source", file}, {"target", fmt::format("{}{}", folder, name)}, {"readonly", "true"}},
          item, Path(path, i));
  }
}

void ServiceReader::api_socket(const ValueNode& node, const Path& path) {
  if (node.text == "true") set("mounts", "/var/run/docker.sock:/var/run/docker.sock", node, path);
}

}  // namespace skillrun
