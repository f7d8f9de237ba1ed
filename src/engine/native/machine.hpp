#pragma once

#include <string>

#include "engine/native/bundle/native_gaps.hpp"
#include "engine/native/runtime_program.hpp"

namespace skillrun::inline v0 {

/// The machine's host name.
[[nodiscard]] std::string machine_name();

/// As Go calls it: "amd64".
[[nodiscard]] std::string machine_architecture();

/// The profile of system calls that Debian's containers-common has for docker and podman; empty where it is not
/// installed.
[[nodiscard]] std::string default_seccomp_profile();

/// A program that reaps for a container, statically linked, so that it runs in any image; empty where there is none.
[[nodiscard]] std::string find_init_program();

/// What this machine's kernel, its control groups and this process's rights let the native engine do.
[[nodiscard]] NativeAbilities survey_machine(const RuntimeProgram& runtime);

}  // namespace skillrun::inline v0
