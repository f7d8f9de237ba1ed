#include <unistd.h>

#include <filesystem>

#include <skillrun/declaration.hpp>

#include "support/home.hpp"

namespace skillrun::inline v0 {

CallerContext CallerContext::current(const std::string& workdir) {
  CallerContext context;
  context.uid = ::geteuid();
  context.gid = ::getegid();
  context.home = home_directory();
  std::error_code error;
  context.cwd = std::filesystem::current_path(error).string();
  const std::filesystem::path chosen = std::filesystem::path(context.cwd) / workdir;
  if (!chosen.is_absolute()) return context;
  context.workdir = chosen.lexically_normal().string();
  while (context.workdir.size() > 1 && context.workdir.ends_with('/')) context.workdir.pop_back();
  return context;
}

}  // namespace skillrun::inline v0
