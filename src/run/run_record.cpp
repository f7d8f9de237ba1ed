#include "run/run_record.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "run/state_folders.hpp"
#include "support/json.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t run_length = 32;
constexpr std::size_t token_length = 64;
constexpr std::size_t longest_record = 16384;
constexpr std::string_view suffix = ".json";

struct OwnerMember {
  std::string_view name;
  std::string ProcessOwner::* member;
};
constexpr OwnerMember owner_members[] = {
    {"machine", &ProcessOwner::machine},
    {"boot", &ProcessOwner::boot},
    {"pid_namespace", &ProcessOwner::pid_namespace},
    {"pid", &ProcessOwner::pid},
    {"start", &ProcessOwner::start},
};

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::expected<void, std::string> write_in(int folder, const std::string& run, const std::string& text) {
  const std::string name = run + std::string(suffix);
  const std::string fresh = run + ".new";
  const UniqueFd file(::openat(folder, fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file && write_all(file.get(), text) && ::renameat(folder, fresh.c_str(), folder, name.c_str()) == 0) return {};
  const int error = errno;
  ::unlinkat(folder, fresh.c_str(), 0);
  return std::unexpected(std::string(std::strerror(error)));
}

std::optional<RunRecord> read_in(int folder, const std::string& name) {
  const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) {
    return std::nullopt;
  }
  std::string text(longest_record, '\0');
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(count));
  auto record = RunRecord::parse(text);
  // It is called by what its token proves.
  if (!record || record->run() + std::string(suffix) != name) return std::nullopt;
  record->written = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
  return record;
}

}  // namespace

RunRecord RunRecord::begin(std::string endpoint, std::string skill, bool keep) {
  RunRecord record{.token = {},
                   .endpoint = std::move(endpoint),
                   .skill = std::move(skill),
                   .owner = ProcessOwner::current(),
                   .keep = keep,
                   .container = {},
                   .written = std::chrono::system_clock::now()};
  std::array<unsigned char, token_length / 2> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) {
    record.token = fmt::format("{:02x}", fmt::join(bytes, ""));
  }
  return record;
}

std::string RunRecord::run() const {
  return token.empty() ? std::string() : sha256("skillrun run\n" + token).substr(0, run_length);
}

std::string RunRecord::text() const {
  json::object entries;
  for (const OwnerMember& member : owner_members) entries[member.name] = owner.*member.member;
  return json::serialize(json::object{{"version", 1},
                                      {"token", token},
                                      {"endpoint", endpoint},
                                      {"skill", skill},
                                      {"owner", std::move(entries)},
                                      {"keep", keep},
                                      {"container", container}});
}

std::optional<RunRecord> RunRecord::parse(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) return std::nullopt;
  const json::object& members = document.get_object();
  const auto string_in = [](const json::object& object, std::string_view name, std::string& into) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return false;
    into = value->get_string();
    return true;
  };
  RunRecord record;
  const json::value* keep = members.if_contains("keep");
  const json::value* owner = members.if_contains("owner");
  if (keep == nullptr || !keep->is_bool() || owner == nullptr || !owner->is_object()) return std::nullopt;
  record.keep = keep->get_bool();
  bool complete = string_in(members, "token", record.token) && string_in(members, "endpoint", record.endpoint) &&
                  string_in(members, "skill", record.skill) && string_in(members, "container", record.container);
  for (const OwnerMember& member : owner_members) {
    complete = complete && string_in(owner->get_object(), member.name, record.owner.*member.member);
  }
  if (!complete || !is_hex(record.token, token_length)) return std::nullopt;
  return record;
}

RunRecords RunRecords::of_user() { return RunRecords(own_state_places("runs")); }

std::expected<void, std::string> RunRecords::write(const RunRecord& record) const {
  const std::string run = record.run();
  if (run.empty()) return std::unexpected(std::string("the system gives no random numbers"));
  const std::string text = record.text();
  if (find_invalid_utf8(text)) return std::unexpected(std::string("the engine's address is not valid UTF-8"));
  std::string troubles;
  for (const std::string& place : places_) {
    const auto folder = make_private_folder(place);
    const auto written =
        folder ? write_in(folder->get(), run, text) : std::expected<void, std::string>(std::unexpected(folder.error()));
    if (written) return {};
    troubles += fmt::format("{}{}", troubles.empty() ? "" : "; ", written.error());
  }
  return std::unexpected(
      troubles.empty() ? "neither HOME, XDG_STATE_HOME nor XDG_RUNTIME_DIR names a folder of this user" : troubles);
}

void RunRecords::remove(const RunRecord& record) const {
  for (const std::string& place : places_) {
    const auto folder = open_private_folder(place);
    if (folder) ::unlinkat(folder->get(), (record.run() + std::string(suffix)).c_str(), 0);
  }
}

std::vector<RunRecord> RunRecords::read() const {
  std::vector<RunRecord> records;
  for (const std::string& place : places_) {
    auto folder = open_private_folder(place);
    if (!folder) continue;
    const int copy = ::openat(folder->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : ::fdopendir(copy), &::closedir);
    if (!stream) continue;
    while (const dirent* entry = ::readdir(stream.get())) {
      if (!std::string_view(entry->d_name).ends_with(suffix)) continue;
      if (auto record = read_in(folder->get(), entry->d_name)) records.push_back(std::move(*record));
    }
  }
  std::ranges::sort(records, {}, &RunRecord::run);
  return records;
}

}  // namespace skillrun::inline v0
