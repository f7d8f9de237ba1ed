#include "engine/native/store/store_place.hpp"

namespace skillrun::inline v0 {

StorePlace usual_store_place(uid_t user, std::string_view data_home, std::string_view home) {
  if (user == 0) return {.root = "/var/lib/skillrun"};
  if (data_home.starts_with('/')) return {.root = std::filesystem::path(data_home) / "skillrun", .rootless = true};
  if (home.starts_with('/')) return {.root = std::filesystem::path(home) / ".local/share/skillrun", .rootless = true};
  return {.root = {}, .rootless = true};
}

}  // namespace skillrun::inline v0
