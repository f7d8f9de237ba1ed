#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/csv.hpp"
#include "spec/mount_checks.hpp"
#include "spec/mount_tables.hpp"
#include "spec/path.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "spec/whole_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a mount such as type=bind,source=./data,target=/data,readonly";

struct Alias {
  std::string_view written;
  std::string_view key;
};

constexpr std::array<Alias, 20> options = {{
    {"type", "type"},
    {"source", "source"},
    {"src", "source"},
    {"target", "target"},
    {"dst", "target"},
    {"destination", "target"},
    {"readonly", "readonly"},
    {"ro", "readonly"},
    {"bind-propagation", "bind-propagation"},
    {"bind-nonrecursive", "bind-nonrecursive"},
    {"bind-recursive", "bind-recursive"},
    {"bind-create-src", "bind-create-src"},
    {"consistency", "consistency"},
    {"volume-driver", "volume-driver"},
    {"volume-opt", "volume-opt"},
    {"volume-label", "volume-label"},
    {"volume-nocopy", "volume-nocopy"},
    {"volume-subpath", "volume-subpath"},
    {"tmpfs-size", "tmpfs-size"},
    {"tmpfs-mode", "tmpfs-mode"},
}};

std::string_view find_option(std::string_view written) {
  const auto* const found = std::ranges::find(options, written, &Alias::written);
  return found == options.end() ? std::string_view{} : found->key;
}

bool is_switch(std::string_view key) {
  return key == "readonly" || key == "volume-nocopy" || key == "bind-nonrecursive" || key == "bind-create-src";
}

std::optional<BindRecursion> find_recursion(std::string_view word) {
  using enum BindRecursion;
  for (const BindRecursion known : {enabled, disabled, writable, readonly}) {
    if (to_string(known) == word) return known;
  }
  return std::nullopt;
}

bool is_consistency(std::string_view word) {
  return word == "default" || word == "consistent" || word == "cached" || word == "delegated";
}

/// KEY=VALUE of a volume's options and labels; docker takes a KEY alone for an empty value.
KeyValue key_value(std::string_view text) {
  const std::size_t equals = text.find('=');
  return {std::string(text.substr(0, equals)),
          equals == std::string_view::npos ? std::string() : std::string(text.substr(equals + 1))};
}

std::optional<std::uint32_t> parse_mode(std::string_view text) {
  constexpr std::uint32_t all_bits = 07777;
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || end != text.data() + text.size() || mode > all_bits) return std::nullopt;
  return mode;
}

