#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "spec/expanded_texts.hpp"
#include "spec/fold_extra_args.hpp"
#include "spec/host_path.hpp"
#include "spec/mount_tables.hpp"
#include "spec/normalize_build.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using Setter = void (*)(SpecBuilder&, const std::string&, const Origin&);

struct TextKey {
  std::string_view key;
  std::optional<Text> DockerRuntimeConfig::* member;
  Setter set;
};

struct ListKey {
  std::string_view key;
  std::optional<TextList> DockerRuntimeConfig::* member;
  Setter add;
};

struct MapKey {
  std::string_view key;
  std::optional<TextMap> DockerRuntimeConfig::* member;
  Setter add;  ///< takes KEY=VALUE
};

struct FlagKey {
  std::string_view key;
  std::optional<Located<bool>> DockerRuntimeConfig::* member;
  Optional<bool> ContainerSpec::* field;
};

using Docker = DockerRuntimeConfig;

constexpr TextKey text_keys[] = {
    {"platform", &Docker::platform, set_platform},
    {"pull", &Docker::pull, set_pull},
    {"entrypoint", &Docker::entrypoint, set_entrypoint},
    {"working_dir", &Docker::working_dir, set_working_dir},
    {"user", &Docker::user, set_user},
    {"hostname", &Docker::hostname, set_hostname},
    {"stop_signal", &Docker::stop_signal, set_stop_signal},
    {"stop_timeout", &Docker::stop_timeout, set_stop_timeout},
    {"timeout", &Docker::timeout, set_timeout},
    {"tty", &Docker::tty, set_tty},
    {"gpus", &Docker::gpus, set_gpus},
    {"network", &Docker::network, set_network},
    {"memory", &Docker::memory, set_memory},
    {"memory_swap", &Docker::memory_swap, set_memory_swap},
    {"memory_reservation", &Docker::memory_reservation, set_memory_reservation},
    {"cpus", &Docker::cpus, set_cpus},
    {"pids_limit", &Docker::pids_limit, set_pids_limit},
    {"shm_size", &Docker::shm_size, set_shm_size},
};

constexpr ListKey list_keys[] = {
    {"environment", &Docker::environment, add_environment},
    {"group_add", &Docker::group_add, add_group},
    {"cap_add", &Docker::cap_add, add_capability},
    {"cap_drop", &Docker::cap_drop, drop_capability},
    {"security_opt", &Docker::security_opt, add_security_opt},
    {"devices", &Docker::devices, add_device},
    {"ports", &Docker::ports, add_ports},
    {"dns", &Docker::dns, add_dns},
    {"extra_hosts", &Docker::extra_hosts, add_extra_host},
    {"volumes", &Docker::volumes, add_volume},
    {"tmpfs", &Docker::tmpfs, add_tmpfs},
};

constexpr MapKey map_keys[] = {
    {"labels", &Docker::labels, add_label},
    {"sysctls", &Docker::sysctls, add_sysctl},
    {"ulimits", &Docker::ulimits, add_ulimit},
};

constexpr FlagKey flag_keys[] = {
    {"init", &Docker::init, &ContainerSpec::init},
    {"read_only", &Docker::read_only, &ContainerSpec::readonly_rootfs},
    {"rm", &Docker::rm, &ContainerSpec::rm},
    {"stdin", &Docker::stdin_open, &ContainerSpec::stdin_open},
};

void read_image(SpecBuilder& builder) {
  const ResolvedSkill& skill = builder.skill();
  const std::optional<Text>& image = skill.docker.image;
  const std::optional<Text>& source = skill.source_image;
  if (!image && !source) {
    builder.problem("missing-field", SpecBuilder::manifest_origin(skill.docker.span, "docker.image", {}),
                    "the skill names no image", "set image, or source = \"docker:IMAGE\"");
    return;
  }
  const Text& text = image ? *image : *source;
  const Origin origin = SpecBuilder::manifest_origin(text, image ? "docker.image" : "source");
  builder.spec.image.origin = origin;
  if (text.undefined) return;
  set_image(builder, text.value, origin);
  if (!image || !source || source->undefined) return;
  const auto named = parse_image_reference(source->value);
  if (!named || named->canonical() != builder.spec.image.value.canonical()) {
    builder.problem("source-image-mismatch", SpecBuilder::manifest_origin(*source, "source"),
                    fmt::format("source names '{}', image names '{}'; image is what runs", printable(source->value),
                                printable(image->value)),
                    "make them the same, or leave source out", Severity::warning);
  }
}

