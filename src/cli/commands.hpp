#pragma once

#include "cli/options.hpp"

namespace skillrun::cli {

// One function per command, each in a file of its own. The result is the exit status.
[[nodiscard]] int init_command(const Invocation& invocation);
[[nodiscard]] int lint_command(const Invocation& invocation);
[[nodiscard]] int run_command(const Invocation& invocation);
[[nodiscard]] int allow_command(const Invocation& invocation);
[[nodiscard]] int explain_command(const Invocation& invocation);
[[nodiscard]] int list_command(const Invocation& invocation);
[[nodiscard]] int show_command(const Invocation& invocation);
[[nodiscard]] int pull_command(const Invocation& invocation);
[[nodiscard]] int build_command(const Invocation& invocation);
[[nodiscard]] int rules_command(const Invocation& invocation);
[[nodiscard]] int policy_show_command(const Invocation& invocation);
[[nodiscard]] int policy_test_command(const Invocation& invocation);
[[nodiscard]] int doctor_command(const Invocation& invocation);
[[nodiscard]] int gc_command(const Invocation& invocation);
[[nodiscard]] int completion_command(const Invocation& invocation);
[[nodiscard]] int schema_command(const Invocation& invocation);
[[nodiscard]] int version_command(const Invocation& invocation);

}  // namespace skillrun::cli
