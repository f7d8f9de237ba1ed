#include "run/labels.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

/// Field 22 of /proc/self/stat, in clock ticks since the machine started; empty when it can not be read.
std::string own_start_time() {
  const std::string text = read_file("/proc/self/stat", 4096).value_or(std::string());
  // The second field is the program's name in parentheses, which may hold anything.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  const auto fields = split(std::string_view(text).substr(name_end + 1), ' ');
  constexpr std::size_t start_time = 22 - 2;
  return fields.size() > start_time ? std::string(fields[start_time]) : std::string();
}

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace

RunLabels labels_of_run(const ContainerSpec& spec, const RunOptions& options) {
  RunLabels labels;
  auto& entries = labels.entries;
  entries.emplace_back("skillrun.skill", spec.skill);
  if (spec.instance) entries.emplace_back("skillrun.instance", *spec.instance);
  entries.emplace_back("skillrun.run", random_id());
  entries.emplace_back("skillrun.pid", std::to_string(::getpid()));
  entries.emplace_back("skillrun.start", own_start_time());
  entries.emplace_back("skillrun.version", version);
  entries.insert(entries.end(), options.labels.begin(), options.labels.end());
  return labels;
}

}  // namespace skillrun
