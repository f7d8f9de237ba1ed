#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace skillrun::inline v0 {

/// Where the images of the native engine are.
struct StorePlace {
  std::filesystem::path root;  ///< absolute; empty: there is no place for them
  bool rootless = false;       ///< its layers are unpacked and mounted in a user namespace
};

/// The store of a user: /var/lib/skillrun for root, otherwise skillrun below $XDG_DATA_HOME, which counts only when it
/// is absolute (XDG Base Directory Specification), else below ~/.local/share. Pure: `data_home` and `home` are the
/// values of the environment, empty where they are unset.
[[nodiscard]] StorePlace usual_store_place(uid_t user, std::string_view data_home, std::string_view home);

}  // namespace skillrun::inline v0