bool is_inner_path(std::string_view text) {
  return !text.starts_with('/') && std::ranges::none_of(split(text, '/'), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

/// Collects the options of one record, then checks that they fit together.
class MountReader {
 public:
  /// A volume is what docker takes a record without a type for.
  MountReader() { mount_.type = MountType::volume; }

  std::optional<ParseError> read(const MountField& field) {
    const std::string written = to_lower(field.name);
    const std::string_view key = find_option(written);
    if (key.empty()) return ParseError{fmt::format("the option {} is not supported", quoted(written))};
    const bool repeatable = key == "volume-opt" || key == "volume-label";
    if (!repeatable && has(key)) {
      return ParseError{fmt::format("the option {} is given twice, counting its other names", key)};
    }
    seen_.push_back(key);
    if (is_switch(key)) {
      const auto value = field.value ? parse_bool(*field.value) : true;
      if (!value) return ParseError{fmt::format("expected {} to be true or false", key)};
      turn(key, *value);
      return std::nullopt;
    }
    if (!field.value || field.value->empty())
      return ParseError{fmt::format("expected a value for {}", quoted(written))};
    return set(key, *field.value);
  }

  std::expected<Mount, ParseError> finish(const PathContext& paths) {
    if (auto error = check_kind()) return std::unexpected(*error);
    if (target_.empty()) return refuse("the target is missing");
    auto target = parse_mount_target(target_);
    if (!target) return std::unexpected(target.error());
    mount_.target = std::move(*target);
    if (auto error = set_source(paths)) return std::unexpected(*error);
    return mount_;
  }

 private:
  [[nodiscard]] bool has(std::string_view key) const { return std::ranges::find(seen_, key) != seen_.end(); }

  std::optional<ParseError> set(std::string_view key, std::string_view value) {
    if (key == "type") return set_type(value);
    if (key == "source") {
      source_ = value;
    } else if (key == "target") {
      target_ = value;
    } else if (key == "bind-propagation") {
      const auto propagation = find_propagation(to_lower(value));
      if (!propagation)
        return ParseError{fmt::format("expected a propagation such as rprivate, found {}", quoted(value))};
      mount_.propagation = *propagation;
    } else if (key == "volume-subpath") {
      if (!is_inner_path(value)) {
        return ParseError{
            fmt::format("expected a relative path without . and .. for volume-subpath, found {}", quoted(value))};
      }
      mount_.subpath = value;
    } else if (key == "bind-recursive") {
      const auto recursion = find_recursion(value);
      if (!recursion) {
        return ParseError{fmt::format("expected enabled, disabled, writable or readonly, found {}", quoted(value))};
      }
      mount_.recursion = *recursion;
    } else if (key == "consistency") {
      // Only engines on macOS once knew a difference.
      if (!is_consistency(to_lower(value))) return ParseError{fmt::format("unknown consistency {}", quoted(value))};
    } else if (key == "volume-driver") {
      if (!is_driver_name(value)) return ParseError{fmt::format("{} is not a volume driver", quoted(value))};
      mount_.driver = value;
    } else if (key == "volume-opt" || key == "volume-label") {
      KeyValue entry = key_value(value);
      if (entry.key.empty()) return ParseError{fmt::format("expected KEY=VALUE for {}, found {}", key, quoted(value))};
      (key == "volume-opt" ? mount_.driver_options : mount_.labels).push_back(std::move(entry));
    } else if (key == "tmpfs-size") {
      const auto size = parse_bytes(value);
      if (!size) return size.error();
      mount_.tmpfs_size = *size;
    } else if (key == "tmpfs-mode") {
      mount_.tmpfs_mode = parse_mode(value);
      if (!mount_.tmpfs_mode)
        return ParseError{fmt::format("expected an octal mode such as 1777, found {}", quoted(value))};
    }
    return std::nullopt;
  }

  void turn(std::string_view key, bool on) {
    if (key == "readonly") mount_.read_only = on;
    if (key == "volume-nocopy") mount_.nocopy = on;
    if (key == "bind-create-src") mount_.create_source = on;
    if (key == "bind-nonrecursive" && on) mount_.recursion = BindRecursion::disabled;
  }

  std::optional<ParseError> set_type(std::string_view value) {
    const std::string type = to_lower(value);
    if (type == "bind") {
      mount_.type = MountType::bind;
    } else if (type == "volume") {
      mount_.type = MountType::volume;
    } else if (type == "tmpfs") {
      mount_.type = MountType::tmpfs;
    } else {
      return ParseError{fmt::format("unknown mount type {}; types are bind, volume and tmpfs", quoted(value)), true};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ParseError> check_kind() const {
    constexpr std::array<std::pair<std::string_view, MountType>, 11> bound = {{
        {"bind-propagation", MountType::bind},
        {"bind-nonrecursive", MountType::bind},
        {"bind-recursive", MountType::bind},
        {"bind-create-src", MountType::bind},
        {"volume-driver", MountType::volume},
        {"volume-opt", MountType::volume},
        {"volume-label", MountType::volume},
        {"volume-nocopy", MountType::volume},
        {"volume-subpath", MountType::volume},
        {"tmpfs-size", MountType::tmpfs},
        {"tmpfs-mode", MountType::tmpfs},
    }};
    for (const auto& [key, type] : bound) {
      if (has(key) && type != mount_.type) {
        return ParseError{fmt::format("the option {} does not belong to this type of mount", key)};
      }
    }
    if (has("bind-nonrecursive") && has("bind-recursive")) {
      return ParseError{"bind-nonrecursive and bind-recursive say the same thing; keep the latter"};
    }
    const bool bounded = mount_.recursion == BindRecursion::writable || mount_.recursion == BindRecursion::readonly;
    if (bounded && !mount_.read_only) return ParseError{"this bind-recursive needs readonly"};
    if (mount_.recursion == BindRecursion::readonly && mount_.propagation != Propagation::rprivate) {
      return ParseError{"bind-recursive=readonly needs bind-propagation=rprivate"};
    }
    if (mount_.type == MountType::volume && source_.empty() && (mount_.read_only || has("volume-subpath"))) {
      return ParseError{"a read-only volume or one with a subpath needs a source"};
    }
    return std::nullopt;
  }

  std::optional<ParseError> set_source(const PathContext& paths) {
    switch (mount_.type) {
      case MountType::bind: {
        if (source_.empty()) return ParseError{"the source is missing"};
        auto path = resolve_host_path(source_, paths);
        if (!path) return path.error();
        mount_.source = std::move(*path);
        break;
      }
      case MountType::volume:
        if (!source_.empty() && !is_volume_name(source_)) {
          return ParseError{fmt::format("expected the name of a volume, found {}; a folder of the host needs type=bind",
                                        quoted(source_))};
        }
        mount_.source = source_;
        break;
      case MountType::tmpfs:
        if (!source_.empty()) return ParseError{"a tmpfs has no source"};
        break;
    }
    return std::nullopt;
  }

  Mount mount_;
  std::string source_;
  std::string target_;
  std::vector<std::string_view> seen_;
};

}  // namespace

std::expected<Mount, ParseError> parse_mount(std::string_view text, const PathContext& paths) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  return read_mount_record(text, paths);
}

std::expected<Mount, ParseError> read_mount_record(std::string_view whole, const PathContext& paths) {
  const std::string text = as_it_was(whole);
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto fields = parse_csv_record(whole);
  if (!fields) return refuse(as_it_was(fields.error().message));
  std::vector<std::string> names;
  names.reserve(fields->size());
  std::vector<MountField> parts;
  for (const std::string& field : *fields) {
    if (field.empty()) return refuse(fmt::format("expected {}, found an empty field in {}", expectation, quoted(text)));
    const std::size_t equals = std::min(field.find('='), field.size());
    const bool alone = equals == field.size();
    names.push_back(as_it_was(std::string_view(field).substr(0, equals)));
    parts.push_back({names.back(), alone ? std::nullopt : std::optional(as_it_was(field.substr(equals + 1)))});
  }
  auto mount = read_mount(parts, paths);
  if (mount) return mount;
  return std::unexpected(
      ParseError{fmt::format("{}, in {}", mount.error().message, quoted(text)), mount.error().unknown_type});
}

std::expected<Mount, ParseError> read_mount(std::span<const MountField> fields, const PathContext& paths) {
  MountReader reader;
  for (const MountField& field : fields) {
    if (const auto error = reader.read(field)) return std::unexpected(*error);
  }
  return reader.finish(paths);
}

}  // namespace skillrun::inline v0
