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
  const std::filesystem::path standing = std::filesystem::current_path(error);
  context.cwd = error ? std::string("/") : standing.string();
  context.workdir = (std::filesystem::path(context.cwd) / workdir).lexically_normal().string();
  while (context.workdir.size() > 1 && context.workdir.ends_with('/')) context.workdir.pop_back();
  return context;
}

}  // namespace skillrun::inline v0
