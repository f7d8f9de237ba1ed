#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "manifest/decode.hpp"
#include "manifest/expand.hpp"
#include "manifest/image_source.hpp"
#include "manifest/skill_fields.hpp"
#include "manifest/skill_variables.hpp"
#include "spec/docker_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// A table of texts and the path that its faults are reported under.
struct Layer {
  const WrittenMap* map;
  const Path* path;
};

/// Later layers replace entries of earlier ones; what was replaced is not expanded, so its variables may be unset.
WrittenMap merge(TextExpander& expander, std::initializer_list<Layer> layers) {
  WrittenMap merged;
  std::map<std::string_view, std::size_t> places;
  std::vector<const Path*> paths;
  for (const Layer& layer : layers) {
    if (layer.map == nullptr) continue;
    merged.span = layer.map->span;
    for (const WrittenEntry& entry : layer.map->entries) {
      const auto [place, added] = places.emplace(entry.key.value, merged.entries.size());
      if (added) {
        merged.entries.push_back(entry);
        paths.push_back(layer.path);
      } else {
        merged.entries[place->second] = entry;
        paths[place->second] = layer.path;
      }
    }
  }
  for (std::size_t i = 0; i < merged.entries.size(); ++i) {
    WrittenEntry& entry = merged.entries[i];
    expander.expand(entry.value, Path(*paths[i], entry.key.value));
  }
  return merged;
}

template <class T>
const T* pointer_to(const std::optional<T>& value) noexcept {
  return value ? &*value : nullptr;
}

/// The skill's table with the instance's fields in place of its own, expanded.
DockerRuntimeConfig overlay(TextExpander& expander, const DockerRuntimeConfig* skill, const Path& skill_path,
                            const DockerRuntimeConfig* instance, const Path& instance_path) {
  DockerRuntimeConfig merged;
  if (const DockerRuntimeConfig* place = skill != nullptr ? skill : instance) merged.span = place->span;
  for (const Field<DockerRuntimeConfig>& field : fields_of<DockerRuntimeConfig>()) {
    std::visit(
        [&](auto pointer) {
          if constexpr (requires { expander.expand(*(merged.*pointer), skill_path); }) {
            const bool overridden = instance != nullptr && instance->*pointer;
            if (overridden) {
              merged.*pointer = instance->*pointer;
            } else if (skill != nullptr) {
              merged.*pointer = skill->*pointer;
            }
            if (merged.*pointer) {
              expander.expand(*(merged.*pointer), Path(overridden ? instance_path : skill_path, field.key));
            }
          }
        },
        field.member);
  }
  return merged;
}

/// Of the file's capabilities the keys that the instance does not have.
CapabilityTable left_out(const CapabilityTable& instance, CapabilityTable defaults) {
  for (const Field<CapabilityTable>& field : fields_of<CapabilityTable>()) {
    std::visit(
        [&](auto pointer) {
          if (instance.*pointer) (defaults.*pointer).reset();
        },
        field.member);
  }
  return defaults;
}

void report_unknown_instance(Reporter& reporter, const SkillDefinition& skill, std::string_view name) {
  std::vector<std::string_view> known;
  known.reserve(skill.instances.size());
  for (const InstanceDefinition& instance : skill.instances) known.push_back(instance.name);
  const Path root;
  reporter.report(
      Path(root, "instances"), skill.span,
      {.rule = invalid_value,
       .message = fmt::format("the skill \"{}\" has no instance \"{}\"", printable(skill.name), printable(name)),
       .evidence = std::string(name),
       .remediation = known.empty() ? "it declares none: leave the instance out" : suggest(name, known)});
}

bool runs_in_container(Reporter& reporter, const SkillDefinition& skill) {
  if (skill.runtime_kind == RuntimeKind::docker) return true;
  const std::optional<WrittenText>& cause = skill.runtime ? skill.runtime : skill.source;
  const Path root;
  reporter.report(
      Path(root, skill.runtime ? "runtime" : "source"), cause ? cause->span : skill.span,
      {.rule = "unsupported-runtime",
       .message = fmt::format("the skill \"{}\" is not a container and cannot run here", printable(skill.name)),
       .evidence = cause ? cause->value : std::string(),
       .remediation = "give it a docker table, or run it with the program it was written for"});
  return false;
}

}  // namespace

