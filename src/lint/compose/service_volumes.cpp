// The mounts of a service: short forms, tables, secrets and configs, and volumes whose driver makes them a folder of
// the host.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/host_path.hpp"
#include "spec/mount_checks.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// SOURCE:TARGET[:MODE] as docker reads it, and the name of the volume where docker would read another.
struct ShortVolume {
  std::string text;
  std::string name = {};
};

/// True for what Compose has below the project's folder: every path that begins neither at a root, one of Windows
/// included, nor in a home, nor with a variable that nobody knows.
bool is_project_path(std::string_view path) {
  const bool drive = path.size() > 1 && is_alnum(path[0]) && path[1] == ':';
  return !path.empty() && !drive && std::string_view("/\\~$").find(path.front()) == std::string_view::npos;
}

/// A source that begins with a dot is a path to Compose, also where docker would take it for a volume's name (.cache).
///
/// Compose puts the project before a volume's name, so that one letter is enough for it; and an engine labels the files
/// of its own volume as a mode z asks, of which no file of the host is one.
ShortVolume short_volume(const std::string& written) {
  const auto parts = split(written, ':');
  if (parts.size() > 1 && parts[0].starts_with('.')) return {"./" + written};
  if (parts.size() < 2 || parts[0].find_first_of("/.~") != std::string_view::npos) return {written};
  const bool short_name = parts[0].size() == 1 && is_alnum(parts[0].front());
  ShortVolume volume{.text = fmt::format("{}{}:{}", short_name ? "PROJECT_" : "", parts[0], parts[1]),
                     .name = short_name ? std::string(parts[0]) : std::string()};
  for (std::size_t i = 2; i < parts.size(); ++i) {
    std::string modes;
    for (const std::string_view mode : split(parts[i], ',')) {
      if (mode != "z" && mode != "Z") modes += fmt::format("{}{}", modes.empty() ? "" : ",", mode);
    }
    if (!modes.empty()) volume.text += fmt::format(":{}", modes);
  }
  return volume;
}

}  // namespace

void ServiceReader::volumes(const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::array) return not_understood(node, path, "a list");
  for (std::size_t i = 0; i < node.items.size(); ++i) volume(node.items[i], Path(path, i));
}

void ServiceReader::volume(const ValueNode& node, const Path& path) {
  SettingList<Mount>& mounts = builder_.spec.mounts;
  const std::size_t before = mounts.size();
  const ValueNode* bind = entry_of(&node, "bind");
  if (node.kind == NodeKind::table) {
    auto table = mount(member_text(node, "type"), member_text(node, "source"), member_text(node, "target"), node, path);
    if (!table) return;
    if (is_true(member_text(node, "read_only"))) table->read_only = Located<bool>{.value = true, .span = node.span};
    const std::string propagation = bind == nullptr ? std::string() : member_text(*bind, "propagation");
    if (!propagation.empty()) table->propagation = text(propagation, node, path);
    add_mount_table(builder_, *table, path.text());
  } else if (is_scalar(node, path)) {
    const WrittenText written = text(node.text, node, path);
    const Origin origin = origin_of(written, path);
    const ShortVolume volume = short_volume(written.undefined ? unresolved_volume(written, origin) : written.value);
    if (volume.text.empty()) return;
    find_setting("mounts")->set(builder_, volume.text, origin);
    if (mounts.size() > before && !volume.name.empty()) mounts.back().value.source = volume.name;
  }
  if (mounts.size() == before) return;
  declared_volume(mounts.back(), node, path);
  const ValueNode* label = bind == nullptr ? nullptr : entry_of(bind, "selinux");
  if (label == nullptr) return;
  if (label->text != "z" && label->text != "Z") return not_understood(*label, path, "z or Z");
  mounts.back().value.relabel = label->text == "z" ? Relabel::shared : Relabel::private_;
}

/// Its parts stand at one place. Nothing where all that is known of it is judged already.
std::optional<MountTable> ServiceReader::mount(const std::string& type, const std::string& source,
                                               const std::string& target, const ValueNode& node, const Path& path) {
  MountTable table;
  table.span = node.span;
  table.type = text(type, node, path);
  const bool moved = table.type->value == "bind" && is_project_path(expanded(source));
  if (!source.empty()) table.source = text(moved ? "./" + source : source, node, path);
  if (table.source && node.text.empty()) table.source->written = source;
  table.target = text(target, node, path);
  return resolve(table, path) ? std::optional(std::move(table)) : std::nullopt;
}

/// What the file declares of a volume: a driver and its options can make it a folder of the host. Of the local driver's
/// Compose resolves that folder itself; any other driver gets it as it is written.
void ServiceReader::declared_volume(Setting<Mount>& mount, const ValueNode& node, const Path& path) {
  const ValueNode* declared =
      mount.value.type == MountType::volume ? entry_of(file_.volumes, mount.value.source) : nullptr;
  if (declared == nullptr) return;
  const auto part = [&](std::string_view value) {
    const WrittenText read = text(value, node, path);
    if (!builder_.clean(read.value, mount.origin)) return std::string();
    return read.undefined ? known_source(read, mount.value.target, mount.origin).value_or("") : read.value;
  };
  const std::string driver = part(member_text(*declared, "driver"));
  const Member* options = find_member(*declared, "driver_opts");
  if (driver.empty() && options == nullptr) return;
  mount.value.driver = driver.empty() ? "local" : driver;
  if (!is_driver_name(mount.value.driver)) {
    builder_.problem("invalid-mount", mount.origin, fmt::format("'{}' is not a volume driver", printable(driver)),
                     "name a driver that the engine has, such as local");
  }
  if (options == nullptr) return;
  const bool binds = driver == "local" && part(member_text(options->value, "o")) == "bind";
  for (const Member& option : options->value.members) {
    std::string value = part(option.value.text);
    if (binds && option.key == "device") {
      auto folder = absolute_host_path(value, builder_.paths());
      if (folder) value = std::move(*folder);
    }
    mount.value.driver_options.push_back({option.key, std::move(value)});
  }
}

/// Secrets and configs that are files of the host are mounts of them, which nobody can write.
void ServiceReader::granted(const ComposeTables& declared, std::string_view folder, const ValueNode& node,
                            const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const std::string name = item.kind == NodeKind::table ? member_text(item, "source") : item.text;
    const ValueNode* entry = entry_of(declared, name);
    const std::string file = entry == nullptr ? std::string() : member_text(*entry, "file");
    if (file.empty()) continue;
    const Path at(path, i);
    auto table = mount("bind", file, fmt::format("{}{}", folder, name), item, at);
    if (!table) continue;
    table->read_only = Located<bool>{.value = true, .span = item.span};
    add_mount_table(builder_, *table, at.text());
  }
}

void ServiceReader::api_socket(const ValueNode& node, const Path& path) {
  if (is_true(node.text)) set(*find_setting("mounts"), "/var/run/docker.sock:/var/run/docker.sock", node, path);
}

}  // namespace skillrun::inline v0
