#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <skillrun/declaration.hpp>

namespace skillrun::inline v0 {

namespace {

/// HOME when it is an absolute path, otherwise what the user database says.
std::string home_directory(uid_t uid) {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return home;
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_dir != nullptr && *found->pw_dir == '/' ? found->pw_dir : std::string();
}

}  // namespace

CallerContext CallerContext::current(const std::string& workdir) {
  CallerContext context;
  context.uid = ::geteuid();
  context.gid = ::getegid();
  context.home = home_directory(context.uid);
  std::error_code error;
  const std::filesystem::path standing = std::filesystem::current_path(error);
  context.cwd = error ? std::string("/") : standing.string();
  context.workdir = (std::filesystem::path(context.cwd) / workdir).lexically_normal().string();
  while (context.workdir.size() > 1 && context.workdir.ends_with('/')) context.workdir.pop_back();
  return context;
}

}  // namespace skillrun::inline v0
