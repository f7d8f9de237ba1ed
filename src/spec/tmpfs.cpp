#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/ranges.h>

#include <skillrun/parsing.hpp>

#include "spec/mount_tables.hpp"
#include "spec/path.hpp"
#include "spec/scan.hpp"
#include "spec/whole_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "target[:options], such as /tmp:size=64m,mode=1777";

/// Words of one row contradict each other. Those of the first row become Mount::read_only.
constexpr std::array<std::array<std::string_view, 2>, 4> switches = {{
    {"ro", "rw"},
    {"exec", "noexec"},
    {"suid", "nosuid"},
    {"dev", "nodev"},
}};

/// A number of bytes as the kernel reads it: whole, with one letter at most. What it would take for octal, hexadecimal
/// or a share of the memory is refused.
std::optional<std::int64_t> parse_kernel_size(std::string_view text) {
  constexpr std::string_view letters = "kmgtp";
  unsigned shift = 0;
  if (!text.empty() && !is_digit(text.back())) {
    const std::size_t power = letters.find(to_lower(text.substr(text.size() - 1)));
    if (power == std::string_view::npos) return std::nullopt;
    shift = 10 * (static_cast<unsigned>(power) + 1);
    text.remove_suffix(1);
  }
  const auto number =
      parse_decimal(text, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) >> shift);
  if (!number) return std::nullopt;
  return static_cast<std::int64_t>(*number << shift);
}

class OptionReader {
 public:
  explicit OptionReader(Mount& mount) : mount_(mount) {}

  std::optional<ParseError> read(std::string_view option) {
    for (const auto& pair : switches) {
      if (std::ranges::find(pair, option) == pair.end()) continue;
      if (&pair == &switches.front()) {
        mount_.read_only = option == "ro";
      } else {
        kept_.emplace_back(option);
      }
      return once(pair.front(), option);
    }
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos) return unknown(option);
    const std::string_view key = option.substr(0, equals);
    const std::string_view value = option.substr(equals + 1);
    if (!set(key, value))
      return ParseError{fmt::format("{} is not a value for the option {}", quoted(value), quoted(key))};
    if (key != "size" && key != "mode") {
      if (!is_passed_on(key)) return unknown(option);
      kept_.emplace_back(option);
    }
    return once(key, key);
  }

  void finish() {
    std::ranges::sort(kept_);
    mount_.tmpfs_options = fmt::format("{}", fmt::join(kept_, ","));
  }

 private:
  static bool is_passed_on(std::string_view key) {
    return key == "uid" || key == "gid" || key == "nr_inodes" || key == "nr_blocks";
  }

  static ParseError unknown(std::string_view option) {
    return ParseError{fmt::format(
        "expected size=, mode=, uid=, gid=, nr_inodes=, nr_blocks=, ro, rw, [no]exec, [no]suid or [no]dev, found {}",
        quoted(option))};
  }

  /// False when the value does not fit the key; a key that is not known here is left to the caller.
  bool set(std::string_view key, std::string_view value) {
    if (key == "size") {
      mount_.tmpfs_size = parse_kernel_size(value);
      return mount_.tmpfs_size.has_value();
    }
    if (key == "mode") {
      std::uint32_t mode = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mode, 8);
      if (error != std::errc{} || end != value.data() + value.size() || mode > 07777) return false;
      mount_.tmpfs_mode = mode;
      return true;
    }
    constexpr std::uint64_t largest_id = 0xFFFFFFFE;
    if (key == "uid" || key == "gid") return parse_decimal(value, largest_id).has_value();
    if (key == "nr_inodes" || key == "nr_blocks") return parse_kernel_size(value).has_value();
    return true;
  }

  std::optional<ParseError> once(std::string_view kind, std::string_view option) {
    if (std::ranges::find(seen_, kind) != seen_.end()) {
      return ParseError{fmt::format("the option {} repeats or contradicts an earlier one", quoted(option))};
    }
    seen_.push_back(kind);
    return std::nullopt;
  }

  Mount& mount_;
  std::vector<std::string_view> seen_;
  std::vector<std::string> kept_;
};

}  // namespace

std::expected<Mount, ParseError> parse_tmpfs(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  return read_tmpfs(text);
}

std::expected<Mount, ParseError> read_tmpfs(std::string_view whole) {
  const std::string text = as_it_was(whole);
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto wrong = [&text](const ParseError& error) {
    return refuse(fmt::format("{}, in {}", error.message, quoted(text)));
  };
  const std::size_t colon = whole.find(':');
  const std::string written_target = as_it_was(whole.substr(0, colon));
  if (written_target.contains(':')) return refuse(more_than_a_target(written_target));
  auto target = parse_mount_target(written_target);
  if (!target) return wrong(target.error());
  Mount mount;
  mount.type = MountType::tmpfs;
  mount.target = std::move(*target);
  if (colon == std::string_view::npos) return mount;
  OptionReader reader(mount);
  std::vector<std::string> options;
  for (const std::string_view option : split(whole.substr(colon + 1), ',')) options.push_back(as_it_was(option));
  for (const std::string& option : options) {
    if (const auto error = reader.read(option)) return wrong(*error);
  }
  reader.finish();
  return mount;
}

}  // namespace skillrun::inline v0
