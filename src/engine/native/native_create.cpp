// How the native engine makes a container: its root file system, its configuration, and the runtime's part.
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "engine/native/bundle/oci_config.hpp"
#include "engine/native/bundle/run_files.hpp"
#include "engine/native/machine.hpp"
#include "engine/native/native_container.hpp"
#include "engine/native/native_engine.hpp"
#include "engine/native/private_place.hpp"
#include "engine/native/process_view.hpp"
#include "engine/native/root_view.hpp"
#include "engine/native/system_failure.hpp"
#include "support/json.hpp"
#include "support/process/pipe.hpp"
#include "support/process/pseudo_terminal.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;
using Kind = EngineError::Kind;

/// 64 hexadecimal digits.
EngineResult<std::string> random_id() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return failure(Kind::server, "the system gives no random numbers");
  }
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

/// 16 digits tell the containers of a machine apart, and a reader of /sys/fs/cgroup recognises whose they are.
std::string cgroup_of(const ContainerSpec& spec, const std::string& id) {
  const std::string parent = spec.cgroup_parent ? spec.cgroup_parent->value : "";
  return fmt::format("{}{}/skillrun-{}", parent.starts_with('/') || parent.empty() ? "" : "/", parent,
                     id.substr(0, 16));
}

EngineResult<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  return system_failure(path);
}

/// The run's own hosts, hostname and resolv.conf.
EngineResult<void> write_run_files(const std::string& folder, const ContainerSpec& spec, const std::string& id) {
  constexpr std::size_t most_bytes = std::size_t{1} << 20;
  const std::string name = machine_name();
  const std::string hosts = read_file("/etc/hosts", most_bytes).value_or("");
  const std::string resolver = read_file("/etc/resolv.conf", most_bytes).value_or("");
  const RunFiles texts = run_files(spec, id, {.host_name = name, .hosts = hosts, .resolv_conf = resolver});
  if (auto made = make_folder(folder); !made) return made;
  for (const auto& [file, text] :
       {std::pair{"hosts", &texts.hosts}, {"hostname", &texts.hostname}, {"resolv.conf", &texts.resolv_conf}}) {
    const std::string path = fmt::format("{}/{}", folder, file);
    const UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!made || !write_all(made.get(), *text)) return system_failure(path);
  }
  return {};
}

/// The run's, then those of the spec that do not contradict them.
std::vector<std::pair<std::string, std::string>> labels_of(const ContainerSpec& spec, const RunLabels& run) {
  auto labels = run.entries;
  for (const auto& label : spec.labels) {
    const bool taken = std::ranges::any_of(run.entries, [&](const auto& own) { return own.first == label.value.key; });
    if (!taken) labels.emplace_back(label.value.key, label.value.value);
  }
  return labels;
}

/// Runtimes mount there by name; through a link that could be anywhere (CVE-2026-47766 of crun).
EngineResult<void> check_mount_points(int root) {
  for (const char* path : {"/proc", "/sys", "/dev", "/etc"}) {
    const auto entry = look_into(root, path);
    if (!entry) return std::unexpected(entry.error());
    if (entry->kind == ContainerEntry::Kind::nothing || entry->kind == ContainerEntry::Kind::folder) continue;
    return failure(Kind::refused, fmt::format("the image has something else than a folder at {}; it cannot be run "
                                              "safely: use another image",
                                              path));
  }
  return {};
}

}  // namespace

EngineResult<std::string> NativeEngine::create(const ApprovedSpec& approved, const RunLabels& labels,
                                               const StartOptions& options, CallLimits limits) {
  const ContainerSpec& spec = approved.spec();
  std::vector<std::string> without;
  for (const EngineGap& gap : gaps(spec)) {
    if (!gap.gives_way) return failure(Kind::unsupported, gap.text());
    without.push_back(gap.setting);
  }
  if (auto free = check_free_name(spec); !free) return std::unexpected(free.error());
  const std::string name = options.image.empty() ? name_of(spec.image.value) : options.image;
  auto image = images_.lease(name, limits);
  if (!image) return std::unexpected(image.error());
  if (!*image) return failure(Kind::not_found, fmt::format("there is no image {} in the store", printable(name)));
  auto number = random_id();
  if (!number) return std::unexpected(number.error());
  std::string id = std::move(*number);
  const std::string disk = (parts_.store.root / "containers" / id).string();
  const std::string cgroup = cgroup_of(spec, id);
  const std::string own_name = spec.name ? spec.name->value : "";
  const auto all_labels = labels_of(spec, labels);
  auto folder =
      RunFolder::make(parts_.runs, {.id = id, .name = own_name, .labels = all_labels, .disk = disk, .cgroup = cgroup});
  if (!folder) return std::unexpected(folder.error());
  auto container = std::make_unique<NativeContainer>(NativeContainer{.id = id,
                                                                     .image = std::move((*image)->image),
                                                                     .lease = std::move((*image)->lease),
                                                                     .folder = std::move(*folder),
                                                                     .disk = disk,
                                                                     .cgroup = cgroup,
                                                                     .labels = all_labels,
                                                                     .without = std::move(without),
                                                                     .tty = options.tty,
                                                                     .standard_input = options.standard_input,
                                                                     .terminal_size = options.terminal_size});
  NativeContainer& made = *containers_.emplace(id, std::move(container)).first->second;
  if (auto prepared = prepare(made, approved, options, limits); !prepared) {
    if (const auto removed = remove(id, limits); !removed)
      log::warn("what was made of a container stays: {}", removed.error().message);
    return std::unexpected(prepared.error());
  }
  return id;
}

