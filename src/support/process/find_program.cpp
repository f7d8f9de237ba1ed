#include "support/process/find_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

std::optional<std::string> find_program(const std::string& name, std::string_view path) {
  const auto runnable = [](const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.empty() || name.find('\0') != std::string::npos) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    return runnable(name) ? std::optional(name) : std::nullopt;
  }
  for (const std::string_view folder : split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    std::string candidate = fmt::format("{}/{}", folder, name);
    if (runnable(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
