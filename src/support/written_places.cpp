#include "support/written_places.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include <fmt/format.h>

#include "support/json.hpp"
#include "support/path_within.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_ended = 256;
constexpr std::size_t max_places = 1024;
constexpr std::size_t max_size = std::size_t{16} << 20;
constexpr std::string_view record_name = "writes.json";

WallTime time_by(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return WallTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

WallTime now() { return time_by(CLOCK_REALTIME); }

std::error_code last_error() { return {errno, std::generic_category()}; }

/// Returns once the stamps of the kernel, which are a tick behind, come after `time`.
void wait_for_stamps_after(WallTime time) {
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 500'000};
  constexpr int most_pauses = 100;  // a clock that is set back is not waited for
  for (int i = 0; i < most_pauses && time_by(CLOCK_REALTIME_COARSE) <= time; ++i) ::nanosleep(&pause, nullptr);
}

void end_now(WrittenPlace& place) {
  place.end = now();
  place.stand_ins.clear();
}

bool same(const ProcessOwner& one, const ProcessOwner& other) {
  return one.machine == other.machine && one.boot == other.boot && one.pid_namespace == other.pid_namespace &&
         one.pid == other.pid && one.start == other.start;
}

json::object entry_of(const WrittenPlace& place) {
  json::object entry{{"skill", place.skill},
                     {"root", place.root},
                     {"engine", place.engine},
                     {"begin", place.begin.time_since_epoch().count()},
                     {"owner", json::array{place.owner.machine, place.owner.boot, place.owner.pid_namespace,
                                           place.owner.pid, place.owner.start}}};
  if (!place.run.empty()) entry["run"] = place.run;
  if (!place.stand_ins.empty()) {
    entry["stand_ins"] = json::array(place.stand_ins.begin(), place.stand_ins.end());
  }
  if (place.end) entry["end"] = place.end->time_since_epoch().count();
  return entry;
}

WallTime time_of(const json::value& value) {
  return WallTime(std::chrono::nanoseconds(value.to_number<std::int64_t>()));
}

WrittenPlace place_of(const json::object& entry) {
  const auto text = [](const json::value& value) { return std::string(value.as_string()); };
  const json::array& owner = entry.at("owner").as_array();
  WrittenPlace place{.skill = text(entry.at("skill")),
                     .root = text(entry.at("root")),
                     .begin = time_of(entry.at("begin")),
                     .end = {},
                     .owner = {.machine = text(owner.at(0)),
                               .boot = text(owner.at(1)),
                               .pid_namespace = text(owner.at(2)),
                               .pid = text(owner.at(3)),
                               .start = text(owner.at(4))},
                     .engine = text(entry.at("engine"))};
  if (const json::value* run = entry.if_contains("run")) place.run = text(*run);
  if (const json::value* stand_ins = entry.if_contains("stand_ins")) {
    for (const json::value& path : stand_ins->as_array()) place.stand_ins.push_back(text(path));
  }
  if (const json::value* end = entry.if_contains("end")) place.end = time_of(*end);
  return place;
}

/// Two ended entries of one root that follow each other, with the least time between them.
struct Pair {
  std::size_t first = 0;
  std::size_t second = 0;
  std::chrono::nanoseconds gap = std::chrono::nanoseconds::max();
};

Pair closest(const std::vector<WrittenPlace>& places) {
  std::vector<std::size_t> ended;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].end) ended.push_back(i);
  }
  std::ranges::sort(ended, {}, [&](std::size_t i) { return std::tie(places[i].root, places[i].begin); });
  Pair best;
  for (std::size_t n = 1; n < ended.size(); ++n) {
    const WrittenPlace& before = places[ended[n - 1]];
    const WrittenPlace& after = places[ended[n]];
    if (before.root != after.root) continue;
    const auto gap = after.begin - std::min(*before.end, *after.end);
    if (gap < best.gap) best = {ended[n - 1], ended[n], gap};
  }
  return best;
}

bool is_gone(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

}  // namespace

bool WrittenPlace::covers(std::string_view path, WallTime changed) const noexcept {
  return is_within(path, root) && changed >= begin && (!end || changed <= *end);
}

const WrittenPlace* writer_of(std::string_view path, WallTime changed, std::span<const WrittenPlace> places) noexcept {
  const auto found = std::ranges::find_if(places, [&](const WrittenPlace& p) { return p.covers(path, changed); });
  return found == places.end() ? nullptr : &*found;
}

void merge_ended(std::vector<WrittenPlace>& places, std::size_t most) {
  auto ended = static_cast<std::size_t>(std::ranges::count_if(places, [](const auto& p) { return p.end.has_value(); }));
  for (; ended > most; --ended) {
    const Pair pair = closest(places);
    if (pair.first == pair.second) return;
    WrittenPlace& kept = places[pair.first];
    const WrittenPlace& other = places[pair.second];
    kept.begin = std::min(kept.begin, other.begin);
    kept.end = std::max(*kept.end, *other.end);
    places.erase(places.begin() + static_cast<std::ptrdiff_t>(pair.second));
  }
}

