#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "policy/places/paths.hpp"
#include "support/home.hpp"
#include "support/placeholder.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// As many symlinks as the kernel follows in one path.
constexpr int max_links = 40;

std::optional<std::string> read_link(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  if (size < 0 || static_cast<std::size_t>(size) == target.size()) return std::nullopt;
  target.resize(static_cast<std::size_t>(size));
  return target;
}

void remove_last(std::string& path) { path.resize(path.empty() ? 0 : path.rfind('/')); }

/// Takes the first component off `rest`.
std::string take_component(std::string& rest) {
  const std::size_t begin = rest.find_first_not_of('/');
  if (begin == std::string::npos) {
    rest.clear();
    return {};
  }
  const std::size_t end = std::min(rest.find('/', begin), rest.size());
  std::string component = rest.substr(begin, end - begin);
  rest.erase(0, end);
  return component;
}

void add_home(std::vector<std::string>& homes, std::string home) {
  while (home.size() > 1 && home.ends_with('/')) home.pop_back();
  if (is_clean(home) && std::ranges::find(homes, home) == homes.end()) homes.push_back(std::move(home));
}

/// Root's environment is root's own word: sudo sets the variable, and nobody below root could.
bool is_callers(uid_t owner) {
  if (owner == geteuid()) return true;
  const char* sudo = geteuid() == 0 ? std::getenv("SUDO_UID") : nullptr;
  return sudo != nullptr && std::to_string(owner) == sudo;
}

/// Not every file system tells the type with the name.
bool is_socket_entry(const std::string& folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_SOCK;
  struct stat status{};
  return lstat((folder + "/" + static_cast<const char*>(entry.d_name)).c_str(), &status) == 0 &&
         S_ISSOCK(status.st_mode);
}

// Not realpath(): a dangling link must be followed to where it points, because an engine that creates the missing end
// creates it there.
std::optional<std::string> follow(const std::string& path, std::vector<std::string>* followed) {
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) return std::nullopt;
  std::string done;
  std::string rest = path;
  int links = 0;
  for (std::string component = take_component(rest); !component.empty(); component = take_component(rest)) {
    if (component == ".") continue;
    if (component == "..") {
      remove_last(done);
      continue;
    }
    std::string next = done;
    next.append("/").append(component);
    struct stat status{};
    if (lstat(next.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) return std::nullopt;
    } else if (S_ISLNK(status.st_mode)) {
      const std::optional<std::string> target = read_link(next);
      if (!target || ++links > max_links) return std::nullopt;
      if (followed != nullptr) followed->push_back(next);
      if (target->starts_with('/')) done.clear();
      rest.insert(0, *target);
      continue;
    }
    done = std::move(next);
  }
  return done.empty() ? "/" : done;
}

}  // namespace

struct LocalHost::State {
  std::optional<std::string> socket;
  std::optional<std::chrono::year_month_day> today;
};

LocalHost::LocalHost(std::optional<std::string> engine_socket, std::optional<std::chrono::year_month_day> today)
    : state_(std::make_unique<const State>(std::move(engine_socket), today)) {}

LocalHost::~LocalHost() = default;

std::optional<std::string> LocalHost::engine_socket() const { return state_->socket; }

std::optional<std::chrono::year_month_day> LocalHost::today() const { return state_->today; }

bool LocalHost::reads_file_system() const { return true; }

bool LocalHost::engine_is_remote() const { return false; }

std::optional<std::string> LocalHost::engine_platform() const { return std::nullopt; }

std::optional<HostView::Volume> LocalHost::existing_volume(const std::string& /*name*/) const { return std::nullopt; }

std::optional<std::string> LocalHost::real_path(const std::string& path) const { return follow(path, nullptr); }

std::vector<std::string> LocalHost::links_on(const std::string& path) const {
  std::vector<std::string> followed;
  (void)follow(path, &followed);
  return followed;
}

std::optional<bool> LocalHost::exists(const std::string& path) const {
  struct stat status{};
  if (stat(path.c_str(), &status) == 0) return !is_placeholder(status);
  return errno == ENOENT || errno == ENOTDIR ? std::optional(false) : std::nullopt;
}

std::optional<bool> LocalHost::is_socket(const std::string& path) const {
  struct stat status{};
  if (stat(path.c_str(), &status) == 0) return S_ISSOCK(status.st_mode);
  return errno == ENOENT || errno == ENOTDIR ? std::optional(false) : std::nullopt;
}

std::optional<std::string> LocalHost::file_text(const std::string& path, std::size_t limit) const {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  auto text = read_file(path, limit);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

std::optional<std::uint32_t> LocalHost::uid() const { return static_cast<std::uint32_t>(geteuid()); }

std::optional<std::uint32_t> LocalHost::gid() const { return static_cast<std::uint32_t>(getegid()); }

std::optional<std::vector<std::uint32_t>> LocalHost::groups() const {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(getgroups(0, nullptr), 0)));
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  if (count < 0) return std::nullopt;
  groups.resize(static_cast<std::size_t>(count));
  groups.push_back(getegid());
  return std::vector<std::uint32_t>(groups.begin(), groups.end());
}

std::optional<HostView::Ownership> LocalHost::ownership(const std::string& path) const {
  const auto real = real_path(path);
  struct stat status{};
  if (!real || stat(real->c_str(), &status) != 0) return std::nullopt;
  const mode_t readable = S_ISDIR(status.st_mode) ? S_IROTH | S_IXOTH : S_IROTH;
  Ownership found{.uid = status.st_uid,
                  .callers = is_callers(status.st_uid),
                  .everybody_reads = (status.st_mode & readable) == readable};
  for (std::string folder = *real; found.everybody_reads && !folder.empty();) {
    remove_last(folder);
    const bool known = stat(folder.empty() ? "/" : folder.c_str(), &status) == 0;
    // What is kept from others by the caller's own folder is no secret of another user's.
    found.everybody_reads = known && (is_callers(status.st_uid) || (status.st_mode & S_IXOTH) != 0);
  }
  return found;
}

std::vector<std::string> LocalHost::homes() const {
  std::vector<std::string> homes;
  if (const std::string home = account_home(geteuid()); !home.empty()) add_home(homes, home);
  if (const char* variable = std::getenv("HOME"); variable != nullptr) add_home(homes, variable);
  return homes;
}

// The file and not getpwent(): a directory service can have a hundred thousand accounts, whose homes lie in the usual
// places, and takes its time.
std::vector<std::string> LocalHost::account_homes() const {
  std::vector<std::string> homes;
  const auto text = read_file("/etc/passwd", std::size_t{4} << 20);
  if (!text) return homes;
  for (const std::string_view line : split(*text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() == 7) add_home(homes, std::string(fields[5]));
  }
  return homes;
}

// Those in a home and in the trees of the system are closed for what they lie in; these variables can put them
// elsewhere.
std::vector<std::string> LocalHost::own_folders() const {
  std::vector<std::string> folders;
  for (const char* variable : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && value[0] == '/') folders.push_back(clean_path(std::string(value) + "/skillrun"));
  }
  return folders;
}

std::optional<std::vector<HostView::Entry>> LocalHost::entries(const std::string& path) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) return std::nullopt;
  std::vector<Entry> found;
  errno = 0;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      found.push_back({.name = std::string(name), .is_socket = is_socket_entry(path, *entry)});
    errno = 0;
  }
  return errno == 0 ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace skillrun::inline v0
