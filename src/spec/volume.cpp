#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/mount_checks.hpp"
#include "spec/mount_tables.hpp"
#include "spec/path.hpp"
#include "spec/scan.hpp"
#include "spec/whole_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "source:target[:mode], such as ./data:/data:ro";

/// Applies the words after the second colon; each kind of word may be given once, as engines have it.
class Modes {
 public:
  explicit Modes(Mount& mount) : mount_(mount) {}

  std::optional<ParseError> apply(std::string_view modes) {
    for (const std::string_view word : split(modes, ',')) {
      if (auto error = apply_word(as_it_was(word))) return error;
    }
    return std::nullopt;
  }

 private:
  std::optional<ParseError> apply_word(const std::string& word) {
    const bool bind = mount_.type == MountType::bind;
    if (word == "ro" || word == "rw") {
      mount_.read_only = word == "ro";
      return once(access_, word);
    }
    if (word == "consistent" || word == "cached" || word == "delegated") return once(consistency_, word);
    if (word == "nocopy") {
      if (bind) return ParseError{"the mode nocopy is for volumes, not for a folder of the host"};
      mount_.nocopy = true;
      return once(copy_, word);
    }
    if (word == "z" || word == "Z") {
      if (!bind) return ParseError{fmt::format("the mode {} is for folders of the host, not for volumes", word)};
      mount_.relabel = word == "z" ? Relabel::shared : Relabel::private_;
      return once(relabel_, word);
    }
    if (const auto propagation = find_propagation(word)) {
      if (!bind) return ParseError{fmt::format("the mode {} is for folders of the host, not for volumes", word)};
      mount_.propagation = *propagation;
      return once(propagation_, word);
    }
    return ParseError{
        fmt::format("expected a mode (ro, rw, z, Z, nocopy, consistent, cached, delegated or a propagation), found {}",
                    quoted(word))};
  }

  static std::optional<ParseError> once(std::string& earlier, const std::string& word) {
    if (!earlier.empty()) {
      return ParseError{fmt::format("the modes {} and {} cannot be combined", earlier, word)};
    }
    earlier = word;
    return std::nullopt;
  }

  Mount& mount_;
  std::string access_;
  std::string consistency_;
  std::string copy_;
  std::string relabel_;
  std::string propagation_;
};

/// A folder of the host when it looks like a path, the name of a volume otherwise.
std::optional<ParseError> set_source(Mount& mount, std::string_view source, const PathContext& paths) {
  const std::string_view first = source.substr(0, source.find('/'));
  if (source.find('/') == std::string_view::npos && first != "." && first != ".." && !first.starts_with('~')) {
    if (!is_volume_name(source)) {
      return ParseError{
          fmt::format("expected a path or the name of a volume, found {}; a name has two or more letters, "
                      "digits, dots, dashes or underscores and begins with a letter or digit",
                      quoted(source))};
    }
    mount.type = MountType::volume;
    mount.source = source;
    return std::nullopt;
  }
  auto path = resolve_host_path(source, paths);
  if (!path) return path.error();
  mount.type = MountType::bind;
  mount.source = std::move(*path);
  mount.create_source = true;
  return std::nullopt;
}

}  // namespace

std::expected<Mount, ParseError> parse_volume(std::string_view text, const PathContext& paths) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  return read_volume(text, paths);
}

std::expected<Mount, ParseError> read_volume(std::string_view whole, const PathContext& paths) {
  const std::string text = as_it_was(whole);
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto parts = split(whole, ':');
  if (parts.size() > 3) {
    return refuse(fmt::format("expected {}, found more than three parts in {}", expectation, quoted(text)));
  }
  for (const std::string_view part : parts) {
    if (part.empty()) return refuse(fmt::format("expected {}, found an empty part in {}", expectation, quoted(text)));
  }
  const auto wrong = [&text](const ParseError& error) {
    return refuse(fmt::format("{}, in {}", error.message, quoted(text)));
  };
  Mount mount;
  mount.type = MountType::volume;
  if (parts.size() > 1) {
    if (const auto error = set_source(mount, as_it_was(parts[0]), paths)) return wrong(*error);
  }
  const std::string written_target = as_it_was(parts.size() > 1 ? parts[1] : parts[0]);
  if (written_target.contains(':')) return refuse(more_than_a_target(written_target));
  auto target = parse_mount_target(written_target);
  if (!target) return wrong(target.error());
  mount.target = std::move(*target);
  if (parts.size() == 3) {
    if (const auto error = Modes(mount).apply(parts[2])) return wrong(*error);
  }
  return mount;
}

}  // namespace skillrun::inline v0
