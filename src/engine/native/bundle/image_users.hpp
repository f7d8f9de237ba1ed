#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// Whom a container's first process runs as.
struct ImageIdentity {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  ///< supplementary ones, `gid` first, none twice
  std::string home = "/";
};

/// The files that say who is who in an image: its /etc/passwd and /etc/group. Anybody's words.
struct ImageAccounts {
  std::string_view passwd;  ///< empty where the image has none
  std::string_view group;
};

/// More than this of a file of accounts is refused.
inline constexpr std::size_t most_account_bytes = std::size_t{4} << 20;

/// Resolves `user` ("", "1000", "node", "1000:44", "node:audio") and further groups (names or numbers) as docker does
/// (GetExecUser and GetAdditionalGroups of moby/sys/user): a number needs no entry, a name does; the first entry wins;
/// a user without a named group has the groups that list the user's name. Numbers are at most 2147483647. Stricter than
/// docker: an entry that would decide and whose numbers cannot be read is an error, where docker reads 0, which is
/// root. Pure; safe from several threads.
[[nodiscard]] EngineResult<ImageIdentity> identify(std::string_view user, std::span<const std::string> group_add,
                                                   const ImageAccounts& accounts);

}  // namespace skillrun::inline v0