/// As docker has it: one name, one container.
EngineResult<void> NativeEngine::check_free_name(const ContainerSpec& spec) const {
  if (!spec.name) return {};
  for (const FoundRun& run : find_run_folders(parts_.runs)) {
    if (run.alive && run.note.name == spec.name->value) {
      return failure(Kind::refused, fmt::format("the name '{}' is taken by container {}", printable(spec.name->value),
                                                run.note.id.substr(0, 12)));
    }
  }
  return {};
}

EngineResult<void> NativeEngine::prepare(NativeContainer& container, const ApprovedSpec& approved,
                                         const StartOptions& options, CallLimits limits) {
  const ContainerSpec& spec = approved.spec();
  for (const char* place : {"containers", "volumes"}) {
    if (auto made = make_private_place(parts_.store.root / place); !made) return made;
  }
  if (auto made = make_folder(container.disk); !made) return made;
  auto streams = make_streams(options);
  if (!streams) return std::unexpected(streams.error());
  auto keeper = KeeperClient::start(
      parts_.keeper, {.input = streams->input.get(), .output = streams->output.get(), .error = streams->error.get()});
  if (!keeper) return std::unexpected(keeper.error());
  container.keeper = std::move(*keeper);
  container.streams = std::move(streams->ours);

  KeeperPlan plan{.runtime = {parts_.runtime.path, "--root", container.folder.file("state"), "--log",
                              container.folder.file(bundle_names::log), "--log-format", "json"},
                  .id = container.short_id(),
                  .folder = container.folder.path(),
                  .layers = {},
                  .disk = container.disk,
                  .read_only = spec.readonly_rootfs && spec.readonly_rootfs->value,
                  .cgroup = container.cgroup,
                  .terminal = options.tty};
  for (const fs::path& layer : container.image.layers) plan.layers.push_back(layer.string());
  auto mounted = container.keeper->ask(plan.message(), limits);
  if (!mounted) return std::unexpected(mounted.error());
  if (mounted->size() != 1) return failure(Kind::protocol, "the keeper gave no root file system");
  container.root = std::move(mounted->front());
  if (auto checked = check_mount_points(container.root.get()); !checked) return checked;
  if (auto written = write_config(container, spec, options, limits); !written) return written;
  return {};
}

EngineResult<void> NativeEngine::write_config(NativeContainer& container, const ContainerSpec& spec,
                                              const StartOptions& options, CallLimits limits) {
  const auto passwd = read_within(container.root.get(), "/etc/passwd", most_account_bytes);
  if (!passwd) return std::unexpected(passwd.error());
  const auto group = read_within(container.root.get(), "/etc/group", most_account_bytes);
  if (!group) return std::unexpected(group.error());
  std::vector<std::string> groups;
  for (const auto& added : spec.group_add) groups.push_back(added.value);
  auto who = identify(spec.user ? spec.user->value.text() : container.image.info.user, groups,
                      {.passwd = *passwd, .group = *group});
  if (!who) return std::unexpected(who.error());
  container.who = std::move(*who);
  auto volumes = make_volumes(container, spec, limits);
  if (!volumes) return std::unexpected(volumes.error());
  container.volumes = std::move(*volumes);
  container.aliases = options.aliases;
  // Where the container's own files are: a skill may write into them.
  const std::string files = container.disk + "/files";
  if (auto written = write_run_files(files, spec, container.id); !written) return written;

  const MachineDevices devices;
  const NativeAbilities& can = abilities();
  const BundleContext context{.image = container.image.info,
                              .who = container.who,
                              .devices = devices,
                              .rootfs = container.folder.file(bundle_names::root),
                              .id = container.id,
                              .cgroup = container.cgroup,
                              .files = files,
                              .host_name = machine_name(),
                              .architecture = machine_architecture(),
                              .seccomp_profile = default_seccomp_profile(),
                              .apparmor_profile = {},
                              .init_program = find_init_program(),
                              .capabilities = can.capabilities,
                              .volumes = container.volumes,
                              .aliases = container.aliases,
                              .environment = options.environment,
                              .uid_mappings = {},
                              .gid_mappings = {},
                              .without = container.without,
                              .tty = options.tty,
                              .terminal_size = options.terminal_size,
                              .rootless = can.rootless,
                              .unified_cgroups = can.cgroups == 2,
                              .device_rules = can.device_rules,
                              .swap_limit = can.swap,
                              .recursive_read_only = can.recursive_read_only};
  auto config = oci_config(spec, context);
  if (!config) return std::unexpected(config.error());
  container.config = std::move(*config);
  const std::string path = container.folder.file(bundle_names::config);
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file && write_all(file.get(), json::serialize(container.config))) return {};
  return system_failure(path);
}

/// Once: the runtime makes the container of what is in its folder.
EngineResult<void> NativeEngine::make(NativeContainer& container, CallLimits limits) {
  if (container.process) return {};
  auto created = run_runtime(container, parts_.runtime.path, "create", limits);
  if (!created) return std::unexpected(created.error());
  if (created->size() != (container.tty ? 2U : 1U)) return failure(Kind::protocol, "the keeper gave no process");
  container.process = std::move(created->front());
  container.pid = process_of(container.process.get());
  if (const auto process = ProcessView::of(container.pid)) container.program_before = process->program;
  if (!container.tty) return {};
  UniqueFd terminal = raised(created->back().release());
  set_nonblocking(terminal.get());
  if (container.terminal_size) {
    set_window_size(terminal.get(), container.terminal_size->rows, container.terminal_size->columns);
  }
  const auto copy = [&] { return raised(::fcntl(terminal.get(), F_DUPFD_CLOEXEC, 0)); };
  if (container.standard_input) container.streams.input = copy();
  container.streams.output = copy();
  container.terminal = std::move(terminal);
  return {};
}

}  // namespace skillrun::inline v0
