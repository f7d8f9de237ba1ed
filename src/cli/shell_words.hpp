#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::cli {

/// Splits a command line as a POSIX shell does, without running anything: quotes, backslashes, line continuations.
/// Variables come out as manifests write them: $NAME and ${NAME} as ${NAME}; $PWD, ${PWD}, $(pwd) and `pwd` as
/// ${SKILL_WORKDIR}, $(id -u) and $(id -g) as ${UID} and ${GID}; a dollar sign that is only text as $$. What only a
/// shell can work out (other substitutions, pipes, redirections, several commands, globs) is an error that says so.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> split_shell_line(std::string_view line);

}  // namespace skillrun::cli
