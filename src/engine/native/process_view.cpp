#include "engine/native/process_view.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "spec/capability.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::pair<std::string_view, std::string_view> limit_names[] = {
    {"Max core file size", "core"},     {"Max cpu time", "cpu"},
    {"Max data size", "data"},          {"Max file size", "fsize"},
    {"Max file locks", "locks"},        {"Max locked memory", "memlock"},
    {"Max msgqueue size", "msgqueue"},  {"Max nice priority", "nice"},
    {"Max open files", "nofile"},       {"Max processes", "nproc"},
    {"Max resident set", "rss"},        {"Max realtime priority", "rtprio"},
    {"Max realtime timeout", "rttime"}, {"Max pending signals", "sigpending"},
    {"Max stack size", "stack"}};

constexpr const char* namespaces[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

std::uint64_t hexadecimal(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

std::int64_t limit_of(const std::string& text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool same_namespace(pid_t pid, const char* name) {
  struct stat own{};
  struct stat other{};
  // What cannot be told apart counts as shared.
  return ::stat(fmt::format("/proc/self/ns/{}", name).c_str(), &own) != 0 ||
         ::stat(fmt::format("/proc/{}/ns/{}", pid, name).c_str(), &other) != 0 ||
         (own.st_dev == other.st_dev && own.st_ino == other.st_ino);
}

void read_status(std::istream& lines, ProcessView& view) {
  bool one_uid = false;
  bool one_gid = false;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, word;
    words >> key;
    const auto ids = [&](std::uint32_t& effective) {
      std::array<std::uint32_t, 4> four{};
      for (std::uint32_t& id : four) words >> id;
      effective = four[1];
      return std::ranges::all_of(four, [&](std::uint32_t id) { return id == four[0]; });
    };
    if (key == "Uid:") one_uid = ids(view.uid);
    if (key == "Gid:") one_gid = ids(view.gid);
    if (key == "Groups:") {
      for (std::uint32_t id = 0; words >> id;) view.groups.insert(id);
    }
    if (key == "State:" && words >> word) view.state = word.front();
    if (key == "CapInh:" && words >> word) view.inheritable = hexadecimal(word);
    if (key == "CapEff:" && words >> word) view.effective = hexadecimal(word);
    if (key == "CapBnd:" && words >> word) view.bounding = hexadecimal(word);
    if (key == "CapAmb:" && words >> word) view.ambient = hexadecimal(word);
    if (key == "NoNewPrivs:" && words >> word) view.no_new_privileges = word == "1";
    if (key == "Seccomp:") words >> view.seccomp;
  }
  view.one_user = one_uid && one_gid;
}

void read_limits(std::istream& lines, ProcessView& view) {
  for (std::string line; std::getline(lines, line);) {
    for (const auto& [words, name] : limit_names) {
      if (!line.starts_with(words)) continue;
      std::istringstream values(line.substr(words.size()));
      std::string soft, hard;
      if (values >> soft >> hard) view.limits[std::string(name)] = {limit_of(soft), limit_of(hard)};
    }
  }
}

}  // namespace

std::optional<ProcessView> ProcessView::of(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}", pid);
  ProcessView view;
  if (pid <= 0) return std::nullopt;
  // First: what is told of a program that has come is told of it, not of what was before it.
  std::array<char, PATH_MAX> program{};
  const ssize_t size = ::readlink((folder + "/exe").c_str(), program.data(), program.size());
  if (size > 0) view.program.assign(program.data(), static_cast<std::size_t>(size));
  std::ifstream status(folder + "/status");
  if (!status) return std::nullopt;
  read_status(status, view);
  std::ifstream limits(folder + "/limits");
  read_limits(limits, view);
  std::ifstream(folder + "/oom_score_adj") >> view.oom_score_adj;
  for (const char* name : namespaces) {
    if (same_namespace(pid, name)) view.shared_namespaces.insert(name);
  }
  return view;
}

std::vector<std::string> names_of_capabilities(std::uint64_t set) {
  const auto known = capability_names();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 64; ++i) {
    if ((set >> i & 1U) == 0) continue;
    names.push_back(i < known.size() ? std::string(known[i]) : std::to_string(i));
  }
  return names;
}

}  // namespace skillrun::inline v0
