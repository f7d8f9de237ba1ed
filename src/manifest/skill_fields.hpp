#pragma once

#include <array>

#include <skillrun/manifest.hpp>

#include "spec/docker_fields.hpp"

namespace skillrun::inline v0 {

/// The keys of a manifest's root, and of its `defaults`.
inline constexpr std::string_view known_version = "1";
inline constexpr std::array<std::string_view, 3> manifest_keys{"version", "defaults", "skills"};
inline constexpr std::array<std::string_view, 1> default_table_keys{"env"};

/// What `runtime` may be, in the order of RuntimeKind.
inline constexpr std::array<std::string_view, 3> runtime_words{"docker", "wasm", "native"};

template <>
struct Fields<SkillDefinition> {
  using T = SkillDefinition;
  using F = Field<T>;
  static constexpr std::array table{
      F{"description", &T::description, "one line about what the skill does", R"("Convert audio and video")"},
      F{"source", &T::source, "where the skill comes from; docker:IMAGE for a container", R"("docker:alpine:3.20")"},
      F{"runtime", &T::runtime, "docker (the default where a docker table is present), wasm or native", R"("docker")"},
      F{"default_instance", &T::default_instance, "instance that runs when the caller names none", R"("fast")"},
      F{"env", &T::env, "variables that reach the container", R"({ LANG = "C.UTF-8" })", Scalars::numbers,
        Keys::environment},
      F{"config", &T::config, "settings of the skill", R"({ quality = "high" })", Scalars::numbers},
      F{"services", &T::services, "services that the skill needs", R"(["postgres"])"},
      F{"docker", &T::docker, "how to run the container", R"({ image = "alpine:3.20" })"},
  };
  /// Keys that are not fields of the struct: read by hand.
  static constexpr std::array<std::string_view, 1> nested{"instances"};
};

template <>
struct Fields<InstanceDefinition> {
  using T = InstanceDefinition;
  using F = Field<T>;
  static constexpr std::array table{
      F{"description", &T::description, "one line about this instance", R"("Low quality, fast")"},
      F{"env", &T::env, "variables on top of the skill's", R"({ THREADS = "2" })", Scalars::numbers, Keys::environment},
      F{"config", &T::config, "settings on top of the skill's", R"({ quality = "low" })", Scalars::numbers},
      F{"docker", &T::docker, "keys that replace the skill's, one by one", R"({ memory = "1g" })"},
  };
  static constexpr std::array<std::string_view, 1> nested{"capabilities"};
};

/// `capabilities` of an instance.
inline constexpr std::array capability_fields{
    Field<InstanceDefinition>{"network_access", &InstanceDefinition::network_access, "false takes the network away",
                              "false"},
    Field<InstanceDefinition>{"allowed_paths", &InstanceDefinition::allowed_paths,
                              "the only roots that binds may come from", R"(["${SKILL_WORKDIR}"])"},
};

}  // namespace skillrun::inline v0