void read_typed_keys(SpecBuilder& builder) {
  const Docker& docker = builder.skill().docker;
  for (const TextKey& key : text_keys) {
    const auto& text = docker.*key.member;
    if (!text || text->undefined) continue;
    key.set(builder, text->value, SpecBuilder::manifest_origin(*text, fmt::format("docker.{}", key.key)));
  }
  for (const ListKey& key : list_keys) {
    const auto& list = docker.*key.member;
    if (!list) continue;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      const Text& text = list->items[i];
      const Origin origin = SpecBuilder::manifest_origin(text, fmt::format("docker.{}[{}]", key.key, i));
      if (!text.undefined) {
        key.add(builder, text.value, origin);
      } else if (key.add == add_volume) {
        report_unresolved_source(builder, origin);
      }
    }
  }
  for (const MapKey& key : map_keys) {
    const auto& map = docker.*key.member;
    if (!map) continue;
    for (const TextEntry& entry : map->entries) {
      if (entry.value.undefined) continue;
      const Origin origin =
          SpecBuilder::manifest_origin(entry.value, fmt::format("docker.{}.{}", key.key, entry.key.value));
      if (entry.key.value.find('=') != std::string::npos) {
        builder.problem("invalid-value", origin, fmt::format("the key '{}' holds a =", printable(entry.key.value)),
                        "remove it; engines would read it as the end of the key");
        continue;
      }
      key.add(builder, entry.key.value + "=" + entry.value.value, origin);
    }
  }
  for (const FlagKey& key : flag_keys) {
    const auto& flag = docker.*key.member;
    if (!flag) continue;
    builder.set(
        builder.spec.*key.field, flag->value,
        SpecBuilder::manifest_origin(flag->span, fmt::format("docker.{}", key.key), flag->value ? "true" : "false"));
  }
}

void read_command(SpecBuilder& builder, const RunOverrides& overrides) {
  if (const auto& command = builder.skill().docker.command) {
    for (std::size_t i = 0; i < command->items.size(); ++i) {
      const Text& word = command->items[i];
      const Origin origin = SpecBuilder::manifest_origin(word, fmt::format("docker.command[{}]", i));
      if (word.undefined || !builder.clean(word.value, origin, Allowed::lines)) continue;
      builder.spec.command.push_back({word.value, origin});
    }
  }
  for (const std::string& word : overrides.arguments) {
    const Origin origin = SpecBuilder::option_origin("argument", word);
    if (builder.clean(word, origin, Allowed::lines)) builder.spec.command.push_back({word, origin});
  }
}

void read_env_tables(SpecBuilder& builder) {
  for (const TextEntry& entry : builder.skill().env.entries) {
    if (entry.value.undefined) continue;
    add_environment(builder, entry.key.value + "=" + entry.value.value,
                    SpecBuilder::manifest_origin(entry.value, "env." + entry.key.value));
  }
}

void read_mount_tables(SpecBuilder& builder) {
  const auto& mounts = builder.skill().docker.mounts;
  if (!mounts) return;
  for (std::size_t i = 0; i < mounts->items.size(); ++i) {
    add_mount_table(builder, mounts->items[i], fmt::format("docker.mounts[{}]", i));
  }
}

void read_capabilities(SpecBuilder& builder) {
  const ResolvedSkill& skill = builder.skill();
  if (skill.network_access && !skill.network_access->value) {
    builder.spec.network_mode = Setting<NetworkMode>{
        NetworkMode{.kind = NetworkKind::none, .name = {}},
        SpecBuilder::manifest_origin(skill.network_access->span, "capabilities.network_access", "false")};
  }
  if (!skill.allowed_paths) return;
  for (std::size_t i = 0; i < skill.allowed_paths->items.size(); ++i) {
    const Text& path = skill.allowed_paths->items[i];
    const Origin origin = SpecBuilder::manifest_origin(path, fmt::format("capabilities.allowed_paths[{}]", i));
    if (path.undefined || !builder.clean(path.value, origin)) continue;
    const auto absolute = absolute_host_path(path.value, builder.paths());
    if (absolute) {
      builder.spec.allowed_paths.push_back(*absolute);
    } else {
      builder.problem("invalid-value", origin, absolute.error().message, "write an absolute path");
    }
  }
  // A list that allows nothing must not read as "not narrowed".
  if (builder.spec.allowed_paths.empty()) builder.spec.allowed_paths.emplace_back();
}

