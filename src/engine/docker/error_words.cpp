#include "engine/docker/error_words.hpp"

#include <array>
#include <string_view>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Of the OCI runtimes: how they begin to speak of the command.
constexpr std::array<std::string_view, 4> about_the_command{"exec: \"", "exec user process", "exec format error",
                                                            "executable"};
constexpr std::array<std::string_view, 2> missing{"not found", "no such file"};

}  // namespace

EngineError error_of_start(EngineError error, const ContainerState& state) {
  const std::string text = to_lower(state.error.empty() ? error.message : state.error);
  if (!contains_any(text, about_the_command)) return error;
  const bool told = state.exit_code == 126 || state.exit_code == 127;
  const bool is_missing = told ? state.exit_code == 127 : contains_any(text, missing);
  error.kind = is_missing ? EngineError::Kind::no_such_command : EngineError::Kind::not_executable;
  return error;
}

}  // namespace skillrun::inline v0
