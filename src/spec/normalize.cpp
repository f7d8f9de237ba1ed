#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include <skillrun/normalize.hpp>
#include <skillrun/parsing.hpp>

#include "spec/expanded_texts.hpp"
#include "spec/fold_extra_args.hpp"
#include "spec/host_path.hpp"
#include "spec/mount_tables.hpp"
#include "spec/normalize_build.hpp"
#include "spec/option_faults.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void read_image(SpecBuilder& builder) {
  const ResolvedSkill& skill = builder.skill();
  const std::optional<WrittenText>& image = skill.docker.image;
  const std::optional<WrittenText>& source = skill.source_image;
  if (!image && !source) {
    builder.problem("missing-field", SpecBuilder::manifest_origin(skill.docker.span, "docker.image", {}),
                    "the skill names no image", "set image, or source = \"docker:IMAGE\"");
    return;
  }
  const WrittenText& text = image ? *image : *source;
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

/// Reads what stands for a key of the docker table, one kind of value at a time. Tables of several keys have readers of
/// their own.
class KeyReader {
 public:
  KeyReader(SpecBuilder& builder, const SettingRow& row) : builder_(builder), row_(row) {}

  void read(const WrittenText& text) {
    if (!text.undefined) row_.set(builder_, text.value, SpecBuilder::manifest_origin(text, field()));
  }

  void read(const WrittenList& list) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const WrittenText& text = list.items[i];
      const Origin origin = SpecBuilder::manifest_origin(text, fmt::format("{}[{}]", field(), i));
      if (!text.undefined || (row_.set == add_environment && knows_variable(text))) {
        row_.set(builder_, text.value, origin);
      } else if (row_.key.member == Field<DockerRuntimeConfig>::Member(&DockerRuntimeConfig::volumes)) {
        report_unresolved_source(builder_, origin);
      }
    }
  }

  void read(const WrittenMap& map) {
    for (const WrittenEntry& entry : map.entries) {
      if (entry.value.undefined) continue;
      const Origin origin = SpecBuilder::manifest_origin(entry.value, fmt::format("{}.{}", field(), entry.key.value));
      if (entry.key.value.find('=') != std::string::npos) {
        builder_.problem("invalid-value", origin, fmt::format("the key '{}' holds a =", printable(entry.key.value)),
                         "remove it; engines would read it as the end of the key");
        continue;
      }
      row_.set(builder_, entry.key.value + "=" + entry.value.value, origin);
    }
  }

  void read(const Located<bool>& flag) {
    const std::string word = flag.value ? "true" : "false";
    row_.set(builder_, word, SpecBuilder::manifest_origin(flag.span, field(), word));
  }

  template <class Table>
  void read(const Table& /*table*/) {}

 private:
  [[nodiscard]] std::string field() const { return fmt::format("docker.{}", row_.key.key); }

  SpecBuilder& builder_;
  const SettingRow& row_;
};

void read_typed_keys(SpecBuilder& builder) {
  const DockerRuntimeConfig& docker = builder.skill().docker;
  for (const SettingRow& row : schema()) {
    if (row.key.key.empty() || row.set == nullptr) continue;
    std::visit(
        [&](auto pointer) {
          if constexpr (requires { docker.*pointer; }) {
            if (docker.*pointer) KeyReader(builder, row).read(*(docker.*pointer));
          }
        },
        row.key.member);
  }
}

void read_command(SpecBuilder& builder, const RunOverrides& overrides) {
  if (const auto& command = builder.skill().docker.command) {
    for (std::size_t i = 0; i < command->items.size(); ++i) {
      const WrittenText& word = command->items[i];
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
  for (const WrittenEntry& entry : builder.skill().env.entries) {
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

void read_capabilities(SpecBuilder& builder, const CapabilityTable& capabilities, std::string_view table) {
  if (capabilities.network_access && !capabilities.network_access->value) {
    builder.spec.network_mode =
        Setting<NetworkMode>{NetworkMode{.kind = NetworkKind::none, .name = {}},
                             SpecBuilder::manifest_origin(capabilities.network_access->span,
                                                          fmt::format("{}.network_access", table), "false")};
  }
  if (!capabilities.allowed_paths) return;
  for (std::size_t i = 0; i < capabilities.allowed_paths->items.size(); ++i) {
    const WrittenText& path = capabilities.allowed_paths->items[i];
    const Origin origin = SpecBuilder::manifest_origin(path, fmt::format("{}.allowed_paths[{}]", table, i));
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

class NoVariables final : public VariableSource {
 public:
  [[nodiscard]] std::optional<std::string> lookup(std::string_view /*name*/) const override { return std::nullopt; }
};

/// Of each name the last entry stays, at its own place.
void drop_overridden_environment(ContainerSpec& spec) {
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < spec.env.size(); ++i) last[spec.env[i].value.name] = i;
  if (last.size() == spec.env.size()) return;
  SettingList<EnvironmentEntry> kept;
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    if (last[spec.env[i].value.name] == i) kept.push_back(spec.env[i]);
  }
  spec.env = std::move(kept);
}

void check_cpus(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  const OptionalSetting<std::int64_t>& other = spec.cpu_quota ? spec.cpu_quota : spec.cpu_period;
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
  read_capabilities(builder, skill.capabilities, "capabilities");
  read_capabilities(builder, skill.default_capabilities, "defaults.capabilities");
  settle(builder);
  return std::move(builder.spec);
}

Findings option_faults(const RunOverrides& overrides) {
  const ResolvedSkill skill;
  const CallerContext caller;
  const NoVariables nothing;
  SpecBuilder builder(skill, caller, nothing);
  read_overrides(builder, overrides);
  return std::move(builder.spec.problems);
}

void settle(SpecBuilder& builder) {
  drop_overridden_environment(builder.spec);
  check_mount_targets(builder);
  check_network(builder);
  check_lifecycle(builder);
  check_cpus(builder);
}

}  // namespace skillrun::inline v0
