#include "engine/native/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/native/cgroups.hpp"
#include "engine/native/system_failure.hpp"
#include "support/json.hpp"
#include "support/read_file.hpp"
#include "support/remove_deep.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;
using Kind = EngineError::Kind;

constexpr std::string_view container_note = "container.json";
constexpr std::size_t most_container_note_bytes = std::size_t{1} << 20;
/// Of the id: a name that fits into an address of a socket.
constexpr std::size_t folder_name_length = 32;

std::string text_of(const RunFolder::Note& note) {
  json::object labels;
  for (const auto& [key, value] : note.labels) labels[key] = value;
  return json::serialize(json::object{{"id", note.id},
                                      {"name", note.name},
                                      {"labels", std::move(labels)},
                                      {"disk", note.disk},
                                      {"cgroup", note.cgroup}});
}

std::optional<RunFolder::Note> parse_note(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto member = [&](std::string_view key) {
    const json::value* found = object->if_contains(key);
    const json::string* word = found != nullptr ? found->if_string() : nullptr;
    return word != nullptr ? std::string(*word) : std::string();
  };
  RunFolder::Note note{
      .id = member("id"), .name = member("name"), .labels = {}, .disk = member("disk"), .cgroup = member("cgroup")};
  if (const json::value* labels = object->if_contains("labels"); labels != nullptr && labels->is_object()) {
    for (const auto& [key, label] : labels->get_object()) {
      if (label.is_string()) note.labels.emplace_back(key, label.get_string());
    }
  }
  return note.id.empty() ? std::nullopt : std::optional(std::move(note));
}

bool make_place(const std::string& place) {
  std::error_code error;
  fs::create_directories(fs::path(place).parent_path(), error);
  if (::mkdir(place.c_str(), 0700) != 0 && errno != EEXIST) return false;
  struct stat status{};
  if (::lstat(place.c_str(), &status) != 0) return false;
  errno = EPERM;
  return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
}

}  // namespace

EngineResult<RunFolder> RunFolder::make(const std::string& place, const Note& note) {
  if (!make_place(place)) {
    return failure(Kind::server, fmt::format("'{}' cannot be had as a folder of yours alone: {}", place, last_error()));
  }
  const std::string path = fmt::format("{}/{}", place, note.id.substr(0, folder_name_length));
  if (::mkdir(path.c_str(), 0700) != 0) return system_failure(path);
  UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  RunFolder folder(path, std::move(lock));
  // Under another name until it is whole: what is found was written to its end.
  const std::string written = folder.file("note");
  const UniqueFd file(::open(written.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!folder.lock_ || ::flock(folder.lock_.get(), LOCK_EX | LOCK_NB) != 0 || !file ||
      !write_all(file.get(), text_of(note)) || ::rename(written.c_str(), folder.file(container_note).c_str()) != 0) {
    const std::string why = last_error();
    std::error_code ignored;
    fs::remove_all(path, ignored);
    return failure(Kind::server, fmt::format("'{}': {}", path, why));
  }
  return folder;
}

std::vector<FoundRun> find_run_folders(const std::string& place) {
  std::vector<FoundRun> found;
  std::error_code error;
  for (fs::directory_iterator entry(place, error), end; !error && entry != end; entry.increment(error)) {
    FoundRun run{.path = entry->path().string(), .note = {}};
    const UniqueFd folder(::open(run.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const auto text = read_file(fmt::format("{}/{}", run.path, container_note), most_container_note_bytes);
    auto note = text ? parse_note(*text) : std::nullopt;
    if (!folder || !note) continue;
    run.note = std::move(*note);
    run.alive = ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0;
    found.push_back(std::move(run));
  }
  return found;
}

EngineResult<void> remove_remains(const FoundRun& run) {
  if (!run.note.cgroup.empty()) {
    const Cgroups groups(run.note.cgroup);
    groups.remove();
  }
  for (const std::string& folder : {run.note.disk, run.path}) {
    const std::error_code error = folder.empty() ? std::error_code() : remove_deep(folder);
    if (error) return failure(Kind::server, fmt::format("'{}' cannot be removed: {}", folder, error.message()));
  }
  return {};
}

}  // namespace skillrun::inline v0
