#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/rule_params.hpp"
#include "support/lifetime.hpp"

namespace skillrun {

inline constexpr std::string_view protected_file_rule = "protected-file";

/// Names below a folder that skillrun, or another program of the caller's, runs or obeys when it is used there: who
/// writes them decides what runs next. A slash at the end makes it a folder with all that is in it.
[[nodiscard]] std::span<const std::string_view> builtin_protected_files();

/// A relative path without "." and ".."; a slash at its end is kept.
[[nodiscard]] std::expected<std::string, ParseError> normalize_protected_file(std::string_view word);

/// What a policy protects: the built-in names and those that it adds, without those that it allows.
[[nodiscard]] std::vector<std::string> protected_files(const RuleParams& params);

/// The protected name that a real path is or lies in, wherever that is; empty when there is none.
[[nodiscard]] std::string_view protected_name_of(std::string_view path,
                                                 std::span<const std::string> names SKILLRUN_VIEWED);
void protected_name_of(std::string_view path, std::vector<std::string>&& names) = delete;

/// What lies at a protected name below a folder that is mounted writable.
struct ProtectedPlace {
  enum class Kind : std::uint8_t {
    there,    ///< to be read-only
    missing,  ///< to be made for the run and read-only, so that nobody else makes it
    parent,   ///< a folder above one that is there: a mount point of its own, because one could move it away
    link,     ///< what it leads to can be exchanged: nothing that is mounted keeps it
  };
  Kind kind = Kind::there;
  std::string name;  ///< below the mounted folder; a slash at its end for a folder
};

/// Each place of one real folder once, those above others first. A folder that is itself below a protected name's first
/// components, such as `.git`, counts. Empty where nobody knows what is there.
[[nodiscard]] std::vector<ProtectedPlace> protected_places(const std::string& folder,
                                                           std::span<const std::string> names, const HostView& host);

/// Adds mounts to an admitted spec that keep the skill from writing protected names of the folders that it may write.
/// Their origin is the policy, and the name of the place. Sources are real paths.
void protect_files(ContainerSpec& spec, const Policy& policy, const HostView& host);

}  // namespace skillrun
