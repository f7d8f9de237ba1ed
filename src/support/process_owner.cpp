#include "support/process_owner.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "support/read_file.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t hash_length = 32;

std::string first_line(const std::string& path) {
  const std::string text = read_file(path, 4096).value_or(std::string());
  return text.substr(0, text.find('\n'));
}

std::string machine_hash() {
  std::string id = first_line("/etc/machine-id");
  if (id.empty()) id = first_line("/var/lib/dbus/machine-id");
  utsname names{};
  const std::string host = ::uname(&names) == 0 ? names.nodename : "";
  // Copies of one machine share the id, and often not the name; containers often have no id.
  if (id.empty() && host.empty()) return {};
  return sha256(fmt::format("skillrun\n{}\n{}", id, host)).substr(0, hash_length);
}

std::string boot_id() {
  std::string id = first_line("/proc/sys/kernel/random/boot_id");
  std::erase(id, '-');
  return id;
}

/// The digits of "pid:[4026531836]".
std::string own_pid_namespace() {
  std::error_code error;
  const std::string link = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  const std::size_t open = link.find('[');
  if (error || open == std::string::npos || !link.ends_with(']')) return {};
  return link.substr(open + 1, link.size() - open - 2);
}

/// A line of /proc/PID/stat, of which the second field is the program's name in parentheses, which may hold anything.
struct StatLine {
  std::string_view state;
  std::string_view threads;
  std::string_view start;
};

std::optional<StatLine> stat_line(std::string_view text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  const auto fields = split(text.substr(name_end + 1), ' ');
  const auto field = [&](std::size_t number) { return fields[number - 2]; };
  constexpr std::size_t start_field = 22;
  if (fields.size() <= start_field - 2) return std::nullopt;
  return StatLine{.state = field(3), .threads = field(20), .start = field(start_field)};
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_number(std::string_view text) { return all_of(text, "0123456789"); }

bool is_hash(std::string_view text) { return text.size() == hash_length && all_of(text, "0123456789abcdef"); }

std::optional<pid_t> pid_of(std::string_view text) {
  pid_t pid = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || stopped != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

bool is_complete(const ProcessOwner& owner) {
  return is_hash(owner.machine) && is_hash(owner.boot) && is_number(owner.pid_namespace) && is_number(owner.start) &&
         pid_of(owner.pid);
}

}  // namespace

ProcessOwner ProcessOwner::current() {
  const std::string stat = read_file("/proc/self/stat", 4096).value_or(std::string());
  const auto line = stat_line(stat);
  return {.machine = machine_hash(),
          .boot = boot_id(),
          .pid_namespace = own_pid_namespace(),
          .pid = std::to_string(::getpid()),
          .start = line ? std::string(line->start) : std::string()};
}

ProcessLook look_at_process(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  if (!text) {
    // /proc may hide the processes of others; a signal that is not sent tells.
    const bool none = ::kill(pid, 0) != 0 && errno == ESRCH;
    return {.kind = none ? ProcessLook::Kind::none : ProcessLook::Kind::unknown, .start = {}};
  }
  const auto line = stat_line(*text);
  if (!line) return {};
  // Other threads may outlive the first one.
  const bool ended = (line->state == "Z" || line->state == "X") && (line->threads == "0" || line->threads == "1");
  if (ended) return {.kind = ProcessLook::Kind::none, .start = {}};
  return {.kind = ProcessLook::Kind::found, .start = std::string(line->start)};
}

OwnerVerdict judge_owner(const ProcessOwner& owner, const ProcessOwner& here, const LookAtProcess& look) {
  using Kind = OwnerVerdict::Kind;
  if (!is_complete(owner)) return {Kind::unknown, "it does not say whose it is"};
  if (!is_complete(here)) return {Kind::unknown, "this process cannot tell on which machine it runs"};
  if (owner.machine != here.machine) return {Kind::unknown, "it belongs to another machine"};
  if (owner.boot != here.boot) return {Kind::ended, "the machine has been restarted since"};
  if (owner.pid_namespace != here.pid_namespace) return {Kind::unknown, "it belongs to another PID namespace"};
  const ProcessLook found = look(pid_of(owner.pid).value_or(0));
  switch (found.kind) {
    case ProcessLook::Kind::none: return {Kind::ended, fmt::format("process {} has ended", owner.pid)};
    case ProcessLook::Kind::unknown: return {Kind::unknown, fmt::format("process {} cannot be looked at", owner.pid)};
    case ProcessLook::Kind::found: break;
  }
  if (found.start == owner.start) return {Kind::lives, fmt::format("process {} is running", owner.pid)};
  return {Kind::ended, fmt::format("process {} has ended, and another has its number", owner.pid)};
}

}  // namespace skillrun::inline v0