std::expected<ResolvedSkill, Findings> resolve_skill(const Manifest& manifest, const SkillDefinition& skill,
                                                     std::optional<std::string_view> instance,
                                                     const CallerContext& caller, const VariableSource& environment,
                                                     UndefinedVariables undefined) {
  Reporter reporter(manifest.source);
  reporter.enter_skill(skill.name);
  if (!runs_in_container(reporter, skill)) return std::unexpected(reporter.take());

  if (!instance && skill.default_instance) instance = skill.default_instance->value;
  const InstanceDefinition* chosen = instance ? skill.find_instance(*instance) : nullptr;
  if (instance && chosen == nullptr && *instance != "default") {
    report_unknown_instance(reporter, skill, *instance);
    return std::unexpected(reporter.take());
  }

  ResolvedSkill resolved;
  resolved.source = manifest.source;
  resolved.directives = manifest.directives;
  resolved.name = skill.name;
  resolved.description = chosen != nullptr && chosen->description ? chosen->description : skill.description;
  resolved.source_image = image_of_source(skill);
  if (chosen != nullptr) {
    resolved.instance = chosen->name;
    reporter.set_instance(chosen->name);
  }

  const SkillVariables variables(caller, skill.name, manifest.source ? manifest.source->base() : std::string(),
                                 environment);
  TextExpander expander(reporter, variables, undefined);
  const Path root;
  const Path defaults(root, "defaults");
  const Path instances(root, "instances");
  const Path own(instances, chosen != nullptr ? std::string_view(chosen->name) : std::string_view());
  const Path default_env(defaults, "env");
  const Path skill_env(root, "env");
  const Path own_env(own, "env");
  const Path skill_config(root, "config");
  const Path own_config(own, "config");
  const Path docker(root, "docker");
  const Path own_docker(own, "docker");
  const Path capabilities(own, "capabilities");
  const Path default_capabilities(defaults, "capabilities");

  resolved.env = merge(expander, {{pointer_to(manifest.default_env), &default_env},
                                  {pointer_to(skill.env), &skill_env},
                                  {chosen != nullptr ? pointer_to(chosen->env) : nullptr, &own_env}});
  resolved.config = merge(expander, {{pointer_to(skill.config), &skill_config},
                                     {chosen != nullptr ? pointer_to(chosen->config) : nullptr, &own_config}});
  resolved.docker = overlay(expander, pointer_to(skill.docker), docker,
                            chosen != nullptr ? pointer_to(chosen->docker) : nullptr, own_docker);
  if (chosen != nullptr && chosen->capabilities) resolved.capabilities = *chosen->capabilities;
  if (manifest.default_capabilities) {
    resolved.default_capabilities = left_out(resolved.capabilities, *manifest.default_capabilities);
  }
  for (const auto& [table, path] : {std::pair(&resolved.capabilities, &capabilities),
                                    std::pair(&resolved.default_capabilities, &default_capabilities)}) {
    if (table->allowed_paths) expander.expand(*table->allowed_paths, Path(*path, "allowed_paths"));
  }
  const bool has_image = resolved.docker.image || resolved.source_image;
  if (!has_image) {
    reporter.report(Path(docker, "image"), skill.docker ? skill.docker->span : skill.span,
                    {.rule = missing_field,
                     .message = fmt::format("no image for the skill \"{}\" without an instance", printable(skill.name)),
                     .evidence = {},
                     .remediation = "name an instance that sets one, or set docker.image for the skill"});
  }
  if (reporter.failed() && (undefined == UndefinedVariables::error || !has_image)) {
    return std::unexpected(reporter.take());
  }
  resolved.warnings = reporter.take();
  return resolved;
}

}  // namespace skillrun::inline v0
