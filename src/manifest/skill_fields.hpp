#pragma once

#include <array>

#include <skillrun/manifest.hpp>

#include "spec/docker_fields.hpp"

namespace skillrun::inline v0 {

/// The keys of a manifest's root, and of its `defaults`.
inline constexpr std::string_view known_version = "1";
inline constexpr std::array<std::string_view, 3> manifest_keys{"version", "defaults", "skills"};
inline constexpr std::array<std::string_view, 2> default_table_keys{"env", "capabilities"};

/// What `runtime` may be, in the order of RuntimeKind.
inline constexpr std::array<std::string_view, 3> runtime_words{"docker", "wasm", "native"};

template <>
struct Fields<CapabilityTable> {
  using T = CapabilityTable;
  using F = Field<T>;
  static constexpr std::array table{
      F{"network_access", &T::network_access, "false takes the network away", "false"},
      F{"allowed_paths", &T::allowed_paths, "the only paths that binds may come from or go to",
        R"(["${SKILL_WORKDIR}"])"},
      F{"max_concurrent_requests", &T::max_concurrent_requests,
        "how many requests a server may pass to the skill at once; a run is one", "5", Scalars::numbers},
  };
};

template <>
struct Fields<ServiceNeed> {
  using T = ServiceNeed;
  using F = Field<T>;
  static constexpr std::array table{
      F{"name", &T::name, "what the service is called", R"("postgres")"},
      F{"description", &T::description, "one line about what it gives", R"("the database")"},
      F{"type", &T::type, "what kind of service it is", R"("database")"},
      F{"optional", &T::optional, "the skill works without it", "true"},
      F{"default_port", &T::default_port, "the port where it usually listens", "5432", Scalars::numbers},
  };
};

template <>
struct Fields<SkillDefinition> {
  using T = SkillDefinition;
  using F = Field<T>;
  static constexpr std::array table{
      F{"description", &T::description, "one line about what the skill does", R"("Convert audio and video")"},
      F{"source", &T::source, "where the skill comes from; docker:IMAGE for a container", R"("docker:alpine:3.20")"},
      F{"ref", &T::ref, "branch, tag or commit of a source in git; never of a container", R"("v1.0.0")"},
      F{"runtime", &T::runtime, "docker (the default where a docker table is present), wasm or native", R"("docker")"},
      F{"default_instance", &T::default_instance, "instance that runs when the caller names none", R"("fast")"},
      F{"env", &T::env, "variables that reach the container", R"({ LANG = "C.UTF-8" })", Scalars::numbers,
        Keys::environment},
      F{"config", &T::config, "settings of the skill", R"({ quality = "high" })", Scalars::numbers},
      F{"services", &T::services, "services that the skill needs, as names or as tables; shown, never started",
        R"([{ name = "postgres", default_port = 5432 }])"},
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
      F{"capabilities", &T::capabilities, "what the instance may reach, over defaults.capabilities",
        R"({ network_access = false })"},
      F{"docker", &T::docker, "keys that replace the skill's, one by one", R"({ memory = "1g" })"},
  };
};

}  // namespace skillrun::inline v0