void read_overrides(SpecBuilder& builder, const RunOverrides& overrides) {
  ContainerSpec& spec = builder.spec;
  for (const std::string& entry : overrides.environment) {
    add_environment(builder, entry, SpecBuilder::option_origin("--env", entry));
  }
  if (overrides.timeout) {
    set_timeout(builder, *overrides.timeout, SpecBuilder::option_origin("--timeout", *overrides.timeout));
  }
  if (overrides.pull) set_pull(builder, *overrides.pull, SpecBuilder::option_origin("--pull", *overrides.pull));
  if (overrides.tty) {
    const std::string option = *overrides.tty == TtyMode::on ? "--tty" : "--no-tty";
    spec.tty = Setting<TtyMode>{*overrides.tty, SpecBuilder::option_origin(option, option)};
  }
  if (overrides.stdin_open) {
    spec.stdin_open = Setting<bool>{*overrides.stdin_open, SpecBuilder::option_origin("--no-stdin", "--no-stdin")};
  }
  if (overrides.keep && *overrides.keep) {
    spec.rm = Setting<bool>{false, SpecBuilder::option_origin("--keep", "--keep")};
  }
}

/// Of each name the last entry stays, at its own place.
void drop_overridden_environment(ContainerSpec& spec) {
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < spec.env.size(); ++i) last[spec.env[i].value.name] = i;
  if (last.size() == spec.env.size()) return;
  List<EnvironmentEntry> kept;
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    if (last[spec.env[i].value.name] == i) kept.push_back(spec.env[i]);
  }
  spec.env = std::move(kept);
}

void check_memory(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  const auto limit = spec.memory && spec.memory->value > 0 ? spec.memory : std::nullopt;
  if (spec.memory_swap && spec.memory_swap->value > 0) {
    if (!limit) {
      builder.problem("memory-invalid", spec.memory_swap->origin, "memory_swap means nothing without memory",
                      "set memory too");
    } else if (spec.memory_swap->value < limit->value) {
      builder.problem("memory-invalid", spec.memory_swap->origin,
                      "memory_swap is below memory; it counts memory and swap together",
                      "set it to at least the value of memory");
    }
  }
  if (limit && spec.memory_reservation && spec.memory_reservation->value > limit->value) {
    builder.problem("memory-invalid", spec.memory_reservation->origin, "memory_reservation is above memory",
                    "set it to at most the value of memory");
  }
}

void check_cpus(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  const Optional<std::int64_t>& other = spec.cpu_quota ? spec.cpu_quota : spec.cpu_period;
  if (!spec.nano_cpus || !other) return;
  builder.problem("cpu-invalid", other->origin, "it contradicts cpus, which is a quota and a period already",
                  "keep cpus");
}

}  // namespace

ContainerSpec normalize(const ResolvedSkill& skill, const RunOverrides& overrides, const CallerContext& caller,
                        const VariableSource& environment) {
  SpecBuilder builder(skill, caller, environment);
  builder.spec.grants = overrides.grants;
  note_expanded_texts(builder);
  read_image(builder);
  read_build(builder);
  read_env_tables(builder);
  read_typed_keys(builder);
  read_mount_tables(builder);
  if (skill.docker.extra_args) fold_extra_args(builder, *skill.docker.extra_args);
  read_command(builder, overrides);
  read_overrides(builder, overrides);
  read_capabilities(builder);
  drop_overridden_environment(builder.spec);
  check_mount_targets(builder);
  check_network(builder);
  check_lifecycle(builder);
  check_cpus(builder);
  check_memory(builder);
  return std::move(builder.spec);
}

}  // namespace skillrun
