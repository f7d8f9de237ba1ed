#include "engine/native/cgroups.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "engine/native/mount_table.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::chrono_literals;

/// The last process may need a moment to leave.
constexpr auto patience = 500ms;
constexpr auto pause = 2ms;

template <class Condition>
bool await(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

/// The value of a line "NAME VALUE" of a file; empty where there is none.
std::string value_of(const std::string& file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string word, value; lines >> word >> value;) {
    if (word == name) return value;
  }
  return {};
}

std::string first_word(const std::string& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

std::vector<std::string> words_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istream_iterator<std::string>(in), {}};
}

}  // namespace

Cgroups::Cgroups(const std::string& path) {
  const std::vector<MountEntry> mounts = mounts_of();
  const bool first_version =
      std::ranges::any_of(mounts, [](const MountEntry& entry) { return entry.type == "cgroup"; });
  for (const MountEntry& entry : mounts) {
    // Beside the first version the second has no controllers.
    if (entry.type == "cgroup") {
      folders_.push_back({.path = entry.point + path, .controllers = entry.super_options});
    } else if (entry.type == "cgroup2" && !first_version) {
      unified_ = true;
      folders_.push_back({.path = entry.point + path, .controllers = words_of(entry.point + "/cgroup.controllers")});
    }
  }
}

std::string Cgroups::folder_of(const std::string& controller) const {
  for (const Folder& folder : folders_) {
    if (std::ranges::find(folder.controllers, controller) != folder.controllers.end()) return folder.path;
  }
  return {};
}

bool Cgroups::killed_for_memory() const {
  const std::string folder = folder_of("memory");
  if (folder.empty()) return false;
  const std::string kills = value_of(folder + (unified_ ? "/memory.events" : "/memory.oom_control"), "oom_kill");
  return !kills.empty() && kills != "0";
}

bool Cgroups::freeze(bool frozen) const {
  const std::string folder = unified_ && !folders_.empty() ? folders_.front().path : folder_of("freezer");
  if (folder.empty()) return false;
  const std::string state = unified_ ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED");
  {
    std::ofstream file(folder + (unified_ ? "/cgroup.freeze" : "/freezer.state"));
    file << state << std::flush;
    if (!file) return false;
  }
  return await([&] {
    return (unified_ ? value_of(folder + "/cgroup.events", "frozen") : first_word(folder + "/freezer.state")) == state;
  });
}

void Cgroups::remove() const {
  for (const Folder& folder : folders_) {
    await([&] { return ::rmdir(folder.path.c_str()) == 0 || errno != EBUSY; });
  }
}

}  // namespace skillrun::inline v0
