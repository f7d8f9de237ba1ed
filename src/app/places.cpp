#include "app/places.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "support/home.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string installed_manifests() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? "" : (program.parent_path().parent_path() / "share/skillrun/manifests").string();
}

}  // namespace

std::string user_config_directory() {
  const std::string config = environment("XDG_CONFIG_HOME");
  if (config.starts_with('/')) return config + "/skillrun";
  const std::string home = home_directory();
  return home.empty() ? "" : home + "/.config/skillrun";
}

std::expected<std::string, std::string> working_folder() {
  std::error_code error;
  std::string folder = fs::current_path(error).string();
  if (!error) return folder;
  return std::unexpected(
      fmt::format("the working directory cannot be told ({}): change to one that is there", error.message()));
}

DiscoveryOptions discovery_options(const Selection& selection) {
  DiscoveryOptions discovery;
  discovery.explicit_paths = selection.manifests;
  const std::string named = environment("SKILLRUN_MANIFEST");
  for (const std::string_view path : split(named, ':')) {
    if (!path.empty()) discovery.environment_paths.emplace_back(path);
  }
  std::error_code error;
  discovery.start_directory = fs::current_path(error).string();
  if (const std::string config = user_config_directory(); !config.empty()) {
    discovery.user_directory = config + "/manifests";
  }
  discovery.system_directory = "/etc/skillrun/manifests";
  discovery.installed_directory = installed_manifests();
  discovery.uid = static_cast<std::uint32_t>(getuid());
  return discovery;
}

std::chrono::year_month_day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

}  // namespace skillrun::app