void forget_gone(std::vector<WrittenPlace>& places, std::size_t most) {
  std::size_t excess = places.size() - std::min(places.size(), most);
  std::erase_if(places, [&](const WrittenPlace& place) {
    if (excess == 0 || !place.end || !is_gone(place.root)) return false;
    --excess;
    return true;
  });
}

std::string format_written_places(std::span<const WrittenPlace> places) {
  json::array entries;
  for (const WrittenPlace& place : places) entries.emplace_back(entry_of(place));
  return json::serialize(entries);
}

std::optional<std::vector<WrittenPlace>> parse_written_places(std::string_view text) {
  std::vector<WrittenPlace> places;
  try {
    const json::value document = json::parse(text);
    for (const json::value& entry : document.as_array()) places.push_back(place_of(entry.as_object()));
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return places;
}

std::vector<WrittenPlace> WriteRecord::read(std::error_code& error) const {
  error.clear();
  const auto text = read_file(fmt::format("{}/{}", folder_, record_name), max_size);
  if (!text) {
    if (text.error() != std::errc::no_such_file_or_directory && text.error() != std::errc::not_a_directory) {
      error = text.error();
    }
    return {};
  }
  auto read = parse_written_places(*text);
  if (!read) error = std::make_error_code(std::errc::illegal_byte_sequence);
  return std::move(read).value_or(std::vector<WrittenPlace>());
}

template <class Change>
std::error_code WriteRecord::change(const Change& change) const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return error;
  // Others may read it: what root's skills could write matters to every user.
  using enum std::filesystem::perms;
  constexpr auto mode = owner_all | group_read | group_exec | others_read | others_exec;
  std::filesystem::permissions(folder_, mode, error);
  if (error) return error;
  const UniqueFd lock(::open((folder_ + "/writes.lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return last_error();
  std::vector<WrittenPlace> places = read(error);
  if (error) return error;
  change(places);
  merge_ended(places, max_ended);
  forget_gone(places, max_places);
  const std::string text = format_written_places(places);
  if (find_invalid_utf8(text)) return std::make_error_code(std::errc::illegal_byte_sequence);
  const std::string path = fmt::format("{}/{}", folder_, record_name);
  const std::string fresh = path + ".new";
  // Whatever lies there is no file that somebody needs, and may be a pipe.
  ::unlink(fresh.c_str());
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file || ::fchmod(file.get(), 0644) != 0) return last_error();
  for (std::string_view rest = text; !rest.empty();) {
    const auto written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno != EINTR) return last_error();
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::rename(fresh.c_str(), path.c_str()) == 0 ? std::error_code() : last_error();
}

std::expected<WallTime, std::error_code> WriteRecord::begin(const WritesOfRun& run) const {
  const ProcessOwner owner = ProcessOwner::current();
  // The clock of the kernel's stamps, which is a tick behind: what is changed from now on has a later one.
  const WallTime begun = time_by(CLOCK_REALTIME_COARSE);
  const std::error_code error = change([&](std::vector<WrittenPlace>& places) {
    for (const std::string& root : run.roots) {
      places.push_back({.skill = run.skill,
                        .root = root,
                        .begin = begun,
                        .end = {},
                        .owner = owner,
                        .engine = run.engine,
                        .run = run.run,
                        .stand_ins = &root == &run.roots.front() ? run.stand_ins : std::vector<std::string>()});
    }
  });
  if (error) return std::unexpected(error);
  return begun;
}

std::error_code WriteRecord::end(std::string_view run, WallTime begun) const {
  const ProcessOwner owner = ProcessOwner::current();
  WallTime ended{};
  const std::error_code error = change([&](std::vector<WrittenPlace>& places) {
    for (WrittenPlace& place : places) {
      if (place.end || place.run != run || place.begin != begun || !same(place.owner, owner)) continue;
      end_now(place);
      ended = *place.end;
    }
  });
  wait_for_stamps_after(ended);
  return error;
}

std::expected<std::vector<std::string>, std::error_code> WriteRecord::end_abandoned(
    std::string_view engine, std::span<const std::string> alive) const {
  const ProcessOwner here = ProcessOwner::current();
  std::vector<std::string> stand_ins;
  const std::error_code error = change([&](std::vector<WrittenPlace>& places) {
    for (WrittenPlace& place : places) {
      if (place.end || place.engine != engine || std::ranges::find(alive, place.run) != alive.end() ||
          judge_owner(place.owner, here, look_at_process).kind != OwnerVerdict::Kind::ended) {
        continue;
      }
      std::ranges::copy(place.stand_ins, std::back_inserter(stand_ins));
      end_now(place);
    }
  });
  if (error) return std::unexpected(error);
  return stand_ins;
}

}  // namespace skillrun::inline v0
