#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

class SpecBuilder;
struct Origin;

enum class FlagArity : std::uint8_t {
  boolean,  ///< never takes the next word
  one,      ///< the last one wins
  list,     ///< may be repeated
};

/// One flag of `docker run` as the docker CLI 28 declares it.
struct DockerRunFlag {
  std::string_view name;
  char shorthand = 0;           ///< 0 when there is none
  std::string_view alias = {};  ///< hidden second name, or empty
  FlagArity arity = FlagArity::one;
  /// Reads one value of the flag into the spec; what is not understood or not honoured becomes a problem there.
  void (*set)(SpecBuilder& builder, const std::string& value, const Origin& origin) = nullptr;
};

/// Every flag of `docker run`, sorted by name.
[[nodiscard]] std::span<const DockerRunFlag> docker_run_flags();

/// By long name or hidden alias; exact, as docker knows no abbreviations and folds no case.
[[nodiscard]] const DockerRunFlag* find_docker_run_flag(std::string_view name);
[[nodiscard]] const DockerRunFlag* find_docker_run_flag(char shorthand);

}  // namespace skillrun::inline v0
