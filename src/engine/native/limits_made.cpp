#include "engine/native/limits_made.hpp"

#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

#include "engine/native/cgroups.hpp"

namespace skillrun::inline v0 {

namespace {

/// Version 1 says "no limit" by a number near the largest one.
constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max() / 2;
constexpr std::int64_t nanoseconds = 1'000'000'000;

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value >= unlimited) return std::nullopt;
  return value;
}

/// A limit that the kernel keeps, or none: "max", -1, or more than there could be.
std::optional<std::int64_t> limit_in(const std::string& file) {
  const auto value = number(first_line(file));
  return value && *value >= 0 ? value : std::nullopt;
}

/// The files of a container's groups.
class Groups {
 public:
  Groups(const std::string& path, const ContainerSpec& asked, ContainerSpec& made)
      : groups_(path), asked_(asked), made_(made) {}

  void read() {
    put(&ContainerSpec::memory, limit_in(file("memory", "memory.limit_in_bytes", "memory.max")));
    put(&ContainerSpec::memory_swap, memory_and_swap());
    put(&ContainerSpec::memory_reservation, limit_in(file("memory", "memory.soft_limit_in_bytes", "memory.low")));
    put(&ContainerSpec::pids_limit, limit_in(file("pids", "pids.max", "pids.max")));
    read_cpu();
    put_text(&ContainerSpec::cpuset_cpus, file("cpuset", "cpuset.cpus", "cpuset.cpus"));
    put_text(&ContainerSpec::cpuset_mems, file("cpuset", "cpuset.mems", "cpuset.mems"));
  }

 private:
  [[nodiscard]] std::string file(const char* controller, const char* first, const char* second) const {
    return groups_.folder_of(controller) + '/' + (groups_.unified() ? second : first);
  }

  /// Only of what was asked for a difference can be told.
  template <class Value>
  void put(OptionalSetting<Value> ContainerSpec::* setting, const std::optional<Value>& value) {
    const auto& asked = asked_.*setting;
    if (!asked) return;
    made_.*setting = value ? OptionalSetting<Value>({*value, asked->origin}) : std::nullopt;
  }

  [[nodiscard]] std::optional<std::int64_t> memory_and_swap() const {
    if (!groups_.unified()) return limit_in(file("memory", "memory.memsw.limit_in_bytes", ""));
    const auto memory = limit_in(file("memory", "", "memory.max"));
    const auto swap = limit_in(file("memory", "", "memory.swap.max"));
    return memory && swap ? std::optional(*memory + *swap) : std::nullopt;
  }

  void read_cpu() {
    std::optional<std::int64_t> quota;
    std::optional<std::int64_t> period;
    if (groups_.unified()) {
      std::istringstream words(first_line(file("cpu", "", "cpu.max")));
      std::string first, second;
      words >> first >> second;
      quota = number(first);
      period = number(second);
    } else {
      quota = limit_in(file("cpu", "cpu.cfs_quota_us", ""));
      period = limit_in(file("cpu", "cpu.cfs_period_us", ""));
    }
    const bool limited = quota && *quota > 0 && period && *period > 0;
    put(&ContainerSpec::nano_cpus, limited ? std::optional(*quota * (nanoseconds / *period)) : std::nullopt);
    put(&ContainerSpec::cpu_quota, limited ? quota : std::nullopt);
    put(&ContainerSpec::cpu_period, period);
    // Version 2 has weights instead; the runtime's conversion is its own.
    if (!groups_.unified()) put(&ContainerSpec::cpu_shares, limit_in(file("cpu", "cpu.shares", "")));
  }

  void put_text(OptionalSetting<std::string> ContainerSpec::* setting, const std::string& path) {
    const std::string text = first_line(path);
    put(setting, text.empty() ? std::optional<std::string>() : std::optional(text));
  }

  Cgroups groups_;
  const ContainerSpec& asked_;
  ContainerSpec& made_;
};

}  // namespace

void read_limits_made(const std::string& path, const ContainerSpec& asked, ContainerSpec& made) {
  Groups(path, asked, made).read();
}

}  // namespace skillrun::inline v0
