#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"

namespace skillrun::cli {

int version_command(const Invocation& invocation) {
  return Console(invocation.global).print(fmt::format("skillrun {}\n", version)) ? success : failed;
}

}  // namespace skillrun::cli
