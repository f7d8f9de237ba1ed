#include "run/state_folders.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "support/home.hpp"

namespace skillrun::inline v0 {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool may_be_own(const std::string& path) {
  struct stat status{};
  if (!path.starts_with('/')) return false;
  return ::stat(path.c_str(), &status) == 0 ? status.st_uid == ::geteuid() : errno == ENOENT;
}

std::string own_home() {
  if (std::string home = environment("HOME"); may_be_own(home)) return home;
  std::string home = account_home(::geteuid());
  return may_be_own(home) ? home : std::string();
}

}  // namespace

std::vector<std::string> own_state_places(std::string_view name) {
  std::vector<std::string> places;
  std::string state = environment("XDG_STATE_HOME");
  if (!may_be_own(state)) {
    const std::string home = own_home();
    state = home.empty() ? "" : home + "/.local/state";
  }
  if (!state.empty()) places.push_back(fmt::format("{}/skillrun/{}", state, name));
  if (const std::string runtime = environment("XDG_RUNTIME_DIR"); may_be_own(runtime)) {
    places.push_back(fmt::format("{}/skillrun/{}", runtime, name));
  }
  return places;
}

std::expected<UniqueFd, std::string> open_private_folder(const std::string& path) {
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (!folder || ::fstat(folder.get(), &status) != 0) {
    return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  if (status.st_uid != ::geteuid() || (status.st_mode & 0077U) != 0) {
    return std::unexpected(fmt::format("{}: it is not this user's alone", path));
  }
  return folder;
}

std::expected<UniqueFd, std::string> make_private_folder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    ::mkdir(path.substr(0, slash).c_str(), 0700);
  }
  ::mkdir(path.c_str(), 0700);
  return open_private_folder(path);
}

}  // namespace skillrun::inline v0
